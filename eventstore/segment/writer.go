package segment

import (
	"fmt"
	"runtime"
	"time"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

const (
	// yields is how often the writer steps aside between the first request of a
	// batch and the rest. The callers that it has just answered then get to put
	// their next request into the queue; without it, group commit settles at
	// half the callers in each batch.
	yields = 3

	// maxBatchBytes is where the writer stops collecting: a commit of this size
	// takes milliseconds, and more would only make everybody wait longer.
	maxBatchBytes = 4 << 20
)

// writer owns the end of the log. All its fields are the writer goroutine's.
type writer struct {
	log  *Log
	seg  *segment
	file *handle // of seg
	end  int64   // of the last durable frame
	tail uint64  // position of the last durable event

	seals  [2]uint64 // durable counts in the two seal slots
	active time.Time // of the last commit

	// The batch being built.
	reqs  []*request
	size  int // about how many bytes the requests take
	buf   []byte
	marks []mark
	added []addition
	frame int // where in buf the open frame begins
	first uint64
	pos   uint64 // of the next event
}

// addition is an event of the batch: what readers see of it once it is durable.
type addition struct {
	stream *stream
	entry  uint64
}

// loop runs until the queue is closed and empty.
func (w *writer) loop() {
	l := w.log
	defer l.writers.Done()
	idle := time.NewTimer(time.Hour)
	idle.Stop()
	defer idle.Stop()
	armed := false
	for {
		select {
		case r, ok := <-l.queue:
			if !ok {
				w.finish()
				return
			}
			w.collect(r)
			w.commit()
			if !armed && l.opt.SealAfter >= 0 {
				idle.Reset(l.opt.SealAfter)
				armed = true
			}
		case <-idle.C:
			if left := l.opt.SealAfter - time.Since(w.active); left > 0 {
				idle.Reset(left)
				continue
			}
			w.sealIdle()
			armed = false
		}
	}
}

// collect takes first and everything else that waits.
func (w *writer) collect(first *request) {
	for range yields {
		runtime.Gosched()
	}
	w.size = 0
	for r := first; ; {
		if r.state.CompareAndSwap(waiting, taken) {
			w.reqs = append(w.reqs, r)
			w.size += r.bytes
		}
		if w.size >= maxBatchBytes {
			return
		}
		select {
		case next, ok := <-w.log.queue:
			if !ok {
				return // loop sees it again
			}
			r = next
		default:
			return
		}
	}
}

// commit writes the collected requests as one and answers them.
//
// A crash before the sync returns leaves any part of the new sectors on the
// disk. The frames' checksums tell; none of it was acknowledged; no sector that
// holds acknowledged events is changed, because frames begin on sectors.
func (w *writer) commit() {
	l := w.log
	if err := l.Err(); err != nil {
		w.answerAll(fmt.Errorf("%w: %w", eventstore.ErrUnavailable, err))
		return
	}
	if err := w.rotate(); err != nil {
		w.answerAll(err)
		return
	}
	w.encode()
	if len(w.buf) == 0 {
		w.sealAsked()
		w.answer()
		return
	}
	if err := l.room.write(w.file, w.buf, w.end); err != nil {
		w.rollback(err)
		return
	}
	if err := w.file.Sync(); err != nil {
		w.dropAdditions()
		l.poison(fmt.Errorf("sync %s: %w", w.seg.name, err))
		w.failEncoded(fmt.Errorf("%w: %w", eventstore.ErrUnknownOutcome, err))
		return
	}
	w.publish()
	w.sealAsked()
	w.answer()
}

// publish shows the batch, which is durable, to readers and subscribers.
func (w *writer) publish() {
	l := w.log
	first := w.tail + 1
	l.mu.Lock()
	for _, a := range w.added {
		l.take(a.stream, a.entry)
	}
	for _, m := range w.marks {
		w.seg.addMark(m.pos, m.off)
	}
	if w.seg.empty() {
		w.seg.first = first
	}
	w.end += int64(len(w.buf))
	w.tail = w.pos - 1
	w.seg.last, w.seg.end, l.tail = w.tail, w.end, w.tail
	// Under the same lock: a subscriber that sees the new tail finds it in memory,
	// and one that finds it in memory can't look before it is the tail.
	l.ring.add(w.seg.file, w.buf, first, w.tail)
	l.mu.Unlock()
	l.subs.wake()
	if l.opt.ZeroAhead > 0 && l.lowRoom() {
		wake(l.roomWork)
	}
	w.active = time.Now()
	w.forget()
}

// forget empties the batch, but for its requests.
func (w *writer) forget() {
	w.buf, w.marks = nil, w.marks[:0]
	clear(w.added)
	w.added = w.added[:0]
}

// dropAdditions takes the batch back from the streams: it will not be there.
func (w *writer) dropAdditions() {
	for _, a := range w.added {
		if a.stream.next--; a.stream.next == 0 {
			w.log.mu.Lock()
			delete(w.log.streams, a.stream.name)
			w.log.mu.Unlock()
		}
	}
	w.forget()
}

// rollback deals with a write that failed. A full disk is no damage: what was
// written of the batch is cut off again, durably, so that "nothing was written"
// is still true after a crash. Everything else poisons the log.
func (w *writer) rollback(err error) {
	w.dropAdditions()
	if !vfs.IsFull(err) {
		w.log.poison(fmt.Errorf("write %s: %w", w.seg.name, err))
		w.failEncoded(fmt.Errorf("%w: %w", eventstore.ErrUnknownOutcome, err))
		return
	}
	cut := w.log.room.cut(w.file, w.end)
	if cut == nil {
		cut = w.file.Sync()
	}
	if cut != nil {
		w.log.poison(fmt.Errorf("truncate %s: %w", w.seg.name, cut))
		w.failEncoded(fmt.Errorf("%w: %w", eventstore.ErrUnknownOutcome, cut))
		return
	}
	w.failEncoded(fmt.Errorf("%w: %w", eventstore.ErrFull, err))
}

// failEncoded answers err to every write of the batch that has no other error.
func (w *writer) failEncoded(err error) {
	for _, r := range w.reqs {
		for i := range r.results {
			if r.results[i].Err == nil {
				r.results[i] = eventstore.Result{Err: err}
			}
		}
	}
	w.answer()
}

// answerAll fails requests that were not even looked at.
func (w *writer) answerAll(err error) {
	for _, r := range w.reqs {
		r.state.Store(encoded)
	}
	w.failEncoded(err)
}

// answer wakes the callers. A request belongs to its caller from then on.
func (w *writer) answer() {
	for i, r := range w.reqs {
		r.done <- struct{}{}
		w.reqs[i] = nil
	}
	w.reqs = w.reqs[:0]
}

// finish is the end of the writer. It seals, and gives the unused room back: a
// log at rest is as large as what is in it.
func (w *writer) finish() {
	if w.log.Err() == nil {
		if err := w.log.room.leave(w.file, w.end); err != nil {
			w.log.poison(fmt.Errorf("truncate %s: %w", w.seg.name, err))
		}
	}
	w.sealIdle()
	w.log.files.release(w.file)
}

// rotate begins the next file when this one is full. Everything in this one is
// durable, so a frame in the next proves that this one is whole.
func (w *writer) rotate() error {
	if w.end < w.seg.file.full || w.seg.empty() {
		return nil
	}
	l := w.log
	next, h, err := l.nextFile(w.seg.file.number + 1)
	if err != nil {
		if vfs.IsFull(err) && l.Err() == nil {
			return fmt.Errorf("%w: %w", eventstore.ErrFull, err)
		}
		l.poison(err)
		return fmt.Errorf("%w: %w", eventstore.ErrUnavailable, err)
	}
	l.mu.Lock()
	l.retire(w.seg)
	next.first, next.last, next.end = w.tail+1, w.tail, next.file.framesStart()
	l.segs = append(l.segs, next)
	l.mu.Unlock()
	l.files.release(w.file)
	w.seg, w.file, w.end, w.seals = next, h, next.file.framesStart(), [2]uint64{}
	if l.opt.alone {
		if err := l.finishFull(); err != nil {
			l.poison(err)
			return fmt.Errorf("%w: %w", eventstore.ErrUnavailable, err)
		}
	} else {
		wake(l.indexWork)
	}
	return nil
}
