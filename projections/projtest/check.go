package projtest

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/projections"
)

// patience bounds every wait of these checks: far more than any of them needs.
const patience = 2 * time.Minute

// Opener opens a database; an empty one at its first call in a test, the same
// one at the next. Options are for the connection.
type Opener func(t testing.TB, o projections.Options) *projections.DB

// SQLite opens a file in a folder of the test.
func SQLite(t testing.TB) Opener {
	path := filepath.Join(t.TempDir(), "views.db")
	return func(t testing.TB, o projections.Options) *projections.DB {
		t.Helper()
		db, err := projections.OpenSQLite(path, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
}

// Run keeps views up to date until they hold all of the store, and stops.
func Run(t testing.TB, store eventstore.Store, db *projections.DB, views []*projections.View, o projections.RunnerOptions) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tail, err := store.Tail(ctx)
	if err != nil {
		t.Fatal(err)
	}
	r, stop := Start(t, store, db, views, o)
	defer stop()
	if err := r.WaitFor(ctx, tail); err != nil {
		t.Fatal(err)
	}
}

// Start runs a Runner until stop is called, which waits for its end.
func Start(t testing.TB, store eventstore.Store, db *projections.DB, views []*projections.View, o projections.RunnerOptions) (r *projections.Runner, stop func()) {
	t.Helper()
	r, err := projections.NewRunner(store, db, views, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	return r, func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil && !errors.Is(err, projections.ErrClosed) {
			t.Errorf("runner ended: %v", err)
		}
	}
}

// Same fails the test if the database's rows of the views are not those that the
// evaluators compute from the store.
func Same(t testing.TB, store eventstore.Store, db *projections.DB, views []*projections.View) {
	t.Helper()
	tail, err := store.Tail(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range views {
		got, asOf, err := db.Rows(t.Context(), v)
		if err != nil {
			t.Fatal(err)
		}
		if asOf != tail {
			t.Errorf("view %s is at position %d, the log ends at %d", v.Name, asOf, tail)
		}
		want, err := projections.Evaluate(t.Context(), store, v, tail)
		if err != nil {
			t.Fatal(err)
		}
		differences := projections.Compare(v, got, want)
		for i, d := range differences {
			if i == 10 {
				t.Errorf("… and %d more", len(differences)-i)
				break
			}
			t.Error(d)
		}
	}
}

// Incremental checks that a database that is fed in steps of random length, with
// a new runner each time and batches of random size, ends as one that is built
// in one go, and as the evaluators say.
func Incremental(t *testing.T, log *Log, views []*projections.View, open func(testing.TB) Opener, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 2))
	grown := NewLog()
	db := open(t)(t, projections.Options{})
	for from := 0; from < log.Len(); {
		end := min(from+1+rnd.IntN(log.Len()/4), log.Len())
		o := projections.RunnerOptions{Batch: 1 + rnd.IntN(200), Gather: -1}
		r, stop := Start(t, grown, db, views, o)
		if err := log.CopyTo(t.Context(), grown, from, end); err != nil { // while it runs
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		tail, _ := grown.Tail(ctx)
		if err := r.WaitFor(ctx, tail); err != nil {
			t.Fatal(err)
		}
		cancel()
		stop()
		from = end
	}
	Same(t, grown, db, views)

	once := open(t)(t, projections.Options{})
	Run(t, grown, once, views, projections.RunnerOptions{Batch: log.Len() + 1})
	Same(t, grown, once, views)
}

// errKilled stands for the end of the process.
var errKilled = errors.New("killed")

// Kill checks that a runner that is killed at a statement goes on to the right
// rows. It tries each kind of statement so many times, the first occurrence and
// then random ones, or, if times is 0, every statement there is.
func Kill(t *testing.T, log *Log, views []*projections.View, open func(testing.TB) Opener, seed uint64, times int) {
	o := projections.RunnerOptions{Batch: max(1, log.Len()/7), Gather: -1}
	var texts []string
	whole := open(t)(t, projections.Options{Statement: func(sql string) error { texts = append(texts, sql); return nil }})
	Run(t, log, whole, views, o)
	kills := killPoints(texts, seed, times)
	t.Logf("%d events, %d statements of %d kinds, killed at %d", log.Len(), len(texts), kinds(texts), len(kills))
	reached := 0
	for _, k := range kills {
		again := open(t)
		if killAt(t, log, again, views, o, k) {
			reached++
		}
		db := again(t, projections.Options{})
		Run(t, log, db, views, o)
		Same(t, log, db, views)
		db.Close()
		if t.Failed() {
			t.Fatalf("after a kill at statement %d: %s", k, texts[k])
		}
	}
	// How events fall into batches differs from run to run, and with it how many
	// statements there are; nearly all places exist in all of them.
	if reached < len(kills)*9/10 {
		t.Errorf("only %d of %d kills happened", reached, len(kills))
	}
}

// killAt tells whether the kill happened before all was done.
func killAt(t *testing.T, log *Log, open Opener, views []*projections.View, o projections.RunnerOptions, k int) bool {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	n, killed := 0, false
	db := open(t, projections.Options{Statement: func(string) error {
		if n++; killed || n > k {
			killed = true
			cancel()
			return errKilled
		}
		return nil
	}})
	r, err := projections.NewRunner(log, db, views, o)
	if err != nil {
		t.Fatal(err)
	}
	tail, _ := log.Tail(ctx)
	go func() {
		if r.WaitFor(ctx, tail) == nil {
			cancel()
		}
	}()
	if err := r.Run(ctx); err != nil {
		t.Fatal(err)
	}
	db.Close()
	return killed
}

// KillRebuild checks that a rebuild that is killed at a statement leaves the old
// rows or the new ones, whole, and that the next run goes on from them. It tries
// each kind of statement so many times, or every statement if times is 0.
func KillRebuild(t *testing.T, log *Log, view *projections.View, open func(testing.TB) Opener, seed uint64, times int) {
	views := []*projections.View{view}
	var texts []string
	rebuild(t, log, views, open(t), func(sql string) error { texts = append(texts, sql); return nil })
	kills := killPoints(texts, seed, times)
	t.Logf("%d events, %d statements of %d kinds, killed at %d", log.Len(), len(texts), kinds(texts), len(kills))
	for _, k := range kills {
		opener := open(t)
		n, killed := 0, false
		rebuild(t, log, views, opener, func(string) error {
			if n++; killed || n > k {
				killed = true
				return errKilled
			}
			return nil
		})
		db := opener(t, projections.Options{})
		if _, _, err := db.Rows(t.Context(), view); err != nil {
			t.Errorf("right after the kill the view can't be read: %v", err)
		}
		Run(t, log, db, views, projections.RunnerOptions{})
		Same(t, log, db, views)
		db.Close()
		if t.Failed() {
			t.Fatalf("after a kill at statement %d: %s", k, texts[k])
		}
	}
}

// rebuild fills the views and rebuilds the first, under statement.
func rebuild(t *testing.T, log *Log, views []*projections.View, open Opener, statement func(string) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	armed := false
	var mu sync.Mutex
	db := open(t, projections.Options{Statement: func(sql string) error {
		mu.Lock()
		defer mu.Unlock()
		if !armed {
			return nil
		}
		return statement(sql)
	}})
	defer db.Close()
	r, stop := Start(t, log, db, views, projections.RunnerOptions{Batch: max(1, log.Len()/7)})
	defer stop()
	tail, err := log.Tail(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.WaitFor(ctx, tail); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	armed = true
	mu.Unlock()
	if err := r.Rebuild(ctx, views[0].Name); err != nil && !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
}

// kind is what statements are told apart by: their text, or for those that make
// and drop tables what they do.
func kind(sql string) string {
	words := strings.Fields(sql)
	if words[0] == "CREATE" || words[0] == "DROP" {
		return words[0] + " " + words[1]
	}
	return sql
}

func kinds(texts []string) int {
	seen := map[string]bool{}
	for _, s := range texts {
		seen[kind(s)] = true
	}
	return len(seen)
}

func killPoints(texts []string, seed uint64, times int) []int {
	var out []int
	rnd := rand.New(rand.NewPCG(seed, 3))
	at := map[string][]int{}
	for i, s := range texts {
		at[kind(s)] = append(at[kind(s)], i)
		if times == 0 {
			out = append(out, i)
		}
	}
	for i, s := range texts { // in order, so that the same seed chooses the same
		places := at[kind(s)]
		if places[0] != i || times == 0 {
			continue
		}
		out = append(out, i)
		for _, n := range rnd.Perm(len(places) - 1)[:min(times, len(places))-1] {
			out = append(out, places[n+1])
		}
	}
	return out
}
