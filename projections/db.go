package projections

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
)

// maxReaders bounds the connections that queries use at a time; more wait.
const maxReaders = 8

// rollbackTimeout bounds the clean-up after a failed transaction; if it is not
// done by then, the connection is given up.
const rollbackTimeout = 5 * time.Second

// DB is the database of the views. Queries may run concurrently with each other
// and with the one write transaction.
type DB struct {
	dialect dialect
	read    *sql.DB
	open    func(ctx context.Context) (engine, error)

	mu     sync.Mutex // held by the write transaction
	engine engine     // nil before the first write and after a broken connection
	closed bool
}

// Options of a database.
type Options struct {
	// Statement, if set, is called with the text of each statement of a write
	// transaction before it runs, BEGIN and COMMIT included, and with
	// "COMMITTED" when a commit is done. An error is taken for the statement's
	// own: tests kill a transaction everywhere with it.
	Statement func(sql string) error
}

// ErrClosed says that the database was closed.
var ErrClosed = errors.New("views are closed")

// engine is a connection that writes: one transaction at a time, used by one
// goroutine. Rows are slices of fields in the order of the schema's columns.
type engine interface {
	begin(ctx context.Context) error
	commit(ctx context.Context) error
	rollback(ctx context.Context) error
	// exec runs sql, with ? for arguments, and tells how many rows it changed.
	exec(ctx context.Context, sql string, args ...any) (int64, error)
	// query calls each with the values of each row: string, int64 or nil.
	query(ctx context.Context, each func(row []any) error, sql string, args ...any) error

	insert(ctx context.Context, table string, s *Schema, rows [][]any) error
	update(ctx context.Context, table string, s *Schema, rows [][]any) error
	remove(ctx context.Context, table string, s *Schema, rows [][]any) error
	// lookup fills dest(i) with the row whose columns by equal keys[i], if there
	// is one; dest is called for rows that exist.
	lookup(ctx context.Context, table string, s *Schema, by []string, keys [][]any, dest func(i int) []any) error

	// patience makes the transaction give up soon where readers hold what it needs;
	// busy tells such an error.
	patience(ctx context.Context) error
	busy(err error) bool

	// forget drops what is prepared for tables that are no more.
	forget()
	close() error
}

// Close ends the database's use. It waits for a write transaction under way.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.closed = true
	var err error
	if db.engine != nil {
		err = db.engine.close()
		db.engine = nil
	}
	return errors.Join(err, db.read.Close())
}

// Engine names the kind of database: "sqlite" or "postgres".
func (db *DB) Engine() string { return db.dialect.name }

// write runs fn in a transaction. After an error nothing of it is there, with
// one exception: the error of a commit over a network may hide that it
// happened. Positions are therefore read back before anything is applied again.
func (db *DB) write(ctx context.Context, fn func(tx *Tx) error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed {
		return ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if db.engine == nil {
		e, err := db.open(ctx)
		if err != nil {
			return err
		}
		db.engine = e
	}
	tx := &Tx{ctx: ctx, engine: db.engine, fault: new(error)}
	err := db.engine.begin(ctx)
	if err == nil {
		err = fn(tx)
		if err == nil {
			err = *tx.fault // a writer must not hide it
		}
		if err == nil {
			err = db.engine.commit(ctx)
		}
	}
	if err != nil {
		db.abandon()
	}
	return err
}

// busy tells whether a transaction failed because readers held what it needed.
func (db *DB) busy(err error) bool {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.engine != nil && db.engine.busy(err)
}

// abandon rolls back. A connection that can't even do that is closed, which
// does it as well.
func (db *DB) abandon() {
	ctx, cancel := context.WithTimeout(context.Background(), rollbackTimeout)
	defer cancel()
	if err := db.engine.rollback(ctx); err != nil {
		db.engine.close()
		db.engine = nil
	}
}

// Tx is the write transaction of a batch, as one view's writer sees it.
type Tx struct {
	ctx        context.Context
	engine     engine
	generation int64
	fault      *error // the first error of the database in this transaction
}

// of is the transaction on another generation's tables.
func (tx *Tx) of(generation int64) *Tx {
	t := *tx
	t.generation = generation
	return &t
}

func (tx *Tx) insert(s *Schema, rows [][]any) error {
	if len(rows) == 0 {
		return *tx.fault
	}
	return tx.note("insert into", s, tx.engine.insert(tx.ctx, s.physical(tx.generation), s, rows))
}

func (tx *Tx) update(s *Schema, rows [][]any) error {
	if len(rows) == 0 {
		return *tx.fault
	}
	return tx.note("update", s, tx.engine.update(tx.ctx, s.physical(tx.generation), s, rows))
}

func (tx *Tx) remove(s *Schema, rows [][]any) error {
	if len(rows) == 0 {
		return *tx.fault
	}
	return tx.note("delete from", s, tx.engine.remove(tx.ctx, s.physical(tx.generation), s, rows))
}

func (tx *Tx) lookup(s *Schema, by []string, keys [][]any, dest func(i int) []any) error {
	return tx.note("read", s, tx.engine.lookup(tx.ctx, s.physical(tx.generation), s, by, keys, dest))
}

// note keeps the transaction's first error.
func (tx *Tx) note(verb string, s *Schema, err error) error {
	if err != nil && *tx.fault == nil {
		*tx.fault = fmt.Errorf("%s %s: %w", verb, s.Name, err)
	}
	return *tx.fault
}

func (tx *Tx) exec(sql string, args ...any) (int64, error) {
	n, err := tx.engine.exec(tx.ctx, sql, args...)
	if err != nil && *tx.fault == nil {
		*tx.fault = fmt.Errorf("run %q: %w", sql, err)
	}
	return n, *tx.fault
}
