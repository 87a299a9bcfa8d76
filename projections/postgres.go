package projections

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/amends-ledger/amends/domain"
)

// postgresTimeout bounds one statement of a batch. The largest of them writes
// some ten thousand rows; one that takes longer waits for a lock or for a server
// that does not answer, and the batch is better tried again.
const postgresTimeout = time.Minute

// copyRows is from how many new rows on COPY is used, which is faster per row
// and asks the server once more before.
const copyRows = 64

// OpenPostgres opens the views in a PostgreSQL database (15 or later), in the
// first schema of its search path. dsn is a URL or a keyword string, as libpq
// takes it. One process at a time should run a Runner on it; others may query.
func OpenPostgres(ctx context.Context, dsn string, o Options) (*DB, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("open views in PostgreSQL: %w", err)
	}
	open := func(ctx context.Context) (engine, error) {
		conn, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			return nil, fmt.Errorf("open views in PostgreSQL: %w", err)
		}
		e := &postgresEngine{conn: conn, statement: o.Statement}
		if e.statement == nil {
			e.statement = func(string) error { return nil }
		}
		return e, nil
	}
	first, err := open(ctx)
	if err != nil {
		return nil, err
	}
	read := stdlib.OpenDB(*config)
	read.SetMaxOpenConns(maxReaders)
	return &DB{dialect: postgresDialect, read: read, engine: first, open: open}, nil
}

// postgresReport is a column as a tool for analysis should see it: an amount as a
// decimal number with its currency's digits, a time as a timestamp, which holds
// microseconds.
func postgresReport(c Column) string {
	switch c.Type {
	case Amount:
		return ReportAmount(c.Name)
	case Moment:
		return "timestamptz 'epoch' + (" + c.Name + " / 1000) * interval '1 microsecond'"
	}
	return ""
}

// ReportAmount is SQL for the amount that a column has in minor units, next to a
// column "currency": a numeric with the currency's digits. PostgreSQL only.
func ReportAmount(column string) string {
	return fmt.Sprintf("round(%s::numeric / power(10::numeric, %s), %s)", column, currencyDigits(), currencyDigits())
}

// currencyDigits is the number of digits behind the point, as SQL over the column
// "currency". Nearly all currencies have two.
var currencyDigits = sync.OnceValue(func() string {
	digits := map[int][]string{}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			for c := 'A'; c <= 'Z'; c++ {
				code := string([]rune{a, b, c})
				if scale, ok := domain.Currency(code).Scale(); ok {
					digits[scale] = append(digits[scale], "'"+code+"'")
				}
			}
		}
	}
	sql := "CASE"
	for _, scale := range []int{0, 3, 4} {
		sql += fmt.Sprintf(" WHEN currency IN (%s) THEN %d", strings.Join(digits[scale], ", "), scale)
	}
	return sql + " ELSE 2 END"
})

// postgresEngine writes many rows with each statement, because each is a round
// trip: a batch's rows go as arrays, one for each column.
type postgresEngine struct {
	conn      *pgx.Conn
	statement func(string) error
}

func (e *postgresEngine) begin(ctx context.Context) error { return e.plain(ctx, "BEGIN") }

// rollback waits for no server: the connection is given up if it does not answer.
func (e *postgresEngine) rollback(ctx context.Context) error {
	if e.conn.IsClosed() {
		return errors.New("the connection is closed")
	}
	return e.plain(ctx, "ROLLBACK")
}

func (e *postgresEngine) commit(ctx context.Context) error {
	if err := e.plain(ctx, "COMMIT"); err != nil {
		return err
	}
	return e.statement("COMMITTED")
}

func (e *postgresEngine) plain(ctx context.Context, sql string) error {
	_, err := e.run(ctx, sql, nil)
	return err
}

func (e *postgresEngine) run(ctx context.Context, sql string, args []any) (int64, error) {
	if err := e.statement(sql); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, postgresTimeout)
	defer cancel()
	tag, err := e.conn.Exec(ctx, sql, args...)
	return tag.RowsAffected(), err
}

func (e *postgresEngine) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = value(a)
	}
	return e.run(ctx, postgresDialect.rewrite(sql), values)
}

func (e *postgresEngine) query(ctx context.Context, each func([]any) error, sql string, args ...any) error {
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = value(a)
	}
	return e.rows(ctx, each, postgresDialect.rewrite(sql), values)
}

func (e *postgresEngine) rows(ctx context.Context, each func([]any) error, sql string, args []any) error {
	if err := e.statement(sql); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, postgresTimeout)
	defer cancel()
	rows, err := e.conn.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return err
		}
		if err := each(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// arrays turns the columns at places of rows into one array each, and lists them
// as arguments: "$1::text[], $2::bigint[]".
func arrays(s *Schema, rows [][]any, places []int) (args []any, list string) {
	casts := make([]string, len(places))
	for i, p := range places {
		if s.Columns[p].Type == Text {
			column := make([]string, len(rows))
			for j, row := range rows {
				column[j], _ = value(row[p]).(string)
			}
			args, casts[i] = append(args, column), fmt.Sprintf("$%d::text[]", i+1)
			continue
		}
		column := make([]pgtype.Int8, len(rows))
		for j, row := range rows {
			column[j].Int64, column[j].Valid = value(row[p]).(int64)
		}
		args, casts[i] = append(args, column), fmt.Sprintf("$%d::bigint[]", i+1)
	}
	return args, strings.Join(casts, ", ")
}

func (e *postgresEngine) insert(ctx context.Context, table string, s *Schema, rows [][]any) error {
	if len(rows) >= copyRows {
		return e.copy(ctx, table, s, rows)
	}
	args, list := arrays(s, rows, s.places(s.names()))
	_, err := e.run(ctx, "INSERT INTO "+table+" ("+strings.Join(s.names(), ", ")+") SELECT * FROM unnest("+list+")", args)
	return err
}

func (e *postgresEngine) copy(ctx context.Context, table string, s *Schema, rows [][]any) error {
	if err := e.statement("COPY " + table); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, postgresTimeout)
	defer cancel()
	values := make([]any, len(s.Columns))
	_, err := e.conn.CopyFrom(ctx, pgx.Identifier{table}, s.names(), pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
		for j, field := range rows[i] {
			values[j] = value(field)
		}
		return values, nil
	}))
	return err
}

// match is "t.a = v.a AND t.b = v.b".
func match(columns []string) string {
	terms := make([]string, len(columns))
	for i, c := range columns {
		terms[i] = "t." + c + " = v." + c
	}
	return strings.Join(terms, " AND ")
}

func (e *postgresEngine) update(ctx context.Context, table string, s *Schema, rows [][]any) error {
	changing := s.changing()
	columns := append(changing, s.Key...)
	args, list := arrays(s, rows, s.places(columns))
	sets := make([]string, len(changing))
	for i, c := range changing {
		sets[i] = c + " = v." + c
	}
	return e.exactly(ctx, len(rows), "UPDATE "+table+" AS t SET "+strings.Join(sets, ", ")+
		" FROM unnest("+list+") AS v("+strings.Join(columns, ", ")+") WHERE "+match(s.Key), args)
}

func (e *postgresEngine) remove(ctx context.Context, table string, s *Schema, rows [][]any) error {
	args, list := arrays(s, rows, s.places(s.Key))
	return e.exactly(ctx, len(rows), "DELETE FROM "+table+" AS t USING unnest("+list+") AS v("+strings.Join(s.Key, ", ")+") WHERE "+match(s.Key), args)
}

// exactly runs a statement that changes want rows. Another number means that
// somebody else wrote to the table.
func (e *postgresEngine) exactly(ctx context.Context, want int, sql string, args []any) error {
	n, err := e.run(ctx, sql, args)
	if err == nil && n != int64(want) {
		err = fmt.Errorf("%d rows where %d were expected", n, want)
	}
	return err
}

func (e *postgresEngine) lookup(ctx context.Context, table string, s *Schema, by []string, keys [][]any, dest func(int) []any) error {
	places := s.places(by)
	shaped := make([][]any, len(keys)) // keys as rows that have nothing else
	for i, key := range keys {
		shaped[i] = make([]any, len(s.Columns))
		for j, p := range places {
			shaped[i][p] = key[j]
		}
	}
	args, list := arrays(s, shaped, places)
	sql := "SELECT v.place, t." + strings.Join(s.names(), ", t.") + " FROM unnest(" + list + ") WITH ORDINALITY AS v(" +
		strings.Join(by, ", ") + ", place) JOIN " + table + " AS t ON " + match(by)
	return e.rows(ctx, func(row []any) error {
		place, ok := row[0].(int64)
		if !ok || place < 1 || place > int64(len(keys)) {
			return fmt.Errorf("the server numbers a row %v", row[0])
		}
		for j, field := range dest(int(place) - 1) {
			if err := assign(field, row[j+1]); err != nil {
				return fmt.Errorf("%s: %w", s.Columns[j].Name, err)
			}
		}
		return nil
	}, sql, args)
}

// patience: to put other tables behind a name, PostgreSQL waits for everybody who
// reads it, and lets nobody else read meanwhile. A long export must not stop the
// rest, so the wait is short and is tried again.
func (e *postgresEngine) patience(ctx context.Context) error {
	return e.plain(ctx, "SET LOCAL lock_timeout = '500ms'")
}

func (e *postgresEngine) busy(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == "55P03" // lock_not_available
}

// forget drops prepared statements, whose tables may be no more.
func (e *postgresEngine) forget() {
	ctx, cancel := context.WithTimeout(context.Background(), rollbackTimeout)
	defer cancel()
	if e.conn.DeallocateAll(ctx) != nil {
		e.conn.Close(ctx) // the statement that comes next says so
	}
}

func (e *postgresEngine) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), rollbackTimeout)
	defer cancel()
	return e.conn.Close(ctx)
}
