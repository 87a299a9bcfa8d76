package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/amends-ledger/amends/eventstore"
)

// calls makes one call of each method and returns its error.
func calls(ctx context.Context, s eventstore.Store) map[string]error {
	out := map[string]error{}
	_, out["append"] = s.Append(ctx, write("calls", anything, event(1)))
	out["append batch"] = s.AppendBatch(ctx, []eventstore.Write{write("calls", anything, event(1))})[0].Err
	_, out["head"] = s.Head(ctx, "calls")
	_, out["tail"] = s.Tail(ctx)
	out["read stream"], out["read all"] = nil, nil
	for _, err := range s.ReadStream(ctx, "calls", 0, eventstore.ReadOptions{}) {
		out["read stream"] = err
	}
	for _, err := range s.ReadAll(ctx, 0, eventstore.Filter{}, 0) {
		out["read all"] = err
	}
	out["subscribe"] = s.Subscribe(ctx, 0, eventstore.Filter{}, func(ctx context.Context, n eventstore.Notice) error {
		if n.Kind == eventstore.CaughtUpNotice {
			return errDone
		}
		return nil
	})
	return out
}

var errDone = errors.New("done")

func cancelledAndClosed(t *testing.T, h Harness) {
	s := open(t, h)
	mustAppend(t, s, write("before", noStream, event(100)))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for what, err := range calls(ctx, s) {
		wantErr(t, what+" with a cancelled context", err, context.Canceled)
	}
	wantHead(t, s, "calls", -1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for what, err := range calls(testCtx(t), s) {
		wantErr(t, what+" after close", err, eventstore.ErrUnavailable)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}

// crashAmidWrites loses power while many write: what was acknowledged is there,
// and each write is there entirely or not at all.
func crashAmidWrites(t *testing.T, h Harness) {
	power := capability[Crasher](t, h)
	const writers, size = 8, 3
	acked := make([]atomic.Int64, writers) // writes
	var before [writers]int64
	for round := range 3 {
		s := open(t, h)
		for i := range writers {
			stream := fmt.Sprintf("crash-%d", i)
			got := revisions(t, s, stream, 0, eventstore.ReadOptions{})
			if len(got)%size != 0 {
				t.Fatalf("round %d: %s has %d events, a part of a write of %d", round, stream, len(got), size)
			}
			if len(got) < int(before[i])*size {
				t.Fatalf("round %d: %s has %d events, %d were acknowledged", round, stream, len(got), before[i]*size)
			}
			acked[i].Store(int64(len(got) / size))
		}
		var wg sync.WaitGroup
		enough := make(chan struct{}, writers)
		for i := range writers {
			wg.Go(func() {
				for n := acked[i].Load(); ; n++ {
					w := write(fmt.Sprintf("crash-%d", i), eventstore.At(n*size-1), events(100_000*i+size*int(n)+1, size)...)
					if _, err := s.Append(testCtx(t), w); err != nil {
						return
					}
					acked[i].Store(n + 1)
					if n%10 == 9 {
						select {
						case enough <- struct{}{}:
						default:
						}
					}
				}
			})
		}
		<-enough
		for i := range acked {
			before[i] = acked[i].Load() // what is acknowledged during the crash may be lost
		}
		power.Crash(t)
		s.Close()
		wg.Wait()
	}
	open(t, h)
}

// serverDown takes the server away from 100 callers: each returns by its
// deadline, nothing is left over, and the store works again without a restart.
func serverDown(t *testing.T, h Harness) {
	server := capability[Stopper](t, h)
	s := open(t, h)
	mustAppend(t, s, write("down", noStream, event(1)))
	before := runtime.NumGoroutine()
	server.Stop(t)
	const callers, deadline = 100, 2 * time.Second
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), deadline)
			defer cancel()
			begin := time.Now()
			_, err := s.Append(ctx, write(fmt.Sprintf("down-%d", i), noStream, event(100+i)))
			if err == nil {
				t.Errorf("caller %d got an ack from a server that is down", i)
			}
			if took := time.Since(begin); took > deadline+time.Second {
				t.Errorf("caller %d returned after %v, its deadline was %v", i, took, deadline)
			}
		})
	}
	wg.Wait()
	server.Start(t)
	until := time.Now().Add(patience)
	for n := 0; ; n++ {
		ctx, cancel := context.WithTimeout(context.Background(), deadline)
		_, err := s.Append(ctx, write("down", exists, event(1000)))
		cancel()
		if err == nil {
			break
		}
		if time.Now().After(until) {
			t.Fatalf("the store does not come back, after %d tries: %v", n, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	for runtime.NumGoroutine() > before+5 {
		if time.Now().After(until) {
			t.Errorf("%d goroutines, %d before the server went down", runtime.NumGoroutine(), before)
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// oldCopyRestored tries that a consumer which is ahead of the store is told so
// and does not wait for events that it would then miss.
func oldCopyRestored(t *testing.T, h Harness) {
	copies := capability[Restorer](t, h)
	s := open(t, h)
	mustAppend(t, s, write("rolled", noStream, events(1, 5)...))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	copies.Backup(t)
	s = open(t, h)
	ahead := mustAppend(t, s, write("rolled", eventstore.At(4), events(6, 5)...))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	copies.Restore(t)
	s = open(t, h)
	err := s.Subscribe(testCtx(t), ahead.Position, eventstore.Filter{}, func(context.Context, eventstore.Notice) error { return errDone })
	wantErr(t, "subscribe ahead of the store", err, eventstore.ErrCorrupt)
	err = nil
	for _, e := range s.ReadAll(testCtx(t), ahead.Position, eventstore.Filter{}, 0) {
		err = e
	}
	wantErr(t, "read all ahead of the store", err, eventstore.ErrCorrupt)
}
