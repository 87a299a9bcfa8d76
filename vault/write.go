package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"

	"github.com/amends-ledger/amends/domain"
)

// task is what a caller asks of the writer: subjects for values, or an erasure.
type task struct {
	kind     Kind
	values   []string
	subjects []domain.Subject // the answer, when done

	erase   string // a pseudonym; empty: issue
	unknown bool   // the answer to erase: there is no such pseudonym
	cached  string // the erased value's key in the cache

	done chan error // buffered: the writer never waits for a caller
}

// writeLoop is the only writer. It takes everything that waits, writes it in one
// transaction and answers all: many callers share each sync.
func (v *Vault) writeLoop() {
	var batch []*task
	for {
		batch = batch[:0]
		select {
		case t := <-v.queue:
			batch = v.gather(append(batch, t))
		case <-v.closing:
			for { // who was in the queue by now gets an answer
				select {
				case t := <-v.queue:
					t.done <- ErrClosed
				default:
					return
				}
			}
		}
		issued, err := v.writeBatch(batch)
		v.remember(issued, batch, err)
		for _, t := range batch {
			t.done <- v.outcome(t, err)
		}
	}
}

// gather drains the queue. Yielding first lets callers that are about to ask get
// into this batch instead of waiting for its sync.
func (v *Vault) gather(batch []*task) []*task {
	for range 3 {
		runtime.Gosched()
	}
	for size := len(batch[0].values); size < maxBatch; {
		select {
		case t := <-v.queue:
			batch = append(batch, t)
			size += 1 + len(t.values)
		default:
			return batch
		}
	}
	return batch
}

// writeBatch carries out a batch in one transaction. It returns the rows that
// callers asked for. A crash before the commit leaves nothing of the batch, and
// nobody has been told otherwise.
func (v *Vault) writeBatch(batch []*task) (map[string]entry, error) {
	tx, err := v.write.Begin()
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() // nothing to do after the commit; it also closes the statements
	w := &writer{v: v, tx: tx, rows: make(map[string]entry)}
	for _, t := range batch {
		if t.erase != "" {
			err = w.erase(t)
		} else {
			err = w.issue(t)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	return w.rows, nil
}

// remember brings the cache up to what is durable now.
func (v *Vault) remember(rows map[string]entry, batch []*task, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, t := range batch {
		if t.erase != "" { // also after an error: whether the row is there, the next reader sees
			v.erasures++
			v.byName.remove(t.erase)
			v.byValue.remove(t.cached)
		}
	}
	if err != nil {
		return
	}
	for key, e := range rows {
		v.byValue.put(key, e)
		v.byName.put(e.subject.Pseudonym, e)
	}
}

// outcome is the answer to one task of a batch. An erasure is only done when the
// write-ahead log, which still has the page with the value, was emptied.
func (v *Vault) outcome(t *task, err error) error {
	switch {
	case err != nil || t.erase == "":
		return err
	case t.unknown:
		return ErrUnknown
	}
	return v.truncateLog()
}

// truncateLog moves the write-ahead log into the database and empties it.
func (v *Vault) truncateLog() error {
	var busy, pages, moved int
	if err := v.write.QueryRow(`PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved); err != nil {
		return fmt.Errorf("empty write-ahead log: %w", err)
	}
	if busy != 0 {
		return errors.New("empty write-ahead log: a reader holds it, erase again")
	}
	return nil
}

// writer is one transaction.
type writer struct {
	v            *Vault
	tx           *sql.Tx
	find, insert *sql.Stmt
	rows         map[string]entry
}

func (w *writer) issue(t *task) error {
	if w.find == nil {
		var err error
		if w.find, err = w.tx.Prepare(`SELECT pseudonym, salt FROM subjects WHERE lookup = ?`); err != nil {
			return err
		}
		if w.insert, err = w.tx.Prepare(`INSERT INTO subjects (pseudonym, kind, lookup, value, salt) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (pseudonym) DO NOTHING`); err != nil {
			return err
		}
	}
	t.subjects = make([]domain.Subject, len(t.values))
	for i, value := range t.values {
		key := cacheKey(t.kind, value)
		e, ok := w.rows[key]
		if !ok {
			var err error
			if e, err = w.subject(t.kind, value); err != nil {
				return err
			}
			w.rows[key] = e
		}
		t.subjects[i] = e.subject
	}
	return nil
}

// subject finds the row of a value, or adds it.
func (w *writer) subject(kind Kind, value string) (entry, error) {
	e := entry{kind: kind, value: value}
	lookup := w.v.lookup(kind, value)
	err := w.find.QueryRow(lookup).Scan(&e.subject.Pseudonym, &e.salt)
	if err == nil {
		e.subject.Commitment = commit(kind, value, e.salt)
		return e, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return e, fmt.Errorf("find value: %w", err)
	}
	// 80 bits do not collide by chance. A simulation that begins again with the
	// same randomness does, and moves on to the next.
	for range maxDraws {
		pseudonym, salt, err := draw(w.v.random, kind)
		if err != nil {
			return e, err
		}
		res, err := w.insert.Exec(pseudonym, string(kind), lookup, value, salt)
		if err != nil {
			return e, fmt.Errorf("store value: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			continue
		}
		e.salt = salt
		e.subject = domain.Subject{Pseudonym: pseudonym, Commitment: commit(kind, value, salt)}
		return e, nil
	}
	return e, errors.New("draw pseudonym: the source of randomness repeats itself")
}

// maxDraws is far more than a restarted simulation needs to get past what it
// drew in its last life, and still an end.
const maxDraws = 1 << 20

func (w *writer) erase(t *task) error {
	var kind string
	var value sql.NullString
	err := w.tx.QueryRow(`SELECT kind, value FROM subjects WHERE pseudonym = ?`, t.erase).Scan(&kind, &value)
	if errors.Is(err, sql.ErrNoRows) {
		t.unknown = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("find row: %w", err)
	}
	t.cached = cacheKey(Kind(kind), value.String)
	delete(w.rows, t.cached) // issued earlier in this batch: gone again
	_, err = w.tx.Exec(`UPDATE subjects SET lookup = NULL, value = NULL, salt = NULL WHERE pseudonym = ?`, t.erase)
	if err != nil {
		return fmt.Errorf("erase row: %w", err)
	}
	return nil
}

// readRow reads a row that may not be in the cache.
func (v *Vault) readRow(ctx context.Context, pseudonym string) (entry, error) {
	var value sql.NullString
	var kind string
	e := entry{subject: domain.Subject{Pseudonym: pseudonym}}
	row := v.read.QueryRowContext(ctx, `SELECT kind, value, salt FROM subjects WHERE pseudonym = ?`, pseudonym)
	switch err := row.Scan(&kind, &value, &e.salt); {
	case errors.Is(err, sql.ErrNoRows):
		return e, ErrUnknown
	case err != nil:
		return e, err
	case !value.Valid:
		return e, ErrErased
	}
	e.kind, e.value = Kind(kind), value.String
	e.subject.Commitment = commit(e.kind, e.value, e.salt)
	return e, nil
}
