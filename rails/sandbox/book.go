package sandbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"os"
	"runtime"

	_ "modernc.org/sqlite" // the driver "sqlite", pure Go

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/rails"
)

// schema of the book. A row is never deleted; only a pending one changes, once.
const schema = `
CREATE TABLE IF NOT EXISTS payments (
	no        INTEGER NOT NULL,
	reference TEXT NOT NULL PRIMARY KEY,
	merchant  TEXT NOT NULL,
	amount    INTEGER NOT NULL CHECK (amount > 0), -- minor units
	currency  TEXT NOT NULL,
	payee     TEXT NOT NULL,
	note      TEXT NOT NULL,
	state     TEXT NOT NULL CHECK (state IN ('paid', 'failed', 'pending')),
	code      TEXT NOT NULL,
	why       TEXT NOT NULL
) WITHOUT ROWID, STRICT;`

const (
	statePaid    = "paid"
	stateFailed  = "failed"
	statePending = "pending"

	readers = 4 // connections for queries
)

// order is a payment on its way into the book.
type order struct {
	payment          rails.Payment
	state, code, why string
	no               int64
	result           rails.Result
	err              error
	done             chan struct{} // closed when result and err are final
}

// Entry is a line of the book.
type Entry struct {
	rails.Payment
	State     string // paid, failed or pending
	Code, Why string
	no        int64
}

func (e Entry) result() rails.Result {
	r := rails.Result{RailID: fmt.Sprintf("SBX-%010d", e.no), Code: e.Code, Why: e.Why}
	switch e.State {
	case statePaid:
		r.State = rails.Paid
	case stateFailed:
		r.State = rails.Failed
	default:
		r.State = rails.Pending
	}
	return r
}

func (b *Bank) openFile(path string) error {
	// Only the owner reads it; SQLite gives its other files the same mode.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	// synchronous(FULL): who was told that it was paid is told so after a power
	// loss as well.
	if b.write, err = sql.Open("sqlite", dsn(path, "journal_mode(WAL)", "synchronous(FULL)")); err != nil {
		return err
	}
	b.write.SetMaxOpenConns(1)
	if b.read, err = sql.Open("sqlite", dsn(path, "query_only(ON)")); err != nil {
		return err
	}
	b.read.SetMaxOpenConns(readers)
	b.read.SetMaxIdleConns(readers)
	if err := b.prepare(); err != nil {
		return errors.Join(err, b.read.Close(), b.write.Close())
	}
	return nil
}

func (b *Bank) openMemory() error {
	var err error
	if b.write, err = sql.Open("sqlite", ":memory:"); err != nil {
		return err
	}
	b.write.SetMaxOpenConns(1) // another connection would be another book
	b.read = b.write
	if err := b.prepare(); err != nil {
		return errors.Join(err, b.write.Close())
	}
	return nil
}

func dsn(path string, pragmas ...string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": append([]string{"busy_timeout(5000)"}, pragmas...)}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func (b *Bank) prepare() error {
	if _, err := b.write.Exec(schema); err != nil {
		return err
	}
	if err := b.write.QueryRow(`SELECT coalesce(max(no), 0) FROM payments`).Scan(&b.last); err != nil {
		return err
	}
	var err error
	b.insert, err = b.write.Prepare(insertEntries)
	return err
}

// writeLoop is the only writer. It takes everything that waits, books it in one
// transaction and answers all: many payments share each sync.
func (b *Bank) writeLoop() {
	defer close(b.ended)
	var batch []*order
	for {
		batch = batch[:0]
		select {
		case o := <-b.queue:
			batch = append(batch, o)
		case <-b.closing:
			return // who still waits in the queue sees that the writer has ended
		}
		for range 3 { // let callers that are about to ask get into this batch
			runtime.Gosched()
		}
	gather:
		for len(batch) < maxBatch {
			select {
			case o := <-b.queue:
				batch = append(batch, o)
			default:
				break gather
			}
		}
		err := b.writeBatch(batch)
		for _, o := range batch {
			if err != nil {
				o.err = err
			}
			close(o.done)
		}
	}
}

// writeBatch books a batch in one transaction and sets the orders' answers. A
// crash before its end books nothing, and nobody was told otherwise.
func (b *Bank) writeBatch(batch []*order) error {
	rows := make([][10]any, len(batch))
	for i, o := range batch {
		p := &o.payment
		o.no = b.last + 1 + int64(i)
		rows[i] = [10]any{o.no, p.Reference, p.Merchant, p.Money.Minor, p.Money.Currency, p.Payee, p.Note, o.state, o.code, o.why}
	}
	all, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	// One statement, which is a transaction by itself: with many statements, or
	// one within a transaction, small batches cost several times as much.
	res, err := b.insert.Exec(string(all))
	if err != nil {
		return fmt.Errorf("book: %w", err)
	}
	booked, err := res.RowsAffected()
	if err != nil {
		return fmt.Errorf("book: %w", err)
	}
	b.last += int64(len(batch))
	for _, o := range batch {
		e := Entry{Payment: o.payment, State: o.state, Code: o.code, Why: o.why, no: o.no}
		if int(booked) < len(batch) { // some were there already: the book decides
			if e, err = entry(b.write.QueryRow(selectEntry+` WHERE reference = ?`, o.payment.Reference)); err != nil {
				return fmt.Errorf("read back %s: %w", o.payment.Reference, err)
			}
		}
		if o.result = e.result(); e.Payment != o.payment {
			o.result, o.err = rails.Result{}, ErrOtherContent
		}
	}
	return nil
}

const insertEntries = `INSERT INTO payments (no, reference, merchant, amount, currency, payee, note, state, code, why)
	SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8, value->>9
	FROM json_each(?) WHERE true
	ON CONFLICT (reference) DO NOTHING`

const selectEntry = `SELECT no, reference, merchant, amount, currency, payee, note, state, code, why FROM payments`

func entry(row interface{ Scan(...any) error }) (e Entry, err error) {
	err = row.Scan(&e.no, &e.Reference, &e.Merchant, &e.Money.Minor, &e.Money.Currency, &e.Payee, &e.Note, &e.State, &e.Code, &e.Why)
	return e, err
}

// Settle decides a pending payment. It says whether there was one.
func (b *Bank) Settle(ctx context.Context, reference string, paid bool) (bool, error) {
	state, code := stateFailed, "REJECTED"
	if paid {
		state, code = statePaid, ""
	}
	res, err := b.write.ExecContext(ctx, `UPDATE payments SET state = ?, code = ? WHERE reference = ? AND state = 'pending'`, state, code, reference)
	if err != nil {
		return false, fmt.Errorf("settle %s: %w", reference, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// Entries yields the book in the order of booking. The iteration ends after the
// first error.
func (b *Bank) Entries(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		rows, err := b.read.QueryContext(ctx, selectEntry+` ORDER BY no`)
		if err != nil {
			yield(Entry{}, fmt.Errorf("read book: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			e, err := entry(rows)
			if !yield(e, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Entry{}, fmt.Errorf("read book: %w", err))
		}
	}
}

// Total is what went out in one currency.
type Total struct {
	Payments int
	Minor    int64
}

// Totals adds up what was paid, by currency.
func (b *Bank) Totals(ctx context.Context) (map[domain.Currency]Total, error) {
	rows, err := b.read.QueryContext(ctx, `SELECT currency, count(*), sum(amount) FROM payments WHERE state = 'paid' GROUP BY currency`)
	if err != nil {
		return nil, fmt.Errorf("add up book: %w", err)
	}
	defer rows.Close()
	totals := make(map[domain.Currency]Total)
	for rows.Next() {
		var c domain.Currency
		var t Total
		if err := rows.Scan(&c, &t.Payments, &t.Minor); err != nil {
			return nil, fmt.Errorf("add up book: %w", err)
		}
		totals[c] = t
	}
	return totals, rows.Err()
}
