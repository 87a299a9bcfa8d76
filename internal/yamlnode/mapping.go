package yamlnode

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Kind is what YAML takes a scalar for.
type Kind string

// Kinds of a Text. A word without quotes is a Str as well.
const (
	Str   Kind = "!!str"
	Int   Kind = "!!int"
	Float Kind = "!!float"
	Bool  Kind = "!!bool"
)

// Text is a scalar as it stands in the document, and where. A number is kept as
// its digits: 50.00 must not become 50, nor 007 seven.
type Text struct {
	Place
	Value string
	Kind  Kind
}

// Given tells whether there is a text: the zero Text stands for none.
func (t Text) Given() bool { return t.Line > 0 }

// Mapping is a YAML mapping all of whose keys are known.
type Mapping struct {
	At   Place  // of its key, for what is missing in it
	Name string // of its key; "" for the whole document
	Keys []Text // in the order of the document, each once

	reader *Reader
	values map[string]*yaml.Node
}

// Mapping reads n, whose keys must be among known; nil knows all. Unknown and
// duplicate keys are noted; of duplicates the first counts. ok is false if n is
// no mapping.
func (r *Reader) Mapping(n *yaml.Node, at Place, name string, known []string) (m Mapping, ok bool) {
	m = Mapping{At: at, Name: name, reader: r, values: map[string]*yaml.Node{}}
	if n.Kind != yaml.MappingNode {
		r.Wrong(n, "%s: keys and values expected, found %s", r.label(name), r.found(n))
		return m, false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode:
			r.Wrong(key, "%s: a key must be a word, found %s", r.label(name), r.found(key))
		case known != nil && !slices.Contains(known, key.Value):
			r.Wrong(key, "unknown key %q in %s; %s", key.Value, r.label(name), suggest(key.Value, known))
		case m.values[key.Value] != nil:
			r.Wrong(key, "key %q stands twice in %s, first on line %d", key.Value, r.label(name), m.key(key.Value).Line)
		default:
			m.values[key.Value] = value
			m.Keys = append(m.Keys, Text{r.Place(key), key.Value, Kind(key.ShortTag())})
		}
	}
	return m, true
}

func (r *Reader) label(name string) string {
	if name == "" {
		return r.Whole
	}
	return name
}

// found says what stands where something else was expected.
func (r *Reader) found(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "keys and values"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.AliasNode:
		return "an alias (*" + n.Value + "), which " + r.Whole + " must not have"
	case n.ShortTag() == "!!null":
		return "nothing"
	}
	return strconv.Quote(n.Value)
}

func (m Mapping) key(name string) Text {
	return m.Keys[slices.IndexFunc(m.Keys, func(k Text) bool { return k.Value == name })]
}

// Path is what mistakes call the value under key.
func (m Mapping) Path(key string) string {
	if m.Name == "" {
		return key
	}
	return m.Name + "." + key
}

// Has tells whether there is something under key.
func (m Mapping) Has(key string) bool { return m.values[key] != nil }

// Value is the node under key; nil if there is none.
func (m Mapping) Value(key string) *yaml.Node { return m.values[key] }

// Place is where the value under key stands, else the mapping itself.
func (m Mapping) Place(key string) Place {
	if n := m.values[key]; n != nil {
		return m.reader.Place(n)
	}
	return m.At
}

// Need notes each of the keys that is missing.
func (m Mapping) Need(keys ...string) {
	for _, key := range keys {
		if !m.Has(key) {
			m.reader.Mistakes.Add(m.At, "key %q is missing in %s", key, m.reader.label(m.Name))
		}
	}
}

// In reads the mapping under key. ok is false if there is none.
func (m Mapping) In(key string, known []string) (inner Mapping, ok bool) {
	n := m.values[key]
	if n == nil {
		return Mapping{}, false
	}
	return m.reader.Mapping(n, m.key(key).Place, m.Path(key), known)
}

// Text reads the scalar under key; the zero Text if there is none.
func (m Mapping) Text(key string) Text {
	n := m.values[key]
	if n == nil {
		return Text{}
	}
	return m.reader.Text(n, m.Path(key))
}

// Text reads a scalar that says something; what it is called is path. A fault is
// noted, and the zero Text returned.
func (r *Reader) Text(n *yaml.Node, path string) Text {
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		r.Wrong(n, "%s: a value expected, found %s", path, r.found(n))
		return Text{}
	}
	if n.Value == "" {
		r.Wrong(n, "%s is empty", path)
		return Text{}
	}
	return Text{r.Place(n), n.Value, Kind(n.ShortTag())}
}

// List reads the scalars under key, at least one; none if there is no such key.
func (m Mapping) List(key string) []Text {
	n := m.values[key]
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		m.reader.Wrong(n, "%s: a list of values expected, such as [a, b], found %s", m.Path(key), m.reader.foundForList(n))
		return nil
	}
	var all []Text
	for _, item := range n.Content {
		if t := m.reader.Text(item, m.Path(key)); t.Given() {
			all = append(all, t)
		}
	}
	return all
}

func (r *Reader) foundForList(n *yaml.Node) string {
	if n.Kind == yaml.SequenceNode {
		return "an empty one"
	}
	return r.found(n)
}

// manyKeys is how many keys are still worth listing: they fit a line or two of a
// terminal. Of more than these the nearest one is named instead.
const manyKeys = 20

// suggest tells which keys there are, or which one was probably meant.
func suggest(key string, known []string) string {
	if len(known) <= manyKeys {
		return "it has " + strings.Join(known, ", ")
	}
	nearest, distance := "", math.MaxInt
	for _, k := range known {
		d := edits(key, k)
		if d < distance && 2*d < max(len(key), len(k)) { // further away it is another word
			nearest, distance = k, d
		}
	}
	if nearest == "" {
		return "none of its " + strconv.Itoa(len(known)) + " keys is like it"
	}
	return "did you mean " + nearest + "?"
}

// edits is how many characters must be put in, taken out or replaced to make a
// into b (Levenshtein).
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
