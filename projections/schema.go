package projections

import (
	"fmt"
	"slices"
	"strings"
)

// ColumnType is the type of a column.
type ColumnType uint8

const (
	// Text is compared byte by byte, on every engine.
	Text ColumnType = iota
	// Integer is a 64-bit integer: counts, positions.
	Integer
	// Amount is an integer of minor units of the currency in the row's column
	// "currency".
	Amount
	// Moment is an Instant.
	Moment
)

// number tells whether a column of the type is stored as an integer.
func (t ColumnType) number() bool { return t != Text }

// Column is one column. Rows are inserted in full; an update leaves Fixed
// columns and the key as they are, and with them the indexes that hold them.
type Column struct {
	Name     string
	Type     ColumnType
	Fixed    bool
	Nullable bool
}

// Schema is one table of a view.
type Schema struct {
	Name    string
	Columns []Column
	Key     []string // the primary key
	Unique  [][]string
	Indexes [][]string
}

// physical is the table's name in one generation. Queries use Name alone, which
// is an SQL view of the current generation.
func (s *Schema) physical(generation int64) string {
	return fmt.Sprintf("%s_g%d", s.Name, generation)
}

func (s *Schema) names() []string {
	out := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		out[i] = c.Name
	}
	return out
}

// index is the place of a column.
func (s *Schema) index(column string) int {
	i := slices.IndexFunc(s.Columns, func(c Column) bool { return c.Name == column })
	if i < 0 {
		panic(fmt.Sprintf("projections: table %s has no column %q", s.Name, column))
	}
	return i
}

// places are the indexes of columns.
func (s *Schema) places(columns []string) []int {
	out := make([]int, len(columns))
	for i, c := range columns {
		out[i] = s.index(c)
	}
	return out
}

// changing are the columns that an update writes.
func (s *Schema) changing() []string {
	var out []string
	for _, c := range s.Columns {
		if !c.Fixed && !slices.Contains(s.Key, c.Name) {
			out = append(out, c.Name)
		}
	}
	return out
}

// create lists the statements that make one generation of the table, with the
// indexes that writers need.
func (s *Schema) create(generation int64, d dialect) []string {
	table := s.physical(generation)
	// A single integer key is the row's own number where an engine has such a
	// thing, so that rows in order of position are appended, not searched for.
	numbered := len(s.Key) == 1 && s.Columns[s.index(s.Key[0])].Type.number()
	var parts []string
	for _, c := range s.Columns {
		part := c.Name + " " + d.typeOf(c.Type)
		if numbered && c.Name == s.Key[0] {
			part = c.Name + " " + d.number + " PRIMARY KEY"
		} else if !c.Nullable {
			part += " NOT NULL"
		}
		parts = append(parts, part)
	}
	end := ")"
	if !numbered {
		parts = append(parts, "PRIMARY KEY ("+strings.Join(s.Key, ", ")+")")
		end += d.clustered
	}
	out := []string{"CREATE TABLE " + table + " (" + strings.Join(parts, ", ") + end}
	for i, columns := range s.Unique {
		out = append(out, fmt.Sprintf("CREATE UNIQUE INDEX %s_u%d ON %s (%s)", table, i+1, table, strings.Join(columns, ", ")))
	}
	return out
}

// createIndexes lists the statements that make the indexes which only queries need: a
// generation that is built behind the scenes gets them when its rows are there.
func (s *Schema) createIndexes(generation int64) []string {
	table := s.physical(generation)
	var out []string
	for i, columns := range s.Indexes {
		out = append(out, fmt.Sprintf("CREATE INDEX %s_i%d ON %s (%s)", table, i+1, table, strings.Join(columns, ", ")))
	}
	return out
}

// reportSuffix is what the name of a table for people adds to the table's.
const reportSuffix = "_report"

// publish lists the statements that make a generation the one that queries see.
func (s *Schema) publish(generation int64, d dialect) []string {
	out := append(s.unpublish(),
		fmt.Sprintf("CREATE VIEW %s AS SELECT %s FROM %s", s.Name, strings.Join(s.names(), ", "), s.physical(generation)))
	if d.report == nil {
		return out
	}
	columns := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		columns[i] = c.Name
		if expression := d.report(c); expression != "" {
			columns[i] = expression + " AS " + c.Name
		}
	}
	return append(out, fmt.Sprintf("CREATE VIEW %s%s AS SELECT %s FROM %s", s.Name, reportSuffix, strings.Join(columns, ", "), s.Name))
}

// unpublish lists the statements that take the names away.
func (s *Schema) unpublish() []string {
	return []string{"DROP VIEW IF EXISTS " + s.Name + reportSuffix, "DROP VIEW IF EXISTS " + s.Name}
}
