package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// mutant is one change: the bytes from begin to end become text.
type mutant struct {
	file       string
	src        []byte
	line       int
	begin, end int
	text       string
}

func (m mutant) String() string {
	return fmt.Sprintf("%s:%d: %q for %q", m.file, m.line, m.text, m.src[m.begin:m.end])
}

func (m *mutant) apply() []byte {
	out := append([]byte{}, m.src[:m.begin]...)
	return append(append(out, m.text...), m.src[m.end:]...)
}

// notCode are files without decisions: lists that other tests hold complete, and
// the checks that tests themselves are made of.
var notCode = map[string]bool{"names.go": true, "rules_list.go": true, "policy_default.go": true, "check_state.go": true}

// swaps are the operators that are mistaken for each other.
var swaps = map[token.Token][]token.Token{
	token.LSS: {token.LEQ, token.GEQ}, token.LEQ: {token.LSS, token.GTR},
	token.GTR: {token.GEQ, token.LEQ}, token.GEQ: {token.GTR, token.LSS},
	token.EQL: {token.NEQ}, token.NEQ: {token.EQL},
	token.LAND: {token.LOR}, token.LOR: {token.LAND},
	token.ADD: {token.SUB}, token.SUB: {token.ADD},
	token.ADD_ASSIGN: {token.SUB_ASSIGN}, token.SUB_ASSIGN: {token.ADD_ASSIGN},
	token.INC: {token.DEC}, token.DEC: {token.INC},
}

// mutantsOf lists every change to the package in dir, in order of file and place.
func mutantsOf(dir string) (all []mutant, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no Go files in %s: run it at the top of the repository", dir)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || notCode[filepath.Base(file)] {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, file, src, 0)
		if err != nil {
			return nil, err
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			for _, e := range edits(n) {
				at := set.Position(e.from)
				all = append(all, mutant{file, src, at.Line, at.Offset, set.Position(e.to).Offset, e.text})
			}
			return true
		})
	}
	return all, nil
}

type edit struct {
	from, to token.Pos
	text     string
}

// edits are the changes to one node: another operator, a negation less, a branch
// never taken, an assignment left out.
func edits(n ast.Node) (out []edit) {
	swap := func(at token.Pos, op token.Token) {
		for _, other := range swaps[op] {
			out = append(out, edit{at, at + token.Pos(len(op.String())), other.String()})
		}
	}
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if n.Op != token.ADD || !isText(n.X) && !isText(n.Y) {
			swap(n.OpPos, n.Op)
		}
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			out = append(out, edit{n.OpPos, n.OpPos + 1, ""})
		}
	case *ast.IncDecStmt:
		swap(n.TokPos, n.Tok)
	case *ast.AssignStmt:
		swap(n.TokPos, n.Tok)
		if n.Tok == token.ASSIGN {
			out = append(out, edit{n.Pos(), n.End(), ""})
		}
	case *ast.IfStmt:
		out = append(out, edit{n.Cond.Pos(), n.Cond.End(), "false"})
	}
	return out
}

func isText(e ast.Expr) bool {
	lit, ok := e.(*ast.BasicLit)
	return ok && lit.Kind == token.STRING
}
