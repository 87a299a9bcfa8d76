package domaindoc

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Type is a command, an event, or a struct that is part of one.
type Type struct {
	Name     string
	Version  int      // of an event
	Doc      string   // its comment, as one line
	Same     string   // the command that it has the fields of, for an event that is its answer
	Fields   []Field  // as in JSON: those of embedded structs stand among the others
	Events   []string // a command: that it can lead to
	Rules    []string // a command: that it can be refused with
	Commands []string // an event: that can lead to it
}

// Field is one member of the JSON object.
type Field struct {
	Name     string // in JSON; of what is not in JSON the Go name
	Stored   bool   // it is in JSON
	Optional bool   // it is left out where there is nothing to say
	Type     string // Go type, for instance "*Money" or "[]Failure"
	Doc      string
}

// readTypes finds commands and events by the lists in names.go.
func (d *Domain) readTypes() error {
	s := d.source
	stored, ok := s.vars[s.pkg.Scope().Lookup("eventTypes")].(*ast.CompositeLit)
	if !ok {
		return errors.New("there is no list eventTypes")
	}
	for _, e := range stored.Elts {
		key, ok := s.text(e.(*ast.KeyValueExpr).Key)
		if !ok {
			return fmt.Errorf("%s: an event type without a constant name", s.at(e))
		}
		name, version, _ := strings.Cut(key, "/")
		t, err := d.typeOf(decoded(e.(*ast.KeyValueExpr).Value, name))
		if err != nil {
			return err
		}
		t.Name = name
		if t.Version, err = strconv.Atoi(version); err != nil {
			return fmt.Errorf("%s: event type %s has no version", s.at(e), key)
		}
		d.Events = append(d.Events, t)
	}
	for _, fn := range s.inOrder() {
		if fn.Name.Name != "decide" || fn.Recv == nil {
			continue
		}
		t, err := d.typeOf(fn.Recv.List[0].Type.(*ast.Ident).Name)
		if err != nil {
			return err
		}
		d.Commands = append(d.Commands, t)
	}
	for _, all := range [][]Type{d.Commands, d.Events} {
		slices.SortFunc(all, func(a, b Type) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version)) })
	}
	var err error
	if d.Meta, err = d.typeOf("wireMeta"); err != nil {
		return err
	}
	return d.readStructs()
}

// decoded is the Go type behind decodeEvent[T]; fallback if it is something else.
func decoded(e ast.Expr, fallback string) string {
	if index, ok := e.(*ast.IndexExpr); ok {
		if id, ok := index.Index.(*ast.Ident); ok {
			return id.Name
		}
	}
	return fallback
}

// readStructs adds the structs that fields are made of, and those of theirs.
func (d *Domain) readStructs() error {
	queue := slices.Concat(d.Commands, d.Events)
	for len(queue) > 0 {
		t := queue[0]
		queue = queue[1:]
		for _, f := range t.Fields {
			name := strings.TrimLeft(f.Type, "*[]")
			spec := d.source.types[name]
			if _, known := d.Structs[name]; known || spec == nil {
				continue
			}
			if _, ok := spec.Type.(*ast.StructType); !ok {
				continue
			}
			inner, err := d.typeOf(name)
			if err != nil {
				return err
			}
			d.Structs[name] = inner
			queue = append(queue, inner)
		}
	}
	return nil
}

// typeOf reads a struct, or a type that is defined by another one.
func (d *Domain) typeOf(name string) (Type, error) {
	s := d.source
	spec := s.types[name]
	if spec == nil {
		return Type{}, fmt.Errorf("there is no type %s", name)
	}
	t := Type{Name: name, Doc: s.typeDoc(spec)}
	switch def := spec.Type.(type) {
	case *ast.StructType:
		return t, s.fields(def, &t)
	case *ast.Ident:
		t.Same = def.Name
		under, err := d.typeOf(def.Name)
		t.Fields = under.Fields
		return t, err
	}
	return t, fmt.Errorf("%s: type %s is no struct", s.at(spec), name)
}

// typeDoc: a comment on a group counts for each type in it that has none.
func (s *source) typeDoc(spec *ast.TypeSpec) string {
	if doc := sentence(spec.Doc, spec.Comment); doc != "" {
		return doc
	}
	return sentence(s.groups[spec].Doc)
}

func (s *source) fields(def *ast.StructType, t *Type) error {
	for _, f := range def.Fields.List {
		if len(f.Names) == 0 {
			embedded, ok := s.types[typeText(f.Type)]
			if !ok {
				return fmt.Errorf("%s: embeds what is not ours", s.at(f))
			}
			if inner, ok := embedded.Type.(*ast.StructType); ok {
				if err := s.fields(inner, t); err != nil {
					return err
				}
			}
			continue
		}
		tag := ""
		if f.Tag != nil {
			text, err := strconv.Unquote(f.Tag.Value)
			if err != nil {
				return fmt.Errorf("%s: tag %s", s.at(f), f.Tag.Value)
			}
			tag = reflect.StructTag(text).Get("json")
		}
		for _, name := range f.Names {
			if name.IsExported() {
				t.Fields = append(t.Fields, fieldOf(name.Name, tag, typeText(f.Type), sentence(f.Doc, f.Comment)))
			}
		}
	}
	return nil
}

func fieldOf(goName, tag, typ, doc string) Field {
	name, options, _ := strings.Cut(tag, ",")
	f := Field{Name: goName, Stored: tag != "-", Type: typ, Doc: doc}
	if f.Stored && name != "" {
		f.Name = name
	}
	f.Optional = strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
	return f
}

// typeText is a type as it stands in the source.
func typeText(e ast.Expr) string {
	switch t := e.(type) {
	case *ast.Ident:
		return t.Name
	case *ast.StarExpr:
		return "*" + typeText(t.X)
	case *ast.ArrayType:
		return "[]" + typeText(t.Elt)
	case *ast.MapType:
		return "map[" + typeText(t.Key) + "]" + typeText(t.Value)
	case *ast.SelectorExpr:
		return typeText(t.X) + "." + t.Sel.Name
	}
	return "?"
}

// Values lists the constants of a named type, such as PayoutState, in the order of
// the source.
func (d *Domain) Values(typ string) []string {
	s := d.source
	var all []string
	for _, file := range s.files {
		for _, decl := range file.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range group.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok && isIdent(v.Type, typ) && len(v.Values) == 1 {
					if text, ok := s.text(v.Values[0]); ok {
						all = append(all, text)
					}
				}
			}
		}
	}
	return all
}

// Constants lists the untyped text constants whose names start with prefix, such
// as Reason, in the order of the source.
func (d *Domain) Constants(prefix string) []string {
	s := d.source
	var all []string
	for _, file := range s.files {
		for _, decl := range file.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range group.Specs {
				v, ok := spec.(*ast.ValueSpec)
				if !ok || v.Type != nil || len(v.Values) != 1 || !strings.HasPrefix(v.Names[0].Name, prefix) {
					continue
				}
				if lit, ok := v.Values[0].(*ast.BasicLit); ok && lit.Value[0] == '"' {
					text, _ := s.text(lit)
					all = append(all, text)
				}
			}
		}
	}
	return all
}
