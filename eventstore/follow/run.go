package follow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/amends-ledger/amends/eventstore"
)

// Follower carries out the work that a store's events call for. Run it once.
type Follower struct {
	o Options
	h Handler

	mu       sync.Mutex
	work     sync.Cond // a worker may find something in the queue
	room     sync.Cond // the reader may open more
	set      *openSet
	position eventstore.Position
	last     lastEvent
	stopping bool
	workers  int // goroutines
	resting  int // of them, those that wait
	done     sync.WaitGroup

	dirty chan struct{} // something is to be saved
}

// New is a follower that h works for.
func New(o Options, h Handler) *Follower {
	if o.Workers <= 0 {
		o.Workers = DefaultWorkers
	}
	if o.MaxOpen <= 0 {
		o.MaxOpen = DefaultMaxOpen
	}
	if o.SaveEvery <= 0 {
		o.SaveEvery = DefaultSaveEvery
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	f := &Follower{o: o, h: h, set: newOpenSet(nil), dirty: make(chan struct{}, 1)}
	f.work.L, f.room.L = &f.mu, &f.mu
	return f
}

// Run follows the store until ctx ends, the store closes or an event can't be
// read. It then lets work under way finish for a short while, saves the
// checkpoint and returns why it ended.
func (f *Follower) Run(ctx context.Context) error {
	if err := f.restore(ctx); err != nil {
		return fmt.Errorf("follow events for %s: %w", f.o.Name, err)
	}
	workCtx, endWork := context.WithCancel(context.WithoutCancel(ctx))
	defer endWork()
	defer context.AfterFunc(ctx, f.stop)() // the reader may be waiting for room

	saver := make(chan struct{})
	var saving sync.WaitGroup
	saving.Go(func() { f.saveLoop(saver) })

	err := f.o.Store.Subscribe(ctx, f.position, f.o.Filter, func(ctx context.Context, n eventstore.Notice) error {
		return f.notice(ctx, workCtx, n)
	})

	f.stop()
	grace := time.AfterFunc(stopGrace, endWork)
	f.done.Wait()
	grace.Stop()
	close(saver)
	saving.Wait()
	f.mu.Lock()
	f.stopTimers()
	f.mu.Unlock()
	return fmt.Errorf("follow events for %s: %w", f.o.Name, errors.Join(err, f.save()))
}

// stop makes the workers end after what they have, and the reader give up.
func (f *Follower) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopping = true
	f.work.Broadcast()
	f.room.Broadcast()
}

// notice folds one notice of the subscription.
func (f *Follower) notice(ctx, workCtx context.Context, n eventstore.Notice) error {
	var change Change
	if n.Kind == eventstore.EventNotice {
		var err error
		if change, err = f.h.Read(&n.Event); err != nil {
			return fmt.Errorf("read %s at revision %d of %s: %w", n.Event.Type, n.Event.Revision, n.Event.Stream, err)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch n.Kind {
	case eventstore.EventNotice:
		if change.Op == Open && !f.waitForRoom(change.Key) {
			return ctx.Err()
		}
		f.set.apply(&n.Event, change)
		f.last = lastEvent{n.Event.Stream, n.Event.Revision, n.Event.ID}
	case eventstore.CaughtUpNotice:
		if !f.set.live {
			f.set.goLive()
		}
	}
	f.position = max(f.position, n.Position)
	f.rouse(workCtx)
	f.room.Signal() // an event may have ended work
	f.touch()
	return nil
}

// waitForRoom blocks while too much is open for one more key. Work ends by
// itself, without the reader, so this can't wait for ever.
func (f *Follower) waitForRoom(key string) bool {
	for f.set.live && !f.stopping && f.set.items[key] == nil && f.set.active() >= f.o.MaxOpen {
		f.room.Wait()
	}
	return !f.stopping
}

// rouse wakes or starts as many workers as the queue can use.
func (f *Follower) rouse(ctx context.Context) {
	if !f.set.live || f.stopping {
		return
	}
	need := len(f.set.queue)
	for range min(need, f.resting) {
		f.work.Signal()
	}
	for need -= f.resting; need > 0 && f.workers < f.o.Workers; need-- {
		f.workers++
		f.done.Go(func() { f.serve(ctx) })
	}
}

// serve is a worker.
func (f *Follower) serve(ctx context.Context) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		if f.stopping {
			return
		}
		it := f.set.begin()
		if it == nil {
			f.resting++
			f.work.Wait()
			f.resting--
			continue
		}
		w := Work{Key: it.key, Memo: it.memo, Fresh: it.fresh, Attempt: it.attempt}
		event, stream, revision := it.event, it.stream, it.revision
		f.mu.Unlock()
		answer := f.handle(ctx, w, event, stream, revision)
		f.mu.Lock()
		f.set.end(it, answer, func(it *item) { f.retry(ctx, it) })
		f.room.Signal()
		f.touch()
	}
}

// handle calls the handler outside the lock. A fault becomes a later try.
func (f *Follower) handle(ctx context.Context, w Work, event *eventstore.Recorded, stream string, revision int64) Answer {
	err := error(nil)
	if event == nil {
		event, err = f.readBack(ctx, stream, revision)
	}
	var answer Answer
	if err == nil {
		w.Event = *event
		answer, err = f.h.Handle(ctx, w)
	}
	if err == nil {
		return answer
	}
	if ctx.Err() == nil {
		f.o.Log.Warn("work failed, will be tried again", "subscriber", f.o.Name, "key", w.Key,
			"stream", stream, "revision", revision, "attempt", w.Attempt, "error", err)
	}
	return Answer{Again, Backoff(w.Key, w.Attempt, retryBase, retryMax)}
}

// retry queues an item whose delay is over, unless the log changed it meanwhile.
func (f *Follower) retry(ctx context.Context, it *item) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if it.state != waiting || it.closed || f.stopping {
		return
	}
	it.timer = nil
	f.set.again(it)
	f.rouse(ctx)
}

func (f *Follower) stopTimers() {
	for _, it := range f.set.items {
		if it.timer != nil {
			it.timer.Stop()
		}
	}
}

func (f *Follower) readBack(ctx context.Context, stream string, revision int64) (*eventstore.Recorded, error) {
	for e, err := range f.o.Store.ReadStream(ctx, stream, revision, eventstore.ReadOptions{Limit: 1}) {
		if err != nil {
			return nil, fmt.Errorf("read revision %d of %s: %w", revision, stream, err)
		}
		if e.Revision == revision {
			return clone(&e), nil
		}
	}
	return nil, fmt.Errorf("read revision %d of %s: not there: %w", revision, stream, eventstore.ErrCorrupt)
}

// Stats is how far a follower is.
type Stats struct {
	Position eventstore.Position // folded up to here
	Active   int                 // open work: queued, under way, or to be tried again
	Parked   int                 // open work that waits for a later event
}

// Stats may be called at any time.
func (f *Follower) Stats() Stats {
	f.mu.Lock()
	defer f.mu.Unlock()
	return Stats{Position: f.position, Active: f.set.active(), Parked: f.set.idle}
}
