package segment

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/amends-ledger/amends/eventstore"
)

const (
	// queueLength bounds the requests that wait for the writer. Behind it callers
	// wait in Append, until their ctx ends.
	queueLength = 4096

	// maxRequestBytes and maxRequestWrites are where AppendBatch cuts a batch
	// into several requests, and therefore syncs: so that one caller's import
	// does not hold up everybody else for long.
	maxRequestBytes  = 16 << 20
	maxRequestWrites = 65_536
)

// errBehind is the writer's answer to a write whose condition is about the past:
// it may be a retry. The caller's goroutine finds out, by reading.
var errBehind = errors.New("the stream is ahead")

// request is what a caller hands to the writer.
type request struct {
	writes  []eventstore.Write
	results []eventstore.Result // those with an error already are not for the writer
	// looked says, for a write with Exists or Any, up to which revision the
	// caller has looked for its ids.
	looked []int64
	bytes  int
	seal   bool // no writes, but a seal

	state atomic.Int32
	done  chan struct{} // gets one value when the results are final

	one struct { // backing for a request with a single write
		write  [1]eventstore.Write
		result [1]eventstore.Result
		looked [1]int64
	}
}

// The life of a request. A caller whose ctx ends takes it back while it is
// waiting; once the writer has it, the outcome is the writer's to tell.
const (
	waiting int32 = iota
	taken         // the writer reads its events
	encoded       // the writer does not need its events any more
	withdrawn
)

var requests = sync.Pool{New: func() any { return &request{done: make(chan struct{}, 1)} }}

func newRequest(w eventstore.Write, looked int64) *request {
	r := requests.Get().(*request)
	r.one.write[0], r.one.result[0], r.one.looked[0] = w, eventstore.Result{}, looked
	r.writes, r.results, r.looked = r.one.write[:], r.one.result[:], r.one.looked[:]
	r.bytes = writeBytes(&w)
	r.state.Store(waiting)
	return r
}

func (r *request) recycle() {
	r.one.write[0], r.one.result[0] = eventstore.Write{}, eventstore.Result{}
	r.writes, r.results, r.looked = nil, nil, nil
	requests.Put(r)
}

// writeBytes is about what w takes in a frame.
func writeBytes(w *eventstore.Write) int {
	n := 0
	for i := range w.Events {
		n += recordHeader + eventstore.EnvelopeSize(w.Stream, &w.Events[i])
	}
	return n
}

// submit gives r to the writer and waits for its results. On an error the
// results don't count, and r must not be used again.
func (l *Log) submit(ctx context.Context, r *request) error {
	if err := l.enqueue(ctx, r); err != nil {
		return err
	}
	if ctx.Done() == nil {
		<-r.done
		return nil
	}
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
	}
	if r.state.CompareAndSwap(waiting, withdrawn) {
		return fmt.Errorf("%w: %w", eventstore.ErrUnavailable, ctx.Err())
	}
	// The caller may change its buffers once we return, so the writer must be
	// through with them. It is copying memory right now: this loop ends soon.
	for r.state.Load() == taken {
		runtime.Gosched()
	}
	select {
	case <-r.done:
		return nil
	default:
		return fmt.Errorf("%w: %w", eventstore.ErrUnknownOutcome, ctx.Err())
	}
}

func (l *Log) enqueue(ctx context.Context, r *request) error {
	l.gate.RLock()
	defer l.gate.RUnlock()
	if l.shut {
		return errClosed
	}
	select {
	case l.queue <- r:
		return nil
	default:
	}
	select {
	case l.queue <- r:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: the queue is full: %w", eventstore.ErrUnavailable, ctx.Err())
	}
}
