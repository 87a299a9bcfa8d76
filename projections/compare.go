package projections

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/amends-ledger/amends/eventstore"
)

// Rows reads all rows of a view's tables, in any order, and the position that
// they hold. It keeps them in memory.
func (db *DB) Rows(ctx context.Context, v *View) (map[string][]Row, eventstore.Position, error) {
	out := map[string][]Row{}
	var asOf eventstore.Position
	err := db.Read(ctx, v.Name, func(r *Reader) error {
		asOf = r.AsOf
		for _, s := range v.Tables {
			rows, err := r.dump(s, s.Name)
			if err != nil {
				return fmt.Errorf("read table %s: %w", s.Name, err)
			}
			out[s.Name] = rows
		}
		return nil
	})
	return out, asOf, err
}

// dump reads a table of the schema, under the name it has in the database.
func (r *Reader) dump(s *Schema, table string) ([]Row, error) {
	fields := func(values *[]any) []any {
		*values = make([]any, len(s.Columns))
		out := make([]any, len(s.Columns))
		for i := range out {
			out[i] = &(*values)[i]
		}
		return out
	}
	var rows []Row
	for values, err := range Select(r, fields, "SELECT "+strings.Join(s.names(), ", ")+" FROM "+table) {
		if err != nil {
			return nil, err
		}
		row := Row{}
		for i, c := range s.Columns {
			row[c.Name] = values[i]
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Evaluate computes a view's rows with its Evaluator, from all events up to a
// position.
func Evaluate(ctx context.Context, store eventstore.Store, v *View, to eventstore.Position) (map[string][]Row, error) {
	simple := v.Simple()
	for r, err := range store.ReadAll(ctx, 0, eventstore.Filter{Types: v.Types}, 0) {
		if err != nil {
			return nil, fmt.Errorf("evaluate view %s: %w", v.Name, err)
		}
		if r.Position > to {
			break
		}
		e, err := Decode(r)
		if err != nil {
			return nil, fmt.Errorf("evaluate view %s: %w", v.Name, err)
		}
		simple.Add(e)
	}
	return simple.Rows(), nil
}

// Difference is one row that two evaluations of a view do not agree on.
type Difference struct {
	Table     string
	Key       string // "column=value …"
	Got, Want string // columns that differ; "" where there is no such row
}

func (d Difference) String() string {
	switch {
	case d.Got == "":
		return fmt.Sprintf("%s: row %s is missing", d.Table, d.Key)
	case d.Want == "":
		return fmt.Sprintf("%s: row %s should not be there", d.Table, d.Key)
	}
	return fmt.Sprintf("%s: row %s has %s, should have %s", d.Table, d.Key, d.Got, d.Want)
}

// Compare lists where two evaluations of a view differ, by table and key.
func Compare(v *View, got, want map[string][]Row) []Difference {
	var out []Difference
	for _, s := range v.Tables {
		g, w := s.byKey(got[s.Name]), s.byKey(want[s.Name])
		for _, key := range slices.Sorted(maps.Keys(g)) {
			if w[key] == nil {
				out = append(out, Difference{s.Name, key, s.text(g[key], s.names()), ""})
				continue
			}
			var differ []string
			for _, c := range s.names() {
				if plain(g[key][c]) != plain(w[key][c]) {
					differ = append(differ, c)
				}
			}
			if len(differ) > 0 {
				out = append(out, Difference{s.Name, key, s.text(g[key], differ), s.text(w[key], differ)})
			}
		}
		for _, key := range slices.Sorted(maps.Keys(w)) {
			if g[key] == nil {
				out = append(out, Difference{s.Name, key, "", s.text(w[key], s.names())})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Difference) int { return cmp.Compare(a.Table, b.Table) })
	return out
}

// plain is a value as a column holds it.
func plain(v any) any {
	if text, ok := v.(string); ok {
		return storable(text)
	}
	return v
}

func (s *Schema) byKey(rows []Row) map[string]Row {
	out := make(map[string]Row, len(rows))
	for _, r := range rows {
		out[s.text(r, s.Key)] = r
	}
	return out
}

func (s *Schema) text(r Row, columns []string) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = fmt.Sprintf("%s=%#v", c, plain(r[c]))
	}
	return strings.Join(parts, " ")
}
