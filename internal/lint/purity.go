package lint

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// pure are packages below impure ones that only work on strings.
var pure = []string{"net/url", "net/netip", "net/mail"}

// impure are the imports, and by "package.Name" the functions and variables, that
// read a clock, chance, the machine or the network.
var impure = []string{
	"os", "io/fs", "io/ioutil", "net", "context", "log", "syscall", "math/rand", "crypto/rand", "runtime", "database/sql",
	"time.Now", "time.Since", "time.Until", "time.Sleep", "time.After", "time.AfterFunc", "time.Tick",
	"time.NewTimer", "time.NewTicker", "time.LoadLocation", "time.Local",
	"uuid.New", "uuid.NewString", "uuid.NewRandom", "uuid.NewUUID", "uuid.NewV6", "uuid.NewV7",
}

const (
	decimalPath = "github.com/shopspring/decimal"
	decimalFile = "domain/money.go"
)

// checkPurity: the same state, command and meta must decide the same, years
// later too.
func checkPurity(t *Tree) (out []Finding) {
	for _, f := range t.goFiles("domain") {
		for _, spec := range f.Go.Imports {
			p, _ := strconv.Unquote(spec.Path.Value)
			if p == decimalPath && f.Name != decimalFile {
				out = append(out, t.at(spec.Pos(), "decimal belongs in %s alone: elsewhere money is int64 minor units", decimalFile))
			}
			if isImpure(p) {
				out = append(out, t.at(spec.Pos(), "domain may not import %s: a decision reads state, command and meta, nothing else", p))
			}
		}
		ast.Inspect(f.Go, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && slices.Contains(impure, x.Name+"."+sel.Sel.Name) {
					out = append(out, t.at(sel.Pos(), "domain may not use %s.%s: the time and ids of a decision come in its meta", x.Name, sel.Sel.Name))
				}
			}
			return true
		})
	}
	return out
}

// isImpure covers an import and those below it (net/http, math/rand/v2).
func isImpure(p string) bool {
	return !slices.Contains(pure, p) && slices.ContainsFunc(impure, func(bad string) bool {
		return !strings.Contains(bad, ".") && (p == bad || strings.HasPrefix(p, bad+"/"))
	})
}

// exact are the folders, with all below, in which money is handled.
var exact = []string{"domain", "ledger", "rails", "sms", "vault", "orders"}

// checkFloats: 0.1 + 0.2 is not 0.3 in a float, and a cent is a cent.
func checkFloats(t *Tree) (out []Finding) {
	for _, f := range t.goFiles(exact...) {
		ast.Inspect(f.Go, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if n.Name == "float64" || n.Name == "float32" {
					out = append(out, t.at(n.Pos(), "%s near money: use int64 minor units", n.Name))
				}
			case *ast.SelectorExpr:
				if n.Sel.Name == "ParseFloat" {
					out = append(out, t.at(n.Pos(), "ParseFloat near money: parse an amount exactly"))
				}
			case *ast.BasicLit:
				if n.Kind == token.FLOAT {
					out = append(out, t.at(n.Pos(), "floating-point literal %s near money: use integers", n.Value))
				}
			}
			return true
		})
	}
	return out
}

// checkInit: what the product is made of is one explicit list in cmd, and nothing
// registers itself.
func checkInit(t *Tree) (out []Finding) {
	for _, f := range t.goFiles() {
		for _, d := range f.Go.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "init" && fn.Recv == nil {
				out = append(out, t.at(fn.Pos(), "init function: make it explicit where the parts are put together"))
			}
		}
	}
	return out
}

// vague are names that say nothing about what is inside.
var vague = []string{"util", "utils", "common", "models", "service", "services", "manager", "managers", "helpers", "misc", "impl"}

// checkNames: packages are called after what they provide.
func checkNames(t *Tree) (out []Finding) {
	for _, p := range t.Packages {
		for _, name := range []string{p.Name, path.Base(p.Dir)} {
			if slices.Contains(vague, name) {
				out = append(out, Finding{p.Files[0].Name, 1, "package " + name + ": call it after what it provides"})
				break
			}
		}
	}
	for _, f := range t.goFiles() {
		for _, d := range f.Go.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, s := range gen.Specs {
				if ts, ok := s.(*ast.TypeSpec); ok && strings.HasSuffix(ts.Name.Name, "Impl") {
					out = append(out, t.at(ts.Pos(), "type %s: name it after how it does what it does", ts.Name.Name))
				}
			}
		}
	}
	return out
}

// goFiles are the files in dirs and below that are not tests; no dirs means all.
func (t *Tree) goFiles(dirs ...string) (out []*File) {
	for _, p := range t.Packages {
		in := len(dirs) == 0 || slices.ContainsFunc(dirs, func(d string) bool {
			return p.Dir == d || strings.HasPrefix(p.Dir, d+"/")
		})
		if !in {
			continue
		}
		for _, f := range p.Files {
			if !f.Test() {
				out = append(out, f)
			}
		}
	}
	return out
}
