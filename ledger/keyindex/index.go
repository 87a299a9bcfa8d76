package keyindex

import (
	"errors"
	"fmt"
	"sync"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

const (
	// DefaultMemEntries is how many new keys wait in memory before they are
	// written as a run: 7 MB, and at most this many commands to read again from
	// the log after a crash, well under a second.
	DefaultMemEntries = 1 << 17
	// memSlack times MemEntries is where Ready says no: writing runs fails, or
	// is slower than commands come in.
	memSlack = 4
	// maxRuns bounds open files and the filters that a look-up asks. A flush
	// waits for a merge there.
	maxRuns = 64
)

// ErrClosed: the index is closed.
var ErrClosed = errors.New("key index is closed")

// Entry says that the first event of the command ID has this revision in its
// stream.
type Entry struct {
	ID       uuid.UUID
	Revision int64
}

// Options say where the index lives. FS and Dir are required; Dir is made if it
// does not exist, and is the index's alone.
type Options struct {
	FS  vfs.FS
	Dir string
	// MemEntries bounds the keys in memory, DefaultMemEntries if 0.
	MemEntries int
	// Inline writes and merges runs within End and Add instead of in the
	// background, so that a simulation makes the same calls every time.
	Inline bool
}

// Index maps command ids to revisions. All methods may be called concurrently,
// but for Add and Reset, which belong to the start.
type Index struct {
	o Options

	flushing sync.Mutex // held while a run is written from memory
	merging  sync.Mutex // held while runs are merged

	mu       sync.RWMutex // everything below; flushing and merging come before it
	active   map[uuid.UUID]int64
	sealed   *sealed // being written, nil if nothing is
	runs     []*run  // oldest first
	end      header  // where the runs end and the next one goes on
	marks    watermark
	flushErr error // of the last flush; nil after one that worked
	mergeErr error
	dropped  []error
	closed   bool

	wakeFlush, wakeMerge chan struct{} // hold one wake-up each
	stop                 chan struct{}
	workers              sync.WaitGroup
}

// sealed is a full map on its way to a run.
type sealed struct {
	keys     map[uuid.UUID]int64
	position eventstore.Position
}

// Open reads and verifies every run. Runs that are damaged, or that lie behind a
// gap, are removed, and Position is where the intact ones end: 0 in the worst
// case. Dropped says what was removed and why. An error means that the directory
// can't be read or written, not that its content is bad.
func Open(o Options) (*Index, error) {
	if o.MemEntries <= 0 {
		o.MemEntries = DefaultMemEntries
	}
	x := &Index{
		o:         o,
		active:    make(map[uuid.UUID]int64),
		wakeFlush: make(chan struct{}, 1),
		wakeMerge: make(chan struct{}, 1),
		stop:      make(chan struct{}),
	}
	if err := x.load(); err != nil {
		for _, r := range x.runs {
			r.release()
		}
		return nil, fmt.Errorf("open key index %s: %w", o.Dir, err)
	}
	x.marks.highest = x.end.position
	if !o.Inline {
		x.workers.Go(x.flushLoop)
		x.workers.Go(x.mergeLoop)
	}
	return x, nil
}

// Dropped tells what Open threw away, nil if everything was intact. The ledger
// reads the log again from Position, so it costs time only.
func (x *Index) Dropped() []error { return x.dropped }

// Get looks a command up: rev is the revision of its first event. An error means
// that the answer is not known, never that the id is new.
func (x *Index) Get(id uuid.UUID) (rev int64, ok bool, err error) {
	var room [4]*run
	candidates := room[:0]
	x.mu.RLock()
	if x.closed {
		x.mu.RUnlock()
		return 0, false, ErrClosed
	}
	rev, ok = x.active[id]
	if !ok && x.sealed != nil {
		rev, ok = x.sealed.keys[id]
	}
	if ok {
		x.mu.RUnlock()
		return rev, true, nil
	}
	for i := len(x.runs) - 1; i >= 0; i-- {
		if r := x.runs[i]; r.filter.Has(id) {
			r.refs.Add(1)
			candidates = append(candidates, r)
		}
	}
	x.mu.RUnlock()
	for _, r := range candidates {
		if !ok && err == nil {
			if rev, ok, err = r.get(id); err != nil {
				err = fmt.Errorf("look up %s in %s: %w", id, r.name, err)
			}
		}
		r.release()
	}
	return rev, ok, err
}

// Position says how far the index is durable: the keys of all events at or below
// are in runs. After a restart the ledger reads the log from there.
func (x *Index) Position() eventstore.Position {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.end.position
}

// Err is why the last flush or merge did not work, nil if it did. Nothing is lost
// by it: keys stay in memory, and the next try comes by itself.
func (x *Index) Err() error {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return errors.Join(x.flushErr, x.mergeErr)
}

// Ready says whether new commands should be taken. It is nil until memory holds
// memSlack × MemEntries keys that could not be written; what must be recorded all
// the same (the outcome of a payout that a rail already has) may go on.
func (x *Index) Ready() error {
	x.mu.RLock()
	n, err := x.waiting(), x.flushErr
	x.mu.RUnlock()
	if n < memSlack*x.o.MemEntries {
		return nil
	}
	if x.o.Inline {
		_ = x.flush() // no background tries again; the outcome is in flushErr
		return x.Err()
	}
	if err == nil {
		err = errors.New("the disk is slower than the commands")
	}
	return fmt.Errorf("key index holds %d keys in memory: %w", n, err)
}

// waiting is how many keys are not yet in a run.
func (x *Index) waiting() int {
	n := len(x.active)
	if x.sealed != nil {
		n += len(x.sealed.keys)
	}
	return n
}

// Stats are figures for operators.
type Stats struct {
	Keys        int64 // counted once per run that has them
	Runs        int
	MemoryBytes int64 // filters, sparse indexes and an estimate of the map
	DiskBytes   int64
}

// mapEntryBytes is what Go's map takes per key here, as BenchmarkMap measures.
const mapEntryBytes = 54

// Stats describes the index as it is now.
func (x *Index) Stats() Stats {
	x.mu.RLock()
	defer x.mu.RUnlock()
	waiting := int64(x.waiting())
	s := Stats{Keys: waiting, Runs: len(x.runs), MemoryBytes: waiting * mapEntryBytes}
	for _, r := range x.runs {
		s.Keys += r.count
		s.MemoryBytes += r.memory()
		s.DiskBytes += r.size()
	}
	return s
}

// Close writes what is in memory, so that the next start has nothing to read
// again, and releases everything. After an error the index is closed as well,
// and the next start reads more of the log.
func (x *Index) Close() error {
	x.mu.Lock()
	if x.closed {
		x.mu.Unlock()
		return nil
	}
	x.closed = true // no Get or End from here on
	x.mu.Unlock()
	close(x.stop)
	x.workers.Wait()
	x.merging.Lock() // a merge that a caller runs inline
	defer x.merging.Unlock()
	err := x.flush()
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, r := range x.runs {
		r.release()
	}
	x.runs = nil
	if err != nil {
		return fmt.Errorf("close key index: %w", err)
	}
	return nil
}
