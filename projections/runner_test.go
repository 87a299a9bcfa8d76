package projections_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/projtest"
)

const patience = time.Minute

func wait(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func TestPoisonStopsOneView(t *testing.T) {
	for _, tc := range []struct {
		name  string
		spoil func(log *projtest.Log)
		minor int64
		why   string
	}{
		{"can't be applied", nil, unapplicable, "666 can't be applied"},
		{"panics", nil, panicking, "panic: 667 hurts"},
		{"can't be decoded", func(log *projtest.Log) { log.Spoil(2, "WalletCredited", []byte(`{"money":12}`)) }, 5, "decode WalletCredited"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			log, db := projtest.NewLog(), openViews(t)
			good := credit(t, log, "a", 1, 2)
			bad := credit(t, log, "a", tc.minor)
			tail := credit(t, log, "b", 7)
			if tc.spoil != nil {
				tc.spoil(log)
			}
			fragile := toyView("fragile", 1)
			// The other view reads other events, so nothing is poison to it.
			robust := toyView("robust", 1)
			robust.Types = []string{"WalletDebited"}
			r, stop := projtest.Start(t, log, db, []*projections.View{fragile, robust}, projections.RunnerOptions{})
			defer stop()
			if err := r.WaitFor(wait(t), tail, "robust"); err != nil {
				t.Fatal(err)
			}
			err := r.WaitFor(wait(t), tail)
			var lag *projections.Lag
			if !errors.As(err, &lag) || !errors.Is(err, projections.ErrStopped) {
				t.Fatalf("got %v, want a lag because of a stop", err)
			}
			if lag.View != "fragile" || lag.Position != good || lag.Wanted != tail || !strings.Contains(err.Error(), tc.why) {
				t.Errorf("got %v (position %d), want fragile at %d because %q", err, lag.Position, good, tc.why)
			}
			if err := r.WaitFor(wait(t), good); err != nil {
				t.Errorf("what is before the bad event is not there: %v", err)
			}
			if got, want := totals(t, db, fragile), map[string]int64{"a": 3}; !cmp.Equal(got, want) {
				t.Errorf("rows before event %d: got %v, want %v", bad, got, want)
			}
			s := statusOf(t, r, "fragile")
			if s.State != projections.Stopped || !strings.Contains(s.Why, tc.why) || s.Position != good || s.Lag() == 0 {
				t.Errorf("status: %+v", s)
			}
			if s := statusOf(t, r, "robust"); s.State != projections.Live || s.Lag() != 0 {
				t.Errorf("status: %+v", s)
			}
			more := credit(t, log, "c", 9)
			if err := r.WaitFor(wait(t), more, "robust"); err != nil {
				t.Errorf("the other view did not go on: %v", err)
			}
			err = db.Read(t.Context(), "fragile", func(r *projections.Reader) error {
				if r.AsOf != good || !strings.Contains(r.Stopped, tc.why) {
					t.Errorf("readers see position %d, stopped %q", r.AsOf, r.Stopped)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// A release that can apply the event goes on where the view stopped.
func TestStoppedViewIsTriedAgain(t *testing.T) {
	log, db := projtest.NewLog(), openViews(t)
	credit(t, log, "a", 1)
	tail := credit(t, log, "a", unapplicable, 4)
	views := []*projections.View{toyView("fragile", 1)}
	r, stop := projtest.Start(t, log, db, views, projections.RunnerOptions{})
	if err := r.WaitFor(wait(t), tail); !errors.Is(err, projections.ErrStopped) {
		t.Fatalf("got %v, want a stop", err)
	}
	stop()
	fixed := toyView("fragile", 1)
	fixed.New = func() projections.Writer { return forgiving{toyView("fragile", 1).New()} }
	projtest.Run(t, log, db, []*projections.View{fixed}, projections.RunnerOptions{})
	projtest.Same(t, log, db, views)
}

// forgiving applies what the toy can't.
type forgiving struct{ projections.Writer }

func (f forgiving) Apply(tx *projections.Tx, events []projections.Event) error {
	for i := range events {
		if err := f.Writer.Apply(tx, events[i:i+1]); err != nil && err.Error() != "666 can't be applied" {
			return err
		}
	}
	return nil
}

func TestNewVersionIsBuiltAnew(t *testing.T) {
	log, db := projtest.NewLog(), openViews(t)
	credit(t, log, "a", 1, 2, 3)
	old, other := toyView("toy", 1), toyView("other", 1)
	projtest.Run(t, log, db, []*projections.View{old, other}, projections.RunnerOptions{})

	changed := toyView("toy", 2)
	changed.Tables[0].Columns = append(changed.Tables[0].Columns, projections.Column{Name: "extra", Type: projections.Text})
	changed.New = func() projections.Writer {
		fields := func(s *sum) []any { extra := "x"; return append(s.fields(), &extra) }
		return &toy{projections.NewTable(changed.Tables[0], fields, changed.Tables[0].Key, func(k string) []any { return []any{k} })}
	}
	credit(t, log, "b", 5)
	r, stop := projtest.Start(t, log, db, []*projections.View{changed, other}, projections.RunnerOptions{Batch: 2})
	defer stop()
	tail, _ := log.Tail(t.Context())
	if err := r.WaitFor(wait(t), tail); err != nil {
		t.Fatal(err)
	}
	if got, want := totals(t, db, changed), map[string]int64{"a": 6, "b": 5}; !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if s := statusOf(t, r, "toy"); s.Generation != 2 || s.Version != 2 || s.State != projections.Live {
		t.Errorf("status: %+v", s)
	}
	if s := statusOf(t, r, "other"); s.Generation != 1 {
		t.Errorf("the other view was rebuilt too: %+v", s)
	}
	if rows, _, err := db.Rows(t.Context(), changed); err != nil || rows["toy_sums"][0]["extra"] != "x" {
		t.Errorf("the new column: %v, %v", rows, err)
	}
}

// A view that is new catches up beside the others and joins them.
func TestViewsJoin(t *testing.T) {
	log, db := projtest.NewLog(), openViews(t)
	for i := range 200 {
		credit(t, log, string(rune('a'+i%7)), int64(i+1))
	}
	first, second := toyView("first", 1), toyView("second", 1)
	projtest.Run(t, log, db, []*projections.View{first}, projections.RunnerOptions{})
	r, stop := projtest.Start(t, log, db, []*projections.View{first, second}, projections.RunnerOptions{Batch: 3, Gather: -1})
	for i := range 100 { // while it catches up
		tail := credit(t, log, string(rune('a'+i%7)), int64(i+1))
		if i%10 == 0 {
			if err := r.WaitFor(wait(t), tail, "first"); err != nil {
				t.Fatal(err)
			}
		}
	}
	tail := credit(t, log, "z", 1)
	if err := r.WaitFor(wait(t), tail); err != nil {
		t.Fatal(err)
	}
	if s := statusOf(t, r, "second"); s.State != projections.Live {
		t.Errorf("status: %+v", s)
	}
	stop()
	projtest.Same(t, log, db, []*projections.View{first, second})
}

// Views that were made from another log, or from a part of this one that is no
// more (a backup was restored), are made again.
func TestOtherLog(t *testing.T) {
	for _, tc := range []struct {
		name string
		log  func(t *testing.T) *projtest.Log
	}{
		{"other events", func(t *testing.T) *projtest.Log {
			log := projtest.NewLog()
			credit(t, log, "x", 10, 20, 30, 40)
			return log
		}},
		{"shorter", func(t *testing.T) *projtest.Log {
			log := projtest.NewLog()
			credit(t, log, "x", 10)
			return log
		}},
		{"empty", func(*testing.T) *projtest.Log { return projtest.NewLog() }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db, views := openViews(t), []*projections.View{toyView("toy", 1)}
			first := projtest.NewLog()
			credit(t, first, "x", 1, 2, 3)
			projtest.Run(t, first, db, views, projections.RunnerOptions{})
			second := tc.log(t)
			r, stop := projtest.Start(t, second, db, views, projections.RunnerOptions{})
			defer stop()
			// Position 0 tells nothing; wait for an event behind the switch.
			tail := credit(t, second, "y", 7)
			if err := r.WaitFor(wait(t), tail); err != nil {
				t.Fatal(err)
			}
			projtest.Same(t, second, db, views)
		})
	}
}

func TestWaitFor(t *testing.T) {
	log, db := projtest.NewLog(), openViews(t)
	views := []*projections.View{toyView("toy", 1)}
	tail := credit(t, log, "a", 1)
	r, stop := projtest.Start(t, log, db, views, projections.RunnerOptions{Gather: time.Hour})
	defer stop()
	if err := r.WaitFor(wait(t), tail); err != nil {
		t.Fatal(err)
	}
	// The next commit would be an hour away, but a reader does not wait for it.
	tail = credit(t, log, "a", 2)
	if err := r.WaitFor(wait(t), tail); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	err := r.WaitFor(ctx, tail+5)
	var lag *projections.Lag
	if !errors.As(err, &lag) || !errors.Is(err, context.DeadlineExceeded) || lag.View != "toy" || lag.Position != tail || lag.Wanted != tail+5 {
		t.Errorf("got %v, want a lag of 5 positions at the deadline", err)
	}
	if err := r.WaitFor(wait(t), tail, "nobody"); err == nil || !strings.Contains(err.Error(), `"nobody"`) {
		t.Errorf("got %v, want an error that names the view", err)
	}
}

func TestGatherBoundsCommits(t *testing.T) {
	commits := 0
	db := projtest.SQLite(t)(t, projections.Options{Statement: func(sql string) error {
		if sql == "COMMITTED" {
			commits++
		}
		return nil
	}})
	log, views := projtest.NewLog(), []*projections.View{toyView("toy", 1)}
	r, stop := projtest.Start(t, log, db, views, projections.RunnerOptions{Gather: time.Hour})
	if err := r.WaitFor(wait(t), credit(t, log, "a", 1)); err != nil {
		t.Fatal(err)
	}
	var tail = credit(t, log, "a", 2)
	for i := range 300 {
		tail = credit(t, log, "b", int64(i))
	}
	if err := r.WaitFor(wait(t), tail); err != nil {
		t.Fatal(err)
	}
	stop()
	// One for the tables, one for the first event, one for the rest, and what the
	// waiting itself caused: a busy machine may cut the rest into a few.
	if commits > 40 {
		t.Errorf("%d commits for 302 events that nobody waited for in between", commits)
	}
}

// A database that fails for a while stops nothing for good.
func TestDatabaseFaultHeals(t *testing.T) {
	failing, statements := true, 0
	disk := errors.New("disk full")
	db := projtest.SQLite(t)(t, projections.Options{Statement: func(sql string) error {
		statements++
		if failing && statements > 12 && strings.HasPrefix(sql, "INSERT INTO toy") {
			return disk
		}
		if statements > 60 {
			failing = false
		}
		return nil
	}})
	log, views := projtest.NewLog(), []*projections.View{toyView("toy", 1)}
	tail := credit(t, log, "a", 1, 2, 3)
	r, stop := projtest.Start(t, log, db, views, projections.RunnerOptions{})
	defer stop()
	if err := r.WaitFor(wait(t), tail); err != nil {
		t.Fatal(err)
	}
	projtest.Same(t, log, db, views)
}

func TestFaultIsShown(t *testing.T) {
	disk := errors.New("disk full")
	db := projtest.SQLite(t)(t, projections.Options{Statement: func(sql string) error {
		if strings.HasPrefix(sql, "INSERT INTO toy") {
			return disk
		}
		return nil
	}})
	log, views := projtest.NewLog(), []*projections.View{toyView("toy", 1)}
	tail := credit(t, log, "a", 1)
	r, stop := projtest.Start(t, log, db, views, projections.RunnerOptions{})
	defer stop()
	for deadline := time.Now().Add(patience); ; {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		err := r.WaitFor(ctx, tail)
		cancel()
		if errors.Is(err, disk) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("got %v, want an error that names the fault", err)
		}
	}
	if s := statusOf(t, r, "toy"); s.State != projections.Idle || !strings.Contains(s.Why, "disk full") {
		// Between two tries the view is at work again for a moment.
		if s.State != projections.Live {
			t.Errorf("status: %+v", s)
		}
	}
}

// Two runners on one database must not apply an event twice.
func TestTwoRunners(t *testing.T) {
	log, views := projtest.NewLog(), []*projections.View{toyView("toy", 1)}
	open := projtest.SQLite(t)
	one, two := open(t, projections.Options{}), open(t, projections.Options{})
	r1, stop1 := projtest.Start(t, log, one, views, projections.RunnerOptions{Gather: -1})
	r2, stop2 := projtest.Start(t, log, two, views, projections.RunnerOptions{Gather: -1})
	for i := range 50 {
		tail := credit(t, log, "a", int64(i+1))
		if i%10 == 0 {
			if err := r1.WaitFor(wait(t), tail); err != nil {
				t.Fatal(err)
			}
		}
	}
	tail := credit(t, log, "b", 1)
	if err := errors.Join(r1.WaitFor(wait(t), tail), r2.WaitFor(wait(t), tail)); err != nil {
		t.Fatal(err)
	}
	stop1()
	stop2()
	projtest.Same(t, log, one, views)
}

func TestRunnerEnds(t *testing.T) {
	log, db := projtest.NewLog(), openViews(t)
	views := []*projections.View{toyView("toy", 1)}
	r, stop := projtest.Start(t, log, db, views, projections.RunnerOptions{})
	if err := r.WaitFor(wait(t), credit(t, log, "a", 1)); err != nil {
		t.Fatal(err)
	}
	stop() // fails the test if Run does not end well

	closed := openViews(t)
	closed.Close()
	r, err := projections.NewRunner(log, closed, views, projections.RunnerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Run(wait(t)); !errors.Is(err, projections.ErrClosed) {
		t.Errorf("run on a closed database: got %v", err)
	}
	if _, err := projections.NewRunner(log, db, append(views, toyView("toy", 1)), projections.RunnerOptions{}); err == nil {
		t.Error("two views of one name were accepted")
	}
}

func TestReadBeforeBuilt(t *testing.T) {
	db := openViews(t)
	err := db.Read(t.Context(), "toy", func(*projections.Reader) error { return nil })
	if !errors.Is(err, projections.ErrNoView) {
		t.Errorf("got %v, want %v", err, projections.ErrNoView)
	}
}

func TestMemory(t *testing.T) {
	db, err := projections.OpenMemory(projections.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	other, err := projections.OpenMemory(projections.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	log, views := projtest.NewLog(), []*projections.View{toyView("toy", 1)}
	credit(t, log, "a", 1, 2, 3)
	projtest.Run(t, log, db, views, projections.RunnerOptions{})
	projtest.Same(t, log, db, views)
	if err := other.Read(t.Context(), "toy", func(*projections.Reader) error { return nil }); !errors.Is(err, projections.ErrNoView) {
		t.Errorf("two databases in memory are one: %v", err)
	}
}
