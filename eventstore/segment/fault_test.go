package segment

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

// callCounter counts calls of some kinds and fails the k-th.
type callCounter struct {
	kinds map[vfs.OpKind]bool
	err   error

	mu     sync.Mutex
	n, k   int
	failed *vfs.Op
}

func (c *callCounter) hook(op vfs.Op) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.kinds[op.Kind] {
		return nil
	}
	c.n++
	if c.n != c.k {
		return nil
	}
	c.failed = &op
	return c.err
}

func kindsOf(kinds ...vfs.OpKind) map[vfs.OpKind]bool {
	out := map[vfs.OpKind]bool{}
	for _, k := range kinds {
		out[k] = true
	}
	return out
}

// faultWorkloads are the ways to run the log while calls fail.
var faultWorkloads = []Options{{}, {ZeroAhead: 16 << 10, SegmentBytes: 8 << 10}}

// TestErrorAtEveryCall fails each call with an input/output error. Afterwards
// the log works on or is poisoned; nothing that was acknowledged is lost, not
// even if the process is started again, serves what the cache shows, and then
// the power fails (after a failed sync the cache may show what the disk never
// got).
func TestErrorAtEveryCall(t *testing.T) {
	tried, poisoned, refusedOpen := 0, 0, 0
	for i := range scaled(2) {
		for kind, o := range faultWorkloads {
			for k := 1; ; k++ {
				seed := uint64(100*kind + i)
				c := &callCounter{k: k, err: syscall.EIO, kinds: kindsOf(vfs.OpSync, vfs.OpWrite, vfs.OpTruncate,
					vfs.OpCreate, vfs.OpRename, vfs.OpSyncDir, vfs.OpMkdir, vfs.OpLock, vfs.OpRemove)}
				w, fs := newWorkload(seed, o), vfs.NewCrashMem()
				fs.Inject(c.hook)
				l, err := w.open(fs)
				for step := 0; step < 25 && err == nil; step++ {
					l, err = w.step(l, fs)
				}
				if l != nil {
					if l.Err() != nil {
						poisoned++
						if err := stayPoisoned(l); err != nil {
							t.Fatalf("seed %d, call %d: %v", seed, k, err)
						}
					}
					l.Close()
					if c.failed != nil && c.failed.Kind != vfs.OpRemove && l.Err() == nil {
						t.Fatalf("seed %d, call %d (%+v): the log is not poisoned", seed, k, c.failed)
					}
				} else {
					refusedOpen++
				}
				if c.failed == nil {
					break // there is no k-th call any more
				}
				tried++
				if err != nil && !errors.Is(err, syscall.EIO) && !errors.Is(err, eventstore.ErrUnavailable) {
					t.Fatalf("seed %d, call %d (%+v): %v, want the cause", seed, k, c.failed, err)
				}
				fs.Inject(nil)
				r := rand.New(rand.NewPCG(seed, uint64(k)))
				for name, after := range map[string]*vfs.Mem{"kill": fs.Clone(), "power": fs.CrashClone(r)} {
					if err := w.survive(after, w.ackedNow()); err != nil {
						t.Fatalf("seed %d, call %d (%+v), then %s: %v", seed, k, c.failed, name, err)
					}
				}
			}
		}
	}
	t.Logf("%d failing calls: %d poisoned the log, %d made Open fail; 0 lost", tried, poisoned, refusedOpen)
	if poisoned == 0 || refusedOpen == 0 {
		t.Error("the failing calls did not reach the log")
	}
}

// stayPoisoned tries that a poisoned log answers nothing any more.
func stayPoisoned(l *Log) error {
	ctx := context.Background()
	select {
	case <-l.Failed():
	default:
		return errors.New("Failed is not closed")
	}
	w := eventstore.Write{Stream: "s", Expect: eventstore.Expect{Kind: eventstore.Any}, Events: []eventstore.Event{someEvent(1)}}
	_, e1 := l.Append(ctx, w)
	e2 := l.AppendBatch(ctx, []eventstore.Write{w})[0].Err
	_, e3 := l.Head(ctx, "s")
	_, e4 := l.Tail(ctx)
	e5 := l.Subscribe(ctx, 0, eventstore.Filter{}, func(context.Context, eventstore.Notice) error { return nil })
	var e6 error
	for _, err := range l.ReadAll(ctx, 0, eventstore.Filter{}, 0) {
		e6 = err
	}
	for i, err := range []error{e1, e2, e3, e4, e5, e6} {
		if !errors.Is(err, eventstore.ErrUnavailable) || !errors.Is(err, l.Err()) {
			return fmt.Errorf("call %d of a poisoned log: %w, want ErrUnavailable with the cause", i, err)
		}
	}
	return nil
}

func someEvent(n int) eventstore.Event {
	return eventstore.Event{
		ID: [16]byte{0: 9, 12: byte(n >> 24), 13: byte(n >> 16), 14: byte(n >> 8), 15: byte(n)}, Type: "T", Version: 1,
		RecordedAt: time.Unix(0, int64(n)), Data: fmt.Appendf(nil, "event %d", n),
	}
}

// TestFullDiskAtEveryCall fails each call that needs room once. The caller is
// told so, the same call works when it is made again, and no trace of the
// refused write is left, not even after a crash.
func TestFullDiskAtEveryCall(t *testing.T) {
	tried, refused := 0, 0
	for i := range scaled(2) {
		for kind, o := range faultWorkloads {
			for k := 1; ; k++ {
				seed := uint64(100*kind + i)
				c := &callCounter{err: syscall.ENOSPC, kinds: kindsOf(vfs.OpWrite, vfs.OpCreate, vfs.OpRename)}
				w, fs := newWorkload(seed, o), vfs.NewCrashMem()
				fs.Inject(c.hook)
				l, err := w.open(fs)
				if err != nil {
					t.Fatal(err)
				}
				c.mu.Lock()
				c.k = c.n + k
				c.mu.Unlock()
				n, err := w.fill(l, 25)
				if err != nil {
					t.Fatalf("seed %d, call %d (%+v): %v", seed, k, c.failed, err)
				}
				refused += n
				if _, err := w.check(l, w.ackedNow()); err != nil {
					t.Fatalf("seed %d, call %d (%+v): %v", seed, k, c.failed, err)
				}
				l.Close()
				if c.failed == nil {
					break
				}
				tried++
				fs.Inject(nil)
				if err := w.survive(fs.Crash(vfs.Crash{}), w.ackedNow()); err != nil {
					t.Fatalf("seed %d, call %d (%+v): %v", seed, k, c.failed, err)
				}
			}
		}
	}
	t.Logf("%d calls without room: %d appends refused, each worked when it was made again", tried, refused)
	if refused == 0 {
		t.Error("no append was refused")
	}
}

// fill appends; what the disk has no room for is dropped after a crash has been
// tried, and issued again.
func (w *workload) fill(l *Log, count int) (refused int, err error) {
	fs := l.opt.FS.(*vfs.Mem)
	for range count {
		before := len(w.issued)
		wr := w.next(3)
		for tries := 0; ; tries++ {
			_, err := l.Append(w.ctx, wr)
			if err == nil {
				break
			}
			if !errors.Is(err, eventstore.ErrFull) || tries > 3 {
				return refused, err
			}
			refused++
			// "Nothing was written": so it is not there after a crash, however
			// the crash turns out.
			issued := w.issued
			w.issued = w.issued[:before]
			for range 3 {
				if err := w.survive(fs.CrashClone(w.rand), before); err != nil {
					return refused, fmt.Errorf("crash after a refusal: %w", err)
				}
			}
			w.issued = issued
		}
		w.ack()
	}
	return refused, nil
}

// TestFullDiskAmidBatch refuses a batch of which the first frame fits. Nothing of
// it may be there after a crash: its callers were told so.
func TestFullDiskAmidBatch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 8))
	for room := 1300 << 10; room < 2500<<10; room += 400 << 10 {
		w, fs := newWorkload(1, Options{SegmentBytes: 16 << 20}), vfs.NewCrashMem()
		l, err := w.open(fs)
		if err != nil {
			t.Fatal(err)
		}
		fs.SetCapacity(int64(room))
		var ws []eventstore.Write
		for n := range 60 {
			e := someEvent(n + 1)
			e.Data = make([]byte, 50_000)
			ws = append(ws, eventstore.Write{Stream: fmt.Sprintf("s%d", n), Events: []eventstore.Event{e}})
		}
		for i, res := range l.AppendBatch(w.ctx, ws) {
			if !errors.Is(res.Err, eventstore.ErrFull) {
				t.Fatalf("write %d: %v, want ErrFull", i, res.Err)
			}
		}
		for range 20 {
			if err := w.survive(fs.CrashClone(r), 0); err != nil {
				t.Fatal(err)
			}
		}
		l.Close()
	}
}

// TestFullDisk fills a small disk until nothing fits, and then gives it room.
func TestFullDisk(t *testing.T) {
	w, fs := newWorkload(1, Options{SegmentBytes: 8 << 10}), vfs.NewCrashMem()
	l, err := w.open(fs)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	fs.SetCapacity(64 << 10)
	n := 1
	add := func() error {
		_, err := l.Append(w.ctx, eventstore.Write{Stream: "full", Expect: eventstore.At(int64(n - 2)), Events: []eventstore.Event{someEvent(n)}})
		if err == nil {
			n++
		}
		return err
	}
	for err = add(); err == nil; err = add() {
	}
	if !errors.Is(err, eventstore.ErrFull) {
		t.Fatalf("got %v, want ErrFull", err)
	}
	for range 10 {
		if err := add(); !errors.Is(err, eventstore.ErrFull) {
			t.Fatalf("got %v, want ErrFull still", err)
		}
	}
	head, err := l.Head(w.ctx, "full")
	if err != nil || head != int64(n-2) {
		t.Errorf("head on a full disk: got %d, %v, want %d", head, err, n-2)
	}
	fs.SetCapacity(0)
	for range 100 {
		if err := add(); err != nil {
			t.Fatalf("append when there is room again: %v", err)
		}
	}
	got := 0
	for r, err := range l.ReadStream(w.ctx, "full", 0, eventstore.ReadOptions{}) {
		if err != nil || r.ID != someEvent(got+1).ID {
			t.Fatalf("revision %d: %v, %v", got, r.ID, err)
		}
		got++
	}
	if got != n-1 {
		t.Errorf("got %d events, want %d", got, n-1)
	}
	t.Logf("%d events", got)
}
