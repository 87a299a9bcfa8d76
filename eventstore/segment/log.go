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
	"io/fs"
	"os"
	"path"
	"sync"
	"sync/atomic"
	"time"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
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

// Recovery tells what Open found and did.
type Recovery struct {
	// Truncated is how many bytes of an interrupted, never acknowledged commit
	// were cut off, in File at Offset; 0 for none.
	Truncated int64
	File      string
	Offset    int64
	// Events is how many durable events the log has.
	Events uint64
	// Reindexed is how many full segments had no usable index and were read
	// from front to back.
	Reindexed int
	// Notes are oddities that are not damage to any event, such as a seal that
	// a crash has torn.
	Notes []string
}

// Recovery returns what Open found and did.
func (l *Log) Recovery() Recovery { return l.recovery }

// Open opens the log in o.Dir, or begins one, and recovers from a crash: see
// the package comment. It returns eventstore.ErrLocked when somebody else has
// it open, ErrCorrupt (a *CorruptError) when something acknowledged is damaged,
// fs.ErrNotExist with o.MustExist when there is no log.
//
// ctx bounds the opening only.
func Open(ctx context.Context, o Options) (*Log, error) {
	l, w, err := openLog(ctx, o)
	if err != nil {
		return nil, err
	}
	l.queue = make(chan *request, queueLength)
	l.writers.Add(1)
	go w.loop()
	if !l.opt.alone {
		l.helpers.Add(1)
		go l.indexer()
		wake(l.indexWork)
	}
	if l.opt.ZeroAhead > 0 {
		l.helpers.Add(1)
		go l.keeper() // the first commit wakes it: who only reads needs no room
	}
	return l, nil
}

// openLog is Open without its goroutines.
func openLog(ctx context.Context, o Options) (*Log, *writer, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, nil, err
	}
	if o.MustExist {
		if err := mustExist(o); err != nil {
			return nil, nil, err
		}
	}
	if err := o.FS.MkdirAll(o.Dir); err != nil {
		return nil, nil, openError(o, err)
	}
	lock, err := takeLock(o)
	if err != nil {
		return nil, nil, err
	}
	l := &Log{
		opt: o, lock: lock, files: newHandles(o.FS),
		done: make(chan struct{}), failed: make(chan struct{}),
		streams:  map[string]*stream{},
		roomWork: make(chan struct{}, 1), indexWork: make(chan struct{}, 1), quit: make(chan struct{}),
	}
	l.ring.limit = o.RingBytes
	w, err := l.recover(ctx)
	if err != nil {
		l.files.close()
		lock.Close()
		return nil, nil, openError(o, err)
	}
	return l, w, nil
}

// wake tells a background goroutine to look; if it has not yet looked since the
// last time, it will.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func openError(o Options, err error) error {
	if vfs.IsFull(err) {
		err = errors.Join(eventstore.ErrFull, err)
	}
	return fmt.Errorf("open log %s: %w", o.Dir, err)
}

// mustExist looks for a segment file without making or locking anything.
func mustExist(o Options) error {
	names, err := o.FS.List(o.Dir)
	if err == nil {
		for _, n := range names {
			if _, ok := parseName(n, segSuffix); ok {
				return nil
			}
		}
		err = fs.ErrNotExist
	}
	return fmt.Errorf("open log %s: there is no log: %w", o.Dir, err)
}

// takeLock locks the directory and writes down who we are.
func takeLock(o Options) (io.Closer, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	me := fmt.Sprintf("pid %d on %s since %s", os.Getpid(), host, time.Now().UTC().Format(time.RFC3339))
	lock, err := o.FS.Lock(path.Join(o.Dir, lockName), me)
	if held := (*vfs.HeldError)(nil); errors.As(err, &held) {
		return nil, fmt.Errorf("open log %s: %w by %s", o.Dir, eventstore.ErrLocked, held.Holder)
	}
	if err != nil {
		return nil, openError(o, err)
	}
	return lock, nil
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
