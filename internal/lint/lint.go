// Package lint holds the house rules as tests: who may import whom, what the
// domain may touch, names, documentation, length, links. go test ./internal/lint
// prints each broken rule with its place and what to do about it.
//
// Files are parsed, not built, so that files behind build tags count as well and
// the whole run takes seconds.
package lint

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Finding is a broken rule at a place.
type Finding struct {
	File string // slash-separated, from the root of the module
	Line int
	What string // a sentence
}

func (f Finding) String() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.What) }

// File is a text file of the project.
type File struct {
	Name string
	Text []byte
	Go   *ast.File // nil unless it is Go and parses
}

// Dir is the package folder that f is in, "." at the top.
func (f *File) Dir() string { return path.Dir(f.Name) }

// Test reports whether f is compiled for tests alone.
func (f *File) Test() bool { return strings.HasSuffix(f.Name, "_test.go") }

// Package is the Go files of one folder.
type Package struct {
	Dir   string
	Name  string
	Files []*File
}

// Tree is a module as it stands in its folder.
type Tree struct {
	Root     string
	Module   string // path in go.mod
	Files    []*File
	Packages []*Package
	Fset     *token.FileSet
	Broken   []Finding // files that don't parse
}

// Load reads what git tracks or would add under root; without git, everything
// but bin and hidden folders.
func Load(root string) (*Tree, error) {
	names, err := tracked(root)
	if err != nil {
		return nil, fmt.Errorf("list files of %s: %w", root, err)
	}
	t := &Tree{Root: root, Fset: token.NewFileSet()}
	dirs := map[string]*Package{}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return nil, err
		}
		if bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
			continue // not text
		}
		f := &File{Name: name, Text: text}
		t.Files = append(t.Files, f)
		if name == "go.mod" {
			t.Module = moduleOf(text)
		}
		if strings.HasSuffix(name, ".go") && !inTestdata(name) {
			t.parse(f, dirs)
		}
	}
	slices.SortFunc(t.Packages, func(a, b *Package) int { return cmp.Compare(a.Dir, b.Dir) })
	if t.Module == "" {
		return nil, fmt.Errorf("no module in %s", filepath.Join(root, "go.mod"))
	}
	return t, nil
}

func (t *Tree) parse(f *File, dirs map[string]*Package) {
	parsed, err := parser.ParseFile(t.Fset, f.Name, f.Text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Broken = append(t.Broken, Finding{f.Name, 1, "does not parse: " + err.Error()})
		return
	}
	f.Go = parsed
	p := dirs[f.Dir()]
	if p == nil {
		p = &Package{Dir: f.Dir()}
		dirs[f.Dir()] = p
		t.Packages = append(t.Packages, p)
	}
	if !f.Test() {
		p.Name = parsed.Name.Name
	}
	p.Files = append(p.Files, f)
}

// tracked lists files relative to root, sorted.
func tracked(root string) ([]string, error) {
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	if out, err := cmd.Output(); err == nil {
		var names []string
		for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
			if info, err := os.Lstat(filepath.Join(root, name)); name != "" && err == nil && info.Mode().IsRegular() {
				names = append(names, name) // a file that is tracked may be deleted here
			}
		}
		slices.Sort(names)
		return slices.Compact(names), nil
	}
	var names []string
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if hidden := strings.HasPrefix(d.Name(), ".") && d.Name() != ".ci"; d.IsDir() && p != root && (hidden || d.Name() == "bin") {
			return filepath.SkipDir
		}
		if d.Type().IsRegular() {
			rel, err := filepath.Rel(root, p)
			if err != nil {
				return err
			}
			names = append(names, filepath.ToSlash(rel))
		}
		return nil
	})
	return names, err
}

func moduleOf(gomod []byte) string {
	for line := range strings.Lines(string(gomod)) {
		if m, ok := strings.CutPrefix(strings.TrimSpace(line), "module "); ok {
			return strings.TrimSpace(m)
		}
	}
	return ""
}

func inTestdata(name string) bool {
	return strings.HasPrefix(name, "testdata/") || strings.Contains(name, "/testdata/")
}

// ours is the folder of an import path of this module.
func (t *Tree) ours(imported string) (dir string, ok bool) {
	if imported == t.Module {
		return ".", true
	}
	return strings.CutPrefix(imported, t.Module+"/")
}

// at is a finding at a place in a Go file.
func (t *Tree) at(pos token.Pos, format string, args ...any) Finding {
	p := t.Fset.Position(pos)
	return Finding{p.Filename, p.Line, fmt.Sprintf(format, args...)}
}

// Checks are all rules, by name.
var Checks = map[string]func(*Tree) []Finding{
	"parse":         func(t *Tree) []Finding { return t.Broken },
	"imports":       checkImports,
	"purity":        checkPurity,
	"floats":        checkFloats,
	"init":          checkInit,
	"names":         checkNames,
	"package docs":  checkPackageDocs,
	"exported docs": checkExportedDocs,
	"links":         checkLinks,
	"length":        checkLength,
	"gofmt":         checkFormat,
	"open notes":    checkNotes,
	"machine":       checkMachine,
}
