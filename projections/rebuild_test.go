package projections_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/projtest"
)

// tampered opens views in a file, and a second way into it behind their back.
func tampered(t *testing.T) (db *projections.DB, tamper func(sql string)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "views.db")
	db, err := projections.OpenSQLite(path, projections.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db, func(text string) {
		t.Helper()
		back, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		defer back.Close()
		if _, err := back.Exec("PRAGMA busy_timeout = 10000; " + text); err != nil {
			t.Fatal(err)
		}
	}
}

func TestVerifyFindsWhatIsWrong(t *testing.T) {
	for _, tc := range []struct {
		name, tamper, want string
	}{
		{"changed", "UPDATE toy_sums_g1 SET total = total + 1 WHERE merchant = 'a'", `toy_sums: row merchant="a" has total=7, should have total=6`},
		{"missing", "DELETE FROM toy_sums_g1 WHERE merchant = 'b'", `toy_sums: row merchant="b" is missing`},
		{"too much", "INSERT INTO toy_sums_g1 VALUES ('c', 1, 1)", `toy_sums: row merchant="c" should not be there`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db, tamper := tampered(t)
			log, v := projtest.NewLog(), toyView("toy", 1)
			credit(t, log, "a", 1, 2, 3)
			tail := credit(t, log, "b", 4)
			r, stop := projtest.Start(t, log, db, []*projections.View{v}, projections.RunnerOptions{Batch: 2})
			defer stop()
			if err := r.WaitFor(wait(t), tail); err != nil {
				t.Fatal(err)
			}
			verdict, err := projections.Verify(t.Context(), log, db, v)
			if err != nil || !verdict.Good() || verdict.Rows != 2 || verdict.Position != tail {
				t.Fatalf("before: %+v, %v", verdict, err)
			}
			tamper(tc.tamper)
			verdict, err = projections.Verify(t.Context(), log, db, v)
			if err != nil || verdict.Good() {
				t.Fatalf("after: %+v, %v", verdict, err)
			}
			for name, found := range map[string][]projections.Difference{"replay": verdict.Replay, "evaluator": verdict.Evaluator} {
				if len(found) != 1 || found[0].String() != tc.want {
					t.Errorf("%s: got %v, want %s", name, found, tc.want)
				}
			}
			if err := r.Rebuild(wait(t), "toy"); err != nil {
				t.Fatal(err)
			}
			if verdict, err = projections.Verify(t.Context(), log, db, v); err != nil || !verdict.Good() {
				t.Errorf("after a rebuild: %+v, %v", verdict, err)
			}
			if s := statusOf(t, r, "toy"); s.Generation != 2 || s.State != projections.Live || s.Rebuilt != 0 {
				t.Errorf("status: %+v", s)
			}
		})
	}
}

// Readers see all rows at every moment of a rebuild, and the view goes on.
func TestRebuildWithoutDowntime(t *testing.T) {
	log, db, v := projtest.NewLog(), openViews(t), toyView("toy", 1)
	for i := range 300 {
		credit(t, log, string(rune('a'+i%9)), int64(i+1))
	}
	tail, _ := log.Tail(t.Context())
	views := []*projections.View{v, toyView("other", 1)}
	r, stop := projtest.Start(t, log, db, views, projections.RunnerOptions{Batch: 10, Gather: -1})
	if err := r.WaitFor(wait(t), tail); err != nil {
		t.Fatal(err)
	}
	var over atomic.Bool
	var wg sync.WaitGroup
	wg.Go(func() { // the log goes on
		for i := 0; !over.Load() && i < 2_000; i++ {
			credit(t, log, string(rune('a'+i%9)), 1)
		}
	})
	wg.Go(func() { // and somebody reads
		var last eventstore.Position
		list := toyList(v, false)
		for !over.Load() {
			page, err := list.Page(context.Background(), db, projections.Where{}, projections.PageOptions{})
			if err != nil {
				t.Errorf("read: %v", err)
				return
			}
			if page.AsOf < last || len(page.Rows) != 9 {
				t.Errorf("read %d rows as of %d after %d", len(page.Rows), page.AsOf, last)
			}
			last = page.AsOf
		}
	})
	for n := int64(2); n <= 4; n++ {
		if err := r.Rebuild(wait(t), "toy"); err != nil {
			t.Error(err)
		}
		if s := statusOf(t, r, "toy"); s.Generation != n {
			t.Errorf("status: %+v", s)
		}
	}
	over.Store(true)
	wg.Wait()
	tail, _ = log.Tail(t.Context())
	if err := r.WaitFor(wait(t), tail); err != nil {
		t.Fatal(err)
	}
	stop()
	projtest.Same(t, log, db, views)
	// What was replaced is gone.
	projtest.Run(t, log, db, views, projections.RunnerOptions{})
}

// A rebuild that does not come out right changes nothing.
func TestRebuildThatFails(t *testing.T) {
	log, db, v := projtest.NewLog(), openViews(t), toyView("toy", 1)
	tail := credit(t, log, "a", 1, 2)
	r, stop := projtest.Start(t, log, db, []*projections.View{v}, projections.RunnerOptions{})
	defer stop()
	if err := r.Rebuild(t.Context(), "nobody"); err == nil {
		t.Error("a view that is not there was rebuilt")
	}
	if err := r.WaitFor(wait(t), tail); err != nil {
		t.Fatal(err)
	}
	before := totals(t, db, v)
	broken := v.New
	v.New = func() projections.Writer { return doubling{broken()} }
	if err := r.Rebuild(wait(t), "toy"); err == nil || !strings.Contains(err.Error(), "not what the evaluator says") {
		t.Errorf("got %v, want the difference", err)
	}
	v.New = broken
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Rebuild(ctx, "toy"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if s := statusOf(t, r, "toy"); s.Generation != 1 || s.State != projections.Live {
		t.Errorf("status: %+v", s)
	}
	if diff := cmp.Diff(before, totals(t, db, v)); diff != "" {
		t.Errorf("rows changed (-before +after):\n%s", diff)
	}
}

// doubling applies every event twice.
type doubling struct{ projections.Writer }

func (d doubling) Apply(tx *projections.Tx, events []projections.Event) error {
	return errors.Join(d.Writer.Apply(tx, events), d.Writer.Apply(tx, events))
}
