package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/amends-ledger/amends/internal/clock"
)

// testClock is an instant (RFC 3339) at which the program's clock stands still. It
// is known to the program under test alone: the product reads the machine's.
const testClock = "AMENDS_TEST_CLOCK"

// clockedMain is main with a clock that a story can move.
func clockedMain() {
	instant := os.Getenv(testClock)
	if instant == "" {
		main()
		return
	}
	at, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		panic(testClock + ": " + err.Error())
	}
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv, clock: clock.NewManual(at)}
	os.Exit(a.execute(context.Background(), os.Args[1:]))
}

// The stories in testdata/acting run a merchant's back office. Every line is a
// process of its own, so each story crosses a restart at every step.
func TestActing(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "acting"), RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("AMENDS_HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv(testClock, "2026-03-02T09:00:00+08:00") // a Monday morning of the merchant
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"run":     cmdRun,
			"capture": cmdCapture,
			"later":   cmdLater,
			"edit":    cmdEdit,
		},
		UpdateScripts: os.Getenv("AMENDS_UPDATE") != "",
	})
}

// run runs the program and requires an exit code: run 3 request …. What it writes
// is for stdout, stderr and capture.
func cmdRun(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: run CODE VERB [ARGUMENT…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	cmd := exec.Command("amends", args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "AMENDS_HOME", testClock, "AMENDS_LANG", "LC_ALL", "AMENDS_MERCHANT"} {
		if value := ts.Getenv(name); value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	ts.Stdout().Write(out.Bytes())
	ts.Stderr().Write(errs.Bytes())
	if got := cmd.ProcessState.ExitCode(); got != want {
		ts.Fatalf("exit code %d, want %d\n%s%s", got, want, &out, &errs)
	}
}

// capture keeps the first group of a pattern in what the last program wrote:
// capture NAME PATTERN.
func cmdCapture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: capture NAME PATTERN")
	}
	re, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	found := re.FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) < 2 {
		ts.Fatalf("nothing matches %s in\n%s", args[1], ts.ReadFile("stdout"))
	}
	ts.Setenv(args[0], found[1])
}

// later moves the clock: later 61s.
func cmdLater(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: later DURATION")
	}
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	at, err := time.Parse(time.RFC3339, ts.Getenv(testClock))
	ts.Check(err)
	ts.Setenv(testClock, at.Add(d).Format(time.RFC3339))
}
