package projections

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/eventstore"
)

// mark is a place in the log: the last event that rows hold. Stream, revision
// and id tell whether a log is the one that the rows were made from.
type mark struct {
	position   eventstore.Position
	stream     string
	revision   int64
	id         uuid.UUID
	recordedAt Instant
}

func markOf(e *Event) mark {
	return mark{e.Position, e.Stream, e.Revision, e.ID, InstantOf(e.RecordedAt)}
}

// generation is one set of a view's tables and where it stands. The current
// generation is the one that queries see; another may be under construction.
type generation struct {
	view    string
	number  int64
	version int64
	current bool
	tables  []string // without the generation's number
	mark
	stopped string // why no more events are applied; empty if they are
}

// The one table that is not a view's. Its rows are written in the transactions
// that they describe.
const createState = `CREATE TABLE IF NOT EXISTS projection_generations (
	view_name TEXT NOT NULL,
	generation BIGINT NOT NULL,
	version BIGINT NOT NULL,
	is_current BIGINT NOT NULL,
	tables TEXT NOT NULL,
	position BIGINT NOT NULL,
	stream TEXT NOT NULL,
	revision BIGINT NOT NULL,
	event_id TEXT NOT NULL,
	recorded_at BIGINT,
	stopped TEXT NOT NULL,
	PRIMARY KEY (view_name, generation)
)`

const stateColumns = "view_name, generation, version, is_current, tables, position, stream, revision, event_id, recorded_at, stopped"

// fields are pointers for stateColumns; finish completes the read.
func (g *generation) fields(s *stateRow) []any {
	return []any{&g.view, &g.number, &g.version, &s.current, &s.tables, &s.position, &g.stream, &g.revision, &s.id, &g.recordedAt, &g.stopped}
}

type stateRow struct {
	current, position int64
	tables, id        string
}

func (g *generation) finish(s *stateRow) error {
	g.current, g.position = s.current == 1, eventstore.Position(s.position)
	g.tables = strings.Split(s.tables, " ")
	if s.id == "" {
		return nil
	}
	var err error
	g.id, err = uuid.Parse(s.id)
	return err
}

// generations lists what the database holds, by view and number.
func (tx *Tx) generations() ([]*generation, error) {
	if _, err := tx.exec(createState); err != nil {
		return nil, err
	}
	var out []*generation
	err := tx.engine.query(tx.ctx, func(row []any) error {
		g, s := new(generation), new(stateRow)
		for i, f := range g.fields(s) {
			if err := assign(f, row[i]); err != nil {
				return err
			}
		}
		out = append(out, g)
		return g.finish(s)
	}, "SELECT "+stateColumns+" FROM projection_generations ORDER BY view_name, generation")
	if err != nil {
		return nil, fmt.Errorf("read the state of views: %w", err)
	}
	return out, nil
}

// begin makes empty tables for the view, as generation number. Queries don't see
// them before publish.
func (tx *Tx) begin(v *View, number int64, d dialect) (*generation, error) {
	g := &generation{view: v.Name, number: number, version: int64(v.Version)}
	for _, s := range v.Tables {
		g.tables = append(g.tables, s.Name)
		for _, sql := range s.create(number, d) {
			if _, err := tx.exec(sql); err != nil {
				return nil, err
			}
		}
	}
	_, err := tx.exec("INSERT INTO projection_generations ("+stateColumns+") VALUES (?, ?, ?, 0, ?, 0, '', 0, '', NULL, '')",
		g.view, g.number, g.version, strings.Join(g.tables, " "))
	return g, err
}

// drop removes a generation and its tables.
func (tx *Tx) drop(g *generation) error {
	tx.engine.forget()
	for _, t := range g.tables {
		s := &Schema{Name: t}
		var statements []string
		if g.current {
			statements = s.unpublish()
		}
		for _, sql := range append(statements, "DROP TABLE IF EXISTS "+s.physical(g.number)) {
			if _, err := tx.exec(sql); err != nil {
				return err
			}
		}
	}
	_, err := tx.exec("DELETE FROM projection_generations WHERE view_name = ? AND generation = ?", g.view, g.number)
	return err
}

// index makes the indexes that only queries need.
func (tx *Tx) index(v *View, number int64) error {
	for _, s := range v.Tables {
		for _, sql := range s.createIndexes(number) {
			if _, err := tx.exec(sql); err != nil {
				return err
			}
		}
	}
	return nil
}

// publish makes the view's tables of a generation the ones that queries see.
func (tx *Tx) publish(v *View, number int64, d dialect) error {
	for _, s := range v.Tables {
		for _, sql := range s.publish(number, d) {
			if _, err := tx.exec(sql); err != nil {
				return err
			}
		}
	}
	if _, err := tx.exec("UPDATE projection_generations SET is_current = 0 WHERE view_name = ?", v.Name); err != nil {
		return err
	}
	_, err := tx.exec("UPDATE projection_generations SET is_current = 1 WHERE view_name = ? AND generation = ?", v.Name, number)
	return err
}

// advance moves a generation from one mark to another. It fails if the row is
// not where this runner left it: then another runner writes to these views, and
// applying events twice must not happen.
func (tx *Tx) advance(g *generation, to mark, stopped string) error {
	id := ""
	if to.stream != "" {
		id = to.id.String()
	}
	n, err := tx.exec("UPDATE projection_generations SET position = ?, stream = ?, revision = ?, event_id = ?, recorded_at = ?, stopped = ?"+
		" WHERE view_name = ? AND generation = ? AND position = ?",
		int64(to.position), to.stream, to.revision, id, &to.recordedAt, stopped, g.view, g.number, int64(g.position))
	if err == nil && n != 1 {
		return fmt.Errorf("advance view %s from position %d: another process has moved it", g.view, g.position)
	}
	return err
}

// prepare gives every view a current generation of its version that belongs to
// this log, and drops what is left of others. fits tells the generations whose
// mark is in the log.
func (db *DB) prepare(ctx context.Context, views []*View, fits func(mark) (bool, error)) (map[string]*generation, error) {
	current := map[string]*generation{}
	err := db.write(ctx, func(tx *Tx) error {
		all, err := tx.generations()
		if err != nil {
			return err
		}
		for _, v := range views {
			var last int64
			for _, g := range all {
				if g.view != v.Name {
					continue
				}
				last = max(last, g.number)
				keep := g.current && g.version == int64(v.Version) && slices.Equal(g.tables, v.tableNames())
				if keep {
					if keep, err = fits(g.mark); err != nil {
						return err
					}
				}
				if keep {
					current[v.Name] = g
				} else if err := tx.drop(g); err != nil {
					return err
				}
			}
			if current[v.Name] != nil {
				continue
			}
			g, err := tx.begin(v, last+1, db.dialect)
			if err != nil {
				return err
			}
			if err := tx.index(v, g.number); err != nil {
				return err
			}
			if err := tx.publish(v, g.number, db.dialect); err != nil {
				return err
			}
			g.current = true
			current[v.Name] = g
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("prepare views: %w", err)
	}
	return current, nil
}

func (v *View) tableNames() []string {
	out := make([]string, len(v.Tables))
	for i, s := range v.Tables {
		out[i] = s.Name
	}
	return out
}
