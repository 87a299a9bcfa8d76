package segment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

// recover reads the directory, repairs what a crash may have left, and returns
// the writer at the end of the log.
func (l *Log) recover(ctx context.Context) (*writer, error) {
	numbers, err := l.list()
	if err != nil {
		return nil, err
	}
	if len(numbers) == 0 {
		l.logID = l.opt.salt()
		if _, err := l.create(1); err != nil {
			return nil, err
		}
		numbers = []uint64{1}
	}
	for i, n := range numbers {
		if n != uint64(i+1) {
			return nil, &CorruptError{File: segName(uint64(i + 1)), Reason: "the file is missing"}
		}
	}
	var found []*found
	for _, n := range numbers {
		f, err := l.openSegment(n)
		if err != nil {
			return nil, err
		}
		found = append(found, f)
	}
	if err := l.replay(ctx, found); err != nil {
		return nil, err
	}
	return l.resume(found)
}

// list removes half-made files and returns the numbers of the segments, sorted.
func (l *Log) list() ([]uint64, error) {
	names, err := l.opt.FS.List(l.opt.Dir)
	if err != nil {
		return nil, err
	}
	var numbers []uint64
	for _, name := range names {
		if n, ok := parseName(name, segSuffix); ok {
			numbers = append(numbers, n)
		} else if strings.HasSuffix(name, tempSuffix) {
			if err := l.opt.FS.Remove(path.Join(l.opt.Dir, name)); err != nil {
				return nil, err
			}
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// create makes a segment file. It gets its name when its header is durable, so
// a file with a segment's name has always been whole; a crash before leaves a
// temporary file or an empty segment at the end, and neither means anything.
func (l *Log) create(number uint64) (*segment, error) {
	name := path.Join(l.opt.Dir, segName(number))
	temp := name + tempSuffix
	f, err := l.opt.FS.Create(temp)
	if err != nil {
		return nil, err
	}
	hdr := fileHeader{sector: l.opt.SectorBytes, number: number, salt: l.opt.salt(), log: l.logID, full: l.opt.SegmentBytes}
	front := make([]byte, hdr.framesStart())
	copy(front, hdr.encode())
	_, err = f.WriteAt(front, 0)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = l.opt.FS.Rename(temp, name)
	}
	if err != nil {
		f.Close()
		_ = l.opt.FS.Remove(temp) // if that fails too, the next Open does it
		return nil, fmt.Errorf("make %s: %w", segName(number), err)
	}
	if err := l.opt.FS.SyncDir(l.opt.Dir); err != nil {
		// The name is there and may be gone after a crash: it can't be used, and
		// it can't be made again.
		f.Close()
		err = fmt.Errorf("make %s: %w", segName(number), err)
		l.poison(err)
		return nil, err
	}
	l.files.release(l.files.adopt(name, f))
	return &segment{name: segName(number), path: name, file: hdr}, nil
}

// found is a segment file as it was at Open.
type found struct {
	*segment
	size    int64
	seals   [2]uint64 // what its seals prove to have been durable
	closing *closing  // nil: not closed
}

func (f *found) sealed() uint64 { return max(f.seals[0], f.seals[1]) }

// openSegment reads the front sectors of a file.
func (l *Log) openSegment(number uint64) (*found, error) {
	s := &segment{name: segName(number), path: path.Join(l.opt.Dir, segName(number))}
	f, err := l.files.acquire(s.path)
	if err != nil {
		return nil, err
	}
	defer l.files.release(f)
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	front, hdr, wrong, err := readFront(f, size)
	if err != nil {
		return nil, unreadable(f, &found{segment: s, size: size}, 0, err)
	}
	switch {
	case wrong != "":
		return nil, &CorruptError{File: s.name, Reason: wrong}
	case hdr.number != number:
		return nil, &CorruptError{File: s.name, Reason: fmt.Sprintf("the header says it is number %d", hdr.number)}
	case size < hdr.framesStart():
		return nil, &CorruptError{File: s.name, Offset: size, Reason: "the file ends early"}
	case number > 1 && hdr.log != l.logID:
		return nil, &CorruptError{File: s.name, Reason: "the file belongs to another log"}
	}
	l.logID, l.opt.SectorBytes, s.file = hdr.log, hdr.sector, hdr
	out := &found{segment: s, size: size}
	for i := range out.seals {
		if h, wrong := parseFrameHeader(front[hdr.offsetOf(firstSeal+i):], sealMagic, hdr); wrong == "" {
			out.seals[i] = h.durable
		} else if !allZero(front[hdr.offsetOf(firstSeal+i):][:hdr.sector]) {
			l.note("%s: seal %d: %s", s.name, i, wrong)
		}
	}
	at := hdr.offsetOf(closingSector)
	if c, wrong := parseClosing(front[at:at+int64(hdr.sector)], hdr); wrong == "" {
		out.closing = &c
	} else if !allZero(front[at:][:hdr.sector]) {
		l.note("%s: closing record: %s", s.name, wrong)
	}
	return out, nil
}

func (l *Log) note(format string, args ...any) {
	l.recovery.Notes = append(l.recovery.Notes, fmt.Sprintf(format, args...))
}

// readFront reads the sectors in front of the frames. How long they are is in
// the first of them.
func readFront(f io.ReaderAt, size int64) (front []byte, hdr fileHeader, wrong string, err error) {
	for sector := int64(minSectorBytes); ; sector = int64(hdr.sector) {
		front = make([]byte, min(size, frontSectors*sector))
		if err := readFull(f, front, 0); err != nil {
			return nil, hdr, "", err
		}
		hdr, wrong = parseFileHeader(front)
		if len(front) < minSectorBytes || !validSector(hdr.sector) || int64(hdr.sector) <= sector {
			return front, hdr, wrong, nil
		}
	}
}

func readFull(f io.ReaderAt, p []byte, off int64) error {
	n, err := f.ReadAt(p, off)
	if n == len(p) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// replay reads all segments in order and decides about the tail.
func (l *Log) replay(ctx context.Context, files []*found) error {
	l.segs = l.segs[:0]
	for i, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		f.first, f.last, f.end = l.tail+1, l.tail, f.file.framesStart()
		if err := l.replayOne(f, files[i+1:]); err != nil {
			return err
		}
		l.segs = append(l.segs, f.segment)
	}
	return nil
}

func (l *Log) replayOne(f *found, later []*found) error {
	if f.closing != nil {
		return l.replayClosed(f)
	}
	h, err := l.files.acquire(f.path)
	if err != nil {
		return err
	}
	defer l.files.release(h)
	// Whoever wrote here last may have been killed, or have got an error from a
	// sync. Make what the cache has durable before anybody is served from it, and
	// then look at the disk, not at the cache.
	if err := errors.Join(h.Sync(), h.DropCache()); err != nil {
		return fmt.Errorf("sync %s: %w", f.name, err)
	}
	sc, err := scan(h, f, l.replayFrame)
	if err != nil {
		return err
	}
	if len(later) > 0 {
		if err := l.searchLater(f, later[0], &sc); err != nil {
			return err
		}
	}
	if sc.evidence > f.last {
		reason := fmt.Sprintf("%s; the log is readable up to position %d, but %d were durable", sc.stop, f.last, sc.evidence)
		if sc.clean && f.end >= f.file.full && len(later) > 0 {
			// This file is whole: the writer left it here. It is the next one.
			return &CorruptError{File: later[0].name, Offset: later[0].file.framesStart(), Reason: reason}
		}
		return &CorruptError{File: f.name, Offset: f.end, Reason: reason}
	}
	l.tail = f.last
	if !sc.clean {
		return l.cutTail(f, h)
	}
	return nil
}

// replayClosed takes a full segment from its index. Without a usable index it
// is read, and the index made again.
func (l *Log) replayClosed(f *found) error {
	if err := l.indexEarlier(); err != nil {
		return err
	}
	c := f.closing
	if c.first != f.first {
		return &CorruptError{File: f.name, Offset: f.file.offsetOf(closingSector), Reason: fmt.Sprintf(
			"it begins with position %d, the file before ends with %d", c.first, l.tail)}
	}
	h, err := l.files.acquire(f.path)
	if err != nil {
		return err
	}
	defer l.files.release(h)
	f.closed = true
	f.last, f.end, l.tail = c.last, c.end, c.last
	if f.size >= c.end && l.replayIndex(f.segment) {
		return nil
	}
	f.last, f.end = f.first-1, f.file.framesStart()
	sc, err := scan(h, f, l.replayFrame)
	if err != nil {
		return err
	}
	if f.last != c.last || f.end != c.end {
		return &CorruptError{File: f.name, Offset: f.end, Reason: fmt.Sprintf(
			"%s; it is readable up to position %d, but should have %d", sc.stop, f.last, c.last)}
	}
	l.retire(f.segment)
	l.recovery.Reindexed++
	l.segs = append(l.segs, f.segment)
	defer func() { l.segs = l.segs[:len(l.segs)-1] }()
	if err := l.indexSegment(f.segment, l.indexedBefore); err != nil {
		return err
	}
	if err := l.saveIndex(f.segment); err != nil && !vfs.IsFull(err) {
		return err
	}
	return nil
}

// indexEarlier makes the index, in memory, of segments that come before a closed
// one and are not closed themselves, because their closing record is damaged. An
// index links to those before it, so they are made in order.
func (l *Log) indexEarlier() error {
	for _, s := range l.segs {
		if s.index != nil {
			continue
		}
		l.retire(s)
		if err := l.indexSegment(s, l.indexedBefore); err != nil {
			return err
		}
	}
	return nil
}

// replayIndex takes the streams of a closed segment from its index file, if it
// is there and fits what came before.
func (l *Log) replayIndex(s *segment) bool {
	name := path.Join(l.opt.Dir, idxName(s.file.number))
	h, err := l.files.acquire(name)
	if err != nil {
		return false
	}
	defer l.files.release(h)
	size, err := h.Size()
	if err != nil {
		return false
	}
	x, meta, wrong := loadIndex(h, size, s)
	if wrong != "" {
		return false
	}
	fits := func(_ uint32, name string, e indexEntry) error {
		head, before := int64(-1), ref{}
		if st := l.streams[name]; st != nil {
			head, before = st.head, st.indexed
		}
		if e.first != head+1 || e.count == 0 || e.prev != before {
			return errBadIndex
		}
		return nil
	}
	if x.each(meta, fits) != nil {
		return false
	}
	take := func(slot uint32, name string, e indexEntry) error {
		st := l.streams[name]
		if st == nil {
			st = &stream{name: name}
			l.streams[name] = st
		}
		st.head, st.indexed = e.last(), ref{uint32(s.file.number), slot}
		return nil
	}
	if err := x.each(meta, take); err != nil {
		panic("segment: an index that was checked does not parse: " + err.Error())
	}
	s.index = x
	return true
}

// searchLater looks whether the file behind f goes on where f ends. If it does
// not, it may still prove that f once held more.
func (l *Log) searchLater(f, next *found, sc *scanned) error {
	h, err := l.files.acquire(next.path)
	if err != nil {
		return err
	}
	defer l.files.release(h)
	w := window{f: h, limit: next.size, ahead: readAhead}
	start := next.file.framesStart()
	if b, err := w.bytes(start, frameHeaderBytes); err == nil {
		if fh, wrong := parseFrameHeader(b, commitMagic, next.file); wrong == "" && fh.first == f.last+1 {
			return nil
		}
	}
	evidence, _, err := searchEvidence(&w, next, start)
	sc.evidence = max(sc.evidence, evidence, next.sealed())
	if next.closing != nil {
		sc.evidence = max(sc.evidence, next.closing.first-1)
	}
	return err
}

// cutTail removes what an interrupted commit left. Nothing of it was ever
// acknowledged: if it had been, something later would prove it. The cut is
// durable before the next commit is written, so the two can't be mixed up.
func (l *Log) cutTail(f *found, h vfs.File) error {
	l.recovery.Truncated, l.recovery.File, l.recovery.Offset = f.size-f.end, f.name, f.end
	if err := h.Truncate(f.end); err != nil {
		return fmt.Errorf("truncate %s: %w", f.name, err)
	}
	f.size = f.end
	if err := h.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", f.name, err)
	}
	return nil
}

// resume makes the recovered state durable and returns the writer.
func (l *Log) resume(files []*found) (*writer, error) {
	active := 0
	for i, f := range files {
		if !f.empty() {
			active = i
		}
	}
	if files[active].closing != nil {
		active++
	}
	if active >= len(files) {
		return nil, &CorruptError{File: segName(uint64(active + 1)), Reason: "the file is missing"}
	}
	if len(files) > active+2 {
		return nil, &CorruptError{File: files[active+2].name, Reason: "an empty file too many"}
	}
	for i := range active {
		l.retire(l.segs[i])
	}
	for _, s := range l.streams {
		s.next = s.head + 1
	}
	if err := l.opt.FS.SyncDir(l.opt.Dir); err != nil {
		return nil, err
	}
	l.recovery.Events = l.tail
	h, err := l.files.acquire(files[active].path)
	if err != nil {
		return nil, err
	}
	if len(files) > active+1 {
		l.room.ready = l.segs[active+1]
	}
	l.segs = l.segs[:active+1]
	w := &writer{log: l, seg: l.segs[active], file: h, end: files[active].end, tail: l.tail}
	l.room.begin(w.seg, w.end, files[active].size) // behind the end are only zeros
	w.seals = files[active].seals
	if err := w.seal(); err != nil {
		return nil, err
	}
	return w, nil
}

// scanned is what scan saw.
type scanned struct {
	stop     string // why it ended, for people
	clean    bool   // nothing but zeros behind the end
	evidence uint64 // the highest durable count that any header in the file claims
}

// scan reads the frames of f from the start, gives each whole one to visit, and
// moves f.last and f.end along. Where it can't go on it looks at every sector
// behind, for a header that proves that more was durable.
func scan(h io.ReaderAt, f *found, visit func(s *segment, fh frameHeader, off int64, frame []byte) error) (scanned, error) {
	out := scanned{evidence: f.sealed()}
	w := window{f: h, limit: f.size, ahead: readAhead}
	if f.closing != nil {
		w.limit = min(w.limit, f.closing.end)
	}
	for {
		head, err := w.bytes(f.end, frameHeaderBytes)
		if errors.Is(err, io.EOF) {
			out.stop = "the file ends"
			break
		} else if err != nil {
			return out, unreadable(h, f, f.end, err)
		}
		fh, wrong := parseFrameHeader(head, commitMagic, f.file)
		if wrong == "" && fh.first != f.last+1 {
			wrong = fmt.Sprintf("a frame of position %d where %d was expected", fh.first, f.last+1)
		}
		if wrong == "" && f.end+int64(fh.length) > w.limit {
			wrong = "the file ends inside of a frame"
		}
		if wrong != "" {
			out.stop = wrong
			break
		}
		frame, err := w.bytes(f.end, fh.length)
		if err != nil {
			return out, unreadable(h, f, f.end, err)
		}
		if checksum(frame[frameHeaderBytes:]) != fh.body {
			out.stop = "checksum of a frame"
			break
		}
		if err := visit(f.segment, fh, f.end, frame); err != nil {
			return out, err
		}
		out.evidence = max(out.evidence, fh.durable)
		f.last += uint64(fh.count)
		f.end += int64(fh.length)
	}
	evidence, zeros, err := searchEvidence(&w, f, f.end)
	out.evidence = max(out.evidence, evidence)
	out.clean = zeros
	return out, err
}

// searchEvidence looks at every sector of f from off on: what is the highest
// durable count that a header claims, and are they all zeros?
func searchEvidence(w *window, f *found, off int64) (evidence uint64, zeros bool, err error) {
	zeros = true
	for ; off < w.limit; off += int64(f.file.sector) {
		b, err := w.bytes(off, int(min(int64(f.file.sector), w.limit-off)))
		if err != nil {
			return 0, false, unreadable(w.f, f, off, err)
		}
		if allZero(b) {
			continue
		}
		zeros = false
		if fh, wrong := parseFrameHeader(b, commitMagic, f.file); wrong == "" {
			evidence = max(evidence, fh.durable)
		}
	}
	return evidence, zeros, nil
}

func allZero(b []byte) bool {
	for len(b) > len(zeroPad) {
		if string(b[:len(zeroPad)]) != string(zeroPad[:]) {
			return false
		}
		b = b[len(zeroPad):]
	}
	return string(b) == string(zeroPad[:len(b)])
}

// unreadable finds the first sector that can't be read, at off or behind.
func unreadable(h io.ReaderAt, f *found, off int64, cause error) error {
	return unreadableSector(h, f.name, f.file.sector, off, f.size, cause)
}

func unreadableSector(h io.ReaderAt, name string, sector int, off, size int64, cause error) error {
	b := make([]byte, max(sector, minSectorBytes))
	first := off
	for at := off - off%int64(len(b)); at < size; at += int64(len(b)) {
		if err := readFull(h, b[:min(int64(len(b)), size-at)], at); err != nil {
			first = max(off, at)
			break
		}
	}
	return fmt.Errorf("%w: %w", &CorruptError{File: name, Offset: first, Reason: "the disk can't read it"}, cause)
}

// replayFrame takes the events of a frame into the streams.
func (l *Log) replayFrame(s *segment, fh frameHeader, off int64, frame []byte) error {
	if n := len(l.segs); n > 0 {
		l.retire(l.segs[n-1]) // what the streams have as active belongs to it
	}
	s.addMark(fh.first, off)
	return eachEvent(s, fh, off, frame, func(e eventstore.Envelope, at int64) error {
		st := l.streams[string(e.Stream)]
		if st == nil {
			st = &stream{name: string(e.Stream), head: -1}
			l.streams[st.name] = st
		}
		if e.Revision != st.head+1 {
			return &CorruptError{File: s.name, Offset: at, Reason: fmt.Sprintf(
				"revision %d of %s where %d was expected", e.Revision, st.name, st.head+1)}
		}
		st.head++
		st.active = append(st.active, makeEntry(at, idTag(e.ID)))
		return nil
	})
}

// tables collects the runs of one segment, apart from the rest of the log.
type tables struct{ runs map[string]run }

func newTables() *tables { return &tables{runs: map[string]run{}} }

func (t *tables) addFrame(s *segment, fh frameHeader, off int64, frame []byte) error {
	s.addMark(fh.first, off)
	return eachEvent(s, fh, off, frame, func(e eventstore.Envelope, at int64) error {
		r, ok := t.runs[string(e.Stream)]
		if !ok {
			r.first = e.Revision
		}
		if e.Revision != r.first+int64(len(r.entries)) {
			return &CorruptError{File: s.name, Offset: at, Reason: fmt.Sprintf(
				"revision %d of %s where %d was expected", e.Revision, e.Stream, r.first+int64(len(r.entries)))}
		}
		r.entries = append(r.entries, makeEntry(at, idTag(e.ID)))
		t.runs[string(e.Stream)] = r
		return nil
	})
}

// eachEvent calls visit with the events of a frame, whose checksums are right,
// and their offsets in the file.
func eachEvent(s *segment, fh frameHeader, off int64, frame []byte, visit func(e eventstore.Envelope, at int64) error) error {
	at, end := frameHeaderBytes, frameHeaderBytes+fh.payload
	for i := range fh.count {
		env, n, err := cutRecord(frame[at:end], fh.first+uint64(i))
		if err != nil {
			return &CorruptError{File: s.name, Offset: off + int64(at), Reason: err.Error()}
		}
		e, err := eventstore.ParseEnvelope(env)
		if err != nil {
			return &CorruptError{File: s.name, Offset: off + int64(at), Reason: err.Error()}
		}
		if err := visit(e, off+int64(at)); err != nil {
			return err
		}
		at += n
	}
	if at != end {
		return &CorruptError{File: s.name, Offset: off + int64(at), Reason: "bytes behind the last record of a frame"}
	}
	return nil
}

// cutRecord returns the envelope of the record at the start of b and the
// record's length. The checksum of the frame around it has been checked, so
// that a fault here is a bug of whoever wrote it.
func cutRecord(b []byte, pos uint64) (env []byte, n int, err error) {
	if len(b) < recordHeader {
		return nil, 0, errors.New("a frame ends inside of a record")
	}
	n, ok := recordLength(b)
	switch {
	case !ok || n > len(b):
		return nil, 0, errors.New("length of a record")
	case !checkRecord(b[:n]):
		return nil, 0, errors.New("checksum of a record")
	case recordPosition(b) != pos:
		return nil, 0, fmt.Errorf("a record of position %d where %d was expected", recordPosition(b), pos)
	}
	return b[recordHeader:n], n, nil
}
