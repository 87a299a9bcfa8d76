package vault

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"

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
	defer close(v.ended)
	var batch []*task
	for {
		batch = batch[:0]
		select {
		case t := <-v.queue:
			batch = v.gather(append(batch, t))
		case <-v.closing:
			return // who still waits in the queue sees that the writer has ended
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
	for _, t := range batch { // first, so that no value is found and then erased
		if t.erase == "" {
			continue
		}
		if err := w.erase(t); err != nil {
			return nil, err
		}
	}
	if err := w.issue(batch); err != nil {
		return nil, err
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	for _, t := range batch {
		for _, value := range t.values {
			t.subjects = append(t.subjects, w.rows[cacheKey(t.kind, value)].subject)
		}
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
	v    *Vault
	tx   *sql.Tx
	rows map[string]entry // by the cache's key
}

// issue finds or adds the rows of all values that are asked for. Rows go to and
// fro as one JSON text a statement: that is some ten times cheaper than a
// statement a row.
func (w *writer) issue(batch []*task) error {
	missing := make(map[string]entry) // by lookup
	for _, t := range batch {
		for _, value := range t.values {
			if _, known := w.rows[cacheKey(t.kind, value)]; !known {
				missing[w.v.lookup(t.kind, value)] = entry{kind: t.kind, value: value}
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if err := w.find(missing); err != nil {
		return fmt.Errorf("find values: %w", err)
	}
	for tries := 0; len(missing) > 0; tries++ {
		if tries >= maxDraws {
			return errors.New("draw pseudonyms: the source of randomness repeats itself")
		}
		if err := w.insert(missing); err != nil {
			return fmt.Errorf("store values: %w", err)
		}
	}
	return nil
}

// maxDraws is more than a restarted simulation needs to get past what it drew in
// its last life, and still an end.
const maxDraws = 1 << 16

// find moves the rows that exist from missing to w.rows.
func (w *writer) find(missing map[string]entry) error {
	lookups, err := json.Marshal(slices.Sorted(maps.Keys(missing)))
	if err != nil {
		return err
	}
	found, err := w.tx.Query(`SELECT s.lookup, s.pseudonym, s.salt FROM json_each(?) AS j JOIN subjects AS s ON s.lookup = j.value`, string(lookups))
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		var lookup, pseudonym, salt string
		if err := found.Scan(&lookup, &pseudonym, &salt); err != nil {
			return err
		}
		if err := w.settle(missing, lookup, pseudonym, salt); err != nil {
			return err
		}
	}
	return found.Err()
}

func (w *writer) settle(missing map[string]entry, lookup, pseudonym, salt string) error {
	e := missing[lookup]
	if err := e.fill(pseudonym, salt); err != nil {
		return err
	}
	delete(missing, lookup)
	w.rows[cacheKey(e.kind, e.value)] = e
	return nil
}

// insert draws a pseudonym and a salt for each value and stores the rows. Of
// 80 bits, none is taken already; a simulation that begins again with the same
// randomness meets its own, and what could not be stored draws once more.
func (w *writer) insert(missing map[string]entry) error {
	rows := make([][5]string, 0, len(missing))
	for _, lookup := range slices.Sorted(maps.Keys(missing)) { // the same seed, the same rows
		e := missing[lookup]
		pseudonym, salt, err := draw(w.v.random, e.kind)
		if err != nil {
			return err
		}
		rows = append(rows, [5]string{pseudonym, string(e.kind), lookup, e.value, salt})
	}
	all, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	res, err := w.tx.Exec(`INSERT INTO subjects (pseudonym, kind, lookup, value, salt)
		SELECT value->>0, value->>1, value->>2, value->>3, value->>4 FROM json_each(?) WHERE true
		ON CONFLICT (pseudonym) DO NOTHING`, string(all))
	if err != nil {
		return err
	}
	stored, err := res.RowsAffected()
	if err != nil {
		return err
	}
	if int(stored) < len(rows) {
		return w.find(missing)
	}
	for _, r := range rows {
		if err := w.settle(missing, r[2], r[0], r[4]); err != nil {
			return err
		}
	}
	return nil
}

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
	_, err = w.tx.Exec(`UPDATE subjects SET lookup = NULL, value = NULL, salt = NULL WHERE pseudonym = ?`, t.erase)
	if err != nil {
		return fmt.Errorf("erase row: %w", err)
	}
	return nil
}

// readRow reads a row that may not be in the cache.
func (v *Vault) readRow(ctx context.Context, pseudonym string) (entry, error) {
	var kind string
	var value, salt sql.NullString
	row := v.read.QueryRowContext(ctx, `SELECT kind, value, salt FROM subjects WHERE pseudonym = ?`, pseudonym)
	switch err := row.Scan(&kind, &value, &salt); {
	case errors.Is(err, sql.ErrNoRows):
		return entry{}, ErrUnknown
	case err != nil:
		return entry{}, err
	case !value.Valid:
		return entry{}, ErrErased
	}
	e := entry{kind: Kind(kind), value: value.String}
	return e, e.fill(pseudonym, salt.String)
}

// fill completes an entry by what is stored of it.
func (e *entry) fill(pseudonym, salt string) error {
	var err error
	if e.salt, err = text.DecodeString(salt); err != nil || len(e.salt) != saltBytes {
		return fmt.Errorf("salt of %s is damaged", pseudonym)
	}
	e.subject = domain.Subject{Pseudonym: pseudonym, Commitment: commit(e.kind, e.value, e.salt)}
	return nil
}
