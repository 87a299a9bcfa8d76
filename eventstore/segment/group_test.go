package segment

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

// gate stops calls of one kind until it is opened.
type gate struct {
	kind    vfs.OpKind
	on      atomic.Bool
	calls   atomic.Int64
	entered chan struct{}
	open    chan struct{}
}

func newGate(kind vfs.OpKind) *gate {
	return &gate{kind: kind, entered: make(chan struct{}, 1000), open: make(chan struct{})}
}

func (g *gate) hook(op vfs.Op) error {
	if op.Kind != g.kind || !g.on.Load() {
		return nil
	}
	g.calls.Add(1)
	g.entered <- struct{}{}
	<-g.open
	return nil
}

func openGated(t *testing.T, kind vfs.OpKind) (*Log, *gate) {
	t.Helper()
	fs, g := vfs.NewCrashMem(), newGate(kind)
	l, err := Open(context.Background(), Options{Dir: "log", FS: fs, SealAfter: -1})
	if err != nil {
		t.Fatal(err)
	}
	fs.Inject(g.hook)
	t.Cleanup(func() { l.Close() })
	return l, g
}

func oneWrite(stream string, rev int64, n int) eventstore.Write {
	return eventstore.Write{Stream: stream, Expect: eventstore.At(rev - 1), Events: []eventstore.Event{someEvent(n)}}
}

// TestCallersShareASync lets a hundred callers come while a sync is under way:
// they all get the next one.
func TestCallersShareASync(t *testing.T) {
	l, g := openGated(t, vfs.OpSync)
	g.on.Store(true)
	var wg sync.WaitGroup
	add := func(n int) {
		wg.Go(func() {
			if _, err := l.Append(context.Background(), oneWrite(fmt.Sprintf("s%d", n), 0, n)); err != nil {
				t.Error(err)
			}
		})
	}
	add(1)
	<-g.entered // the first is being synced
	const callers = 100
	for n := range callers {
		add(2 + n)
	}
	for len(l.queue) < callers {
		runtime.Gosched()
	}
	close(g.open)
	wg.Wait()
	if n := g.calls.Load(); n != 2 {
		t.Errorf("%d syncs for 1 + %d callers, want 2", n, callers)
	}
}

// TestBatchIsOneSync writes ten thousand writes as one.
func TestBatchIsOneSync(t *testing.T) {
	l, g := openGated(t, vfs.OpSync)
	close(g.open)
	g.on.Store(true)
	g.entered = make(chan struct{}, 100_000)
	var ws []eventstore.Write
	for n := range 10_000 {
		ws = append(ws, oneWrite(fmt.Sprintf("s%d", n%100), int64(n/100), n+1))
	}
	for i, r := range l.AppendBatch(context.Background(), ws) {
		if r.Err != nil || r.Position != eventstore.Position(i+1) || r.Revision != int64(i/100) {
			t.Fatalf("write %d: %+v", i, r)
		}
	}
	if n := g.calls.Load(); n != 1 {
		t.Errorf("%d syncs for one batch, want 1", n)
	}
}

// TestNothingIsSeenBeforeItsSync looks from all sides while a sync is under way.
func TestNothingIsSeenBeforeItsSync(t *testing.T) {
	ctx := context.Background()
	l, g := openGated(t, vfs.OpSync)
	g.on.Store(true)
	done := make(chan error)
	go func() {
		_, err := l.Append(ctx, oneWrite("s", 0, 1))
		done <- err
	}()
	<-g.entered
	head, _ := l.Head(ctx, "s")
	tail, _ := l.Tail(ctx)
	n := 0
	for range l.ReadAll(ctx, 0, eventstore.Filter{}, 0) {
		n++
	}
	for range l.ReadStream(ctx, "s", 0, eventstore.ReadOptions{}) {
		n++
	}
	if head != -1 || tail != 0 || n != 0 {
		t.Errorf("before the sync: head %d, tail %d, %d events read; want -1, 0, 0", head, tail, n)
	}
	close(g.open)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if head, _ := l.Head(ctx, "s"); head != 0 {
		t.Errorf("after the sync: head %d, want 0", head)
	}
}

// TestCancelTellsWhatIsKnown cancels one caller whose write is being synced and
// one whose write still waits.
func TestCancelTellsWhatIsKnown(t *testing.T) {
	l, g := openGated(t, vfs.OpSync)
	g.on.Store(true)
	type outcome struct {
		c   eventstore.Commit
		err error
	}
	start := func(w eventstore.Write) (context.CancelFunc, chan outcome) {
		ctx, cancel := context.WithCancel(context.Background())
		out := make(chan outcome, 1)
		go func() {
			c, err := l.Append(ctx, w)
			out <- outcome{c, err}
		}()
		return cancel, out
	}
	synced, waits := oneWrite("synced", 0, 1), oneWrite("waits", 0, 2)
	cancelFirst, first := start(synced)
	<-g.entered
	cancelSecond, second := start(waits)
	for len(l.queue) < 1 {
		runtime.Gosched()
	}
	cancelFirst()
	cancelSecond()
	if o := <-first; !errors.Is(o.err, eventstore.ErrUnknownOutcome) || !errors.Is(o.err, context.Canceled) {
		t.Errorf("cancelled during its sync: %v, want ErrUnknownOutcome", o.err)
	}
	if o := <-second; !errors.Is(o.err, eventstore.ErrUnavailable) || !errors.Is(o.err, context.Canceled) {
		t.Errorf("cancelled while waiting: %v, want ErrUnavailable", o.err)
	}
	close(g.open)
	ctx := context.Background()
	if c, err := l.Append(ctx, synced); err != nil || !c.Replayed {
		t.Errorf("retry of the first: %+v, %v, want it replayed", c, err)
	}
	if head, err := l.Head(ctx, "waits"); err != nil || head != -1 {
		t.Errorf("the second was written: head %d, %v", head, err)
	}
	if c, err := l.Append(ctx, waits); err != nil || c.Replayed {
		t.Errorf("retry of the second: %+v, %v, want it written", c, err)
	}
}

// TestLiveSubscribersReadNoFile counts reads while subscribers keep up.
func TestLiveSubscribersReadNoFile(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	l, g := openGated(t, vfs.OpRead)
	close(g.open)
	const subscribers, events = 5, 300
	var ready, all sync.WaitGroup
	ready.Add(subscribers)
	all.Add(subscribers)
	for range subscribers {
		go func() {
			n, tail := 0, sync.OnceFunc(ready.Done) // the tail is reached again and again
			err := l.Subscribe(ctx, 0, eventstore.Filter{}, func(_ context.Context, notice eventstore.Notice) error {
				switch notice.Kind {
				case eventstore.CaughtUpNotice:
					tail()
				case eventstore.FellBehindNotice:
					t.Error("fell behind")
				case eventstore.EventNotice:
					if n++; n == events {
						all.Done()
					}
				}
				return nil
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("subscribe: %v", err)
			}
		}()
	}
	ready.Wait()
	g.on.Store(true)
	for n := range events {
		if _, err := l.Append(ctx, oneWrite("s", int64(n), n+1)); err != nil {
			t.Fatal(err)
		}
	}
	all.Wait()
	if n := g.calls.Load(); n != 0 {
		t.Errorf("%d reads of files by subscribers that keep up, want 0", n)
	}
}
