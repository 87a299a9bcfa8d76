package segment

import (
	"encoding/binary"
	"fmt"
	"io"
	"path"
	"slices"
	"sort"

	"github.com/amends-ledger/amends/eventstore"
)

// An index file stands beside each full segment. It holds nothing that the
// segment does not, so it may be deleted at any time; it is written again. Its
// byte table is in docs/reference/segment-format.md.
const (
	idxMagic       = "AMENDIDX"
	idxVersion     = 1
	idxHeaderBytes = 72
	idxEntryBytes  = 64
	idxMarkBytes   = 16

	// offsetWindow is how many offsets a reader takes from an index at once.
	offsetWindow = 512
)

// ref names an entry of an index: the number of the segment, 0 for none, and
// the entry's place in its table.
type ref struct{ segment, slot uint32 }

// indexEntry is the run of one stream in one segment.
type indexEntry struct {
	nameAt, nameLen uint32
	first           int64  // revision
	count           uint32 // events
	start           uint32 // of the run in the tables of offsets and ids
	depth           uint32 // how many entries the stream has before this one
	prev, jump      ref    // earlier entries of the stream
	ids             uint32 // checksum of the tags of the run's ids
}

func (e *indexEntry) last() int64 { return e.first + int64(e.count) - 1 }

// index is what is kept in memory of an index file.
type index struct {
	path    string
	streams int
	marks   int
	events  int
	names   int    // bytes
	size    int64  // of the file
	mem     []byte // the whole of it while it could not be written; guarded by Log.mu
}

func (x *index) entryAt(slot uint32) int64 { return idxHeaderBytes + int64(slot)*idxEntryBytes }
func (x *index) markAt(i int) int64        { return x.entryAt(uint32(x.streams)) + int64(i)*idxMarkBytes }
func (x *index) namesAt() int64            { return x.markAt(x.marks) }
func (x *index) offsetsAt() int64          { return x.namesAt() + int64(x.names) }
func (x *index) idsAt() int64              { return x.offsetsAt() + 4*int64(x.events) }
func (x *index) end() int64                { return x.idsAt() + 4*int64(x.events) }

func idxName(number uint64) string { return fmt.Sprintf("%08d%s", number, idxSuffix) }

func (e *indexEntry) put(b []byte) {
	be := binary.BigEndian
	be.PutUint32(b[0:], e.nameAt)
	be.PutUint32(b[4:], e.nameLen)
	be.PutUint64(b[8:], uint64(e.first))
	be.PutUint32(b[16:], e.count)
	be.PutUint32(b[20:], e.start)
	be.PutUint32(b[24:], e.depth)
	be.PutUint32(b[28:], e.prev.segment)
	be.PutUint32(b[32:], e.prev.slot)
	be.PutUint32(b[36:], e.jump.segment)
	be.PutUint32(b[40:], e.jump.slot)
	be.PutUint32(b[44:], e.ids)
	be.PutUint32(b[60:], checksum(b[:60]))
}

func parseIndexEntry(b []byte) (e indexEntry, ok bool) {
	be := binary.BigEndian
	e = indexEntry{
		nameAt: be.Uint32(b[0:]), nameLen: be.Uint32(b[4:]), first: int64(be.Uint64(b[8:])),
		count: be.Uint32(b[16:]), start: be.Uint32(b[20:]), depth: be.Uint32(b[24:]),
		prev: ref{be.Uint32(b[28:]), be.Uint32(b[32:])},
		jump: ref{be.Uint32(b[36:]), be.Uint32(b[40:])},
		ids:  be.Uint32(b[44:]),
	}
	return e, be.Uint32(b[60:]) == checksum(b[:60])
}

// buildIndex makes the index file of a full segment from its table. last tells
// each stream's entry in earlier segments, look reads one.
func buildIndex(s *segment, last func(name string) ref, look func(ref) (indexEntry, error)) ([]byte, *index, []string, error) {
	names := make([]string, 0, len(s.table))
	x := &index{path: path.Join(path.Dir(s.path), idxName(s.file.number)), marks: len(s.marks)}
	for name, r := range s.table {
		names = append(names, name)
		x.names += len(name)
		x.events += len(r.entries)
	}
	slices.Sort(names)
	x.streams = len(names)
	x.size = x.end()
	b := make([]byte, x.size)
	nameAt, start := 0, 0
	for slot, name := range names {
		r := s.table[name]
		e := indexEntry{
			nameAt: uint32(nameAt), nameLen: uint32(len(name)), first: r.first,
			count: uint32(len(r.entries)), start: uint32(start), prev: last(name),
		}
		if err := e.link(look); err != nil {
			return nil, nil, nil, err
		}
		nameAt += copy(b[x.namesAt()+int64(nameAt):], name)
		ids := b[x.idsAt()+4*int64(start):][:4*len(r.entries)]
		for i, entry := range r.entries {
			binary.BigEndian.PutUint32(b[x.offsetsAt()+4*int64(start+i):], uint32(entryOffset(entry)))
			binary.BigEndian.PutUint32(ids[4*i:], entryTag(entry))
		}
		e.ids = checksum(ids)
		e.put(b[x.entryAt(uint32(slot)):])
		start += len(r.entries)
	}
	for i, m := range s.marks {
		binary.BigEndian.PutUint64(b[x.markAt(i):], m.pos)
		binary.BigEndian.PutUint64(b[x.markAt(i)+8:], uint64(m.off))
	}
	x.putHeader(b, s)
	return b, x, names, nil
}

// link sets depth and jump so that any earlier entry of the stream is reached in
// O(log n) steps: the skew-binary jump pointers of Myers, "An applicative random
// access stack" (Information Processing Letters 17, 1983).
func (e *indexEntry) link(look func(ref) (indexEntry, error)) error {
	if e.prev.segment == 0 {
		return nil
	}
	prev, err := look(e.prev)
	if err != nil {
		return err
	}
	e.depth, e.jump = prev.depth+1, e.prev
	if prev.jump.segment == 0 {
		return nil
	}
	mid, err := look(prev.jump)
	if err != nil {
		return err
	}
	// Two jumps of equal length, one behind the other, become one. A root jumps
	// to itself.
	midDepth, farDepth, far := mid.depth, uint32(0), prev.jump
	if mid.jump.segment != 0 {
		f, err := look(mid.jump)
		if err != nil {
			return err
		}
		farDepth, far = f.depth, mid.jump
	}
	if prev.depth-midDepth == midDepth-farDepth {
		e.jump = far
	}
	return nil
}

func (x *index) putHeader(b []byte, s *segment) {
	be := binary.BigEndian
	copy(b, idxMagic)
	be.PutUint32(b[8:], idxVersion)
	be.PutUint64(b[16:], s.file.salt)
	be.PutUint64(b[24:], s.file.number)
	be.PutUint64(b[32:], s.first)
	be.PutUint64(b[40:], s.last)
	be.PutUint64(b[48:], uint64(s.end))
	be.PutUint32(b[56:], uint32(x.streams))
	be.PutUint32(b[60:], uint32(x.marks))
	be.PutUint32(b[64:], uint32(x.names))
	be.PutUint32(b[68:], uint32(x.events))
	be.PutUint32(b[12:], checksum(b[16:x.offsetsAt()]))
}

// loadIndex reads an index file up to its offsets and checks that it belongs to
// s. It returns "" and the bytes, or what is wrong.
func loadIndex(f io.ReaderAt, size int64, s *segment) (x *index, meta []byte, wrong string) {
	be := binary.BigEndian
	var h [idxHeaderBytes]byte
	if err := readFull(f, h[:], 0); err != nil {
		return nil, nil, err.Error()
	}
	x = &index{
		path:    path.Join(path.Dir(s.path), idxName(s.file.number)),
		streams: int(be.Uint32(h[56:])), marks: int(be.Uint32(h[60:])),
		names: int(be.Uint32(h[64:])), events: int(be.Uint32(h[68:])), size: size,
	}
	switch {
	case string(h[:8]) != idxMagic || be.Uint32(h[8:]) != idxVersion:
		return nil, nil, "no index file header"
	case be.Uint64(h[16:]) != s.file.salt || be.Uint64(h[24:]) != s.file.number:
		return nil, nil, "the index of another file"
	case be.Uint64(h[32:]) != s.first || be.Uint64(h[40:]) != s.last || be.Uint64(h[48:]) != uint64(s.end):
		return nil, nil, "the index of another state of the file"
	case x.end() != size || uint64(x.events) != s.last-s.first+1:
		return nil, nil, "length of the index"
	}
	meta = make([]byte, x.offsetsAt())
	if err := readFull(f, meta, 0); err != nil {
		return nil, nil, err.Error()
	}
	if be.Uint32(meta[12:]) != checksum(meta[16:]) {
		return nil, nil, "checksum of the index"
	}
	return x, meta, ""
}

// each calls visit for every entry in meta; what loadIndex returned.
func (x *index) each(meta []byte, visit func(slot uint32, name string, e indexEntry) error) error {
	names := meta[x.namesAt():]
	for slot := range uint32(x.streams) {
		e, ok := parseIndexEntry(meta[x.entryAt(slot):][:idxEntryBytes])
		if !ok || int64(e.nameAt)+int64(e.nameLen) > int64(len(names)) || int64(e.start)+int64(e.count) > int64(x.events) {
			return errBadIndex
		}
		if err := visit(slot, string(names[e.nameAt:][:e.nameLen]), e); err != nil {
			return err
		}
	}
	return nil
}

// errBadIndex: an index does not fit its segment. It is made again.
var errBadIndex = fmt.Errorf("the index does not fit its segment: %w", eventstore.ErrCorrupt)

// readEntry reads one entry.
func (x *index) readEntry(f io.ReaderAt, slot uint32) (indexEntry, error) {
	var b [idxEntryBytes]byte
	if int(slot) >= x.streams {
		return indexEntry{}, errBadIndex
	}
	if err := readFull(f, b[:], x.entryAt(slot)); err != nil {
		return indexEntry{}, err
	}
	e, ok := parseIndexEntry(b[:])
	if !ok || int64(e.start)+int64(e.count) > int64(x.events) {
		return e, errBadIndex
	}
	return e, nil
}

// readOffsets returns the entries (without ids) of up to n revisions from rev on.
func (x *index) readOffsets(f io.ReaderAt, e indexEntry, rev int64, n int) (run, error) {
	n = int(min(int64(n), e.last()-rev+1))
	b := make([]byte, 4*n)
	if err := readFull(f, b, x.offsetsAt()+4*(int64(e.start)+rev-e.first)); err != nil {
		return run{}, err
	}
	r := run{first: rev, entries: make([]uint64, n)}
	for i := range r.entries {
		r.entries[i] = uint64(binary.BigEndian.Uint32(b[4*i:])) << 32
	}
	return r, nil
}

// readIDs returns the tags of the ids of a whole run, four bytes each.
func (x *index) readIDs(f io.ReaderAt, e indexEntry) ([]byte, error) {
	b := make([]byte, 4*e.count)
	if err := readFull(f, b, x.idsAt()+4*int64(e.start)); err != nil {
		return nil, err
	}
	if checksum(b) != e.ids {
		return nil, errBadIndex
	}
	return b, nil
}

// findMark returns the last mark at or before pos.
func (x *index) findMark(f io.ReaderAt, pos uint64) (m mark, err error) {
	read := func(i int) (m mark) {
		var b [idxMarkBytes]byte
		if e := readFull(f, b[:], x.markAt(i)); e != nil {
			err = e
		}
		return mark{binary.BigEndian.Uint64(b[:]), int64(binary.BigEndian.Uint64(b[8:]))}
	}
	i := sort.Search(x.marks, func(i int) bool { return read(i).pos > pos }) - 1
	if i < 0 {
		return m, errBadIndex
	}
	return read(i), err
}
