// Package domaindoc reads the source of package domain and tells what is in it:
// the rules and the figures that their refusals have, the commands and events with
// their fields and comments, and which command can lead to which event or refusal.
// References and completeness tests are made from it, so that neither can lag
// behind the code.
//
// The source is parsed and its own names are resolved; imported packages are not
// read, so this takes milliseconds. What it finds is as good as the source's
// shape: a refusal is a composite literal of type Failure, or a call of a function
// that makes one. Something of another shape is an error and not left out.
package domaindoc

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Domain is what the source says.
type Domain struct {
	Rules    []Rule // in the order of refusal.go
	Commands []Type // by name
	Events   []Type // by name
	Meta     Type   // of events, as it is stored
	Structs  map[string]Type

	source *source
}

// source is the parsed package with its names resolved.
type source struct {
	fset   *token.FileSet
	files  []*ast.File
	info   *types.Info
	pkg    *types.Package
	funcs  map[types.Object]*ast.FuncDecl
	vars   map[types.Object]ast.Expr      // package-level variables and what they start as
	types  map[string]*ast.TypeSpec       // by name
	groups map[*ast.TypeSpec]*ast.GenDecl // that a type is declared in
}

// Load reads the package in dir, for instance "../../domain".
func Load(dir string) (*Domain, error) {
	s, err := parse(dir)
	if err != nil {
		return nil, fmt.Errorf("read package domain in %s: %w", dir, err)
	}
	d := &Domain{source: s, Structs: map[string]Type{}}
	for _, read := range []func() error{d.readRules, d.readTypes, d.readReach} {
		if err := read(); err != nil {
			return nil, fmt.Errorf("read package domain in %s: %w", dir, err)
		}
	}
	return d, nil
}

// Root is the folder of the module that dir is in.
func Root(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("find go.mod: this is no folder of a module")
		}
		dir = parent
	}
}

func parse(dir string) (*source, error) {
	s := &source{
		fset: token.NewFileSet(), funcs: map[types.Object]*ast.FuncDecl{}, vars: map[types.Object]ast.Expr{},
		types: map[string]*ast.TypeSpec{}, groups: map[*ast.TypeSpec]*ast.GenDecl{},
		info: &types.Info{
			Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		},
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !isSource(e) {
			continue
		}
		file, err := parser.ParseFile(s.fset, filepath.Join(dir, e.Name()), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		s.files = append(s.files, file)
	}
	if len(s.files) == 0 {
		return nil, errors.New("no Go files")
	}
	// Errors are expected: nothing is known of imported packages. The package's
	// own names are resolved nevertheless.
	config := types.Config{Importer: blank{}, Error: func(error) {}}
	s.pkg, _ = config.Check("domain", s.fset, s.files, s.info)
	s.index()
	return s, nil
}

func isSource(e fs.DirEntry) bool {
	return strings.HasSuffix(e.Name(), ".go") && !strings.HasSuffix(e.Name(), "_test.go")
}

// blank imports every package as an empty one.
type blank struct{}

func (blank) Import(path string) (*types.Package, error) {
	name := path[strings.LastIndexByte(path, '/')+1:]
	p := types.NewPackage(path, name)
	p.MarkComplete()
	return p, nil
}

func (s *source) index() {
	for _, file := range s.files {
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				s.funcs[s.info.Defs[d.Name]] = d
			case *ast.GenDecl:
				s.indexGroup(d)
			}
		}
	}
}

func (s *source) indexGroup(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			s.types[spec.Name.Name] = spec
			s.groups[spec] = d
		case *ast.ValueSpec:
			for i, name := range spec.Names {
				if d.Tok == token.VAR && i < len(spec.Values) {
					s.vars[s.info.Defs[name]] = spec.Values[i]
				}
			}
		}
	}
}

// text is the value of a constant expression; ok is false for any other.
func (s *source) text(e ast.Expr) (text string, ok bool) {
	tv := s.info.Types[e]
	if tv.Value == nil {
		return "", false
	}
	text = tv.Value.ExactString()
	if strings.HasPrefix(text, `"`) {
		return strings.Trim(text, `"`), true // codes have nothing to escape
	}
	return text, true
}

// at is where a node stands, for errors.
func (s *source) at(n ast.Node) string {
	p := s.fset.Position(n.Pos())
	return fmt.Sprintf("%s:%d", filepath.Base(p.Filename), p.Line)
}

// sentence is a comment as one line of text.
func sentence(groups ...*ast.CommentGroup) string {
	var words []string
	for _, g := range groups {
		if g != nil {
			words = append(words, strings.Fields(g.Text())...)
		}
	}
	return strings.Join(words, " ")
}

// inOrder are the package's functions in the order of the source.
func (s *source) inOrder() []*ast.FuncDecl {
	var all []*ast.FuncDecl
	for _, d := range s.funcs {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b *ast.FuncDecl) int { return int(a.Pos() - b.Pos()) })
	return all
}
