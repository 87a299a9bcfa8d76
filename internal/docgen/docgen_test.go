package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/internal/domaindoc"
)

// root of the module, from this folder.
const root = "../.."

// Both take a while, and nobody changes what they return.
var (
	generated = sync.OnceValues(func() (map[string][]byte, error) { return generate(root) })
	loaded    = sync.OnceValues(func() (*domaindoc.Domain, error) { return domaindoc.Load(filepath.Join(root, "domain")) })
)

func pagesOf(t *testing.T) map[string][]byte {
	t.Helper()
	pages, err := generated()
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// TestReferenceIsWhatTheCodeSays fails when docs/reference was not written anew.
func TestReferenceIsWhatTheCodeSays(t *testing.T) {
	pages := pagesOf(t)
	if len(pages) < 90 {
		t.Fatalf("only %d pages: the test does not see them", len(pages))
	}
	const remedy = "is not what the code says: go run ./internal/docgen"
	for name, page := range pages {
		old, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Errorf("%s is missing: go run ./internal/docgen", name)
			continue
		}
		if !bytes.Equal(old, page) {
			t.Errorf("%s %s\n%s", name, remedy, firstDifference(string(old), string(page)))
		}
	}
	stale, err := leftOver(root, pages)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range stale {
		t.Errorf("%s is of something that is gone: go run ./internal/docgen", name)
	}
}

// firstDifference is a few lines, where a whole page would be thousands.
func firstDifference(old, now string) string {
	a, b := strings.Split(old, "\n"), strings.Split(now, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return cmp.Diff(a[i:min(i+3, len(a))], b[i:min(i+3, len(b))])
		}
	}
	return "one is longer than the other"
}

func TestTheSameCodeGivesTheSameBytes(t *testing.T) {
	again, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(pagesOf(t), again); diff != "" {
		t.Error(diff)
	}
}

// TestRunRepairs: what is wrong on disk is put right, what is by hand stays.
func TestRunRepairs(t *testing.T) {
	dir := t.TempDir()
	for _, folder := range []string{"domain", filepath.Join(reference, schemaFolder, "events")} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	sources, err := filepath.Glob(filepath.Join(root, "domain", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sources {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		write(filepath.Join("domain", filepath.Base(name)), string(text))
	}
	write("go.mod", "module m\n")
	write(filepath.Join(reference, "commands.md"), "old")
	write(filepath.Join(reference, "byhand.md"), "by hand")
	write(filepath.Join(reference, schemaFolder, "events", "Gone.v1.json"), "{}")
	if err := run(filepath.Join(dir, "domain")); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, reference, name))
		if err != nil {
			return err.Error()
		}
		return string(text)
	}
	if !strings.Contains(read("commands.md"), "# Commands") || read("byhand.md") != "by hand" {
		t.Errorf("commands.md: %.40q, byhand.md: %q", read("commands.md"), read("byhand.md"))
	}
	if _, err := os.Stat(filepath.Join(dir, reference, schemaFolder, "events", "Gone.v1.json")); !os.IsNotExist(err) {
		t.Errorf("the schema of an event that is gone is there: %v", err)
	}
	if strings.Contains(read("events.md"), "For instance") {
		t.Error("an example where there are none")
	}
}

// TestEveryFieldHasAMeaning: a comment at the field, or a word in common or special.
func TestEveryFieldHasAMeaning(t *testing.T) {
	d := load(t)
	types := slices.Concat(d.Commands, d.Events, []domaindoc.Type{d.Meta})
	for _, s := range d.Structs {
		if s.Name != "Policy" {
			types = append(types, inJSON(s))
		}
	}
	fields := 0
	for _, typ := range types {
		for _, f := range typ.Fields {
			fields++
			if meaning(typ.Name, f) == "" {
				t.Errorf("%s.%s has no meaning: comment it in package domain, or add it to common", typ.Name, f.Name)
			}
		}
	}
	if fields < 200 {
		t.Errorf("only %d fields: the test does not see them", fields)
	}
}

func load(t *testing.T) *domaindoc.Domain {
	t.Helper()
	d, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestLinksLeadSomewhere: every link of a page is to a page and a heading there are.
func TestLinksLeadSomewhere(t *testing.T) {
	pages := pagesOf(t)
	heading := regexp.MustCompile(`(?m)^#+ (.+)$`)
	anchors := map[string]bool{}
	for name, page := range pages {
		anchors[name] = true
		for _, m := range heading.FindAllSubmatch(page, -1) {
			anchors[name+"#"+strings.ReplaceAll(strings.ToLower(string(m[1])), " ", "-")] = true
		}
	}
	links := 0
	target := regexp.MustCompile(`\]\(([^)]*)\)`)
	for name, page := range pages {
		if filepath.Ext(name) != ".md" {
			continue
		}
		for _, m := range target.FindAllSubmatch(page, -1) {
			links++
			to := string(m[1])
			if strings.HasPrefix(to, "#") {
				to = filepath.Base(name) + to
			}
			if to != schemaFolder && !anchors[reference+"/"+to] {
				t.Errorf("%s: the link to %s leads nowhere", name, to)
			}
		}
	}
	if links < 500 {
		t.Errorf("only %d links: the test does not see them", links)
	}
}
