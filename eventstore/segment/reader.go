package segment

import (
	"errors"
	"fmt"
	"io"

	"github.com/amends-ledger/amends/eventstore"
)

// readAhead is what a sequential read asks the file system for at once.
const readAhead = 256 << 10

// window is a part of a file in memory that moves forward on demand.
type window struct {
	f     io.ReaderAt
	limit int64 // no byte from here on is looked at
	ahead int   // how much to read at least
	base  int64
	buf   []byte
}

// bytes returns n bytes at off, valid until the next call. It returns io.EOF
// when they would go over the limit.
func (w *window) bytes(off int64, n int) ([]byte, error) {
	if off+int64(n) > w.limit {
		return nil, io.EOF
	}
	if off < w.base || off+int64(n) > w.base+int64(len(w.buf)) {
		want := int(min(int64(max(n, w.ahead)), w.limit-off))
		if cap(w.buf) < want {
			w.buf = make([]byte, want)
		}
		w.buf = w.buf[:want]
		w.base = off
		if m, err := w.f.ReadAt(w.buf, off); m < want {
			w.buf = w.buf[:0]
			if err == nil || errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	at := off - w.base
	return w.buf[at : at+int64(n) : at+int64(n)], nil
}

// record is an event as it lies in a file or in a block of memory.
type record struct {
	pos uint64
	off int64  // of the record
	env []byte // the envelope, checked
}

// walker goes from record to record through the frames of one segment. It
// checks each frame header and each record, so that nothing it returns is
// anything but what was written.
type walker struct {
	win     window
	file    fileHeader
	name    string
	at      int64  // of the next record, or of the next frame
	payload int64  // where the records of this frame end
	frame   int64  // where this frame ends
	pos     uint64 // of the next record
}

// newWalker begins at a frame that starts at off with position pos.
func newWalker(f io.ReaderAt, s *segment, off int64, pos uint64, end int64) walker {
	return walker{
		win:  window{f: f, limit: end, ahead: readAhead},
		file: s.file, name: s.name, at: off, payload: off, frame: off, pos: pos,
	}
}

func (w *walker) corrupt(off int64, reason string) error {
	return &CorruptError{File: w.name, Offset: off, Reason: reason}
}

// next returns the next record, or io.EOF at the end. The record is valid until
// the next call.
func (w *walker) next() (record, error) {
	for w.at >= w.payload {
		if err := w.enterFrame(); err != nil {
			return record{}, err
		}
	}
	head, err := w.win.bytes(w.at, recordHeader)
	if err != nil {
		return record{}, w.readErr(err)
	}
	n, ok := recordLength(head)
	if !ok || w.at+int64(n) > w.payload {
		return record{}, w.corrupt(w.at, "length of a record")
	}
	b, err := w.win.bytes(w.at, n)
	if err != nil {
		return record{}, w.readErr(err)
	}
	if !checkRecord(b) {
		return record{}, w.corrupt(w.at, "checksum of a record")
	}
	if recordPosition(b) != w.pos {
		return record{}, w.corrupt(w.at, fmt.Sprintf("a record of position %d where %d was expected", recordPosition(b), w.pos))
	}
	r := record{pos: w.pos, off: w.at, env: b[recordHeader:]}
	w.at += int64(len(b))
	w.pos++
	return r, nil
}

// enterFrame reads the header of the frame behind this one.
func (w *walker) enterFrame() error {
	w.at = w.frame
	if w.at >= w.win.limit {
		return io.EOF
	}
	b, err := w.win.bytes(w.at, frameHeaderBytes)
	if err != nil {
		return w.readErr(err)
	}
	h, wrong := parseFrameHeader(b, commitMagic, w.file)
	switch {
	case wrong != "":
		return w.corrupt(w.at, wrong)
	case h.first != w.pos:
		return w.corrupt(w.at, fmt.Sprintf("frame of position %d where %d was expected", h.first, w.pos))
	case w.at+int64(h.length) > w.win.limit:
		return w.corrupt(w.at, "the frame goes over the end of the log")
	}
	w.payload = w.at + frameHeaderBytes + int64(h.payload)
	w.frame = w.at + int64(h.length)
	w.at += frameHeaderBytes
	return nil
}

// seek goes to the record at position pos, which is at or behind the next one.
func (w *walker) seek(pos uint64) error {
	for w.pos < pos {
		// A frame that ends before pos is skipped by its header alone.
		if w.at >= w.payload {
			if err := w.enterFrame(); err != nil {
				return err
			}
			b, err := w.win.bytes(w.at-frameHeaderBytes, frameHeaderBytes)
			if err != nil {
				return w.readErr(err)
			}
			h, _ := parseFrameHeader(b, commitMagic, w.file)
			if next := h.first + uint64(h.count); next <= pos {
				w.at, w.payload, w.pos = w.frame, w.frame, next
			}
			continue
		}
		if _, err := w.next(); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) readErr(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return w.corrupt(w.at, "the file ends early")
	}
	return unreadableSector(w.win.f, w.name, w.file.sector, w.at, w.win.limit, err)
}

// interner gives equal names one string, so that reading a million events does
// not make two million strings. It is bounded by being emptied.
type interner map[string]string

const maxInterned = 1 << 16

func (in interner) str(b []byte) string {
	if s, ok := in[string(b)]; ok {
		return s
	}
	if len(in) >= maxInterned {
		clear(in)
	}
	s := string(b)
	in[s] = s
	return s
}

func (in interner) recorded(e eventstore.Envelope, pos uint64) eventstore.Recorded {
	rec := eventstore.Recorded{Stream: in.str(e.Stream), Revision: e.Revision, Position: eventstore.Position(pos)}
	rec.Event = e.Event(in.str(e.Type))
	return rec
}
