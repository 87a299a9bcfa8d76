package projections

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"strings"

	"github.com/amends-ledger/amends/eventstore"
)

// List is a table as a list that can be filtered and paged.
type List[R any] struct {
	View  string
	Table *Schema
	// Only names the columns to read; none reads all. Columns that Sort names must
	// be among them.
	Only   []string
	Fields func(*R) []any // pointers to R's fields, in the order of the columns read
	// Sort names the columns that the list is in order of: never NULL, never
	// changing, unique together.
	Sort       []string
	Descending bool
}

func (l *List[R]) columns() []string {
	if l.Only != nil {
		return l.Only
	}
	return l.Table.names()
}

func (l *List[R]) query(w Where) string {
	sort := strings.Join(l.Sort, ", ")
	if l.Descending {
		sort = strings.Join(l.Sort, " DESC, ") + " DESC"
	}
	return "SELECT " + strings.Join(l.columns(), ", ") + " FROM " + l.Table.Name + w.String() + " ORDER BY " + sort
}

// Page reads one page of the rows that w chooses.
func (l *List[R]) Page(ctx context.Context, db *DB, w Where, o PageOptions) (Page[R], error) {
	var page Page[R]
	list, err := digest(l.query(w), w.Args)
	if err != nil {
		return page, err
	}
	if o.Cursor != "" {
		if err := l.behind(&w, o.Cursor, list); err != nil {
			return page, err
		}
	}
	size := o.size()
	err = db.Read(ctx, l.View, func(r *Reader) error {
		var err error
		page.AsOf = r.AsOf
		page.Rows, err = Collect(Select(r, l.Fields, l.query(w)+" LIMIT ?", append(w.Args, int64(size+1))...))
		return err
	})
	if err == nil && len(page.Rows) > size {
		page.Rows = page.Rows[:size]
		page.Next, err = l.cursor(list, &page.Rows[size-1])
	}
	return page, err
}

// behind adds the term that starts the query behind a cursor.
func (l *List[R]) behind(w *Where, text, list string) error {
	c, err := parseCursor(text)
	if err != nil || c.List != list || len(c.Values) != len(l.Sort) {
		return ErrCursor
	}
	args := make([]any, len(l.Sort))
	for i, column := range l.Sort {
		var text string
		var number int64
		into := any(&text)
		if l.Table.Columns[l.Table.index(column)].Type.number() {
			into = &number
		}
		if json.Unmarshal(c.Values[i], into) != nil {
			return ErrCursor
		}
		args[i] = value(into)
	}
	comparison := " > "
	if l.Descending {
		comparison = " < "
	}
	marks := "(?" + strings.Repeat(", ?", len(l.Sort)-1) + ")"
	w.And("("+strings.Join(l.Sort, ", ")+")"+comparison+marks, args...)
	return nil
}

func (l *List[R]) cursor(list string, last *R) (string, error) {
	c := cursor{List: list}
	fields, columns := l.Fields(last), l.columns()
	for _, s := range l.Sort {
		b, err := json.Marshal(value(fields[slices.Index(columns, s)]))
		if err != nil {
			return "", err
		}
		c.Values = append(c.Values, b)
	}
	return c.String(), nil
}

// Each calls each for every row that w chooses, all from one look at the view,
// which may be long: rows are streamed, not gathered. It tells the position that
// the look was taken at.
func (l *List[R]) Each(ctx context.Context, db *DB, w Where, each func(R) error) (eventstore.Position, error) {
	var asOf eventstore.Position
	err := db.Read(ctx, l.View, func(r *Reader) error {
		asOf = r.AsOf
		for row, err := range l.All(r, w) {
			if err != nil {
				return err
			}
			if err := each(row); err != nil {
				return err
			}
		}
		return nil
	})
	return asOf, err
}

// All yields the rows that w chooses, in the list's order.
func (l *List[R]) All(r *Reader, w Where) iter.Seq2[R, error] {
	return Select(r, l.Fields, l.query(w), w.Args...)
}

// One reads the first row that w chooses; false if there is none.
func (l *List[R]) One(r *Reader, w Where) (R, bool, error) {
	rows, err := Collect(Select(r, l.Fields, l.query(w)+" LIMIT 1", w.Args...))
	if err != nil || len(rows) == 0 {
		var none R
		return none, false, err
	}
	return rows[0], true, nil
}
