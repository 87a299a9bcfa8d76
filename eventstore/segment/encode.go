package segment

import (
	"strings"

	"github.com/amends-ledger/amends/eventstore"
)

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
