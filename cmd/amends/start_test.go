package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Every line of docs/start.md works when it is pasted into a shell, in its order.
func TestStartPage(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("skipped: there is no sh to paste lines into")
	}
	page, err := os.ReadFile("../../docs/start.md")
	if err != nil {
		t.Fatal(err)
	}
	script, lines := "set -eu\n", 0
	for i, block := range strings.Split(string(page), "```") {
		code, isShell := strings.CutPrefix(block, "sh\n")
		if i%2 == 0 || !isShell {
			continue
		}
		for line := range strings.Lines(code) {
			if line == "make build\n" || strings.HasPrefix(line, "export PATH=") {
				continue // the test's own binary is on the path
			}
			script += line
			lines++
		}
	}
	if lines < 20 {
		t.Fatalf("the page has %d lines of shell: was it taken apart rightly?", lines)
	}
	tmp := t.TempDir()
	cmd := exec.CommandContext(t.Context(), sh, "-c", script)
	cmd.Dir = tmp
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp, "HOME="+filepath.Join(tmp, "nobody"), "LC_ALL=C", "LANG=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("a line failed: %v\n%s", err, out)
	}
	for _, want := range []string{
		"policy standard published, version 1",
		"it would be accepted; nothing was recorded",
		"paid by sandbox",
		"exit code 3",
		"QUOTA_EXCEEDED",
		"ORDER_AMOUNT_EXCEEDED",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("nothing says %q in:\n%s", want, out)
		}
	}
}
