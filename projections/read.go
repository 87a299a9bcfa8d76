package projections

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/amends-ledger/amends/eventstore"
)

// ErrNoView says that a view was never built in this database.
var ErrNoView = errors.New("view is not built yet")

// Reader is one consistent look at the views: all its queries see the same rows.
type Reader struct {
	ctx context.Context
	tx  *sql.Tx
	d   dialect
	// AsOf is the position of the view's last event in these rows.
	AsOf eventstore.Position
	// Stopped tells why the view applies no more events; empty if it does.
	Stopped string
}

// Read calls fn with a look at one view. It ends with fn; a long one (an export)
// does not hold up writers.
func (db *DB) Read(ctx context.Context, view string, fn func(r *Reader) error) error {
	err := db.look(ctx, func(r *Reader) error {
		if err := r.open(view); err != nil {
			return err
		}
		return fn(r)
	})
	if err != nil {
		return fmt.Errorf("read view %s: %w", view, err)
	}
	return nil
}

// look is Read of no view in particular.
func (db *DB) look(ctx context.Context, fn func(r *Reader) error) error {
	opts := db.dialect.snapshot
	tx, err := db.read.BeginTx(ctx, &opts)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	return fn(&Reader{ctx: ctx, tx: tx, d: db.dialect})
}

func (r *Reader) open(view string) error {
	var found int64
	err := r.tx.QueryRowContext(r.ctx, r.d.tableExists, "projection_generations").Scan(&found)
	if err != nil {
		return err
	}
	if found == 0 {
		return ErrNoView
	}
	var position int64
	err = r.tx.QueryRowContext(r.ctx, r.d.rewrite("SELECT position, stopped FROM projection_generations WHERE view_name = ? AND is_current = 1"), view).
		Scan(&position, &r.Stopped)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNoView
	}
	r.AsOf = eventstore.Position(position)
	return err
}

// Count is the number of rows of a table.
func (r *Reader) Count(table string) (rows int64, err error) {
	err = r.tx.QueryRowContext(r.ctx, "SELECT count(*) FROM "+table).Scan(&rows)
	return rows, err
}

// Select runs a query, with ? for arguments, and yields its rows: fields gives
// pointers to a row's fields in the order of the query's columns. The iteration
// ends after the first error.
func Select[R any](r *Reader, fields func(*R) []any, query string, args ...any) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		var zero R
		rows, err := r.tx.QueryContext(r.ctx, r.d.rewrite(query), args...)
		if err != nil {
			yield(zero, err)
			return
		}
		defer rows.Close()
		var v R // every row sets all fields, so it and the pointers serve for all
		into := fields(&v)
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				yield(zero, err)
				return
			}
			if !yield(v, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(zero, err)
		}
	}
}

// Collect gathers what Select yields.
func Collect[R any](seq iter.Seq2[R, error]) ([]R, error) {
	var out []R
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Where is the condition of a query, made of terms that must all hold.
type Where struct {
	terms []string
	Args  []any
}

// And adds a term with its arguments.
func (w *Where) And(term string, args ...any) {
	w.terms = append(w.terms, term)
	w.Args = append(w.Args, args...)
}

// Is adds "column = value" unless the value is empty.
func (w *Where) Is(column, value string) {
	if value != "" {
		w.And(column+" = ?", value)
	}
}

// In adds "column is one of values" unless there are none.
func (w *Where) In(column string, values []string) {
	if len(values) == 0 {
		return
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	w.And(column+" IN (?"+strings.Repeat(", ?", len(values)-1)+")", args...)
}

// During adds "from ≤ column < to"; a zero time is no bound.
func (w *Where) During(column string, from, to time.Time) {
	if !from.IsZero() {
		w.And(column+" >= ?", int64(InstantOf(from)))
	}
	if !to.IsZero() {
		w.And(column+" < ?", int64(InstantOf(to)))
	}
}

// String is the clause: " WHERE …", or nothing.
func (w *Where) String() string {
	if len(w.terms) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.terms, " AND ")
}
