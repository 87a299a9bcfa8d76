// Command docgen writes docs/reference from the code: what package domain can be
// asked, what it stores, why it refuses, and what a policy can say. A test fails
// when the pages are not what the code says; then
//
//	go run ./internal/docgen
//
// writes them anew. The same code always gives the same bytes.
package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/amends-ledger/amends/internal/domaindoc"
)

// reference is the folder that pages are written to, from the root of the module.
const reference = "docs/reference"

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run writes every page that is not as it should be, and takes away schemas of
// what is gone. Pages that are written by hand are left alone.
func run(dir string) error {
	root, err := domaindoc.Root(dir)
	if err != nil {
		return err
	}
	pages, err := generate(root)
	if err != nil {
		return err
	}
	stale, err := leftOver(root, pages)
	if err != nil {
		return err
	}
	for _, name := range stale {
		if err := os.Remove(filepath.Join(root, name)); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		file := filepath.Join(root, name)
		if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, pages[name]) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, pages[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// input is what pages are made of.
type input struct {
	*domaindoc.Domain
	examples map[string]example // by event type and version: "PayoutPaid/1"
}

// writers write one page, or several, each. A page of the command line or of the
// configuration is one more line here.
var writers = []func(*input, map[string][]byte) error{
	writeCommands, writeEvents, writeRefusals, writePolicy, writeSchemas, writeIndex,
}

// writeIndex lists the other pages.
func writeIndex(_ *input, pages map[string][]byte) error {
	p := newPage("Reference", "What the code says of itself. These pages are written from it, and a test fails where they differ.")
	p.line("")
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		if path.Dir(name) != "." || path.Ext(name) != ".md" {
			continue
		}
		_, title, _ := bytes.Cut(pages[name], []byte("\n# "))
		title, _, _ = bytes.Cut(title, []byte("\n"))
		p.line("- [%s](%s)", title, name)
	}
	p.line("- [The default policy](policy.yaml), as a document with every key explained")
	p.line("- [schemas](%s): JSON Schema (draft 2020-12) of every command and event", schemaFolder)
	pages["README.md"] = p.Bytes()
	return nil
}

// generate makes every page, by its name from the root of the module.
func generate(root string) (map[string][]byte, error) {
	d, err := domaindoc.Load(filepath.Join(root, "domain"))
	if err != nil {
		return nil, err
	}
	in := &input{Domain: d}
	if in.examples, err = readExamples(filepath.Join(root, "domain", "testdata", "events")); err != nil {
		return nil, err
	}
	named := map[string][]byte{}
	for _, write := range writers {
		if err := write(in, named); err != nil {
			return nil, err
		}
	}
	pages := make(map[string][]byte, len(named))
	for name, page := range named {
		pages[path.Join(reference, name)] = page
	}
	return pages, nil
}

// leftOver lists schemas on disk that are not among the pages. Nobody writes
// those by hand.
func leftOver(root string, pages map[string][]byte) ([]string, error) {
	var stale []string
	top := filepath.Join(root, filepath.FromSlash(reference), schemaFolder)
	err := filepath.WalkDir(top, func(name string, entry fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		if _, ok := pages[filepath.ToSlash(relative)]; !ok && strings.HasSuffix(name, ".json") {
			stale = append(stale, relative)
		}
		return nil
	})
	return stale, err
}
