package domaindoc

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// Rule is one rule with everything that it can be refused with.
type Rule struct {
	Code     string    // INSUFFICIENT_BALANCE
	Const    string    // RuleInsufficientBalance
	Doc      string    // the constant's comment
	Request  bool      // it is one of RequestPayout's, in their order
	Checks   []string  // comments of the functions that RequestPayout checks it with
	Failures []Failure // by name, each combination of name and figures once
	Commands []string  // that can be refused with it
}

// Failure is one shape of a refusal.
type Failure struct {
	Name    string // the limit's name where it is always the same
	Varying bool   // Name says what or who it is, or nothing
	Limit   bool
	Used    bool
	Asked   bool
	Resets  bool // it may have a time of reset; it has none where nothing was used
	Earlier bool
	Unit    string // "currency", "payouts", "days", "tries", "sends" or ""

	rule string
}

// readRules finds the constants, and every place that makes a Failure.
func (d *Domain) readRules() error {
	s := d.source
	index := map[string]int{}
	for _, file := range s.files {
		for _, decl := range file.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range group.Specs {
				v, ok := spec.(*ast.ValueSpec)
				if !ok || !isIdent(v.Type, "Rule") {
					continue
				}
				code, ok := s.text(v.Values[0])
				if !ok {
					return fmt.Errorf("%s: rule %s has no constant code", s.at(v), v.Names[0].Name)
				}
				index[code] = len(d.Rules)
				d.Rules = append(d.Rules, Rule{
					Code: code, Const: v.Names[0].Name, Doc: sentence(v.Doc, v.Comment),
					Request: strings.Contains(sentence(group.Doc), "RequestPayout"),
				})
			}
		}
	}
	if len(d.Rules) == 0 {
		return errors.New("no constants of type Rule")
	}
	for _, fn := range s.inOrder() {
		made, err := s.failuresOf(fn)
		if err != nil {
			return err
		}
		for _, f := range made {
			i, ok := index[f.rule]
			if !ok {
				return fmt.Errorf("%s: refuses with %q, which is no rule", s.at(fn), f.rule)
			}
			if !slices.Contains(d.Rules[i].Failures, f) {
				d.Rules[i].Failures = append(d.Rules[i].Failures, f)
			}
		}
	}
	for i := range d.Rules {
		slices.SortStableFunc(d.Rules[i].Failures, func(a, b Failure) int { return cmp.Compare(a.Name, b.Name) })
	}
	return d.readChecks(index)
}

// readChecks finds the table of RequestPayout's rules: which function checks what.
func (d *Domain) readChecks(index map[string]int) error {
	s := d.source
	table, ok := s.vars[s.pkg.Scope().Lookup("payoutRules")].(*ast.CompositeLit)
	if !ok {
		return errors.New("there is no table payoutRules")
	}
	for _, row := range table.Elts {
		pair, ok := row.(*ast.CompositeLit)
		if !ok || len(pair.Elts) != 2 {
			return fmt.Errorf("%s: a row of payoutRules is not a rule and a function", s.at(row))
		}
		code, _ := s.text(pair.Elts[0])
		check, ok := pair.Elts[1].(*ast.Ident)
		if !ok {
			return fmt.Errorf("%s: a row of payoutRules names no function", s.at(row))
		}
		if doc := sentence(s.funcs[s.info.Uses[check]].Doc); doc != "" {
			r := &d.Rules[index[code]]
			r.Checks = append(r.Checks, plain(doc, check.Name))
		}
	}
	return nil
}

// plain is a comment without the name of the function that it begins with.
func plain(doc, name string) string {
	rest, ok := strings.CutPrefix(doc, name+": ")
	if !ok {
		rest, ok = strings.CutPrefix(doc, name+" ")
	}
	if !ok || rest == "" {
		return doc
	}
	return strings.ToUpper(rest[:1]) + rest[1:]
}

// failuresOf are the refusals that a function makes by itself or by a call of one
// that makes what it is told.
func (s *source) failuresOf(fn *ast.FuncDecl) ([]Failure, error) {
	var found []Failure
	var problems []error
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if !s.isFailure(n) || len(n.Elts) == 0 {
				return true
			}
			if f, made := s.literal(n, fn, nil); made {
				found = append(found, f)
			}
		case *ast.CallExpr:
			maker := s.funcs[s.callee(n)]
			if maker == nil || maker == fn {
				return true
			}
			for _, lit := range s.toldLiterals(maker) {
				f, made := s.literal(lit, maker, n)
				if !made {
					problems = append(problems, fmt.Errorf("%s: which rule is refused is not plain", s.at(n)))
				}
				found = append(found, f)
			}
		}
		return true
	})
	return found, errors.Join(problems...)
}

// isFailure: the type may be left out within a list of failures.
func (s *source) isFailure(lit *ast.CompositeLit) bool {
	named, ok := s.info.Types[lit].Type.(*types.Named)
	return ok && named.Obj().Name() == "Failure" && named.Obj().Pkg() == s.pkg
}

// toldLiterals are the failures in a function whose rule or name is a parameter.
func (s *source) toldLiterals(fn *ast.FuncDecl) []*ast.CompositeLit {
	var told []*ast.CompositeLit
	ast.Inspect(fn, func(n ast.Node) bool {
		if lit, ok := n.(*ast.CompositeLit); ok && s.isFailure(lit) {
			for _, key := range []string{"Rule", "Name"} {
				if v := element(lit, key); v != nil && s.parameter(v, fn) >= 0 {
					told = append(told, lit)
					break
				}
			}
		}
		return true
	})
	return told
}

// literal reads a failure in fn. call is who tells fn the parameters; without it a
// failure that needs them is not made here.
func (s *source) literal(lit *ast.CompositeLit, fn *ast.FuncDecl, call *ast.CallExpr) (f Failure, made bool) {
	value := func(key string) (v ast.Expr, told bool) {
		v = element(lit, key)
		if v == nil {
			return nil, false
		}
		if i := s.parameter(v, fn); i >= 0 {
			if call == nil {
				return v, true
			}
			return call.Args[i], true
		}
		return v, false
	}
	rule, told := value("Rule")
	if rule == nil || told && call == nil {
		return f, false
	}
	f.rule, made = s.text(rule)
	if !made {
		return f, false
	}
	if name, told := value("Name"); name != nil {
		if told && call == nil {
			return f, false
		}
		var fixed bool
		f.Name, fixed = s.text(name)
		f.Varying = !fixed
	}
	has := func(key string) bool {
		v, _ := value(key)
		return v != nil && !isZero(v)
	}
	f.Limit, f.Used, f.Asked = has("Limit"), has("Used") && !s.usedIsZero(lit, fn, call), has("Asked")
	f.Resets, f.Earlier = has("ResetsAt"), has("Earlier")
	if unit, _ := value("Unit"); unit != nil {
		if f.Unit, _ = s.text(unit); f.Unit == "" {
			f.Unit = "currency"
		}
	}
	return f, true
}

// usedIsZero tells whether a caller says that nothing was used: the figure is then
// there, but it says nothing.
func (s *source) usedIsZero(lit *ast.CompositeLit, fn *ast.FuncDecl, call *ast.CallExpr) bool {
	if call == nil {
		return false
	}
	zero := false
	ast.Inspect(element(lit, "Used"), func(n ast.Node) bool {
		if e, ok := n.(*ast.Ident); ok {
			if i := s.parameter(e, fn); i >= 0 {
				text, fixed := s.text(call.Args[i])
				zero = zero || fixed && text == "0"
			}
		}
		return true
	})
	return zero
}

// isZero is true for time.Time{}.
func isZero(e ast.Expr) bool {
	lit, ok := e.(*ast.CompositeLit)
	return ok && len(lit.Elts) == 0
}

// element is the value of a key in a composite literal; nil if it has none.
func element(lit *ast.CompositeLit, key string) ast.Expr {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && isIdent(kv.Key, key) {
			return kv.Value
		}
	}
	return nil
}

// parameter is which parameter of fn an expression is; -1 if none.
func (s *source) parameter(e ast.Expr, fn *ast.FuncDecl) int {
	id, ok := e.(*ast.Ident)
	if !ok {
		return -1
	}
	i := 0
	for _, field := range fn.Type.Params.List {
		for _, name := range field.Names {
			if obj := s.info.Defs[name]; obj != nil && s.info.Uses[id] == obj {
				return i
			}
			i++
		}
	}
	return -1
}

// callee is the function or method of ours that is called; nil for others.
func (s *source) callee(call *ast.CallExpr) types.Object {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		return s.info.Uses[f]
	case *ast.SelectorExpr:
		return s.info.Uses[f.Sel]
	}
	return nil
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}
