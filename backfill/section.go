package backfill

import (
	"go.yaml.in/yaml/v3"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/internal/yamlnode"
)

// source says where a value comes from: a column, or the same for every row.
type source struct {
	column   text // with Value "" if fixed
	fixed    text
	fallback text // for rows where the column is empty
}

func (s source) Given() bool { return s.column.Given() || s.fixed.Given() }

// section is a mapping of the plan, and where its mistakes go.
type section struct {
	yamlnode.Mapping
	mistakes *Mistakes
}

// in reads the section under key. ok is false if there is none.
func (m section) in(key string, known ...string) (inner section, ok bool) {
	mapping, ok := m.In(key, known)
	return section{mapping, m.mistakes}, ok
}

// column reads a column's name: COLUMN or {column: COLUMN}.
func (m section) column(key string) source {
	if n := m.Value(key); n != nil && n.Kind == yaml.MappingNode {
		inner, _ := m.in(key, "column")
		inner.Need("column")
		return source{column: inner.Text("column")}
	}
	return source{column: m.Text(key)}
}

// source reads COLUMN, {column: COLUMN} or {value: VALUE}.
func (m section) source(key string) source {
	n := m.Value(key)
	if n == nil || n.Kind != yaml.MappingNode {
		return m.column(key)
	}
	return m.oneOf(key, "value", "column", "value")
}

// party reads {column: COLUMN}, {id: NAME} and whatever else is known.
func (m section) party(key string, known ...string) source {
	if !m.Has(key) {
		return source{}
	}
	s := m.oneOf(key, "id", known...)
	for _, t := range []text{s.fixed, s.fallback} {
		if fault := nameFault(t.Value, domain.MaxIDBytes, false); fault != "" {
			m.mistakes.Add(t.Place, "the %s %s", key, fault)
		}
	}
	return s
}

// oneOf reads a mapping that names a column or, under the key fixed, a value.
func (m section) oneOf(key, fixed string, known ...string) source {
	inner, ok := m.in(key, known...)
	if !ok {
		return source{}
	}
	if inner.Has("column") == inner.Has(fixed) {
		m.mistakes.Add(inner.At, "%s: either column or %s is needed", inner.Name, fixed)
	}
	s := source{column: inner.Text("column"), fixed: inner.Text(fixed), fallback: inner.Text("default")}
	if s.fixed.Given() && s.fallback.Given() {
		m.mistakes.Add(s.fallback.Place, "%s: default stands in for an empty column, and there is none", inner.Name)
	}
	return s
}
