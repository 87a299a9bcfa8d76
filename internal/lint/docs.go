package lint

import (
	"go/ast"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// checkPackageDocs: the doc comment of a package is its manual.
func checkPackageDocs(t *Tree) (out []Finding) {
	for _, p := range t.Packages {
		if p.Name == "" {
			continue // tests alone
		}
		documented := false
		for _, f := range p.Files {
			documented = documented || !f.Test() && f.Go.Doc != nil && strings.TrimSpace(f.Go.Doc.Text()) != ""
		}
		if !documented {
			out = append(out, Finding{p.Files[0].Name, 1, "package " + p.Name + " has no doc comment: say what it is for and what it promises"})
		}
	}
	return out
}

// obvious are methods whose meaning the language or its library fixes.
var obvious = []string{
	"Error", "String", "Unwrap", "Is", "As", "Close", "Len", "Less", "Swap", "Read", "Write", "ReadAt", "WriteAt",
	"MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "MarshalYAML", "UnmarshalYAML", "Scan", "Value", "LogValue",
}

// checkExportedDocs: who uses a name from outside learns units, errors and
// concurrency from its comment. A method that an interface of ours documents needs
// no second comment.
func checkExportedDocs(t *Tree) (out []Finding) {
	known := t.interfaceMethods()
	for _, name := range obvious {
		known[name] = true
	}
	for _, p := range t.Packages {
		if p.Name == "main" || strings.HasPrefix(p.Dir, "cmd/") {
			continue
		}
		for _, f := range p.Files {
			if f.Test() {
				continue
			}
			for i, d := range f.Go.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) && !(d.Recv != nil && known[d.Name.Name]) &&
						!t.sharesDoc(f.Go.Decls[:i], d) {
						out = append(out, t.at(d.Pos(), "%s is exported and has no doc comment", d.Name.Name))
					}
				case *ast.GenDecl:
					out = append(out, t.undocumented(d)...)
				}
			}
		}
	}
	return out
}

// sharesDoc reports whether d stands right below a function whose comment speaks of
// both: "Day and Month are …".
func (t *Tree) sharesDoc(before []ast.Decl, d *ast.FuncDecl) bool {
	for below := d; len(before) > 0; before = before[:len(before)-1] {
		above, ok := before[len(before)-1].(*ast.FuncDecl)
		if !ok || t.Fset.Position(above.End()).Line+1 != t.Fset.Position(below.Pos()).Line {
			return false
		}
		if above.Doc != nil {
			return slices.Contains(strings.FieldsFunc(above.Doc.Text(), notInName), d.Name.Name)
		}
		below = above
	}
	return false
}

func notInName(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// undocumented looks at types, constants and variables. A comment on a group, or
// behind a name, counts; the values of a named type are documented by the type.
func (t *Tree) undocumented(d *ast.GenDecl) (out []Finding) {
	if first, ok := d.Specs[0].(*ast.ValueSpec); ok && d.Tok == token.CONST && d.Lparen.IsValid() {
		if typ, ok := first.Type.(*ast.Ident); ok && typ.IsExported() {
			return nil
		}
	}
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
				out = append(out, t.at(s.Pos(), "type %s is exported and has no doc comment", s.Name.Name))
			}
		case *ast.ValueSpec:
			for _, name := range s.Names {
				if name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
					out = append(out, t.at(name.Pos(), "%s is exported and has no doc comment", name.Name))
				}
			}
		}
	}
	return out
}

// exportedReceiver is true for a function, and for a method of an exported type.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	typ := d.Recv.List[0].Type
	for {
		switch x := typ.(type) {
		case *ast.StarExpr:
			typ = x.X
		case *ast.IndexExpr:
			typ = x.X
		case *ast.IndexListExpr:
			typ = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return false
		}
	}
}

// interfaceMethods are the methods of all interfaces in the module.
func (t *Tree) interfaceMethods() map[string]bool {
	names := map[string]bool{}
	for _, f := range t.goFiles() {
		ast.Inspect(f.Go, func(n ast.Node) bool {
			if i, ok := n.(*ast.InterfaceType); ok {
				for _, m := range i.Methods.List {
					for _, name := range m.Names {
						names[name.Name] = true
					}
				}
			}
			return true
		})
	}
	return names
}

var (
	fence = regexp.MustCompile("(?ms)^ *```.*?^ *```[^\n]*$")
	code  = regexp.MustCompile("`[^`\n]*`")
	link  = regexp.MustCompile(`\]\(([^)\s]+)(?:\s+"[^"]*")?\)`)
	other = regexp.MustCompile(`^[a-z][a-z0-9+.-]*:|^#`)
)

// checkLinks: a relative link in a Markdown file leads to a file that is there.
func checkLinks(t *Tree) (out []Finding) {
	for _, f := range t.Files {
		if path.Ext(f.Name) != ".md" {
			continue
		}
		text := blank(code, blank(fence, string(f.Text)))
		for _, m := range link.FindAllStringSubmatchIndex(text, -1) {
			target := text[m[2]:m[3]]
			if other.MatchString(target) {
				continue
			}
			file, _, _ := strings.Cut(target, "#")
			if _, err := os.Stat(filepath.Join(t.Root, f.Dir(), file)); err != nil {
				out = append(out, Finding{f.Name, 1 + strings.Count(text[:m[0]], "\n"), "link to " + target + " leads nowhere"})
			}
		}
	}
	return out
}

// blank takes what matches out of a text and keeps its lines.
func blank(r *regexp.Regexp, text string) string {
	return r.ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat("\n", strings.Count(s, "\n")) })
}
