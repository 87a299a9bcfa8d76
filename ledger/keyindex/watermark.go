package keyindex

import "github.com/amends-ledger/amends/eventstore"

// watermark knows up to which position every key has been handed in, although
// several loops append at the same time and End comes out of order.
//
// An append that starts after position p was seen gets positions above p (the
// store never shows an event behind one already seen). So an append whose token
// is open can only have positions above what was the highest when it began, and
// everything at or below the lowest of these is in the index.
type watermark struct {
	highest eventstore.Position // seen by anybody
	open    map[uint64]eventstore.Position
	last    uint64 // token given out
}

// safe is the position up to which nothing is missing.
func (w *watermark) safe() eventstore.Position {
	safe := w.highest
	for _, floor := range w.open {
		safe = min(safe, floor)
	}
	return safe
}

// Token stands for an append under way.
type Token struct{ n uint64 }

// Begin announces an append, before it starts.
func (x *Index) Begin() Token {
	x.mu.Lock()
	defer x.mu.Unlock()
	w := &x.marks
	if w.open == nil {
		w.open = make(map[uint64]eventstore.Position)
	}
	w.last++
	w.open[w.last] = w.highest
	return Token{w.last}
}

// End hands in the keys of an append and its highest position; entries are found
// by Get at once. No entries and position 0 mean that nothing was appended.
//
// When the outcome of the append is not known, don't call End: the token stays
// open, Position stays behind it, and the next start finds out from the log.
//
// End keeps the entries in memory whatever the disk does (see Ready); its only
// error is ErrClosed.
func (x *Index) End(t Token, entries []Entry, highest eventstore.Position) error {
	x.mu.Lock()
	if x.closed {
		x.mu.Unlock()
		return ErrClosed
	}
	if _, ok := x.marks.open[t.n]; !ok {
		x.mu.Unlock()
		panic("keyindex: End of a token that is not open")
	}
	delete(x.marks.open, t.n)
	full := x.take(entries, highest)
	x.mu.Unlock()
	if !full {
		return nil
	}
	if x.o.Inline {
		x.maintain()
	} else {
		wake(x.wakeFlush)
	}
	return nil
}

// Add hands in keys read from the log at the start, where nothing else is under
// way: pos is how far the log has been read. It writes runs itself when memory is
// full, so that a rebuild is bounded by the disk and not by memory.
func (x *Index) Add(entries []Entry, pos eventstore.Position) error {
	x.mu.Lock()
	if x.closed {
		x.mu.Unlock()
		return ErrClosed
	}
	full := x.take(entries, pos)
	x.mu.Unlock()
	if !full {
		return nil
	}
	if err := x.Flush(); err != nil {
		return err
	}
	if x.o.Inline {
		return x.mergeAll()
	}
	return nil
}

// take puts entries into memory and says whether it is time to write them.
func (x *Index) take(entries []Entry, highest eventstore.Position) (full bool) {
	for _, e := range entries {
		x.active[e.ID] = e.Revision
	}
	x.marks.highest = max(x.marks.highest, highest)
	return len(x.active) >= x.o.MemEntries
}
