package segment

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sort"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/eventstore"
)

// stream is what is kept in memory for each stream.
type stream struct {
	name string
	next int64 // revision of the next event, counting those not yet durable; the writer's
	head int64 // last durable revision, -1 for none
	// active has the entries of the stream's events in the segment that is being
	// written: revisions head-len(active)+1 to head. It only grows at its end, so
	// a reader may use its copy of the slice without the lock.
	active []uint64
	// indexed is the stream's entry in the newest index that has one.
	indexed ref
}

// An entry is the offset of a record and a tag of the event's id, by which a
// repeated id is found without reading the events.
func makeEntry(off int64, tag uint32) uint64 { return uint64(off)<<32 | uint64(tag) }

func entryOffset(e uint64) int64 { return int64(e >> 32) }
func entryTag(e uint64) uint32   { return uint32(e) }

// idTag is 32 bits of id, as good as random whichever version of UUID it is:
// multiplicative hashing (Knuth, The Art of Computer Programming 6.4) with the
// golden ratio.
func idTag(id uuid.UUID) uint32 {
	const golden = 0x9e3779b97f4a7c15
	x := binary.BigEndian.Uint64(id[:8])*golden ^ binary.BigEndian.Uint64(id[8:])
	return uint32(x * golden >> 32)
}

// segment is one file. Its fields below file are guarded by Log.mu.
type segment struct {
	name string
	path string
	file fileHeader

	first uint64 // position of its first event
	last  uint64 // position of its last durable event, first-1 for none
	end   int64  // of the last durable frame

	// One that is being written has marks; a full one has marks and a table
	// until it has an index.
	marks  []mark // some of its frames, ascending
	table  map[string]run
	index  *index
	closed bool // its closing record is written
}

func (s *segment) empty() bool { return s.last < s.first }

// mark says where the frame is that begins with position pos.
type mark struct {
	pos uint64
	off int64
}

// markEvery is how many events lie at least between two marks: a mark is 16
// bytes, and so many events (or one frame) are walked over to find a position.
const markEvery = 128

func (s *segment) addMark(pos uint64, off int64) {
	if n := len(s.marks); n == 0 || pos >= s.marks[n-1].pos+markEvery {
		s.marks = append(s.marks, mark{pos, off})
	}
}

// run is a part of a stream that lies in one segment: consecutive revisions.
type run struct {
	first   int64
	entries []uint64
}

func (r run) holds(rev int64) bool { return rev >= r.first && rev-r.first < int64(len(r.entries)) }

// firstEntries is the room for entries that a stream begins with in a file: most
// have a few events there or a great many.
const firstEntries = 4

// take adds the next event of a stream. The caller holds mu, or nobody else has
// the log yet.
func (l *Log) take(st *stream, entry uint64) {
	if st.active == nil {
		st.active = make([]uint64, 0, firstEntries)
		l.touched = append(l.touched, st)
	}
	st.active = append(st.active, entry)
	st.head++
}

// retire moves the entries of a full segment from the streams into its own
// table. The caller holds mu, or nobody else has the log yet.
func (l *Log) retire(s *segment) {
	if s.table != nil || s.index != nil || s.empty() {
		return
	}
	s.table = make(map[string]run, len(l.touched))
	for _, st := range l.touched {
		s.table[st.name] = run{first: st.head - int64(len(st.active)) + 1, entries: st.active}
		st.active = nil
	}
	l.touched = nil
}

// locate finds a run of the stream that holds revision rev, which is durable.
// backwards says on which side of rev the run should have more. On an error the
// segment is the one whose index is at fault, if it is one.
func (l *Log) locate(name string, rev int64, backwards bool) (*segment, run, error) {
	l.mu.RLock()
	s, r := l.inTables(name, rev)
	newest := l.streams[name].indexed
	l.mu.RUnlock()
	if s != nil {
		return s, r, nil
	}
	s, e, err := l.findEntry(newest, rev)
	if err != nil {
		return s, run{}, err
	}
	from := rev
	if backwards {
		from = max(e.first, rev-offsetWindow+1)
	}
	err = l.withIndex(s, func(x *index, f io.ReaderAt) error {
		r, err = x.readOffsets(f, e, from, offsetWindow)
		return err
	})
	return s, r, err
}

// inTables finds a run that is not in an index yet. The caller holds mu.
func (l *Log) inTables(name string, rev int64) (*segment, run) {
	st := l.streams[name]
	if st == nil || rev > st.head {
		panic(fmt.Sprintf("segment: revision %d of %s is asked for, but not durable", rev, name))
	}
	if begin := st.head - int64(len(st.active)) + 1; rev >= begin {
		return l.activeSegment(), run{begin, st.active}
	}
	for i := len(l.segs) - 1; i >= 0; i-- {
		if l.segs[i].index != nil && l.segs[i].table == nil {
			break // so have all before it
		}
		if r := l.segs[i].table[name]; r.holds(rev) {
			return l.segs[i], r
		}
	}
	return nil, run{}
}

func (l *Log) inMemory(name string, rev int64) (run, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	s, r := l.inTables(name, rev)
	return r, s != nil
}

// findEntry follows a stream's entries back from newest to the one that holds
// revision rev, in O(log n) steps. On an error the segment is the one whose
// index is at fault.
func (l *Log) findEntry(newest ref, rev int64) (*segment, indexEntry, error) {
	s, e, err := l.entry(newest)
	for err == nil && rev < e.first {
		to := e.prev
		if e.jump != e.prev && e.jump.segment != 0 {
			var j indexEntry
			if s, j, err = l.entry(e.jump); err != nil {
				return s, e, err
			}
			if rev <= j.last() {
				e = j
				continue
			}
		}
		s, e, err = l.entry(to)
	}
	if err == nil && rev > e.last() {
		err = errBadIndex
	}
	return s, e, err
}

// entry reads an entry of an index.
func (l *Log) entry(r ref) (s *segment, e indexEntry, err error) {
	l.mu.RLock()
	if r.segment > 0 && int(r.segment) <= len(l.segs) {
		s = l.segs[r.segment-1]
	}
	l.mu.RUnlock()
	if s == nil {
		return nil, e, fmt.Errorf("index entry %d of segment %d: %w", r.slot, r.segment, eventstore.ErrCorrupt)
	}
	err = l.withIndex(s, func(x *index, f io.ReaderAt) error {
		e, err = x.readEntry(f, r.slot)
		return err
	})
	return s, e, err
}

// entryOrRepair reads an entry and makes its index again if that is what it
// takes.
func (l *Log) entryOrRepair(r ref) (indexEntry, error) {
	s, e, err := l.entry(r)
	if s != nil && errors.Is(err, errBadIndex) {
		if err = l.repairIndex(s); err == nil {
			_, e, err = l.entry(r)
		}
	}
	return e, err
}

// withIndex calls use with the index of s, wherever it is.
func (l *Log) withIndex(s *segment, use func(*index, io.ReaderAt) error) error {
	l.mu.RLock()
	x := s.index
	var mem []byte
	if x != nil {
		mem = x.mem
	}
	l.mu.RUnlock()
	if x == nil {
		return errBadIndex
	}
	if mem != nil {
		return use(x, bytes.NewReader(mem))
	}
	f, err := l.files.acquire(x.path)
	if err == nil {
		defer l.files.release(f)
		err = use(x, f)
	}
	if err == nil || err == errClosed || errors.Is(err, errBadIndex) {
		return err
	}
	return fmt.Errorf("%w: %w", errBadIndex, err) // it is missing, or short, or can't be read
}

// segmentOf finds the segment of a durable position, and a frame at or before
// that position.
func (l *Log) segmentOf(pos uint64) (s *segment, from mark, last uint64, end int64, err error) {
	l.mu.RLock()
	i := sort.Search(len(l.segs), func(i int) bool { return l.segs[i].empty() || l.segs[i].last >= pos })
	s = l.segs[i]
	last, end = s.last, s.end
	m := sort.Search(len(s.marks), func(i int) bool { return s.marks[i].pos > pos }) - 1
	if m >= 0 {
		from = s.marks[m]
	}
	l.mu.RUnlock()
	if m < 0 {
		err = l.withIndex(s, func(x *index, f io.ReaderAt) error {
			from, err = x.findMark(f, pos)
			return err
		})
	}
	return s, from, last, end, err
}

// activeSegment is the last one with events. The caller holds mu.
func (l *Log) activeSegment() *segment {
	for i := len(l.segs) - 1; i > 0; i-- {
		if !l.segs[i].empty() {
			return l.segs[i]
		}
	}
	return l.segs[0]
}
