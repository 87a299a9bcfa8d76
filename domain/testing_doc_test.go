package domain

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestStatementsAreProved: each of the 22 things that the product must do has a
// row in docs/internals/testing.md, each script that the row names exists,
// and one of them says that it is about that statement.
func TestStatementsAreProved(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "docs", "internals", "testing.md"))
	if err != nil {
		t.Fatal(err)
	}
	const elsewhere = 16 // records are the views' part
	script := regexp.MustCompile("`([a-z_]+\\.txt)`")
	for n := 1; n <= 22; n++ {
		_, row, ok := strings.Cut(string(doc), fmt.Sprintf("\n| %d | ", n))
		if !ok {
			t.Errorf("statement %d has no row", n)
			continue
		}
		row, _, _ = strings.Cut(row, "\n")
		says := false
		for _, m := range script.FindAllStringSubmatch(row, -1) {
			text, err := os.ReadFile(filepath.Join("testdata", "scripts", m[1]))
			if err != nil {
				t.Errorf("statement %d: %v", n, err)
			}
			says = says || saysStatement(string(text), n)
		}
		if !says && n != elsewhere {
			t.Errorf("no script of statement %d says that it is about it: %s", n, row)
		}
	}
	scripts, err := filepath.Glob(filepath.Join("testdata", "scripts", "*.txt"))
	if err != nil || len(scripts) == 0 {
		t.Fatal(scripts, err)
	}
	for _, s := range scripts {
		if !strings.Contains(string(doc), "`"+filepath.Base(s)+"`") {
			t.Errorf("%s is not in the documentation", s)
		}
	}
}

var statements = regexp.MustCompile(`(?m)^# Statements? ([0-9]+)(?: and ([0-9]+))?`)

func saysStatement(text string, n int) bool {
	for _, m := range statements.FindAllStringSubmatch(text, -1) {
		if m[1] == fmt.Sprint(n) || m[2] == fmt.Sprint(n) {
			return true
		}
	}
	return false
}
