package follow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/eventstore"
)

func TestFileKeepsOldOrNew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rails.checkpoint")
	f := File(path)
	if data, err := f.Load(); data != nil || err != nil {
		t.Fatalf("without a file: %q, %v", data, err)
	}
	for _, want := range []string{"one", "", "another, longer one"} {
		if err := f.Save([]byte(want)); err != nil {
			t.Fatal(err)
		}
		if got, err := f.Load(); err != nil || string(got) != want {
			t.Fatalf("saved %q, loaded %q, %v", want, got, err)
		}
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		for _, bad := range [][]byte{good[:i], flip(good, i)} {
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			if data, err := f.Load(); !errors.Is(err, ErrDamaged) {
				t.Fatalf("damaged at byte %d: %q, %v", i, data, err)
			}
		}
	}
	if err := File(filepath.Join(path, "below a file")).Save([]byte("x")); err == nil {
		t.Error("saved below a file")
	}
	// A crash between writing and renaming leaves a file beside it, not instead.
	if err := f.Save([]byte("good")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".tmp", []byte("half of"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := f.Load(); string(got) != "good" || err != nil {
		t.Errorf("beside a torn file: %q, %v", got, err)
	}
}

func flip(b []byte, i int) []byte {
	b = bytes.Clone(b)
	b[i] ^= 0x40
	return b
}

// A checkpoint that is not this log's, not this subscriber's or damaged must not
// be believed: the log is folded from its beginning.
func TestForeignCheckpointsAreNotUsed(t *testing.T) {
	store := newStore(t)
	add(t, store, "s", asked, "1")
	add(t, store, "s", other, "2")
	tail, _ := store.Tail(t.Context())
	id := func(rev int64) (id [16]byte) {
		for e := range store.ReadStream(t.Context(), "s", rev, eventstore.ReadOptions{Limit: 1}) {
			id = e.ID
		}
		return id
	}
	good := checkpoint{Version: 1, Subscriber: "test", Position: tail, Last: lastEvent{"s", 1, id(1)}}
	for name, tt := range map[string]struct {
		change func(*checkpoint)
		used   bool
	}{
		"ours":                  {func(*checkpoint) {}, true},
		"nothing matched yet":   {func(c *checkpoint) { c.Last = lastEvent{} }, true},
		"behind the log's end":  {func(c *checkpoint) { c.Position++ }, false},
		"another event there":   {func(c *checkpoint) { c.Last.ID[3]++ }, false},
		"no such event":         {func(c *checkpoint) { c.Last.Revision = 7 }, false},
		"no such stream":        {func(c *checkpoint) { c.Last.Stream = "t" }, false},
		"another subscriber's":  {func(c *checkpoint) { c.Subscriber = "sms" }, false},
		"another release's":     {func(c *checkpoint) { c.Version = 2 }, false},
		"damaged on the keeper": {func(c *checkpoint) { c.Version = -1 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := good
			tt.change(&c)
			keeper := &Memory{}
			f := New(Options{Name: "test", Store: store, Keeper: keeper}, newDesk(done))
			f.position, f.last = c.Position, c.Last
			if err := f.save(); err != nil {
				t.Fatal(err)
			}
			keeper.data = bytes.Replace(keeper.data, []byte(`"version":1,"subscriber":"test"`),
				fmt.Appendf(nil, `"version":%d,"subscriber":%q`, c.Version, c.Subscriber), 1)
			var k Keeper = keeper
			if c.Version < 0 {
				k = damaged{}
			}
			var log bytes.Buffer
			d := newDesk(done)
			g, stop := start(t, Options{Store: store, Keeper: k, Log: slog.New(slog.NewTextHandler(&log, nil))}, d)
			eventually(t, "live", func() bool { return isLive(g) && g.Stats().Active == 0 })
			stop()
			if used := len(d.list()) == 0; used != tt.used {
				t.Errorf("used: %v; work %v", used, d.list())
			}
			if warned := strings.Contains(log.String(), "checkpoint is not used"); warned == tt.used {
				t.Errorf("the log says: %s", &log)
			}
		})
	}
}

type damaged struct{}

func (damaged) Load() ([]byte, error) { return nil, fmt.Errorf("load: %w", ErrDamaged) }
func (damaged) Save([]byte) error     { return nil }

// A keeper that fails to load is not the same as one that has nothing.
func TestAKeeperThatCantBeReadEndsRun(t *testing.T) {
	k := broken{errors.New("input/output error")}
	f := New(Options{Name: "test", Store: newStore(t), Keeper: k}, newDesk(done))
	if err := f.Run(t.Context()); !errors.Is(err, k.err) {
		t.Errorf("Run ended with %v", err)
	}
}

type broken struct{ err error }

func (b broken) Load() ([]byte, error) { return nil, b.err }
func (b broken) Save([]byte) error     { return b.err }

// Folding a random history gives the same open work whether it is folded in one
// go or taken up from checkpoints on the way, and the same as a plain model says.
func TestFoldIsTheSameFromAnyCheckpoint(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		whole, pieces := newOpenSet(nil), newOpenSet(nil)
		type plain struct {
			stream string
			rev    int64
			parked bool
		}
		model := map[string]plain{}
		for rev := range int64(60) {
			stream := fmt.Sprint("s", rng.IntN(2))
			key := fmt.Sprint(stream, "-", rng.IntN(4))
			op := Op(rng.IntN(5))
			e := &eventstore.Recorded{Stream: stream, Revision: rev, Position: eventstore.Position(rev + 1)}
			c := Change{Op: op, Key: key}
			switch op {
			case Open, Park:
				model[key] = plain{stream, rev, op == Park}
			case Close:
				delete(model, key)
			case Release:
				for k, p := range model {
					if p.stream == stream && p.parked {
						model[k] = plain{stream, rev, false}
					}
				}
			}
			whole.apply(e, c)
			pieces.apply(e, c)
			if rng.IntN(4) == 0 {
				pieces = newOpenSet(pieces.pointers())
			}
		}
		if diff := cmp.Diff(whole.pointers(), pieces.pointers()); diff != "" {
			t.Fatalf("seed %d: in one go (-), from checkpoints (+):\n%s", seed, diff)
		}
		got := map[string]plain{}
		for _, p := range whole.pointers() {
			got[p.Key] = plain{p.Stream, p.Revision, p.Parked}
		}
		if diff := cmp.Diff(model, got, cmp.AllowUnexported(plain{})); diff != "" {
			t.Fatalf("seed %d: model (-), fold (+):\n%s", seed, diff)
		}
		idle := 0
		for _, p := range model {
			if p.parked {
				idle++
			}
		}
		if whole.idle != idle || whole.active() != len(model)-idle {
			t.Fatalf("seed %d: %d parked and %d active, not %d and %d", seed, whole.idle, whole.active(), idle, len(model)-idle)
		}
	}
}

func TestCloseWithATagEndsOnlyThatWork(t *testing.T) {
	s := newOpenSet(nil)
	e := &eventstore.Recorded{Stream: "s"}
	s.apply(e, Change{Op: Open, Key: "k", Tag: "second"})
	s = newOpenSet(s.pointers())
	s.apply(e, Change{Op: Close, Key: "k", Tag: "first"})
	if len(s.items) != 1 {
		t.Fatal("a late end of the first work ended the second")
	}
	s.apply(e, Change{Op: Close, Key: "k", Tag: "second"})
	if len(s.items) != 0 {
		t.Fatal("the second work does not end")
	}
}

// Lives that end at any moment, with a checkpoint of any age, together do all the
// work: each key is answered at least once, and never while another try runs.
func TestNothingIsLostAcrossCrashes(t *testing.T) {
	store := newStore(t)
	const keys = 120
	rng := rand.New(rand.NewPCG(7, 7))
	var old [][]byte // every checkpoint that was ever saved, and none
	old = append(old, nil)
	answers := make([]atomic.Int64, keys)
	for life := 0; ; life++ {
		if life > 200 {
			t.Fatal("200 lives were not enough")
		}
		keeper := &Memory{data: old[rng.IntN(len(old))]}
		ctx, crash := context.WithCancel(context.Background())
		left := atomic.Int64{}
		left.Store(rng.Int64N(15))
		d := newDesk(func(_ context.Context, w Work) (Answer, error) {
			if ctx.Err() != nil {
				return Answer{}, ctx.Err() // the process is dead: nothing it does from now on counts
			}
			var key int
			fmt.Sscanf(w.Key, "%d", &key)
			answers[key].Add(1) // the world outside was changed …
			if left.Add(-1) < 0 {
				crash() // … and the answer is lost
				return Answer{}, ctx.Err()
			}
			return Answer{}, tryAdd(store, "s", answered, w.Key)
		})
		f := New(Options{Name: "test", Store: store, Keeper: keeper, Workers: 4, SaveEvery: 1}, d)
		finished := make(chan error, 1)
		go func() { finished <- f.Run(ctx) }()
		for k := range 10 {
			if n := life*10 + k; n < keys {
				add(t, store, "s", asked, fmt.Sprint(n))
			}
		}
		eventually(t, "a crash, or all of this life is done", func() bool {
			return ctx.Err() != nil || isLive(f) && f.Stats().Active == 0
		})
		crash()
		if err := <-finished; !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if data, _ := keeper.Load(); data != nil {
			old = append(old, data)
		}
		if d.twice != "" {
			t.Fatalf("key %s was worked on twice at a time", d.twice)
		}
		if life*10 >= keys && open(t, store) == 0 {
			break
		}
	}
	for key := range answers {
		if answers[key].Load() == 0 {
			t.Errorf("key %d was never worked on", key)
		}
	}
}

// open counts what a fold of the whole log leaves open.
func open(t *testing.T, store eventstore.Store) int {
	s := newOpenSet(nil)
	for e, err := range store.ReadAll(t.Context(), 0, eventstore.Filter{}, 0) {
		if err != nil {
			t.Fatal(err)
		}
		c, err := read(&e)
		if err != nil {
			t.Fatal(err)
		}
		s.apply(&e, c)
	}
	return len(s.items)
}
