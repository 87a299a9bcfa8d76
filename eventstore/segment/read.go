package segment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"

	"github.com/amends-ledger/amends/eventstore"
)

// checkEvery is how many events a reader handles between two looks at its ctx.
const checkEvery = 256

// ReadStream yields the events of a stream; see eventstore.Store. Each event is
// found by the index and checked against its checksum, its stream and its
// revision.
func (l *Log) ReadStream(ctx context.Context, name string, from int64, o eventstore.ReadOptions) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		for r, err := range l.readStream(ctx, name, from, o) {
			if err != nil {
				yield(eventstore.Recorded{}, fmt.Errorf("read stream %s: %w", name, err))
				return
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (l *Log) readStream(ctx context.Context, name string, from int64, o eventstore.ReadOptions) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		if err := l.check(ctx); err != nil {
			yield(eventstore.Recorded{}, err)
			return
		}
		head := l.head(name)
		low, high := max(from, 0), head
		if o.Backwards {
			low, high = 0, min(from, head)
			if from < 0 {
				high = head
			}
		}
		if o.Limit > 0 && high-low+1 > int64(o.Limit) {
			if o.Backwards {
				low = high - int64(o.Limit) + 1
			} else {
				high = low + int64(o.Limit) - 1
			}
		}
		rd := streamReader{log: l, name: name, names: interner{}, backwards: o.Backwards}
		defer rd.release()
		for n := int64(0); n <= high-low; n++ {
			rev := low + n
			if o.Backwards {
				rev = high - n
			}
			rec, err := rd.read(ctx, rev)
			if err != nil {
				yield(eventstore.Recorded{}, err)
				return
			}
			if !yield(rec, nil) {
				return
			}
		}
	}
}

// streamReader reads single events of one stream.
type streamReader struct {
	log       *Log
	name      string
	names     interner
	backwards bool
	run       run
	seg       *segment
	file      *handle
	buf       []byte // of the file, from base on
	base      int64
	n         int
}

func (r *streamReader) release() {
	if r.file != nil {
		r.log.files.release(r.file)
		r.file = nil
	}
}

// read returns the event at revision rev, which is durable.
func (r *streamReader) read(ctx context.Context, rev int64) (rec eventstore.Recorded, err error) {
	if r.n++; r.n%checkEvery == 0 {
		if err := r.log.check(ctx); err != nil {
			return rec, err
		}
	}
	rec, err = r.try(rev)
	if err == nil || r.seg == nil || !errors.Is(err, eventstore.ErrCorrupt) || !r.log.hasIndex(r.seg) {
		return rec, err
	}
	// Either the index misled us, or the segment is damaged.
	if err := r.log.repairIndex(r.seg); err != nil {
		return rec, err
	}
	r.run, r.buf = run{}, r.buf[:0]
	return r.try(rev)
}

func (r *streamReader) try(rev int64) (rec eventstore.Recorded, err error) {
	if !r.run.holds(rev) {
		if err := r.enter(rev); err != nil {
			return rec, err
		}
	}
	i := int(rev - r.run.first)
	off := entryOffset(r.run.entries[i])
	b, err := r.fetch(off, i)
	if err != nil {
		return rec, err
	}
	return r.parse(b, off, rev)
}

// enter finds the segment that holds revision rev.
func (r *streamReader) enter(rev int64) error {
	seg, found, err := r.log.locate(r.name, rev, r.backwards)
	if err != nil {
		r.seg = seg
		return err
	}
	if !found.holds(rev) {
		panic(fmt.Sprintf("segment: looking for revision %d of %s found another", rev, r.name))
	}
	if r.file == nil || r.file.path != seg.path {
		r.release()
		if r.file, err = r.log.files.acquire(seg.path); err != nil {
			return err
		}
		r.buf = r.buf[:0]
	}
	r.seg, r.run = seg, found
	return nil
}

func (l *Log) hasIndex(s *segment) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return s.index != nil
}

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

const noPlace = math.MinInt64

// findIDs looks for the ids of w in revisions from to head of its stream. It
// returns the revision at which w's first event would be, given where the id
// that was found is, or noPlace.
func (l *Log) findIDs(ctx context.Context, w *eventstore.Write, from, head int64) (int64, error) {
	rd := streamReader{log: l, name: w.Stream, names: interner{}}
	defer rd.release()
	for rev := from; rev <= head; {
		if err := l.check(ctx); err != nil {
			return 0, err
		}
		ids, err := l.idsFrom(w.Stream, rev)
		if err != nil {
			return 0, err
		}
		ids = ids[:min(int64(len(ids)), head-rev+1)]
		for i, id := range ids {
			if !hasID(w, id) {
				continue
			}
			at := rev + int64(i)
			rec, err := rd.read(ctx, at)
			if err != nil {
				return 0, err
			}
			for i := range w.Events {
				if w.Events[i].ID == rec.ID {
					return at - int64(i), nil
				}
			}
		}
		rev += int64(len(ids))
	}
	return noPlace, nil
}

// idsFrom returns the tags of the ids of the stream, from revision rev to the end
// of the segment that it is in.
func (l *Log) idsFrom(name string, rev int64) ([]uint32, error) {
	for tries := 0; ; tries++ {
		ids, s, err := l.idsOnce(name, rev)
		if err == nil || tries > 0 || s == nil || !errors.Is(err, errBadIndex) {
			return ids, err
		}
		if err := l.repairIndex(s); err != nil {
			return nil, err
		}
	}
}

func (l *Log) idsOnce(name string, rev int64) (ids []uint32, s *segment, err error) {
	if r, ok := l.inMemory(name, rev); ok {
		for _, e := range r.entries[rev-r.first:] {
			ids = append(ids, entryTag(e))
		}
		return ids, nil, nil
	}
	l.mu.RLock()
	newest := l.streams[name].indexed
	l.mu.RUnlock()
	s, e, err := l.findEntry(newest, rev)
	if err != nil {
		return nil, s, err
	}
	err = l.withIndex(s, func(x *index, f io.ReaderAt) error {
		ids, err = x.readIDs(f, e)
		return err
	})
	if err != nil {
		return nil, s, err
	}
	return ids[rev-e.first:], s, nil
}

// ReadAll yields all events in order of position; see eventstore.Store. It
// reads the files front to back. An after behind the tail is ErrCorrupt: the
// position comes from a log that had more than this one has.
func (l *Log) ReadAll(ctx context.Context, after eventstore.Position, f eventstore.Filter, limit int) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		match := newMatcher(f)
		n := 0
		err := l.scanAll(ctx, uint64(after), func(r record, e eventstore.Envelope) bool {
			if !match.keeps(e) {
				return true
			}
			n++
			return yield(match.names.recorded(e, r.pos), nil) && (limit <= 0 || n < limit)
		})
		if err != nil {
			yield(eventstore.Recorded{}, fmt.Errorf("read all behind %d: %w", after, err))
		}
	}
}

// scanAll visits each durable record behind after, up to the tail as of the
// call, until visit returns false.
func (l *Log) scanAll(ctx context.Context, after uint64, visit func(record, eventstore.Envelope) bool) error {
	if err := l.check(ctx); err != nil {
		return err
	}
	tail := l.durable()
	if after > tail {
		return fmt.Errorf("position %d is behind the end of the log, %d: %w", after, tail, eventstore.ErrCorrupt)
	}
	for pos := after + 1; pos <= tail; {
		last, more, err := l.scanSegment(ctx, pos, tail, visit)
		if err != nil || !more {
			return err
		}
		pos = last + 1
	}
	return nil
}

// scanSegment visits the records from pos on that are in the same segment.
func (l *Log) scanSegment(ctx context.Context, pos, tail uint64, visit func(record, eventstore.Envelope) bool) (last uint64, more bool, err error) {
	w, last, err := l.walkFrom(pos)
	if err != nil {
		return 0, false, err
	}
	defer l.files.release(w.handle)
	last = min(last, tail)
	for ; pos <= last; pos++ {
		if pos%checkEvery == 0 {
			if err := l.check(ctx); err != nil {
				return 0, false, err
			}
		}
		r, err := w.next()
		if err != nil {
			return 0, false, early(&w.walker, err)
		}
		e, err := eventstore.ParseEnvelope(r.env)
		if err != nil {
			return 0, false, w.corrupt(r.off, err.Error())
		}
		if !visit(r, e) {
			return 0, false, nil
		}
	}
	return last, true, nil
}

// fileWalker is a walker that holds its file.
type fileWalker struct {
	walker
	handle *handle
}

// walkFrom returns a walker before the record at pos, which is durable, and the
// last position in its segment.
func (l *Log) walkFrom(pos uint64) (*fileWalker, uint64, error) {
	for tries := 0; ; tries++ {
		s, w, last, err := l.tryWalk(pos)
		if err == nil || tries > 0 || !errors.Is(err, eventstore.ErrCorrupt) || !l.hasIndex(s) {
			return w, last, err
		}
		if err := l.repairIndex(s); err != nil {
			return nil, 0, err
		}
	}
}

func (l *Log) tryWalk(pos uint64) (*segment, *fileWalker, uint64, error) {
	s, from, last, end, err := l.segmentOf(pos)
	if err != nil {
		return s, nil, 0, err
	}
	h, err := l.files.acquire(s.path)
	if err != nil {
		return s, nil, 0, err
	}
	w := &fileWalker{handle: h, walker: newWalker(h, s, from.off, from.pos, end)}
	if err := w.seek(pos); err != nil {
		l.files.release(h)
		return s, nil, 0, early(&w.walker, err)
	}
	return s, w, last, nil
}

// early turns an end that comes before the last durable record into damage.
func early(w *walker, err error) error {
	if err == io.EOF {
		return w.corrupt(w.at, "the frames end early")
	}
	return err
}

// matcher is a Filter made ready for many events.
type matcher struct {
	prefix string
	types  map[string]bool // nil for all
	names  interner
}

func newMatcher(f eventstore.Filter) *matcher {
	m := &matcher{prefix: f.StreamPrefix, names: interner{}}
	if len(f.Types) > 0 {
		m.types = make(map[string]bool, len(f.Types))
		for _, t := range f.Types {
			m.types[t] = true
		}
	}
	return m
}

func (m *matcher) keeps(e eventstore.Envelope) bool {
	n := len(m.prefix)
	return len(e.Stream) >= n && string(e.Stream[:n]) == m.prefix && (m.types == nil || m.types[string(e.Type)])
}
