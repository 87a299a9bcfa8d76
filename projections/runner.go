package projections

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/amends-ledger/amends/eventstore"
)

// DefaultBatch is how many events a transaction takes at most. A row that is
// touched several times is written once per batch, and so is a page of an index,
// so more is cheaper; but a reader may have to wait for a whole batch: this many
// are some 150 ms, and 10 MB of memory.
const DefaultBatch = 8_192

// DefaultGather is the least time between two commits while events keep coming
// and nobody waits for them. The cost of a commit is the pages it touches, nearly
// one for each row, so fewer commits leave more of the machine to others; at
// 20,000 events a second rows were 60 ms late with this, 99 % of them less than
// 200 ms, and with twice as much 110 and 240 ms.
const DefaultGather = 50 * time.Millisecond

// A runner whose database or store fails tries again after 100 ms, then twice as
// long each time, up to 5 s: a full disk or a restarted server heals by itself.
const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// RunnerOptions of a Runner; the zero value is good.
type RunnerOptions struct {
	Log *slog.Logger
	// Batch is the most events in a transaction; 0 is DefaultBatch.
	Batch int
	// Gather is the least time between commits; 0 is DefaultGather, less is none.
	Gather time.Duration
}

// Runner keeps views up to date with a store. Make one with NewRunner and call
// Run once; all other methods may be called concurrently, also before Run.
type Runner struct {
	store eventstore.Store
	db    *DB
	views []*View
	reads map[string]bool // types that some view reads
	o     RunnerOptions

	// applying is held while events are applied. It guards end and joined.
	applying sync.Mutex
	end      mark     // how far the tail has applied
	joined   []*track // the views that the tail feeds

	waiting atomic.Int64  // readers in WaitFor
	nudge   chan struct{} // says that a reader began to wait

	mu      sync.Mutex
	tracks  map[string]*track // by view; marks in them change under mu
	builds  map[string]*track // by view: what Rebuild is at work on
	changed chan struct{}     // closed when a mark has changed
	failure error             // why the last session ended
	rate    rate
}

// NewRunner makes a runner. Views are independent of each other; their names and
// those of their tables differ.
func NewRunner(store eventstore.Store, db *DB, views []*View, o RunnerOptions) (*Runner, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Batch <= 0 {
		o.Batch = DefaultBatch
	}
	if o.Gather == 0 {
		o.Gather = DefaultGather
	}
	r := &Runner{
		store: store, db: db, views: views, o: o, reads: map[string]bool{},
		tracks: map[string]*track{}, builds: map[string]*track{}, changed: make(chan struct{}), nudge: make(chan struct{}, 1),
	}
	names := map[string]bool{}
	for _, v := range views {
		for _, n := range append(v.tableNames(), "view "+v.Name) {
			if names[n] {
				return nil, fmt.Errorf("make a runner: two views have %q", n)
			}
			names[n] = true
		}
		for _, t := range v.Types {
			r.reads[t] = true
		}
	}
	return r, nil
}

// Run follows the store until ctx ends (then it returns nil), the store is found
// corrupt, or the database is closed. Other faults are logged, shown by Status,
// and tried again.
func (r *Runner) Run(ctx context.Context) error {
	delay := firstRetry
	for {
		began := time.Now()
		err := r.session(ctx)
		if ctx.Err() != nil {
			return nil
		}
		r.note(err)
		if errors.Is(err, eventstore.ErrCorrupt) || errors.Is(err, ErrClosed) {
			return fmt.Errorf("keep views: %w", err)
		}
		if time.Since(began) > lastRetry {
			delay = firstRetry
		}
		r.o.Log.Warn("views are not kept up to date", "error", err, "retry_in", delay)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(delay):
		}
		delay = min(2*delay, lastRetry)
	}
}

func (r *Runner) note(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failure = err
	r.broadcast()
}

// broadcast wakes who waits for a change. It needs mu.
func (r *Runner) broadcast() {
	close(r.changed)
	r.changed = make(chan struct{})
}

// session runs from the durable marks until something fails. What the last
// session may have left half done is not looked at: the marks tell.
func (r *Runner) session(ctx context.Context) error {
	behind, err := r.open(ctx)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	for _, t := range behind {
		wg.Go(func() {
			if err := r.catchUp(ctx, t); err != nil {
				stop(fmt.Errorf("catch up view %s: %w", t.view.Name, err))
			}
		})
	}
	events := make(chan Event, r.o.Batch)
	wg.Go(func() { stop(r.tail(ctx, events)) })
	wg.Go(func() { stop(r.write(ctx, events)) })
	wg.Wait()
	return context.Cause(ctx)
}

// open reads the marks. The views that are furthest make the tail; the others
// are returned and have to catch up. A view that had stopped is tried again: a
// later release may know the event.
func (r *Runner) open(ctx context.Context) (behind []*track, err error) {
	current, err := r.db.prepare(ctx, r.views, func(m mark) (bool, error) { return fits(ctx, r.store, m) })
	if err != nil {
		return nil, err
	}
	tracks := map[string]*track{}
	for _, v := range r.views {
		tracks[v.Name] = newTrack(v, current[v.Name])
		tracks[v.Name].generation.stopped = ""
	}
	r.applying.Lock()
	defer r.applying.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end, r.joined, r.tracks = mark{}, nil, tracks
	for _, t := range tracks {
		if t.generation.position > r.end.position {
			r.end = t.generation.mark
		}
	}
	for _, v := range r.views {
		if t := r.tracks[v.Name]; t.generation.position == r.end.position {
			r.joined = append(r.joined, t)
		} else {
			behind = append(behind, t)
		}
	}
	r.failure = nil
	r.broadcast()
	return behind, nil
}
