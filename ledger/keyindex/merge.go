package keyindex

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// mergeRatio times all later ones together is what a run must outweigh. 2 keeps
// a look-up at about log3 of the size in filters, for writing each key about as
// many times.
const mergeRatio = 2

// errStopped ends a merge when the index closes.
var errStopped = errors.New("merge stopped: key index is closing")

// due tells from which run on everything should become one; len(counts) means
// that nothing should. Runs without entries (they only moved Position) are merged
// as well, so that they can't pile up.
func due(counts []int64) int {
	from, later := len(counts), int64(0)
	for i := len(counts) - 1; i >= 0; i-- {
		if i < len(counts)-1 && counts[i] <= mergeRatio*later {
			from = i
		}
		later += counts[i]
	}
	return from
}

// mergeAll merges until no merge is due.
func (x *Index) mergeAll() error {
	for {
		again, err := x.merge()
		x.mu.Lock()
		x.mergeErr = err
		x.mu.Unlock()
		if err != nil {
			return fmt.Errorf("merge key index: %w", err)
		}
		if !again {
			return nil
		}
	}
}

// merge makes one run of the latest runs, if that is due. Flushes may add runs
// behind the inputs meanwhile; readers use the inputs until the exchange.
//
// A crash before the merged run is durable leaves the inputs; after it, Open
// prefers the merged run and removes inputs that are still there.
func (x *Index) merge() (done bool, err error) {
	x.merging.Lock()
	defer x.merging.Unlock()
	x.mu.RLock()
	counts := make([]int64, len(x.runs))
	for i, r := range x.runs {
		counts[i] = r.count
	}
	from := due(counts)
	inputs := slices.Clone(x.runs[from:])
	x.mu.RUnlock()
	if len(inputs) == 0 {
		return false, nil
	}
	oldest, newest := inputs[0].header, inputs[len(inputs)-1].header
	h := header{first: oldest.first, last: newest.last, after: oldest.after, position: newest.position}
	var capacity int64
	for _, r := range inputs {
		capacity += r.count
	}
	merged, err := x.write(h, capacity, func(w *runWriter) error { return x.mergeInto(w, inputs) })
	if err != nil {
		return false, err
	}
	x.mu.Lock()
	x.runs = slices.Replace(slices.Clone(x.runs), from, from+len(inputs), merged)
	x.mu.Unlock()
	for _, r := range inputs {
		_ = x.o.FS.Remove(r.name) // one that stays is covered, and removed by the next Open
		r.release()
	}
	return true, nil
}

// mergeInto writes the entries of runs in order of id, with one buffer per run in
// memory. An id in several runs has the same revision in each: it names an event.
func (x *Index) mergeInto(w *runWriter, runs []*run) error {
	heads := make([]cursor, 0, len(runs))
	for _, r := range runs {
		c := cursor{scanner: newScanner(r)}
		more, err := c.advance()
		if err != nil {
			return fmt.Errorf("read %s: %w", r.name, err)
		}
		if more {
			heads = append(heads, c)
		}
	}
	var last Entry
	for len(heads) > 0 {
		least := 0
		for i := range heads {
			if bytes.Compare(heads[i].e.ID[:], heads[least].e.ID[:]) < 0 {
				least = i
			}
		}
		e := heads[least].e
		switch {
		case w.r.count == 0 || e.ID != last.ID:
			if err := w.add(e); err != nil {
				return err
			}
			last = e
		case e.Revision != last.Revision:
			return fmt.Errorf("%s is at revisions %d and %d: %w", e.ID, last.Revision, e.Revision, errDamaged)
		}
		if w.open == 0 && x.stopping() {
			return errStopped
		}
		more, err := heads[least].advance()
		if err != nil {
			return fmt.Errorf("read %s: %w", heads[least].r.name, err)
		}
		if !more {
			heads = slices.Delete(heads, least, least+1)
		}
	}
	return nil
}

func (x *Index) stopping() bool {
	select {
	case <-x.stop:
		return true
	default:
		return false
	}
}

// cursor is a scanner with the entry that it is at.
type cursor struct {
	*scanner
	e Entry
}

func (c *cursor) advance() (more bool, err error) {
	c.e, more, err = c.next()
	return more, err
}
