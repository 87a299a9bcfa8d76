package projections

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/amends-ledger/amends/eventstore"
)

// Verdict is what Verify found out about a view.
type Verdict struct {
	View     string
	Position eventstore.Position // the rows that were compared hold every event up to here
	Rows     int
	// Replay are the rows that differ from those of a replay from scratch by the
	// view's own writer, Evaluator those that differ from the simple evaluator.
	Replay, Evaluator []Difference
}

// Good tells whether all three agree.
func (v Verdict) Good() bool { return len(v.Replay) == 0 && len(v.Evaluator) == 0 }

// Verify compares a view's rows with a replay of the log from scratch, into a
// database of its own in a temporary folder, and with the view's evaluator. It
// only reads what is compared, and may run beside a Runner. All rows are kept in
// memory, three times.
func Verify(ctx context.Context, store eventstore.Store, db *DB, v *View) (Verdict, error) {
	verdict := Verdict{View: v.Name}
	got, position, err := db.Rows(ctx, v)
	if err != nil {
		return verdict, fmt.Errorf("verify: %w", err)
	}
	verdict.Position = position
	for _, rows := range got {
		verdict.Rows += len(rows)
	}
	replayed, err := replay(ctx, store, v, position)
	if err != nil {
		return verdict, fmt.Errorf("verify view %s: %w", v.Name, err)
	}
	verdict.Replay = Compare(v, got, replayed)
	want, err := Evaluate(ctx, store, v, position)
	if err != nil {
		return verdict, fmt.Errorf("verify: %w", err)
	}
	verdict.Evaluator = Compare(v, got, want)
	return verdict, nil
}

// replay makes a view's rows from all events up to a position.
func replay(ctx context.Context, store eventstore.Store, v *View, to eventstore.Position) (rows map[string][]Row, err error) {
	dir, err := os.MkdirTemp("", "amends-verify-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	db, err := OpenSQLite(filepath.Join(dir, "views.db"), Options{})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	r, err := NewRunner(store, db, []*View{v}, RunnerOptions{})
	if err != nil {
		return nil, err
	}
	if _, err := r.open(ctx); err != nil {
		return nil, err
	}
	t := r.tracks[v.Name]
	for t.generation.position < to {
		batch, err := r.readBatch(ctx, t, to, r.o.Batch)
		if err != nil {
			return nil, err
		}
		if len(batch) == 0 {
			return nil, fmt.Errorf("the log has no event at position %d, which the view holds", to)
		}
		if err := r.applyBatch(ctx, []*track{t}, batch, markOf(&batch[len(batch)-1])); err != nil {
			return nil, err
		}
		if t.generation.stopped != "" {
			return nil, fmt.Errorf("%w: %s", ErrStopped, t.generation.stopped)
		}
	}
	rows, _, err = db.Rows(ctx, v)
	return rows, err
}
