package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/amends-ledger/amends/internal/clock"
	"github.com/amends-ledger/amends/policy"
)

// testClock is an instant (RFC 3339) at which the program's clock stands still. It
// is known to the program under test alone: the product reads the machine's.
const testClock = "AMENDS_TEST_CLOCK"

// testNoRail lets a process end as if it had died before any payout went to a rail.
const testNoRail = "AMENDS_TEST_NO_RAIL"

// morning is when stories begin: a Monday of the merchant.
const morning = "2026-03-02T09:00:00+08:00"

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
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv, clock: clock.NewManual(at), noRail: os.Getenv(testNoRail) != ""}
	os.Exit(a.execute(context.Background(), os.Args[1:]))
}

// The stories in testdata/acting run a merchant's back office. Every line is a
// process of its own, so each story crosses a restart at every step.
func TestActing(t *testing.T) {
	t.Cleanup(func() {
		if folder, _ := openShop(); folder != "" {
			os.RemoveAll(folder)
		}
	})
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "acting"), RequireExplicitExec: true, RequireUniqueNames: true, ContinueOnError: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("AMENDS_HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv(testClock, morning)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"run":     cmdRun,
			"shop":    cmdShop,
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
	for _, name := range []string{"PATH", "HOME", "AMENDS_HOME", testClock, testNoRail, "AMENDS_LANG", "LC_ALL", "AMENDS_MERCHANT"} {
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

// The shop is a merchant that is ready to pay: what onboarding.txt does step by
// step. It is made once, since each of its verbs is a process.
var openShop = sync.OnceValues(func() (folder string, err error) {
	if folder, err = os.MkdirTemp("", "amends-shop"); err != nil {
		return "", err
	}
	file := func(name, content string) string {
		path := filepath.Join(folder, name)
		err = errors.Join(err, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	template, templateErr := policy.Template("CNY")
	limits := strings.Replace(string(template), `# sms_exempt_max: "20.00"`, `sms_exempt_max: "20.00"`, 1)
	orders := "order_no,customer,total,currency,placed_at,state\n"
	for i := 1; i <= 9; i++ {
		orders += fmt.Sprintf("o%d,buyer%d@example.com,300.00,CNY,2026-02-20,finished\n", i, i)
	}
	for _, line := range [][]string{
		{"policy", "publish", file("policy.yaml", limits)},
		{"merchant", "register", "m1", "--mode", "POP-SOP", "--self-after-sales", "--wallet-open", "--phone", "13800138000"},
		{"service", "open", "--agreement", "1"},
		{"agent", "add", "amy", "--phone", "13900139001"}, {"agent", "grant", "amy"}, {"quota", "set", "amy", "--suggested"},
		{"wallet", "credit", "500", "--reference", "bank-1"},
		{"orders", "import", file("orders.csv", orders), "--merchant", "m1"},
	} {
		cmd := exec.Command("amends", append(line, "--home", filepath.Join(folder, "home"))...)
		cmd.Env = append(os.Environ(), testClock+"="+morning)
		out, runErr := cmd.CombinedOutput()
		if err = errors.Join(err, templateErr, runErr); err != nil {
			return folder, fmt.Errorf("%v: %w\n%s", line, err, out)
		}
	}
	return folder, nil
})

func cmdShop(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: shop")
	}
	folder, err := openShop()
	ts.Check(err)
	ts.Check(copyFolder(ts.Getenv("AMENDS_HOME"), filepath.Join(folder, "home")))
}

// copyFolder copies files and folders with their modes, which doctor looks at.
func copyFolder(to, from string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		copied := filepath.Join(to, strings.TrimPrefix(path, from))
		if d.IsDir() {
			return os.MkdirAll(copied, info.Mode().Perm())
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(copied, content, info.Mode().Perm())
	})
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
