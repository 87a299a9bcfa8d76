package projections

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"modernc.org/sqlite"
)

// Settings of an SQLite file of views.
//
// WAL lets queries read while a batch is written. With synchronous=NORMAL a
// commit does not wait for the disk: a loss of power may take the last
// transactions, rows and position together, and they are made again from the
// log, which is what is durable. (OFF could leave a damaged file that nobody
// notices.) Temporary structures stay in memory: they are a copy of a few pages
// per statement. The log of changes is folded back every 4,000 pages (16 MB)
// instead of 1,000: a page of an index that every batch touches is copied back
// less often. With 16,000 pages a rebuild takes as long, and the pauses of the
// folding make live rows later.
const sqlitePragmas = "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)" +
	"&_pragma=temp_store(MEMORY)&_pragma=wal_autocheckpoint(4000)"

// sqliteWriterCache and sqliteReaderCache are page caches in KiB: the writer
// changes pages all over its indexes, each reader follows one.
const (
	sqliteWriterCache = 32 << 10
	sqliteReaderCache = 4 << 10
)

// OpenSQLite opens the views in a file, which is made if need be. One process at
// a time should run a Runner on it; others may query.
func OpenSQLite(path string, o Options) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("open views: %w", err)
	}
	// Only their owner may read them; what SQLite puts beside the file is like it.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open views: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open views: %w", err)
	}
	db, err := openSQLite("file:"+(&url.URL{Path: path}).EscapedPath()+"?", o)
	if err != nil {
		return nil, fmt.Errorf("open views in %s: %w", path, err)
	}
	return db, nil
}

// memories tells databases in memory apart.
var memories atomic.Int64

// OpenMemory opens views that live until Close, and writes nothing. All
// connections share one database in SQLite's own file system in memory.
func OpenMemory(o Options) (*DB, error) {
	db, err := openSQLite(fmt.Sprintf("file:/amends-views-%d?vfs=memdb&", memories.Add(1)), o)
	if err != nil {
		return nil, fmt.Errorf("open views in memory: %w", err)
	}
	return db, nil
}

// openSQLite opens the database that a DSN without settings names.
func openSQLite(dsn string, o Options) (*DB, error) {
	// Every reader of a WAL database needs the writer's setting in its header.
	first, err := openSQLiteEngine(dsn, o)
	if err != nil {
		return nil, err
	}
	read, err := sql.Open("sqlite", withSettings(dsn, sqliteReaderCache)+"&_pragma=query_only(1)")
	if err != nil {
		first.close()
		return nil, err
	}
	read.SetMaxOpenConns(maxReaders)
	return &DB{
		dialect: sqliteDialect, read: read, engine: first,
		open: func(context.Context) (engine, error) {
			e, err := openSQLiteEngine(dsn, o)
			if err != nil {
				return nil, fmt.Errorf("open views again: %w", err)
			}
			return e, nil
		},
	}, nil
}

func withSettings(dsn string, cacheKiB int) string {
	return fmt.Sprintf("%s%s&_pragma=cache_size(-%d)", dsn, sqlitePragmas, cacheKiB)
}

// sqliteEngine speaks to the driver directly: a row is one prepared statement
// with a dozen arguments, of which database/sql would make most of the cost.
// (Statements with many rows are no faster here: SQLite keeps a journal of each
// so that it can undo the half of it.)
type sqliteEngine struct {
	conn      driver.Conn
	prepared  map[string]driver.Stmt
	args      []driver.NamedValue
	row       []driver.Value
	statement func(string) error
}

func openSQLiteEngine(dsn string, o Options) (*sqliteEngine, error) {
	conn, err := new(sqlite.Driver).Open(withSettings(dsn, sqliteWriterCache))
	if err != nil {
		return nil, err
	}
	e := &sqliteEngine{conn: conn, prepared: map[string]driver.Stmt{}, statement: o.Statement}
	if e.statement == nil {
		e.statement = func(string) error { return nil }
	}
	return e, nil
}

func (e *sqliteEngine) begin(context.Context) error    { return e.plain("BEGIN IMMEDIATE") }
func (e *sqliteEngine) rollback(context.Context) error { return e.plain("ROLLBACK") }

func (e *sqliteEngine) commit(context.Context) error {
	if err := e.plain("COMMIT"); err != nil {
		return err
	}
	return e.statement("COMMITTED")
}

// plain runs a statement that is not worth preparing. Contexts are left out
// everywhere: a statement takes microseconds, a batch milliseconds, and with a
// context the driver starts a goroutine for each.
func (e *sqliteEngine) plain(sql string) error {
	if err := e.statement(sql); err != nil {
		return err
	}
	_, err := e.conn.(driver.ExecerContext).ExecContext(context.Background(), sql, nil)
	return err
}

func (e *sqliteEngine) prepare(sql string) (driver.Stmt, error) {
	if s := e.prepared[sql]; s != nil {
		return s, nil
	}
	s, err := e.conn.Prepare(sql)
	if err != nil {
		return nil, err
	}
	e.prepared[sql] = s
	return s, nil
}

func (e *sqliteEngine) bind(args ...any) []driver.NamedValue {
	e.args = e.args[:0]
	for i, a := range args {
		e.args = append(e.args, driver.NamedValue{Ordinal: i + 1, Value: value(a)})
	}
	return e.args
}

func (e *sqliteEngine) exec(_ context.Context, sql string, args ...any) (int64, error) {
	if err := e.statement(sql); err != nil {
		return 0, err
	}
	s, err := e.prepare(sql)
	if err != nil {
		return 0, err
	}
	r, err := s.(driver.StmtExecContext).ExecContext(context.Background(), e.bind(args...))
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (e *sqliteEngine) query(_ context.Context, each func([]any) error, sql string, args ...any) error {
	if err := e.statement(sql); err != nil {
		return err
	}
	s, err := e.prepare(sql)
	if err != nil {
		return err
	}
	rows, err := s.(driver.StmtQueryContext).QueryContext(context.Background(), e.bind(args...))
	if err != nil {
		return err
	}
	defer rows.Close()
	e.row = append(e.row[:0], make([]driver.Value, len(rows.Columns()))...)
	out := make([]any, len(e.row))
	for {
		switch err := rows.Next(e.row); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		for i, v := range e.row {
			out[i] = v
		}
		if err := each(out); err != nil {
			return err
		}
	}
}

func (e *sqliteEngine) insert(ctx context.Context, table string, s *Schema, rows [][]any) error {
	sql := "INSERT INTO " + table + " (" + strings.Join(s.names(), ", ") + ") VALUES (?" + strings.Repeat(", ?", len(s.Columns)-1) + ")"
	for _, row := range rows {
		if _, err := e.exec(ctx, sql, row...); err != nil {
			return err
		}
	}
	return nil
}

func (e *sqliteEngine) update(ctx context.Context, table string, s *Schema, rows [][]any) error {
	changing := s.changing()
	sql := "UPDATE " + table + " SET " + strings.Join(changing, " = ?, ") + " = ? WHERE " + strings.Join(s.Key, " = ? AND ") + " = ?"
	places := s.places(append(changing, s.Key...))
	args := make([]any, len(places))
	for _, row := range rows {
		for i, p := range places {
			args[i] = row[p]
		}
		if err := e.one(ctx, sql, args); err != nil {
			return err
		}
	}
	return nil
}

func (e *sqliteEngine) remove(ctx context.Context, table string, s *Schema, rows [][]any) error {
	sql := "DELETE FROM " + table + " WHERE " + strings.Join(s.Key, " = ? AND ") + " = ?"
	places := s.places(s.Key)
	args := make([]any, len(places))
	for _, row := range rows {
		for i, p := range places {
			args[i] = row[p]
		}
		if err := e.one(ctx, sql, args); err != nil {
			return err
		}
	}
	return nil
}

// one runs a statement that changes one row. Another number means that somebody
// else wrote to the table.
func (e *sqliteEngine) one(ctx context.Context, sql string, args []any) error {
	n, err := e.exec(ctx, sql, args...)
	if err == nil && n != 1 {
		err = fmt.Errorf("%d rows where 1 was expected", n)
	}
	return err
}

func (e *sqliteEngine) lookup(ctx context.Context, table string, s *Schema, by []string, keys [][]any, dest func(int) []any) error {
	sql := "SELECT " + strings.Join(s.names(), ", ") + " FROM " + table + " WHERE " + strings.Join(by, " = ? AND ") + " = ?"
	for i, key := range keys {
		err := e.query(ctx, func(row []any) error {
			for j, field := range dest(i) {
				if err := assign(field, row[j]); err != nil {
					return fmt.Errorf("%s: %w", s.Columns[j].Name, err)
				}
			}
			return nil
		}, sql, key...)
		if err != nil {
			return err
		}
	}
	return nil
}

// Readers of a WAL database hold nothing that a writer needs.
func (e *sqliteEngine) patience(context.Context) error { return nil }
func (e *sqliteEngine) busy(error) bool                { return false }

func (e *sqliteEngine) forget() {
	for _, s := range e.prepared {
		s.Close()
	}
	clear(e.prepared)
}

func (e *sqliteEngine) close() error {
	e.forget()
	return e.conn.Close()
}
