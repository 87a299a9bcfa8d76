package backfill

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// text is a scalar of the plan as it stands there, and where. A number is kept
// as its digits: 50.00 must not become 50, nor 007 seven.
type text struct {
	Place
	Value string
}

func (t text) given() bool { return t.Line > 0 }

// reader reads the YAML of one plan strictly and notes every mistake.
type reader struct {
	file     string
	mistakes *Mistakes
}

func (r *reader) place(n *yaml.Node) Place { return Place{r.file, n.Line, n.Column} }

func (r *reader) wrong(n *yaml.Node, format string, args ...any) {
	r.mistakes.add(r.place(n), format, args...)
}

// mapping is a YAML mapping all of whose keys are known.
type mapping struct {
	r    *reader
	at   Place  // of its key, for what is missing in it
	name string // of its key, "" for the whole plan
	by   map[string]*yaml.Node
	keys map[string]*yaml.Node
}

// mapping reads n, whose keys must be among known. Unknown and duplicate keys are
// noted; of duplicates the first counts. ok is false if n is no mapping.
func (r *reader) mapping(n *yaml.Node, at Place, name string, known ...string) (m mapping, ok bool) {
	m = mapping{r, at, name, map[string]*yaml.Node{}, map[string]*yaml.Node{}}
	if n.Kind != yaml.MappingNode {
		r.wrong(n, "%s: keys and values expected, found %s", label(name), kindOf(n))
		return m, false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode:
			r.wrong(key, "%s: a key must be a word, found %s", label(name), kindOf(key))
		case known != nil && !slices.Contains(known, key.Value):
			r.wrong(key, "unknown key %q in %s; it has %s", key.Value, label(name), strings.Join(known, ", "))
		case m.by[key.Value] != nil:
			r.wrong(key, "key %q stands twice in %s, first on line %d", key.Value, label(name), m.keys[key.Value].Line)
		default:
			m.by[key.Value], m.keys[key.Value] = value, key
		}
	}
	return m, true
}

func label(name string) string {
	if name == "" {
		return "the plan"
	}
	return name
}

func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "keys and values"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.AliasNode:
		return "an alias (*" + n.Value + "), which a plan must not have"
	case n.Tag == "!!null":
		return "nothing"
	}
	return strconv.Quote(n.Value)
}

func (m mapping) path(key string) string {
	if m.name == "" {
		return key
	}
	return m.name + "." + key
}

// need notes that key is missing, if it is.
func (m mapping) need(keys ...string) {
	for _, key := range keys {
		if m.by[key] == nil {
			m.r.mistakes.add(m.at, "key %q is missing in %s", key, label(m.name))
		}
	}
}

// in reads the mapping under key. ok is false if there is none.
func (m mapping) in(key string, known ...string) (inner mapping, ok bool) {
	n := m.by[key]
	if n == nil {
		return mapping{}, false
	}
	return m.r.mapping(n, m.r.place(m.keys[key]), m.path(key), known...)
}

// text reads the scalar under key; the zero text if there is none.
func (m mapping) text(key string) text {
	n := m.by[key]
	if n == nil {
		return text{}
	}
	return m.r.text(n, m.path(key))
}

func (r *reader) text(n *yaml.Node, path string) text {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		r.wrong(n, "%s: a value expected, found %s", path, kindOf(n))
		return text{}
	}
	if n.Value == "" {
		r.wrong(n, "%s is empty", path)
		return text{}
	}
	return text{r.place(n), n.Value}
}

// list reads the scalars under key, at least one.
func (m mapping) list(key string) []text {
	n := m.by[key]
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		m.r.wrong(n, "%s: a list of values expected, such as [a, b], found %s", m.path(key), kindOf(n))
		return nil
	}
	var all []text
	for _, item := range n.Content {
		if t := m.r.text(item, m.path(key)); t.given() {
			all = append(all, t)
		}
	}
	return all
}
