package export

import (
	"crypto/sha256"
	"io"

	"github.com/amends-ledger/amends/eventstore"
)

// table is what can be exported: columns, and how a row fills them.
type table[R any] struct {
	name    string
	columns []Column
	cells   func(r R, into []Cell) // into has a zero Cell for each column
	amount  int                    // the column that is added up; -1 for none
	status  int                    // the column that subtotals are made by; -1 for none
}

// source calls each for every row and tells the position that they hold.
type source[R any] func(each func(R) error) (eventstore.Position, error)

// write streams the rows to w.
func (t *table[R]) write(w io.Writer, from source[R], filter any, o Options) (Manifest, error) {
	if o.Format.Open == nil {
		o.Format = CSVFormat(false)
	}
	m := Manifest{Export: t.name, Format: o.Format.Name, Filter: filter, CreatedAt: o.Now}
	headers := make([]string, len(t.columns))
	for i, c := range t.columns {
		m.Columns = append(m.Columns, c.Name)
		headers[i] = c.Name
		if o.Headers != nil {
			headers[i] = o.Headers(c.Name)
		}
	}
	out := &meter{w: w, hash: sha256.New()}
	format := o.Format.Open(out)
	if err := format.Begin(t.columns, headers); err != nil {
		return m, err
	}
	var all totals
	parts := map[string]*totals{}
	cells := make([]Cell, len(t.columns))
	position, err := from(func(r R) error {
		clear(cells)
		t.cells(r, cells)
		amount := Cell{None: true}
		if t.amount >= 0 {
			amount = cells[t.amount]
		}
		all.add(amount)
		if t.status >= 0 {
			part := parts[cells[t.status].Text]
			if part == nil {
				part = &totals{}
				parts[cells[t.status].Text] = part
			}
			part.add(amount)
		}
		if o.Rows != nil {
			o.Rows.Add(1)
		}
		return format.Row(cells)
	})
	if err != nil {
		return m, err
	}
	if err := format.End(); err != nil {
		return m, err
	}
	m.Rows, m.Sum, m.Position = all.rows, all.texts(), position
	m.Bytes, m.SHA256 = out.bytes, out.sum()
	for status, part := range parts {
		if m.Statuses == nil {
			m.Statuses = map[string]Subtotal{}
		}
		m.Statuses[status] = Subtotal{part.rows, part.texts()}
	}
	return m, nil
}
