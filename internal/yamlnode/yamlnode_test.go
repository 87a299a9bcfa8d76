package yamlnode

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// read reads {name: TEXT, list: [TEXT, …], inner: {x: TEXT}} and tells what it
// found, or else the mistakes.
func read(document string) string {
	var mistakes Mistakes
	r := &Reader{File: "f.yaml", Whole: "the form", Mistakes: &mistakes}
	root := r.Parse([]byte(document))
	if root == nil {
		return mistakes.Error()
	}
	m, ok := r.Mapping(root, Place{"f.yaml", 1, 1}, "", []string{"name", "list", "inner"})
	if !ok {
		return mistakes.Error()
	}
	m.Need("name")
	var found []string
	for _, key := range m.Keys {
		found = append(found, key.Value)
	}
	name := m.Text("name")
	found = append(found, fmt.Sprintf("%s %s %s", name.Value, name.Kind, name.Place))
	for _, item := range m.List("list") {
		found = append(found, fmt.Sprintf("%s %s %s", item.Value, item.Kind, item.Place))
	}
	if inner, ok := m.In("inner", []string{"x"}); ok {
		inner.Need("x")
		found = append(found, inner.Text("x").Value)
	}
	if mistakes.Count() > 0 {
		return mistakes.Error()
	}
	return strings.Join(found, "; ")
}

func TestReader(t *testing.T) {
	for name, c := range map[string]struct{ document, want string }{
		"all there":          {"name: a\nlist: [b, 50.00]\ninner: {x: y}\n", "name; list; inner; a !!str f.yaml:1:7; b !!str f.yaml:2:8; 50.00 !!float f.yaml:2:11; y"},
		"digits are kept":    {"name: 007\n", "name; 007 !!int f.yaml:1:7"},
		"quoted is text":     {"name: \"1\"\n", "name; 1 !!str f.yaml:1:7"},
		"truth":              {"name: true\n", "name; true !!bool f.yaml:1:7"},
		"byte order mark":    {"\ufeffname: a\n", "name; a !!str f.yaml:1:7"},
		"columns are signs":  {"inner: {x: 打款}\nname: a\nlist: [補差價, b]\n", "inner; name; list; a !!str f.yaml:2:7; 補差價 !!str f.yaml:3:8; b !!str f.yaml:3:13; 打款"},
		"empty":              {"", "f.yaml:1:1: the form is empty"},
		"comments alone":     {"# nothing\n", "f.yaml:1:1: the form is empty"},
		"no mapping":         {"- a\n", "f.yaml:1:1: the form: keys and values expected, found a list"},
		"a word":             {"a\n", `f.yaml:1:1: the form: keys and values expected, found "a"`},
		"second document":    {"name: a\n---\nname: b\n", "f.yaml:2:1: a second document; the form is one"},
		"not YAML":           {"name: a\n  b: [\n", "f.yaml:2:1: not YAML: mapping values are not allowed in this context"},
		"not UTF-8":          {"name: a\nlist: [\xe6\x89\x93\xff]\n", "f.yaml:2:9: not UTF-8"},
		"unknown key":        {"nome: a\nname: b\n", `f.yaml:1:1: unknown key "nome" in the form; it has name, list, inner`},
		"unknown inner":      {"name: a\ninner: {y: b, x: c}\n", `f.yaml:2:9: unknown key "y" in inner; it has x`},
		"twice":              {"name: a\nlist: [b]\nname: c\n", `f.yaml:3:1: key "name" stands twice in the form, first on line 1`},
		"missing":            {"list: [a]\n", `f.yaml:1:1: key "name" is missing in the form`},
		"missing inside":     {"name: a\ninner: {}\n", `f.yaml:2:1: key "x" is missing in inner`},
		"key of keys":        {"? {a: b}\n: c\nname: a\n", "f.yaml:1:3: the form: a key must be a word, found keys and values"},
		"nothing":            {"name:\n", "f.yaml:1:6: name: a value expected, found nothing"},
		"empty text":         {"name: \"\"\n", "f.yaml:1:7: name is empty"},
		"list for text":      {"name: [a]\n", "f.yaml:1:7: name: a value expected, found a list"},
		"text for list":      {"name: a\nlist: b\n", `f.yaml:2:7: list: a list of values expected, such as [a, b], found "b"`},
		"empty list":         {"name: a\nlist: []\n", "f.yaml:2:7: list: a list of values expected, such as [a, b], found an empty one"},
		"alias":              {"name: &n a\nlist: *n\n", "f.yaml:2:7: list: a list of values expected, such as [a, b], found an alias (*n), which the form must not have"},
		"several, in order":  {"list: [{}, a]\nx: 1\n", "f.yaml:2:1: unknown key \"x\" in the form; it has name, list, inner\nf.yaml:1:1: key \"name\" is missing in the form\nf.yaml:1:8: list: a value expected, found keys and values"},
		"merge is no key":    {"<<: {name: a}\nname: b\n", `f.yaml:1:1: unknown key "<<" in the form; it has name, list, inner`},
		"text for a mapping": {"name: a\ninner: b\n", `f.yaml:2:8: inner: keys and values expected, found "b"`},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, read(c.document)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestManyKeysAreNotListed(t *testing.T) {
	var known []string
	for i := range manyKeys + 1 {
		known = append(known, fmt.Sprintf("limit_%c%c", 'a'+i, 'a'+i))
	}
	known = append(known, "amount_max")
	for key, want := range map[string]string{
		"amount-max": "did you mean amount_max?",
		"amount":     "did you mean amount_max?",
		"Amount_Max": "did you mean amount_max?",
		"zone":       "none of its 22 keys is like it",
	} {
		if got := suggest(key, known); got != want {
			t.Errorf("suggest(%q) = %q, want %q", key, got, want)
		}
	}
}

func TestMistakesAreBounded(t *testing.T) {
	var m Mistakes
	for i := range MaxMistakes {
		m.Add(Place{"f", i + 1, 1}, "wrong")
	}
	if strings.Contains(m.Error(), "more") {
		t.Errorf("%d mistakes are said to be more: %v", MaxMistakes, m.Error())
	}
	m.Add(Place{"f", 99, 1}, "wrong")
	if want := "\nand one more mistake"; !strings.HasSuffix(m.Error(), want) || strings.Contains(m.Error(), "f:99") {
		t.Errorf("one over the bound: %v", m.Error())
	}
	m.Add(Place{"f", 100, 1}, "wrong")
	if want := "\nand 2 more mistakes"; !strings.HasSuffix(m.Error(), want) || m.Count() != MaxMistakes+2 {
		t.Errorf("two over the bound: %d, %v", m.Count(), m.Error())
	}
}

// FuzzReader: whatever the input, it is read or its mistakes have places in it.
func FuzzReader(f *testing.F) {
	f.Add([]byte("name: a\nlist: [b]\ninner: {x: y}\n"))
	f.Add([]byte("name: &a [*a]\n"))
	f.Add([]byte("? [a]\n: b\n---\n"))
	f.Add([]byte("\xff"))
	f.Fuzz(func(t *testing.T, document []byte) {
		var mistakes Mistakes
		r := &Reader{File: "f", Whole: "the form", Mistakes: &mistakes}
		root := r.Parse(document)
		if (root == nil) != (mistakes.Count() > 0) {
			t.Fatalf("root %v with mistakes %v", root, mistakes.First)
		}
		if root != nil {
			if m, ok := r.Mapping(root, Place{"f", 1, 1}, "", nil); ok {
				for _, key := range m.Keys {
					m.Text(key.Value)
					m.List(key.Value)
				}
			}
		}
		for _, one := range mistakes.First {
			if one.Line < 1 || one.Col < 1 {
				t.Fatalf("mistake without a place: %v", one)
			}
		}
	})
}
