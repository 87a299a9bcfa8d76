package coldstore

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/amends-ledger/amends/internal/bloom"
)

const (
	// schemaVersion is in the file as PRAGMA user_version.
	schemaVersion = 1
	// schema: the index that the primary key makes holds the keys alone, so that
	// they can be read without the data.
	schema = `
CREATE TABLE cold (
	key  BLOB PRIMARY KEY, -- 16 bytes of SHA-256 over merchant, kind and id
	rev  INTEGER NOT NULL, -- of the merchant's stream, up to which data is folded
	data BLOB NOT NULL,
	sum  INTEGER NOT NULL  -- CRC-32C of key, rev and data: SQLite has no checksum of its own
) STRICT;
CREATE TABLE filling (id TEXT NOT NULL) STRICT;
PRAGMA user_version = 1;`
	// readers bounds the connections that look records up.
	readers = 2
)

// database is the file: one connection that writes, a few that read.
type database struct {
	write, read *sql.DB
	find        *sql.Stmt
	id          uuid.UUID
}

// openDatabase opens the file, or starts it anew when it is not ours.
func openDatabase(path string) (*database, error) {
	d, err := tryOpen(path)
	if !errors.Is(err, ErrDamaged) {
		return d, err
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return tryOpen(path)
}

func tryOpen(path string) (d *database, err error) {
	d = &database{}
	defer func() {
		if err != nil {
			err = errors.Join(d.close(), damage(err))
			d = nil
		}
	}()
	// Nobody but the owner reads it; SQLite gives its other files the same mode.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return d, err
	}
	if err := file.Close(); err != nil {
		return d, err
	}
	// synchronous(NORMAL): a commit does not wait for the disk. In WAL mode the
	// file stays consistent all the same, and what a power cut loses is derived.
	// cache_size: 16 MB, since keys are random and touch every page of the index.
	if d.write, err = sql.Open("sqlite", dsn(path,
		"journal_mode(WAL)", "synchronous(NORMAL)", "cache_size(-16384)")); err != nil {
		return d, err
	}
	d.write.SetMaxOpenConns(1)
	if err := d.prepare(); err != nil {
		return d, err
	}
	if d.read, err = sql.Open("sqlite", dsn(path, "query_only(ON)")); err != nil {
		return d, err
	}
	d.read.SetMaxOpenConns(readers)
	d.read.SetMaxIdleConns(readers)
	d.find, err = d.read.Prepare(`SELECT rev, data, sum FROM cold WHERE key = ?`)
	return d, err
}

// dsn names a file to the driver. busy_timeout lets a reader wait for the moment
// in which the write-ahead log is emptied.
func dsn(path string, pragmas ...string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": append([]string{"busy_timeout(5000)"}, pragmas...)}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// prepare makes the tables in a new file, in one transaction: a crash leaves a
// file without tables, which is new again.
func (d *database) prepare() error {
	tx, err := d.write.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var version, tables int
	if err := tx.QueryRow(`SELECT user_version, (SELECT count(*) FROM sqlite_master) FROM pragma_user_version`).Scan(&version, &tables); err != nil {
		return err
	}
	switch {
	case version == schemaVersion:
		var id string
		if err := tx.QueryRow(`SELECT id FROM filling`).Scan(&id); err != nil {
			return err
		}
		if d.id, err = uuid.Parse(id); err != nil {
			return errors.Join(ErrDamaged, err)
		}
		return tx.Commit()
	case version != 0 || tables != 0:
		return fmt.Errorf("it has version %d, this release keeps %d: %w", version, schemaVersion, ErrDamaged)
	}
	if d.id, err = uuid.NewRandom(); err != nil {
		return err
	}
	if _, err := tx.Exec(schema); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO filling (id) VALUES (?)`, d.id.String()); err != nil {
		return err
	}
	return tx.Commit()
}

// put writes records in one transaction.
func (d *database) put(ctx context.Context, records map[bloom.Key]record) error {
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	stmt, err := tx.PrepareContext(ctx, `INSERT INTO cold (key, rev, data, sum) VALUES (?, ?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET rev = excluded.rev, data = excluded.data, sum = excluded.sum`)
	if err != nil {
		return err
	}
	// In order of the index: neighbours share its pages.
	sorted := slices.SortedFunc(maps.Values(records), func(a, b record) int { return bytes.Compare(a.key[:], b.key[:]) })
	for _, r := range sorted {
		if _, err := stmt.ExecContext(ctx, r.key[:], r.rev, r.data, r.sum()); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (d *database) get(k bloom.Key) (r record, ok bool, err error) {
	r.key = k
	var sum int64
	err = d.find.QueryRow(k[:]).Scan(&r.rev, &r.data, &sum)
	if errors.Is(err, sql.ErrNoRows) {
		return record{}, false, nil
	}
	if err != nil {
		return record{}, false, damage(err)
	}
	if sum != r.sum() {
		return record{}, false, ErrDamaged
	}
	return r, true, nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (r record) sum() int64 {
	b := strconv.AppendInt(append(make([]byte, 0, 40), r.key[:]...), r.rev, 10)
	return int64(crc32.Update(crc32.Checksum(b, castagnoli), castagnoli, r.data))
}

func (d *database) count(ctx context.Context) (n int, err error) {
	err = d.read.QueryRowContext(ctx, `SELECT count(*) FROM cold`).Scan(&n)
	return n, err
}

func (d *database) eachKey(ctx context.Context, f func(bloom.Key)) error {
	rows, err := d.read.QueryContext(ctx, `SELECT key FROM cold`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var raw sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&raw); err != nil {
			return err
		}
		if len(raw) != len(bloom.Key{}) {
			return ErrDamaged
		}
		f(bloom.Key(raw))
	}
	return rows.Err()
}

// sync empties the write-ahead log into the file; SQLite syncs both on the way.
func (d *database) sync() error {
	ctx, cancel := context.WithTimeout(context.Background(), putTimeout)
	defer cancel()
	for {
		var busy, frames, moved int
		if err := d.write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(FULL)`).Scan(&busy, &frames, &moved); err != nil {
			return err
		}
		if busy == 0 {
			return nil
		}
		select { // a reader is in an old part of the log
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}

func (d *database) close() error {
	var errs []error
	if d.find != nil {
		errs = append(errs, d.find.Close())
	}
	if d.read != nil {
		errs = append(errs, d.read.Close())
	}
	if d.write != nil {
		errs = append(errs, d.write.Close())
	}
	return errors.Join(errs...)
}

// damage marks the errors of SQLite that mean a bad file.
func damage(err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return errors.Join(ErrDamaged, err)
		}
	}
	return err
}
