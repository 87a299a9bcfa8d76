package projections

import (
	"database/sql"
	"strconv"
	"strings"
)

// dialect is how an engine's SQL differs. Everything else that views and
// queries say is the same text on all of them: ? for arguments, row values,
// LIMIT, INSERT, UPDATE, CREATE VIEW.
type dialect struct {
	name      string
	text      string        // type of a text
	integer   string        // type of everything else
	number    string        // type of a key that is the row's own number
	clustered string        // behind a table whose rows are kept in order of its key
	dollars   bool          // arguments are $1, $2, …
	snapshot  sql.TxOptions // of a Reader
	// tableExists counts the tables of a name.
	tableExists string
	// report, if set, is a column as people want to read it: an amount with its
	// decimal point, a time as a time. Each table then has a second view with the
	// ending _report, for analysts' tools. Empty leaves the column as it is.
	report func(Column) string
}

func (d dialect) typeOf(t ColumnType) string {
	if t.number() {
		return d.integer
	}
	return d.text
}

var sqliteDialect = dialect{
	name: "sqlite", text: "TEXT", integer: "BIGINT",
	number: "INTEGER", clustered: " WITHOUT ROWID",
	tableExists: "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?",
	snapshot:    sql.TxOptions{ReadOnly: true}, // every WAL reader sees one snapshot
}

// PostgreSQL compares texts by the database's language unless it is told to take
// them byte by byte.
var postgresDialect = dialect{
	name: "postgres", text: `TEXT COLLATE "C"`, integer: "BIGINT",
	number: "BIGINT", dollars: true, report: postgresReport,
	tableExists: "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1",
	snapshot:    sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead},
}

// rewrite gives a statement the engine's arguments. Ours have no ? in literals.
func (d dialect) rewrite(text string) string {
	if !d.dollars {
		return text
	}
	var b strings.Builder
	n := 0
	for {
		before, after, found := strings.Cut(text, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		n++
		b.WriteString("$" + strconv.Itoa(n))
		text = after
	}
}
