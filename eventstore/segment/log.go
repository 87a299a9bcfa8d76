// Package segment is the embedded event log: append-only files in one
// directory, one writer, group commit, an fsync before every answer.
//
// The bytes on disk, and why a crash at any moment loses nothing that was
// acknowledged, are described in docs/reference/segment-format.md.
//
// # Goroutines
//
// One writer owns the end of the log. Callers hand it requests through a
// bounded queue; it takes all that are waiting, writes them as one, syncs once,
// and answers them all. In the background a keeper fills room ahead of the
// writer with zeros and makes the next file, and an indexer finishes full ones.
// Readers run in their callers' goroutines and see only what is durable.
package segment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/amends-ledger/amends/eventstore"
)

var errClosed = fmt.Errorf("the log is closed: %w", eventstore.ErrUnavailable)

// Log is an open log. It implements eventstore.Store.
type Log struct {
	opt   Options
	lock  io.Closer
	files *handles
	logID uint64

	queue   chan *request
	gate    sync.RWMutex // held for reading while a request is put into queue
	shut    bool         // guarded by gate: nothing goes into queue any more
	done    chan struct{}
	writers sync.WaitGroup

	failed chan struct{} // closed when the log is poisoned
	cause  atomic.Pointer[error]

	// mu guards what readers see: durable events only.
	mu      sync.RWMutex
	streams map[string]*stream
	touched []*stream  // those with events in the segment being written
	segs    []*segment // in order; the last with events is the one being written
	tail    uint64     // position of the last durable event

	ring     ring
	subs     listeners
	recovery Recovery

	// The background: see keeper and indexer.
	room      room
	roomWork  chan struct{}
	indexWork chan struct{}
	quit      chan struct{}
	helpers   sync.WaitGroup
	repair    sync.Mutex // held while an index is made again
}

// Failed is closed when the log is poisoned: a write or a sync failed, so that
// nothing is known about the disk any more. The process should exit with an
// error and be started again; Err says what happened.
func (l *Log) Failed() <-chan struct{} { return l.failed }

// Err is why the log is poisoned, or nil.
func (l *Log) Err() error {
	if p := l.cause.Load(); p != nil {
		return *p
	}
	return nil
}

// poison makes every later call fail. The first cause stays.
func (l *Log) poison(err error) {
	if l.cause.CompareAndSwap(nil, &err) {
		close(l.failed)
		l.subs.wake()
	}
}

// check is the start of every call.
func (l *Log) check(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := l.Err(); err != nil {
		return fmt.Errorf("%w: %w", eventstore.ErrUnavailable, err)
	}
	select {
	case <-l.done:
		return errClosed
	default:
		return nil
	}
}

// Head is the last durable revision of stream, -1 for none. It reads memory
// only.
func (l *Log) Head(ctx context.Context, name string) (int64, error) {
	if err := l.check(ctx); err != nil {
		return 0, fmt.Errorf("head of %s: %w", name, err)
	}
	return l.head(name), nil
}

func (l *Log) head(name string) int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if s := l.streams[name]; s != nil {
		return s.head
	}
	return -1
}

// Tail is the position of the last durable event. Positions of this engine are
// 1, 2, 3, …
func (l *Log) Tail(ctx context.Context) (eventstore.Position, error) {
	if err := l.check(ctx); err != nil {
		return 0, fmt.Errorf("tail: %w", err)
	}
	return eventstore.Position(l.durable()), nil
}

func (l *Log) durable() uint64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.tail
}

// Caps describes this engine.
func (l *Log) Caps() eventstore.Caps {
	return eventstore.Caps{
		Engine:     "segment",
		Durability: "an acknowledged write has been synced to the local disk (fdatasync) and survives the loss of power",
	}
}

// Seal writes a seal now, not after the idle time: before the files are copied.
// A seal proves how much of the log was durable, so that a damaged end of the
// copy is noticed.
func (l *Log) Seal(ctx context.Context) error {
	err := l.check(ctx)
	if err == nil {
		err = l.submit(ctx, &request{seal: true, done: make(chan struct{}, 1)})
	}
	if err == nil {
		err = l.check(ctx)
	}
	if err != nil {
		return fmt.Errorf("seal log %s: %w", l.opt.Dir, err)
	}
	return nil
}

// Close waits for the writes under way, seals the log and releases it. It
// returns Err if the log is poisoned.
func (l *Log) Close() error {
	l.gate.Lock()
	if l.shut {
		l.gate.Unlock()
		<-l.done
		return nil
	}
	l.shut = true
	close(l.queue)
	l.gate.Unlock()
	l.writers.Wait()
	close(l.quit)
	l.helpers.Wait()
	close(l.done)
	l.subs.wake()
	err := errors.Join(l.Err(), l.files.close(), l.lock.Close())
	if err != nil {
		return fmt.Errorf("close log %s: %w", l.opt.Dir, err)
	}
	return nil
}
