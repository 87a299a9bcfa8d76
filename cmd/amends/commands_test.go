package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

// exits runs a program and requires an exit code: exits 2 amends …. Its output
// goes to the files out and err.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARGUMENT…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	var out, errs bytes.Buffer
	cmd := exec.Command(args[1], args[2:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), &out, &errs
	cmd.Env = []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"), "AMENDS_HOME=" + ts.Getenv("AMENDS_HOME")}
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	ts.Check(os.WriteFile(ts.MkAbs("out"), out.Bytes(), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("err"), errs.Bytes(), 0o600))
	ts.Logf("[stdout]\n%s[stderr]\n%s", &out, &errs)
	if got := cmd.ProcessState.ExitCode(); got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// expected compares a result in JSON with the figures that a plan must come to:
// expected retail-d FILE.
func cmdExpected(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: expected PLAN FILE")
	}
	want, err := os.ReadFile(filepath.Join(ts.Getenv("PLANS"), args[0]+".expected.json"))
	ts.Check(err)
	if diff := compareExpected(want, []byte(ts.ReadFile(args[1]))); diff != "" {
		ts.Fatalf("%s (-want +got):\n%s", args[0], diff)
	}
}

// alwaysPrinted are the keys that backfill prints for every plan.
var alwaysPrinted = []string{
	"outcomes", "confirmation", "accepted_ids_sha256", "wallet_balances", "accepted_per_month", "accepted_per_reason", "events", "seconds",
}

// compareExpected is what is different, "" if nothing: the output must have all
// keys, and those of the expected file with the very same values.
func compareExpected(want, got []byte) string {
	var w, g map[string]any
	if err := errors.Join(json.Unmarshal(want, &w), json.Unmarshal(got, &g)); err != nil {
		return err.Error()
	}
	var keys []string
	for key := range g {
		keys = append(keys, key)
		if _, ok := w[key]; !ok {
			delete(g, key)
		}
	}
	slices.Sort(keys)
	all := slices.Clone(alwaysPrinted)
	slices.Sort(all)
	return cmp.Diff(all, keys) + cmp.Diff(w, g)
}

// edit replaces one piece of a file, which must be there: edit FILE OLD NEW [COPY].
func cmdEdit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: edit FILE OLD NEW [COPY]")
	}
	content := ts.ReadFile(args[0])
	old, replacement := unescape(args[1]), unescape(args[2])
	if !strings.Contains(content, old) {
		ts.Fatalf("%s has no %q", args[0], old)
	}
	to := args[0]
	if len(args) == 4 {
		to = args[3]
	}
	ts.Check(os.WriteFile(ts.MkAbs(to), []byte(strings.Replace(content, old, replacement, 1)), 0o600))
}

func unescape(s string) string { return strings.ReplaceAll(s, `\n`, "\n") }

// untouched remembers every file below the current folder, or requires that they
// are as they were: untouched remember, untouched.
func cmdUntouched(ts *testscript.TestScript, neg bool, args []string) {
	var all strings.Builder
	ts.Check(filepath.WalkDir(ts.MkAbs("."), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.Name() == "out" || d.Name() == "err" || path == ts.MkAbs(".remembered") {
			return err
		}
		all.WriteString(path)
		if !d.IsDir() {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			all.WriteString(" " + strconv.Quote(string(content)))
		}
		all.WriteByte('\n')
		return nil
	}))
	file := ts.MkAbs(".remembered")
	if len(args) == 1 && args[0] == "remember" && !neg {
		ts.Check(os.WriteFile(file, []byte(all.String()), 0o600))
		return
	}
	if len(args) != 0 || neg {
		ts.Fatalf("usage: untouched [remember]")
	}
	before, err := os.ReadFile(file)
	ts.Check(err)
	if diff := cmp.Diff(strings.Split(string(before), "\n"), strings.Split(all.String(), "\n")); diff != "" {
		ts.Fatalf("files changed (-before +after):\n%s", diff)
	}
}

// carriedPlan is a plan of the repository.
func carriedPlan(t *testing.T, name string) (plan string, expected []byte) {
	t.Helper()
	plan = filepath.Join("..", "..", "testdata", "plans", name+".yaml")
	expected, err := os.ReadFile(strings.TrimSuffix(plan, ".yaml") + ".expected.json")
	if err != nil {
		t.Fatal(err)
	}
	return plan, expected
}
