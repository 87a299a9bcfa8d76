// Package coldstore is where folded records wait that left a merchant's memory:
// old orders, customers, closed payouts. The ledger fetches them back before it
// decides, so leaving memory is caching only and no limit forgets.
//
// Everything in it is derived from the log. Deleted, it is filled again as
// merchants are folded; a record is only a faster way to what the log says.
//
// Put returns before the record is on disk: one writer commits what came together
// in one transaction. A crash may therefore lose the latest records, which is fine
// for a ledger that folds from the log after a crash. Who keeps folded states
// elsewhere and leaves out what is cold (a snapshot) calls Sync before, notes ID,
// and throws the snapshot away under another ID.
package coldstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/internal/bloom"
)

const (
	// maxPending bounds the records that wait for the writer, at about 400 bytes
	// each: 8 MB, a fraction of a second of writing.
	maxPending = 20_000
	// putTimeout bounds how long Put waits for the writer to make room.
	putTimeout = 30 * time.Second
	// retryAfter is the pause after a transaction that failed.
	retryAfter = time.Second
	// firstFilter is the size of the first filter, in keys; each next one is
	// twice the size of all before, so that there are few.
	firstFilter = 1 << 16
)

// Errors of a Store.
var (
	// ErrClosed: the store is closed.
	ErrClosed = errors.New("cold store is closed")
	// ErrDamaged: a record is not what was written. Delete the file: its content
	// comes back from the log.
	ErrDamaged = errors.New("cold store is damaged, delete it to have it filled again from the log")
	errBehind  = errors.New("the disk is slower than the commands")
)

// Item is a record to keep. Data is opaque here.
type Item struct {
	Kind, ID string
	Data     []byte
}

// record is an item with its key, the place it is kept at.
type record struct {
	key  bloom.Key
	rev  int64
	data []byte
}

// Store keeps records by merchant, kind and id. All methods may be called
// concurrently.
type Store struct {
	db *database // nil: memory only

	mu      sync.Mutex
	pending map[bloom.Key]record // not yet given to the writer
	writing map[bloom.Key]record // in the transaction under way, or waiting for another try
	written chan struct{}        // closed when the transaction under way ends
	err     error                // of the last transaction; nil after one that worked
	closed  bool

	filters []*bloom.Filter // all keys written since Open, and once loaded those before
	room    int             // keys that still fit into the filter that grows, the first
	keys    int             // in the filters
	loaded  bool            // until then a key may be on disk although no filter has it

	wake    chan struct{} // holds one
	stop    context.CancelFunc
	workers sync.WaitGroup
}

// Open opens or makes the database file path; its folder must exist. With an
// empty path everything stays in memory, without bound, and nothing is written. A
// file that is not a cold store of this version is replaced.
func Open(path string) (*Store, error) {
	s := &Store{
		pending: make(map[bloom.Key]record),
		written: make(chan struct{}),
		wake:    make(chan struct{}, 1),
		stop:    func() {},
	}
	if path == "" {
		return s, nil
	}
	var err error
	if s.db, err = openDatabase(path); err != nil {
		return nil, fmt.Errorf("open cold store: %w", err)
	}
	var ctx context.Context
	ctx, s.stop = context.WithCancel(context.Background())
	s.workers.Go(func() { s.writeLoop(ctx) })
	s.workers.Go(func() { s.loadFilter(ctx) })
	return s, nil
}

// ID names this filling of the store: a new file has a new one. In memory it is
// the zero UUID.
func (s *Store) ID() uuid.UUID {
	if s.db == nil {
		return uuid.Nil
	}
	return s.db.id
}

// Put keeps items as folded up to revision rev of the merchant's stream. It
// replaces what is there, newer or not: a stream that is folded once more must
// find its records as they were then. It waits only while the writer is behind.
// The items' data must not be changed afterwards.
func (s *Store) Put(merchant string, rev int64, items ...Item) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.waitForRoom(len(items)); err != nil {
		return fmt.Errorf("keep cold records of %s: %w", merchant, err)
	}
	for _, it := range items {
		k := keyOf(merchant, it.Kind, it.ID)
		s.pending[k] = record{k, rev, it.Data}
		if s.db != nil {
			s.remember(k)
		}
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return nil
}

// waitForRoom returns with s.mu held, as it was called.
func (s *Store) waitForRoom(n int) error {
	deadline := time.Now().Add(putTimeout)
	for !s.closed && s.db != nil && len(s.pending) > 0 && len(s.pending)+n > maxPending {
		if s.err != nil {
			return s.err
		}
		if err := s.awaitWriter(deadline); err != nil {
			return err
		}
	}
	if s.closed {
		return ErrClosed
	}
	return nil
}

// awaitWriter gives up s.mu until the next transaction ends.
func (s *Store) awaitWriter(deadline time.Time) error {
	written := s.written
	s.mu.Unlock()
	defer s.mu.Lock()
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case <-written:
		return nil
	case <-timer.C:
		return errBehind
	}
}

// Get finds a record and the revision it was put with. A key that was never put
// costs no read. The caller must not change data.
func (s *Store) Get(merchant, kind, id string) (data []byte, rev int64, ok bool, err error) {
	k := keyOf(merchant, kind, id)
	s.mu.Lock()
	r, ok := s.pending[k]
	if !ok {
		r, ok = s.writing[k]
	}
	closed, onDisk := s.closed, s.db != nil && (!s.loaded || s.has(k))
	s.mu.Unlock()
	switch {
	case closed:
		return nil, 0, false, fmt.Errorf("get %s %s of %s: %w", kind, id, merchant, ErrClosed)
	case ok:
		return r.data, r.rev, true, nil
	case !onDisk:
		return nil, 0, false, nil
	}
	r, ok, err = s.db.get(k)
	if err != nil {
		return nil, 0, false, fmt.Errorf("get %s %s of %s: %w", kind, id, merchant, err)
	}
	return r.data, r.rev, ok, nil
}

// Sync returns when everything put before is on disk and survives a power cut.
func (s *Store) Sync() error {
	if s.db == nil {
		return nil
	}
	if err := s.drain(); err != nil {
		return fmt.Errorf("sync cold store: %w", err)
	}
	if err := s.db.sync(); err != nil {
		return fmt.Errorf("sync cold store: %w", err)
	}
	return nil
}

// drain waits until nothing is pending.
func (s *Store) drain() error {
	deadline := time.Now().Add(putTimeout)
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.pending)+len(s.writing) > 0 {
		if s.err != nil {
			return s.err
		}
		if err := s.awaitWriter(deadline); err != nil {
			return err
		}
	}
	return nil
}

// Close writes what is pending and closes the file.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	if s.db == nil {
		return nil
	}
	s.stop()
	s.workers.Wait()
	var err error
	for err == nil && len(s.pending)+len(s.writing) > 0 { // nobody else is left to write
		err = s.writePending(context.Background())
	}
	if err = errors.Join(err, s.db.close()); err != nil {
		return fmt.Errorf("close cold store: %w", err)
	}
	return nil
}
