package follow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/eventstore"
)

func TestLiveEventsAreHandledOnce(t *testing.T) {
	store := newStore(t)
	d := newDesk(done)
	keeper := &Memory{}
	f, stop := start(t, Options{Store: store, Keeper: keeper}, d)
	eventually(t, "the follower is live", func() bool { return isLive(f) })
	for i := range 100 {
		add(t, store, "s", asked, fmt.Sprint(i))
		add(t, store, "s", other, "x")
	}
	d.wait(t, 100)
	if err := stop(); !errors.Is(err, context.Canceled) {
		t.Fatalf("Run ended with %v", err)
	}
	seen := map[string]bool{}
	for _, w := range d.works {
		if seen[w.Key] || !w.Fresh || w.Attempt != 0 || w.Memo != "memo of "+w.Key || string(w.Event.Data) != w.Key {
			t.Fatalf("work %+v", w)
		}
		seen[w.Key] = true
	}

	// All of it was done, so a second life with the checkpoint does nothing.
	again := newDesk(done)
	g, stop := start(t, Options{Store: store, Keeper: keeper}, again)
	eventually(t, "the second life is live", func() bool { return isLive(g) })
	add(t, store, "s", asked, "new")
	again.wait(t, 1)
	stop()
	if got := again.list(); !slices.Equal(got, []string{"Asked/new/true/0"}) {
		t.Errorf("the second life did %v", got)
	}
}

func isLive(f *Follower) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.set.live
}

// Without any checkpoint, only that is done whose answer is not in the log.
func TestHistoryIsFoldedBeforeAnythingIsDone(t *testing.T) {
	store := newStore(t)
	for i := range 50 {
		add(t, store, "s", asked, fmt.Sprint(i))
	}
	for i := range 50 {
		if i%10 != 3 {
			add(t, store, "s", answered, fmt.Sprint(i))
		}
	}
	d := newDesk(done)
	f, stop := start(t, Options{Store: store, Workers: 1}, d)
	d.wait(t, 5)
	stop()
	want := []string{"Asked/3/false/0", "Asked/13/false/0", "Asked/23/false/0", "Asked/33/false/0", "Asked/43/false/0"}
	if diff := cmp.Diff(want, d.list()); diff != "" {
		t.Errorf("work (-want +got):\n%s", diff)
	}
	if tail, _ := store.Tail(t.Context()); f.Stats().Position != tail {
		t.Errorf("folded to %d, the log ends at %d", f.Stats().Position, tail)
	}
}

// Events of one key that come while it is worked on wait; the newest counts.
func TestOneAtATimeInOrder(t *testing.T) {
	store := newStore(t)
	const keys, rounds = 20, 30
	var next [keys]atomic.Int64
	d := newDesk(func(_ context.Context, w Work) (Answer, error) {
		var key, round int
		fmt.Sscanf(w.Key, "%d", &key)
		round = int(w.Event.Revision)
		if last := next[key].Swap(int64(round)); last > int64(round) {
			return Answer{}, fmt.Errorf("revision %d after %d", round, last)
		}
		if round+1 < rounds {
			return Answer{}, tryAdd(store, "s"+w.Key, asked, w.Key)
		}
		return Answer{}, nil
	})
	_, stop := start(t, Options{Store: store, Workers: 8}, d)
	for k := range keys {
		add(t, store, fmt.Sprint("s", k), asked, fmt.Sprint(k))
	}
	d.wait(t, keys*rounds)
	stop()
	if d.twice != "" {
		t.Errorf("key %s was worked on twice at a time", d.twice)
	}
	for k := range next {
		if last := next[k].Load(); last != rounds-1 {
			t.Errorf("key %d ended at round %d", k, last)
		}
	}
}

func TestHandlerFaultsAreTriedAgainLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFake()
		var log bytes.Buffer
		var tries []time.Time
		d := newDesk(func(_ context.Context, w Work) (Answer, error) {
			tries = append(tries, time.Now())
			if w.Attempt < 12 {
				return Answer{}, errors.New("the other side is away")
			}
			return Answer{}, nil
		})
		f, stop := start(t, Options{Store: store, Log: slog.New(slog.NewTextHandler(&log, nil))}, d)
		add(t, store, "s", asked, "k")
		d.wait13()
		synctest.Wait()
		if got := f.Stats(); got.Active != 0 {
			t.Errorf("%d pieces of work are open", got.Active)
		}
		stop()
		var last time.Duration
		for i := 1; i < len(tries); i++ {
			gap := tries[i].Sub(tries[i-1])
			if least, most := min(retryBase<<(i-1), retryMax)/2, min(retryBase<<(i-1), retryMax); gap < least || gap > most {
				t.Errorf("try %d came after %v, not %v to %v", i, gap, least, most)
			}
			last = gap
		}
		if last < retryMax/2 {
			t.Errorf("the last gap is %v", last)
		}
		if n := strings.Count(log.String(), "the other side is away"); n != 12 {
			t.Errorf("%d of 12 faults were logged", n)
		}
	})
}

func (d *desk) wait13() {
	for range 13 {
		<-d.seen
	}
}

func TestAgainWaitsAsLongAsItSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFake()
		d := newDesk(func(_ context.Context, w Work) (Answer, error) {
			if w.Attempt == 0 {
				return Answer{Outcome: Again, After: time.Hour}, nil
			}
			return Answer{}, nil
		})
		_, stop := start(t, Options{Store: store}, d)
		began := time.Now()
		add(t, store, "s", asked, "k")
		<-d.seen
		<-d.seen
		if took := time.Since(began); took < time.Hour || took > time.Hour+time.Second {
			t.Errorf("the second try came after %v", took)
		}

		// An event that ends the work ends the waiting too.
		add(t, store, "s", asked, "l")
		<-d.seen
		add(t, store, "s", answered, "l")
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if n := len(d.list()); n != 3 {
			t.Errorf("work was done %d times, not 3", n)
		}
		stop()
	})
}

// What is open is bounded, and reading goes on when work ends by itself.
func TestOpenWorkIsBounded(t *testing.T) {
	store := newStore(t)
	const bound, events = 4, 200
	gate := make(chan struct{})
	d := newDesk(func(context.Context, Work) (Answer, error) {
		<-gate
		return Answer{}, nil
	})
	f, stop := start(t, Options{Store: store, Workers: 2, MaxOpen: bound}, d)
	eventually(t, "live", func() bool { return isLive(f) })
	for i := range events {
		add(t, store, "s", asked, fmt.Sprint(i))
	}
	eventually(t, "the bound is reached", func() bool { return f.Stats().Active == bound })
	for range events {
		gate <- struct{}{}
		if n := f.Stats().Active; n > bound {
			t.Fatalf("%d pieces of work are open", n)
		}
	}
	d.wait(t, events)
	stop()
}

func TestStopWhileReadingWaitsForRoom(t *testing.T) {
	store := newStore(t)
	d := newDesk(func(ctx context.Context, _ Work) (Answer, error) {
		return Answer{Outcome: Again, After: time.Hour}, nil
	})
	f, stop := start(t, Options{Store: store, MaxOpen: 1}, d)
	eventually(t, "live", func() bool { return isLive(f) })
	add(t, store, "s", asked, "1")
	add(t, store, "s", asked, "2")
	eventually(t, "one is open", func() bool { return f.Stats().Active == 1 })
	if err := stop(); !errors.Is(err, context.Canceled) {
		t.Errorf("Run ended with %v", err)
	}
}

// Work under way may finish when Run is told to stop, for a while.
func TestStopLetsWorkFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFake()
		keeper := &Memory{}
		var cut atomic.Int64
		began := make(chan struct{}, 2)
		d := newDesk(func(ctx context.Context, w Work) (Answer, error) {
			began <- struct{}{}
			wait := time.Second
			if w.Key == "endless" {
				wait = time.Hour
			}
			select {
			case <-time.After(wait):
				return Answer{}, nil
			case <-ctx.Done():
				cut.Add(1)
				return Answer{}, ctx.Err()
			}
		})
		_, stop := start(t, Options{Store: store, Keeper: keeper}, d)
		add(t, store, "s", asked, "short")
		add(t, store, "s", asked, "endless")
		<-began
		<-began
		at := time.Now()
		stop()
		if took := time.Since(at); took != stopGrace || cut.Load() != 1 {
			t.Errorf("stopping took %v and cut %d pieces of work off", took, cut.Load())
		}

		// The second life has only the one that was cut off to do.
		again := newDesk(done)
		_, stop = start(t, Options{Store: store, Keeper: keeper}, again)
		<-again.seen
		synctest.Wait()
		stop()
		if got := again.list(); !slices.Equal(got, []string{"Asked/endless/false/0"}) {
			t.Errorf("the second life did %v", got)
		}
	})
}

func TestAnEventThatCantBeReadEndsRun(t *testing.T) {
	store := newStore(t)
	add(t, store, "s", other, "x")
	add(t, store, "s", "Poison", "x")
	f := New(Options{Name: "test", Store: store, Keeper: &Memory{}}, newDesk(done))
	err := f.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "read Poison at revision 1 of s") {
		t.Errorf("Run ended with %v", err)
	}
	if f.Stats().Position != 1 {
		t.Errorf("the checkpoint is at %d, behind what could not be read", f.Stats().Position)
	}
}

func TestRunEndsWithTheStore(t *testing.T) {
	store := newStore(t)
	result := make(chan error, 1)
	f := New(Options{Name: "test", Store: store, Keeper: &Memory{}}, newDesk(done))
	go func() { result <- f.Run(context.Background()) }()
	eventually(t, "live", func() bool { return isLive(f) })
	store.Close()
	if err := <-result; !errors.Is(err, eventstore.ErrUnavailable) {
		t.Errorf("Run ended with %v", err)
	}
}

func TestBackoffIsBoundedAndSpread(t *testing.T) {
	seen := map[time.Duration]bool{}
	for attempt := range 200 {
		for key := range 20 {
			d := Backoff(fmt.Sprint(key), attempt, time.Second, time.Minute)
			if d < time.Second/2 || d > time.Minute {
				t.Fatalf("attempt %d: %v", attempt, d)
			}
			if d != Backoff(fmt.Sprint(key), attempt, time.Second, time.Minute) {
				t.Fatal("the same key and attempt give two delays")
			}
			if attempt == 0 {
				seen[d] = true
			}
		}
	}
	if len(seen) < 10 {
		t.Errorf("20 keys have %d different delays", len(seen))
	}
}
