package domaindoc

import (
	"fmt"
	"go/ast"
	"go/types"
	"maps"
	"slices"
)

// reach is what a function can make, by itself and by what it calls.
type reach struct {
	events map[string]bool
	rules  map[string]bool
}

// readReach tells of each command which events and refusals it can lead to. It
// follows calls, and functions and variables that are named, without asking when;
// so it may name one too many, but never one too few.
func (d *Domain) readReach() error {
	events := map[string]bool{}
	for _, e := range d.Events {
		events[e.Name] = true
	}
	made := map[string][]string{} // event: commands
	refused := map[string][]string{}
	for i := range d.Commands {
		c := &d.Commands[i]
		r := reach{map[string]bool{}, map[string]bool{}}
		if err := d.source.follow(d.source.decideOf(c.Name), events, &r, map[ast.Node]bool{}); err != nil {
			return err
		}
		c.Events = slices.Sorted(maps.Keys(r.events))
		for _, e := range c.Events {
			made[e] = append(made[e], c.Name)
		}
		for _, rule := range d.Rules { // in their order
			if r.rules[rule.Code] {
				c.Rules = append(c.Rules, rule.Code)
				refused[rule.Code] = append(refused[rule.Code], c.Name)
			}
		}
	}
	// Decide itself puts this one before what a command leads to.
	for _, c := range d.source.caseTypes("usesPolicy") {
		made["PolicyAdopted"] = append(made["PolicyAdopted"], c)
		i := slices.IndexFunc(d.Commands, func(t Type) bool { return t.Name == c })
		if i < 0 {
			return fmt.Errorf("usesPolicy names %s, which is no command", c)
		}
		d.Commands[i].Events = slices.Insert(d.Commands[i].Events, 0, "PolicyAdopted")
	}
	slices.Sort(made["PolicyAdopted"])
	for i := range d.Events {
		d.Events[i].Commands = made[d.Events[i].Name]
	}
	for i := range d.Rules {
		d.Rules[i].Commands = refused[d.Rules[i].Code]
	}
	return nil
}

// caseTypes are the types that a function switches on.
func (s *source) caseTypes(function string) []string {
	var all []string
	ast.Inspect(s.funcs[s.pkg.Scope().Lookup(function)], func(n ast.Node) bool {
		if c, ok := n.(*ast.CaseClause); ok {
			for _, e := range c.List {
				all = append(all, typeText(e))
			}
		}
		return true
	})
	return all
}

func (s *source) decideOf(command string) *ast.FuncDecl {
	for _, fn := range s.funcs {
		if fn.Name.Name == "decide" && fn.Recv != nil && isIdent(fn.Recv.List[0].Type, command) {
			return fn
		}
	}
	return nil
}

// follow adds what a function, or the start of a variable, can make.
func (s *source) follow(n ast.Node, events map[string]bool, r *reach, seen map[ast.Node]bool) error {
	if n == nil || seen[n] {
		return nil
	}
	seen[n] = true
	if fn, ok := n.(*ast.FuncDecl); ok {
		failures, err := s.failuresOf(fn)
		if err != nil {
			return err
		}
		for _, f := range failures {
			r.rules[f.rule] = true
		}
	}
	var err error
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			r.event(s.info.Types[n].Type, events)
		case *ast.CallExpr: // a conversion, such as AgentAdded(c)
			if tv := s.info.Types[n.Fun]; tv.IsType() {
				r.event(tv.Type, events)
			}
		case *ast.Ident:
			obj := s.info.Uses[n]
			if fn := s.funcs[obj]; fn != nil {
				err = firstErr(err, s.follow(fn, events, r, seen))
			} else if v, ok := s.vars[obj]; ok {
				err = firstErr(err, s.follow(v, events, r, seen))
			}
		}
		return true
	})
	return err
}

func firstErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func (r *reach) event(t types.Type, events map[string]bool) {
	if named, ok := t.(*types.Named); ok && events[named.Obj().Name()] {
		r.events[named.Obj().Name()] = true
	}
}
