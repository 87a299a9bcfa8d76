package projections

import "fmt"

// maxCachedRows bounds the rows that a Table keeps between batches. An open
// payout is touched again within seconds, and 16,384 of the widest rows are
// about 10 MB. It may be passed within a batch, by what the batch touches.
const maxCachedRows = 16_384

// Table caches rows of one table, by a key that events name. A writer first
// wants all rows that a batch touches, loads them at once, changes them in
// memory, and they are written when the batch is over.
type Table[K comparable, R any] struct {
	schema *Schema
	fields func(*R) []any
	lookup []string
	args   func(K) []any

	// Rows in use are in young. When it is full it becomes old, and what is not
	// used until it is full again is forgotten.
	young, old map[K]*row[R]
	want       []K
	dirty      []*row[R]
}

type row[R any] struct {
	value  R
	exists bool // for readers: false before Insert, and after Delete
	stored bool // in the database
	fresh  bool // exists in place of a stored row that was deleted since
	dirty  bool
}

// NewTable describes a table: fields gives pointers to a row's fields in the
// order of the schema's columns, lookup names the columns that K stands for
// (unique together), and args gives K's values in that order.
func NewTable[K comparable, R any](s *Schema, fields func(*R) []any, lookup []string, args func(K) []any) *Table[K, R] {
	t := &Table[K, R]{schema: s, fields: fields, lookup: lookup, args: args}
	t.Reset()
	return t
}

// Want says that the row may be touched after the next Load.
func (t *Table[K, R]) Want(k K) {
	if t.young[k] != nil {
		return
	}
	if r := t.old[k]; r != nil {
		t.young[k] = r
		return
	}
	t.young[k] = &row[R]{}
	t.want = append(t.want, k)
}

// Load reads the wanted rows that are not in memory.
func (t *Table[K, R]) Load(tx *Tx) error {
	if len(t.want) == 0 {
		return nil
	}
	keys := make([][]any, len(t.want))
	for i, k := range t.want {
		keys[i] = t.args(k)
	}
	err := tx.lookup(t.schema, t.lookup, keys, func(i int) []any {
		r := t.young[t.want[i]]
		r.exists, r.stored = true, true
		return t.fields(&r.value)
	})
	t.want = t.want[:0]
	return err
}

// Get is the row as it stands, or nil. It must not be changed.
func (t *Table[K, R]) Get(k K) *R {
	if r := t.row(k); r.exists {
		return &r.value
	}
	return nil
}

// Change is the row, to be changed now, or nil.
func (t *Table[K, R]) Change(k K) *R {
	r := t.row(k)
	if !r.exists {
		return nil
	}
	t.mark(r)
	return &r.value
}

// Insert adds a row; false if there is one already.
func (t *Table[K, R]) Insert(k K, v R) bool {
	r := t.row(k)
	if r.exists {
		return false
	}
	r.value, r.exists, r.fresh = v, true, r.stored
	t.mark(r)
	return true
}

// Ensure is the row to be changed now; if there is none, it is made from v.
func (t *Table[K, R]) Ensure(k K, v R) *R {
	t.Insert(k, v)
	return t.Change(k)
}

// Delete removes the row; false if there is none. It is for tables whose lookup
// is the primary key.
func (t *Table[K, R]) Delete(k K) bool {
	r := t.row(k)
	if !r.exists {
		return false
	}
	r.exists = false
	t.mark(r)
	return true
}

func (t *Table[K, R]) mark(r *row[R]) {
	if !r.dirty {
		r.dirty = true
		t.dirty = append(t.dirty, r)
	}
}

func (t *Table[K, R]) row(k K) *row[R] {
	r := t.young[k]
	if r == nil {
		panic(fmt.Sprintf("projections: row %v of %s was not wanted before it was touched", k, t.schema.Name))
	}
	return r
}

// Flush writes what was changed, in the order it was first touched.
func (t *Table[K, R]) Flush(tx *Tx) error {
	var insert, update, remove [][]any
	for _, r := range t.dirty {
		fields := t.fields(&r.value)
		if r.stored && (r.fresh || !r.exists) {
			remove = append(remove, fields)
		}
		switch {
		case r.exists && r.stored && !r.fresh:
			update = append(update, fields)
		case r.exists:
			insert = append(insert, fields)
		}
		r.stored, r.fresh, r.dirty = r.exists, false, false
	}
	t.dirty = t.dirty[:0]
	// Removed first: a unique value may move from one row to another.
	if err := tx.remove(t.schema, remove); err != nil {
		return err
	}
	if err := tx.update(t.schema, update); err != nil {
		return err
	}
	if err := tx.insert(t.schema, insert); err != nil {
		return err
	}
	if len(t.young) > maxCachedRows/2 {
		t.young, t.old = make(map[K]*row[R], maxCachedRows/2), t.young
	}
	return nil
}

// Reset forgets all rows.
func (t *Table[K, R]) Reset() {
	t.young, t.old = map[K]*row[R]{}, nil
	t.want, t.dirty = nil, nil
}

// Log is a table that rows are only added to.
type Log[R any] struct {
	schema *Schema
	fields func(*R) []any
	rows   [][]any
}

// NewLog describes a table, as NewTable does.
func NewLog[R any](s *Schema, fields func(*R) []any) *Log[R] {
	return &Log[R]{schema: s, fields: fields}
}

// Add adds a row.
func (l *Log[R]) Add(r R) { l.rows = append(l.rows, l.fields(&r)) }

// Flush writes the added rows.
func (l *Log[R]) Flush(tx *Tx) error {
	rows := l.rows
	l.rows = nil
	return tx.insert(l.schema, rows)
}

// Reset forgets the rows that were added and not yet written.
func (l *Log[R]) Reset() { l.rows = nil }
