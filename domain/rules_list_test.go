package domain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRulesListsAll reads the constants of type Rule: who adds one there adds it to
// the list, at the same place.
func TestRulesListsAll(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "refusal.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var declared []Rule
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); !ok || typ.Name != "Rule" {
			return true
		}
		code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		declared = append(declared, Rule(code))
		return true
	})
	if len(declared) < 40 {
		t.Fatalf("only %d rules found in refusal.go: the test does not see them", len(declared))
	}
	if diff := cmp.Diff(declared, Rules()); diff != "" {
		t.Errorf("Rules() (-declared +listed):\n%s", diff)
	}
}
