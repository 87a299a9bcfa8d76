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
	work := worker[R]{table: t, format: format, o: o, parts: map[string]*totals{}}
	position, err := work.all(from)
	if err != nil {
		return m, err
	}
	if err := format.End(); err != nil {
		return m, err
	}
	all, parts := &work.sum, work.parts
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

// A worker formats rows while the next ones are read: reading a row takes longer
// than writing it, and neither should wait for the other. handOver rows go at a
// time, and inFlight such batches wait at most.
const (
	handOver = 128
	inFlight = 4
)

type worker[R any] struct {
	table  *table[R]
	format Writer
	o      Options
	sum    totals
	parts  map[string]*totals
}

// all hands every row of the source to the format.
func (k *worker[R]) all(from source[R]) (eventstore.Position, error) {
	batches, failed := make(chan []R, inFlight), make(chan error, 1)
	go func() {
		err := error(nil)
		for batch := range batches {
			if err == nil {
				err = k.write(batch)
			}
			if err != nil && len(failed) == 0 {
				failed <- err // the source is told at its next batch
			}
		}
		if err == nil {
			failed <- nil
		}
	}()
	batch := make([]R, 0, handOver)
	var stopped error
	position, err := from(func(r R) error {
		if batch = append(batch, r); len(batch) < handOver {
			return nil
		}
		select {
		case stopped = <-failed:
			return stopped
		case batches <- batch:
		}
		batch = make([]R, 0, handOver)
		return nil
	})
	if err == nil {
		batches <- batch
	}
	close(batches)
	if stopped == nil {
		stopped = <-failed
	}
	if err != nil {
		return position, err
	}
	return position, stopped
}

func (k *worker[R]) write(batch []R) error {
	cells := make([]Cell, len(k.table.columns))
	for _, r := range batch {
		clear(cells)
		k.table.cells(r, cells)
		amount := Cell{None: true}
		if k.table.amount >= 0 {
			amount = cells[k.table.amount]
		}
		k.sum.add(amount)
		if k.table.status >= 0 {
			status := cells[k.table.status].Text
			if k.parts[status] == nil {
				k.parts[status] = &totals{}
			}
			k.parts[status].add(amount)
		}
		if err := k.format.Row(cells); err != nil {
			return err
		}
		if k.o.Rows != nil {
			k.o.Rows.Add(1)
		}
	}
	return nil
}
