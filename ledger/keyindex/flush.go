package keyindex

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// retryAfter is the pause after a flush or merge that failed: long enough not to
// burden a full disk, short enough that work resumes soon after there is room.
const retryAfter = time.Second

// wake leaves a wake-up, unless one is there already.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (x *Index) flushLoop() { x.loop(x.wakeFlush, x.flushIfFull) }
func (x *Index) mergeLoop() { x.loop(x.wakeMerge, x.mergeAll) }

// loop works at each wake-up, and again after a pause when the work failed.
func (x *Index) loop(wakeUp <-chan struct{}, work func() error) {
	for {
		select {
		case <-x.stop:
			return
		case <-wakeUp:
		}
		for work() != nil {
			select {
			case <-x.stop:
				return
			case <-time.After(retryAfter):
			}
		}
	}
}

// maintain does what the background does, in the caller. Errors are in Err.
func (x *Index) maintain() {
	if x.flushIfFull() == nil {
		_ = x.mergeAll()
	}
}

// flushIfFull writes runs until memory is below its bound.
func (x *Index) flushIfFull() error {
	for {
		x.mu.RLock()
		full, runs := len(x.active) >= x.o.MemEntries || x.sealed != nil, len(x.runs)
		x.mu.RUnlock()
		if !full {
			return nil
		}
		if runs >= maxRuns {
			if err := x.mergeAll(); err != nil {
				return err
			}
		}
		if err := x.Flush(); err != nil {
			return err
		}
	}
}

// Flush writes all keys in memory as a run and moves Position.
func (x *Index) Flush() error {
	if err := x.flush(); err != nil {
		return fmt.Errorf("flush key index: %w", err)
	}
	if !x.o.Inline {
		wake(x.wakeMerge)
	}
	return nil
}

// flush seals the map (or goes on with one whose flush failed), writes it without
// a lock on readers, and then exchanges map and run in one step.
func (x *Index) flush() error {
	x.flushing.Lock()
	defer x.flushing.Unlock()
	x.mu.Lock()
	if x.sealed == nil {
		safe := x.marks.safe()
		if len(x.active) == 0 && safe <= x.end.position {
			x.mu.Unlock()
			return nil
		}
		x.sealed = &sealed{keys: x.active, position: max(safe, x.end.position)}
		x.active = make(map[uuid.UUID]int64)
	}
	h := header{
		first: x.end.last + 1, last: x.end.last + 1,
		after: x.end.position, position: x.sealed.position,
	}
	keys := x.sealed.keys // nobody changes it any more
	x.mu.Unlock()

	r, err := x.writeSorted(h, keys)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.flushErr = err
	if err != nil {
		return err
	}
	x.runs = append(x.runs, r)
	x.end = r.header
	x.sealed = nil
	return nil
}

func (x *Index) writeSorted(h header, keys map[uuid.UUID]int64) (*run, error) {
	entries := make([]Entry, 0, len(keys))
	for id, rev := range keys {
		entries = append(entries, Entry{id, rev})
	}
	slices.SortFunc(entries, func(a, b Entry) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return x.write(h, int64(len(entries)), func(w *runWriter) error {
		for _, e := range entries {
			if err := w.add(e); err != nil {
				return err
			}
		}
		return nil
	})
}

// write makes the run of h durable with what fill puts into it.
func (x *Index) write(h header, capacity int64, fill func(*runWriter) error) (*run, error) {
	w, err := newRunWriter(x.o.FS, x.o.Dir, h, capacity)
	if err != nil {
		return nil, err
	}
	if err := fill(w); err != nil {
		w.abandon()
		return nil, err
	}
	r, err := w.finish()
	if err != nil {
		w.abandon()
		return nil, err
	}
	return r, nil
}
