package vault

import (
	"crypto/hmac"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite", pure Go
)

// schema. An erased row keeps its pseudonym: it stays known, and known as erased.
const schema = `
CREATE TABLE IF NOT EXISTS subjects (
	pseudonym TEXT PRIMARY KEY,
	kind      TEXT NOT NULL,
	lookup    TEXT UNIQUE, -- HMAC of kind and value; NULL when erased, as the next two
	value     TEXT,
	salt      TEXT
) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS vault (
	one       INTEGER PRIMARY KEY CHECK (one = 1),
	version   INTEGER NOT NULL,
	key_check BLOB NOT NULL
) STRICT;`

const schemaVersion = 1

// readers bounds concurrent look-ups of what the cache does not have.
const readers = 4

func (v *Vault) openFile(path string) error {
	// Nobody but the owner reads it; SQLite gives its other files the same mode.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	// synchronous(FULL): a row must be durable before an event names it.
	// secure_delete: what is erased is overwritten in the file too. cache_size:
	// 16 MB, since pseudonyms and look-ups are random and touch every page.
	if v.write, err = sql.Open("sqlite", dsn(path,
		"journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)", "cache_size(-16384)")); err != nil {
		return err
	}
	v.write.SetMaxOpenConns(1)
	if v.read, err = sql.Open("sqlite", dsn(path, "query_only(ON)")); err != nil {
		return err
	}
	v.read.SetMaxOpenConns(readers)
	v.read.SetMaxIdleConns(readers)
	if err := v.prepare(); err != nil {
		return errors.Join(err, v.read.Close(), v.write.Close())
	}
	return syncFolder(filepath.Dir(path)) // the file itself must survive as well
}

func (v *Vault) openMemory() error {
	var err error
	if v.write, err = sql.Open("sqlite", ":memory:"); err != nil {
		return err
	}
	v.write.SetMaxOpenConns(1) // another connection would be another database
	v.read = v.write
	if err := v.prepare(); err != nil {
		return errors.Join(err, v.write.Close())
	}
	return nil
}

// dsn names a file to the driver. busy_timeout lets a reader wait for the moment
// in which the write-ahead log is emptied.
func dsn(path string, pragmas ...string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": append([]string{"busy_timeout(5000)"}, pragmas...)}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// prepare makes the tables, or checks that they are ours and of this key.
func (v *Vault) prepare() error {
	if _, err := v.write.Exec(schema); err != nil {
		return err
	}
	check := mac(v.key, "vault key check", "")
	_, err := v.write.Exec(`INSERT INTO vault (one, version, key_check) VALUES (1, ?, ?) ON CONFLICT DO NOTHING`, schemaVersion, check)
	if err != nil {
		return err
	}
	var version int
	var stored []byte
	if err := v.write.QueryRow(`SELECT version, key_check FROM vault`).Scan(&version, &stored); err != nil {
		return err
	}
	if version != schemaVersion {
		return fmt.Errorf("it has version %d, this release reads %d", version, schemaVersion)
	}
	if !hmac.Equal(stored, check) {
		return ErrKey
	}
	return nil
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
