package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMutants(t *testing.T) {
	dir := t.TempDir()
	src := "package p\n\nfunc f(a, b int) (c int) {\n\tif a < b && !(a == 0) {\n\t\tc = a + b\n\t\tc++\n\t}\n\treturn c\n}\n"
	if err := os.WriteFile(filepath.Join(dir, "p.go"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "p_test.go"), []byte("package p\n\nvar x = 1 < 2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := mutantsOf(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range all {
		got = append(got, string(m.src[m.begin:m.end])+" → "+m.text)
	}
	want := []string{
		"a < b && !(a == 0) → false", "&& → ||", "< → <=", "< → >=", "! → ", "== → !=", "c = a + b → ", "+ → -", "++ → --",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := string(all[7].apply()); got == src || len(got) != len(src) {
		t.Errorf("applied:\n%s", got)
	}
	if _, err := mutantsOf(filepath.Join(dir, "nothing")); err == nil {
		t.Error("a folder without Go files is no mistake")
	}
}
