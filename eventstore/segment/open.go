package segment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

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
