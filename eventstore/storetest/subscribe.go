package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/amends-ledger/amends/eventstore"
)

// follower runs a subscription and keeps what it was told.
type follower struct {
	mu      sync.Mutex
	notices []eventstore.Notice
	changed chan struct{}
	cancel  context.CancelFunc
	done    chan error
}

// follow subscribes; each is called first with every notice.
func follow(t *testing.T, s eventstore.Store, after eventstore.Position, f eventstore.Filter, each eventstore.Handler) *follower {
	ctx, cancel := context.WithCancel(context.Background())
	fo := &follower{changed: make(chan struct{}, 1), cancel: cancel, done: make(chan error, 1)}
	go func() {
		fo.done <- s.Subscribe(ctx, after, f, func(ctx context.Context, n eventstore.Notice) error {
			n.Event = clone(n.Event)
			fo.mu.Lock()
			fo.notices = append(fo.notices, n)
			fo.mu.Unlock()
			select {
			case fo.changed <- struct{}{}:
			default:
			}
			if each != nil {
				return each(ctx, n)
			}
			return nil
		})
	}()
	t.Cleanup(cancel)
	return fo
}

// wait waits until enough says so.
func (f *follower) wait(t *testing.T, what string, enough func([]eventstore.Notice) bool) []eventstore.Notice {
	t.Helper()
	late := time.After(patience)
	for {
		f.mu.Lock()
		got := slices.Clone(f.notices)
		f.mu.Unlock()
		if enough(got) {
			return got
		}
		select {
		case <-f.changed:
		case err := <-f.done:
			t.Fatalf("waiting for %s: the subscription ended: %v", what, err)
		case <-late:
			t.Fatalf("waiting for %s: nothing after %v, having got %d notices", what, patience, len(got))
		}
	}
}

func countEvents(ns []eventstore.Notice) int { return len(eventsOf(ns)) }

func eventsOf(ns []eventstore.Notice) []eventstore.Recorded {
	var out []eventstore.Recorded
	for _, n := range ns {
		if n.Kind == eventstore.EventNotice {
			out = append(out, n.Event)
		}
	}
	return out
}

func caughtUp(ns []eventstore.Notice) bool {
	return slices.ContainsFunc(ns, func(n eventstore.Notice) bool { return n.Kind == eventstore.CaughtUpNotice })
}

// inOrder tries that positions never go back.
func inOrder(t *testing.T, ns []eventstore.Notice) {
	t.Helper()
	var at eventstore.Position
	for i, n := range ns {
		if n.Position < at || (n.Kind == eventstore.EventNotice && n.Position == at) {
			t.Fatalf("notice %d of kind %d has position %d behind %d", i, n.Kind, n.Position, at)
		}
		if n.Kind == eventstore.EventNotice && n.Event.Position != n.Position {
			t.Fatalf("notice %d has position %d and an event at %d", i, n.Position, n.Event.Position)
		}
		at = n.Position
	}
}

func subscribe(t *testing.T, h Harness) {
	s := open(t, h)
	empty := follow(t, s, 0, eventstore.Filter{}, nil)
	empty.wait(t, "caught up on an empty store", caughtUp)
	for n := range 30 {
		mustAppend(t, s, write(fmt.Sprintf("sub-%d", n%3), anything, events(10*n, 2)...))
	}
	all := readEverything(t, s, 0, eventstore.Filter{}, 0)
	middle := all[20].Position
	from := follow(t, s, middle, eventstore.Filter{}, nil)
	got := from.wait(t, "history", caughtUp)
	if diff := diffEvents(all[21:], eventsOf(got)); diff != "" {
		t.Errorf("history behind %d (-want +got):\n%s", middle, diff)
	}
	if last := got[len(got)-1]; last.Kind != eventstore.CaughtUpNotice || last.Position != all[len(all)-1].Position {
		t.Errorf("the last notice of the history is of kind %d at %d", last.Kind, last.Position)
	}
	for n := range 20 {
		mustAppend(t, s, write("sub-live", anything, events(1000+10*n, 2)...))
	}
	all = readEverything(t, s, 0, eventstore.Filter{}, 0)
	for name, f := range map[string]*follower{"from the start": empty, "from the middle": from} {
		want := all
		if f == from {
			want = all[21:]
		}
		got := f.wait(t, name+", live", func(ns []eventstore.Notice) bool { return countEvents(ns) >= len(want) })
		inOrder(t, got)
		if diff := diffEvents(want, eventsOf(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// subscribeUnderWriters lets subscribers catch up and go live while others write.
func subscribeUnderWriters(t *testing.T, h Harness) {
	s := open(t, h)
	const writers, each, subscribers = 4, 80, 5
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for n := range each {
				if _, err := s.Append(testCtx(t), write(fmt.Sprintf("w-%d", i), eventstore.At(int64(n-1)), event(1000*i+n+1))); err != nil {
					t.Errorf("append: %v", err)
					return
				}
			}
		})
	}
	var fs []*follower
	for range subscribers {
		fs = append(fs, follow(t, s, 0, eventstore.Filter{}, nil))
		tail, err := s.Tail(testCtx(t))
		if err != nil {
			t.Fatal(err)
		}
		// A reconnect resumes where it was.
		fs = append(fs, follow(t, s, tail, eventstore.Filter{}, nil))
	}
	wg.Wait()
	all := readEverything(t, s, 0, eventstore.Filter{}, 0)
	last := all[len(all)-1].Position
	for i, f := range fs {
		got := f.wait(t, fmt.Sprintf("subscriber %d", i), func(ns []eventstore.Notice) bool {
			return caughtUp(ns) && len(ns) > 0 && ns[len(ns)-1].Position >= last
		})
		inOrder(t, got)
		seen := eventsOf(got)
		if i%2 == 0 && len(seen) != len(all) {
			t.Errorf("subscriber %d saw %d of %d events", i, len(seen), len(all))
		}
		if diff := diffEvents(all[max(0, len(all)-len(seen)):], seen); diff != "" {
			t.Errorf("subscriber %d (-want +got):\n%s", i, diff)
		}
	}
}

// subscribeSlowly stops a subscriber while megabytes are written.
func subscribeSlowly(t *testing.T, h Harness) {
	s := open(t, h)
	mustAppend(t, s, write("slow", noStream, event(1)))
	gate := make(chan struct{})
	f := follow(t, s, 0, eventstore.Filter{}, func(ctx context.Context, n eventstore.Notice) error {
		if n.Kind == eventstore.EventNotice && n.Event.Revision == 1 {
			select {
			case <-gate:
			case <-ctx.Done():
			}
		}
		return nil
	})
	f.wait(t, "caught up", caughtUp)
	big := make([]byte, 50_000)
	for n := range 30 {
		var ws []eventstore.Write
		for i := range 10 {
			e := event(100 + 10*n + i)
			e.Data = big
			ws = append(ws, write("slow", anything, e))
		}
		for _, r := range s.AppendBatch(testCtx(t), ws) {
			if r.Err != nil {
				t.Fatal(r.Err)
			}
		}
	}
	close(gate)
	got := f.wait(t, "everything", func(ns []eventstore.Notice) bool { return countEvents(ns) >= 301 })
	inOrder(t, got)
	for i, r := range eventsOf(got) {
		if r.Revision != int64(i) {
			t.Fatalf("event %d is revision %d", i, r.Revision)
		}
	}
}

func subscribeFiltered(t *testing.T, h Harness) {
	s := open(t, h)
	mustAppend(t, s, write("match-1", noStream, event(5)))
	for n := range 40 {
		mustAppend(t, s, write("noise", anything, events(100*(n+1), 50)...))
	}
	tail, err := s.Tail(testCtx(t))
	if err != nil {
		t.Fatal(err)
	}
	f := follow(t, s, 0, eventstore.Filter{StreamPrefix: "match-"}, nil)
	got := f.wait(t, "caught up", caughtUp)
	if n := countEvents(got); n != 1 {
		t.Errorf("got %d events, want the one that matches", n)
	}
	if at := got[len(got)-1].Position; at != tail {
		t.Errorf("caught up at %d, the tail is %d", at, tail)
	}
	if !slices.ContainsFunc(got, func(n eventstore.Notice) bool { return n.Kind == eventstore.CheckpointNotice }) {
		t.Errorf("no checkpoint in %d events without a match", 40*50)
	}
	// Live, the checkpoint goes on without a match.
	for n := range 40 {
		mustAppend(t, s, write("noise", anything, events(10_000+100*n, 50)...))
	}
	if tail, err = s.Tail(testCtx(t)); err != nil {
		t.Fatal(err)
	}
	got = f.wait(t, "a later checkpoint", func(ns []eventstore.Notice) bool { return ns[len(ns)-1].Position > got[len(got)-1].Position })
	mustAppend(t, s, write("match-2", noStream, event(6)))
	got = f.wait(t, "the live match", func(ns []eventstore.Notice) bool { return countEvents(ns) == 2 })
	inOrder(t, got)
	if r := eventsOf(got)[1]; r.Stream != "match-2" || r.Position <= tail {
		t.Errorf("the live match is %s at %d", r.Stream, r.Position)
	}
}

func subscriptionEnds(t *testing.T, h Harness) {
	s := open(t, h)
	mustAppend(t, s, write("ends", noStream, events(1, 3)...))
	own := errors.New("the handler has had enough")
	calls := 0
	err := s.Subscribe(testCtx(t), 0, eventstore.Filter{}, func(_ context.Context, n eventstore.Notice) error {
		if calls++; calls == 2 {
			return own
		}
		return nil
	})
	if !errors.Is(err, own) || calls != 2 {
		t.Errorf("handler's error: got %v after %d calls, want its own after 2", err, calls)
	}
	ended := func(what string, f *follower, want error) {
		t.Helper()
		begin := time.Now()
		select {
		case err := <-f.done:
			wantErr(t, what, err, want)
			if took := time.Since(begin); took > time.Second {
				t.Errorf("%s: it took %v, must be under a second", what, took)
			}
		case <-time.After(patience):
			t.Errorf("%s: the subscription did not end", what)
		}
	}
	f := follow(t, s, 0, eventstore.Filter{}, nil)
	f.wait(t, "caught up", caughtUp)
	f.cancel()
	ended("cancel", f, context.Canceled)
	busy := follow(t, s, 0, eventstore.Filter{}, func(ctx context.Context, n eventstore.Notice) error {
		<-ctx.Done()
		return ctx.Err()
	})
	busy.wait(t, "the handler's first call", func(ns []eventstore.Notice) bool { return len(ns) > 0 })
	busy.cancel()
	ended("cancel in the handler", busy, context.Canceled)
	f = follow(t, s, 0, eventstore.Filter{}, nil)
	f.wait(t, "caught up", caughtUp)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	ended("close", f, eventstore.ErrUnavailable)
}
