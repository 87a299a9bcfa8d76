package projections

// View is the description of a view. It holds no state.
type View struct {
	// Name is the prefix of its tables and its name for people.
	Name string
	// Version counts shapes and meanings of the tables. Another version than
	// the one in the database is built anew from the log.
	Version int
	// Types are the event types that it reads.
	Types  []string
	Tables []*Schema
	// New makes a writer for one generation of the tables.
	New func() Writer
	// Simple makes the evaluator that the tables are checked against.
	Simple func() Evaluator
}

// Writer applies events to one generation of a view's tables. One goroutine
// uses it at a time.
type Writer interface {
	// Apply folds events, in order, into rows in memory; it reads rows from tx
	// and writes none. An error, unless tx is broken, means that an event can't
	// be applied.
	Apply(tx *Tx, events []Event) error
	// Caches are the tables that hold rows to be written.
	Caches() []Cache
}

// Cache is what the runner needs of a Table or a Log.
type Cache interface {
	// Flush writes what Apply changed.
	Flush(tx *Tx) error
	// Reset forgets all rows: their transaction was rolled back.
	Reset()
}

// Evaluator computes the rows of a view a second time, in the plainest way: maps,
// one event after the other, nothing shared with the writer. Tables are compared
// with it. It keeps all rows in memory.
type Evaluator interface {
	Add(e Event)
	// Rows lists the rows of each table, in any order.
	Rows() map[string][]Row
}

// Row is one row by column name. Values are string, int64 or nil.
type Row map[string]any

// reads tells whether the view reads events of a type.
func (v *View) reads(typ string) bool {
	for _, t := range v.Types {
		if t == typ {
			return true
		}
	}
	return false
}
