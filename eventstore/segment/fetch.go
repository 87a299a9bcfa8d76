package segment

import (
	"errors"
	"fmt"
	"io"

	"github.com/amends-ledger/amends/eventstore"
)

const (
	// singleRead is what is read at once for one record: more than most have.
	singleRead = 1024
	// Records of the stream that are not further apart than readGap are read
	// together, up to readSpan bytes: a read costs about as much as copying
	// readGap bytes.
	readGap  = 8 << 10
	readSpan = 128 << 10
)

// fetch returns the bytes of the record at off, which is entry i of the run.
func (r *streamReader) fetch(off int64, i int) ([]byte, error) {
	if b, ok := r.cached(off); ok {
		return b, nil
	}
	low, high := r.span(off, i)
	if n := int(high - low); cap(r.buf) < n {
		r.buf = make([]byte, n)
	}
	if err := r.fill(low, int(high-low)); err != nil {
		return nil, err
	}
	if b, ok := r.cached(off); ok {
		return b, nil
	}
	// It is longer than the guess, or the end of the file is near.
	if off-r.base+recordHeader > int64(len(r.buf)) {
		return nil, r.corrupt(off, "the file ends early")
	}
	n, ok := recordLength(r.buf[off-r.base:])
	if !ok {
		return nil, r.corrupt(off, "length of a record")
	}
	if cap(r.buf) < n {
		r.buf = make([]byte, n)
	}
	if err := r.fill(off, n); err != nil {
		return nil, err
	}
	if b, ok := r.cached(off); ok {
		return b, nil
	}
	return nil, r.corrupt(off, "the file ends early")
}

// span is the range of bytes to read for entry i and those that come next.
func (r *streamReader) span(off int64, i int) (low, high int64) {
	low, high = off, off
	step := 1
	if r.backwards {
		step = -1
	}
	for i += step; i >= 0 && i < len(r.run.entries); i += step {
		next := entryOffset(r.run.entries[i])
		if next > high+readGap || next < low-readGap || next > off+readSpan || next < off-readSpan {
			break
		}
		low, high = min(low, next), max(high, next)
	}
	return low, high + singleRead
}

// fill reads up to n bytes at off; fewer at the end of the file.
func (r *streamReader) fill(off int64, n int) error {
	r.base, r.buf = off, r.buf[:n]
	m, err := r.file.ReadAt(r.buf, off)
	r.buf = r.buf[:m]
	if err != nil && !errors.Is(err, io.EOF) {
		r.buf = r.buf[:0]
		return unreadableSector(r.file, r.seg.name, r.seg.file.sector, off, off+int64(n), err)
	}
	return nil
}

// cached returns the record at off if all of it is in the buffer.
func (r *streamReader) cached(off int64) ([]byte, bool) {
	at := off - r.base
	if at < 0 || at+recordHeader > int64(len(r.buf)) {
		return nil, false
	}
	n, ok := recordLength(r.buf[at:])
	if !ok || at+int64(n) > int64(len(r.buf)) {
		return nil, false
	}
	return r.buf[at : at+int64(n)], true
}

func (r *streamReader) corrupt(off int64, reason string) error {
	return &CorruptError{File: r.seg.name, Offset: off, Reason: reason}
}

// parse checks that b is revision rev of the stream.
func (r *streamReader) parse(b []byte, off, rev int64) (rec eventstore.Recorded, err error) {
	if !checkRecord(b) {
		return rec, r.corrupt(off, "checksum of a record")
	}
	e, err := eventstore.ParseEnvelope(b[recordHeader:])
	if err != nil {
		return rec, r.corrupt(off, err.Error())
	}
	if string(e.Stream) != r.name || e.Revision != rev {
		return rec, r.corrupt(off, fmt.Sprintf("revision %d of %s where revision %d of %s was expected", e.Revision, e.Stream, rev, r.name))
	}
	return r.names.recorded(e, recordPosition(b)), nil
}
