package segment

import (
	"fmt"
	"runtime"
	"strings"
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

	// firstEntries is the room for entries that a stream begins with in a file:
	// most have a few events there or a great many.
	firstEntries = 4
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
// holds acknowledged events was touched, because frames begin on sectors.
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

// encode builds the frames of the batch in buf. Writes whose condition does not
// hold get their answer.
func (w *writer) encode() {
	sector := w.seg.file.sector
	frames := w.size/w.log.opt.frameBytes + 1
	w.buf = w.log.ring.begin(w.seg.file, w.size+frames*(frameHeaderBytes+sector))
	w.frame, w.pos = -1, w.tail+1
	for _, r := range w.reqs {
		for i := range r.writes {
			if r.results[i].Err == nil {
				r.results[i] = w.encodeWrite(&r.writes[i], r.looked[i])
			}
		}
		r.state.Store(encoded)
	}
	w.closeFrame()
}

// encodeWrite checks the condition of one write and adds its events. The result
// counts once the batch is durable.
func (w *writer) encodeWrite(wr *eventstore.Write, looked int64) eventstore.Result {
	st := w.log.streams[wr.Stream] // the writer alone changes the map
	next := int64(0)
	if st != nil {
		next = st.next
	}
	if err := w.admit(wr, st, next, looked); err != nil {
		return eventstore.Result{Err: err}
	}
	if st == nil {
		st = &stream{name: strings.Clone(wr.Stream), head: -1}
		w.log.mu.Lock()
		w.log.streams[st.name] = st
		w.log.mu.Unlock()
	}
	w.openFrame()
	for i := range wr.Events {
		off := w.end + int64(len(w.buf))
		w.buf = appendRecord(w.buf, eventstore.Recorded{Event: wr.Events[i], Stream: st.name, Revision: st.next, Position: eventstore.Position(w.pos)})
		w.added = append(w.added, addition{st, makeEntry(off, idTag(wr.Events[i].ID))})
		st.next++
		w.pos++
	}
	return eventstore.Result{Commit: eventstore.Commit{Revision: st.next - 1, Position: eventstore.Position(w.pos - 1)}}
}

// admit checks the condition of a write against the stream as it will be after
// the batch so far.
func (w *writer) admit(wr *eventstore.Write, st *stream, next, looked int64) error {
	conflict := func() error {
		return &eventstore.Conflict{Stream: wr.Stream, Expected: wr.Expect, Actual: next - 1}
	}
	switch wr.Expect.Kind {
	case eventstore.NoStream:
		if next > 0 {
			return errBehind
		}
	case eventstore.Exact:
		if next-1 > wr.Expect.Revision {
			return errBehind
		}
		if next-1 < wr.Expect.Revision {
			return conflict()
		}
	case eventstore.Exists:
		if next == 0 {
			return conflict()
		}
		return w.unseen(wr, st, looked)
	case eventstore.Any:
		return w.unseen(wr, st, looked)
	}
	return nil
}

// unseen is errBehind unless none of the ids of wr can be among the events
// behind revision looked.
func (w *writer) unseen(wr *eventstore.Write, st *stream, looked int64) error {
	if st == nil || looked+1 >= st.next {
		return nil
	}
	begin := st.head - int64(len(st.active)) + 1
	if looked+1 < begin {
		return errBehind // the rest is in another segment
	}
	for _, e := range st.active[looked+1-begin:] {
		if hasID(wr, entryTag(e)) {
			return errBehind
		}
	}
	if st.next-1 > st.head {
		for _, a := range w.added {
			if a.stream == st && hasID(wr, entryTag(a.entry)) {
				return errBehind
			}
		}
	}
	return nil
}

// hasID says whether an id of wr has this tag.
func hasID(wr *eventstore.Write, tag uint32) bool {
	for i := range wr.Events {
		if idTag(wr.Events[i].ID) == tag {
			return true
		}
	}
	return false
}

// openFrame makes sure that a frame is open that has not reached its target.
func (w *writer) openFrame() {
	if w.frame >= 0 && len(w.buf)-w.frame < w.log.opt.frameBytes {
		return
	}
	w.closeFrame()
	w.frame, w.first = len(w.buf), w.pos
	w.buf = append(w.buf, make([]byte, frameHeaderBytes)...)
}

// closeFrame pads the open frame and writes its header.
func (w *writer) closeFrame() {
	if w.frame < 0 {
		return
	}
	payload := len(w.buf) - w.frame - frameHeaderBytes
	w.buf = appendPadding(w.buf, w.frame, w.seg.file.sector)
	frameHeader{
		magic: commitMagic, payload: payload, count: int(w.pos - w.first),
		first: w.first, durable: w.tail, salt: w.seg.file.salt,
	}.put(w.buf[w.frame:])
	w.marks = append(w.marks, mark{w.first, w.end + int64(w.frame)})
	w.frame = -1
}

// publish shows the batch, which is durable, to readers and subscribers.
func (w *writer) publish() {
	l := w.log
	first := w.tail + 1
	l.mu.Lock()
	for _, a := range w.added {
		if a.stream.active == nil {
			a.stream.active = make([]uint64, 0, firstEntries)
		}
		a.stream.active = append(a.stream.active, a.entry)
		a.stream.head++
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
	l.mu.Unlock()
	l.ring.add(w.seg.file, w.buf, first, w.tail)
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

// sealIdle writes a seal if there is something to seal.
func (w *writer) sealIdle() {
	if w.log.Err() != nil || w.sealed() >= w.tail {
		return
	}
	if err := w.seal(); err != nil {
		w.log.poison(err)
	}
}

// sealAsked writes a seal if a request wants one.
func (w *writer) sealAsked() {
	for _, r := range w.reqs {
		if r.seal {
			w.sealIdle()
			return
		}
	}
}

func (w *writer) sealed() uint64 { return max(w.seals[0], w.seals[1]) }

// seal writes down, apart from the frames, that everything so far is durable.
// Should the last frame rot, the seal proves that it was there: without it, the
// damage would look like an interrupted commit and be cut off. There are two
// slots and the older one is overwritten, so that a crash here spoils at most
// that one.
func (w *writer) seal() error {
	if w.sealed() >= w.tail {
		return nil
	}
	slot := 0
	if w.seals[1] < w.seals[0] {
		slot = 1
	}
	hdr := w.seg.file
	if _, err := w.file.WriteAt(encodeSeal(hdr, w.tail), hdr.offsetOf(firstSeal+slot)); err != nil {
		return fmt.Errorf("seal %s: %w", w.seg.name, err)
	}
	if err := w.file.Sync(); err != nil {
		return fmt.Errorf("seal %s: %w", w.seg.name, err)
	}
	w.seals[slot] = w.tail
	return nil
}

// finish is the end of the writer.
func (w *writer) finish() {
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
