package orders

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite", pure Go

	"github.com/amends-ledger/amends/domain"
)

// MaxOrders bounds one Put: a transaction of some tens of megabytes.
const MaxOrders = 100_000

// File is a Source in one SQLite file: what a platform without an order API fills
// by imports. It holds no personal values, customers are pseudonyms. Its methods
// may be called concurrently; one process at a time may use it.
type File struct{ db *sql.DB }

var _ Source = (*File)(nil)

// The facts are kept as JSON: they go into events as they are.
const fileSchema = `
CREATE TABLE IF NOT EXISTS orders (
	order_no TEXT PRIMARY KEY,
	merchant TEXT NOT NULL, -- '' is anybody's
	facts    TEXT NOT NULL
) WITHOUT ROWID, STRICT;`

// OpenFile opens the table at path, or begins it. Nobody but its owner can read it.
func OpenFile(path string) (*File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open orders: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open orders %s: %w", path, err)
	}
	// synchronous(FULL): who was told that orders are stored may throw the file away.
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, fmt.Errorf("open orders %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(fileSchema); err != nil {
		return nil, fmt.Errorf("open orders %s: %w", path, errors.Join(err, db.Close()))
	}
	if err := syncFolder(filepath.Dir(path)); err != nil { // the name must survive as well
		return nil, fmt.Errorf("open orders %s: %w", path, errors.Join(err, db.Close()))
	}
	return &File{db}, nil
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Close closes the file.
func (f *File) Close() error {
	if err := f.db.Close(); err != nil {
		return fmt.Errorf("close orders: %w", err)
	}
	return nil
}

// Put stores or replaces the facts of orders, all of them or none, durably. It
// tells how many were replaced. Whose an order is follows the rule of Table.
func (f *File) Put(ctx context.Context, merchant string, facts ...domain.OrderFacts) (replaced int, err error) {
	if len(facts) > MaxOrders {
		return 0, fmt.Errorf("put %d orders: at most %d at once", len(facts), MaxOrders)
	}
	tx, err := f.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("put orders: %w", err)
	}
	defer tx.Rollback() // nothing to do after the commit
	for _, o := range facts {
		if o.ID == "" {
			return 0, errNoNumber
		}
		text, err := json.Marshal(o)
		if err != nil {
			return 0, fmt.Errorf("put order %s: %w", o.ID, err)
		}
		var known int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM orders WHERE order_no = ?`, o.ID).Scan(&known); err != nil {
			return 0, fmt.Errorf("put order %s: %w", o.ID, err)
		}
		replaced += known
		if _, err := tx.ExecContext(ctx, `INSERT INTO orders (order_no, merchant, facts) VALUES (?, ?, ?)
			ON CONFLICT (order_no) DO UPDATE SET merchant = excluded.merchant, facts = excluded.facts`,
			o.ID, merchant, string(text)); err != nil {
			return 0, fmt.Errorf("put order %s: %w", o.ID, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return 0, fmt.Errorf("put orders: %w", err)
	}
	return replaced, nil
}

// Order implements Source. Another merchant's order is none, as in Table.
func (f *File) Order(ctx context.Context, merchant, orderNo string) (*domain.OrderFacts, error) {
	var owner, text string
	row := f.db.QueryRowContext(ctx, `SELECT merchant, facts FROM orders WHERE order_no = ?`, orderNo)
	switch err := row.Scan(&owner, &text); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look up order %s: %w", orderNo, err)
	case owner != "" && owner != merchant:
		return nil, nil
	}
	var facts domain.OrderFacts
	if err := json.Unmarshal([]byte(text), &facts); err != nil {
		return nil, fmt.Errorf("read order %s: %w", orderNo, err)
	}
	return &facts, nil
}
