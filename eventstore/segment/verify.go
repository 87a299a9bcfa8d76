package segment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/amends-ledger/amends/eventstore"
)

// FileReport accounts for every byte of one segment file, and says what its
// index has.
type FileReport struct {
	Name        string
	First, Last eventstore.Position // Last < First: the file has no events
	Frames      int

	// Bytes of the file; together they are its size.
	Header       int64 // the file header
	Seals        int64
	Closing      int64
	FrameHeaders int64
	Records      int64
	Padding      int64
	Room         int64 // zeros that no commit has used yet

	Index int64 // bytes of the index file, 0 where there is none yet
	// Notes are oddities that are not damage, such as a seal that a crash has
	// torn.
	Notes []string
}

// Size is the size of the file in bytes.
func (r FileReport) Size() int64 {
	return r.Header + r.Seals + r.Closing + r.FrameHeaders + r.Records + r.Padding + r.Room
}

// Verify reads the whole log, checks every checksum, the order of positions and
// revisions, and each index against its file. It yields one report per file; an
// error (a *CorruptError where a file is damaged) concerns that file, and the
// iteration goes on with the next. What is appended meanwhile is not looked at.
//
// The room behind the last commit is counted and not read: Open has seen that it
// is zeros.
func (l *Log) Verify(ctx context.Context) iter.Seq2[FileReport, error] {
	return func(yield func(FileReport, error) bool) {
		l.mu.RLock()
		segs := l.segs[:len(l.segs):len(l.segs)]
		l.mu.RUnlock()
		v := verifier{log: l, heads: map[string]int64{}}
		for _, s := range segs {
			if err := l.check(ctx); err != nil {
				yield(FileReport{}, fmt.Errorf("verify: %w", err))
				return
			}
			if !yield(v.file(s)) {
				return
			}
		}
	}
}

// verifier remembers what it has seen in earlier files.
type verifier struct {
	log   *Log
	heads map[string]int64 // last revision of each stream
	tail  uint64
}

func (v *verifier) file(s *segment) (FileReport, error) {
	l := v.log
	l.mu.RLock()
	copied := segment{name: s.name, path: s.path, file: s.file, first: s.first, last: s.first - 1, end: s.file.framesStart()}
	last, end, closed, indexed := s.last, s.end, s.closed, s.index != nil
	l.mu.RUnlock()
	r := FileReport{Name: s.name, First: eventstore.Position(s.first), Last: eventstore.Position(last)}

	h, err := l.files.acquire(s.path)
	if err != nil {
		return r, fmt.Errorf("verify %s: %w", s.name, err)
	}
	defer l.files.release(h)
	f := &found{segment: &copied, size: end}
	if err := v.front(h, f, &r, closed); err != nil {
		return r, err
	}
	t := newTables()
	sc, err := scan(h, f, func(s *segment, fh frameHeader, off int64, frame []byte) error {
		r.Frames++
		r.FrameHeaders += frameHeaderBytes
		r.Records += int64(fh.payload)
		r.Padding += int64(fh.length - frameHeaderBytes - fh.payload)
		return t.addFrame(s, fh, off, frame)
	})
	if err != nil {
		return r, err
	}
	if copied.last != last || copied.end != end {
		return r, &CorruptError{File: s.name, Offset: copied.end, Reason: sc.stop}
	}
	if last >= s.first && s.first != v.tail+1 {
		return r, &CorruptError{File: s.name, Offset: s.file.framesStart(), Reason: fmt.Sprintf(
			"position %d where %d was expected", s.first, v.tail+1)}
	}
	v.tail = last
	size, err := h.Size()
	if err != nil {
		return r, fmt.Errorf("verify %s: %w", s.name, err)
	}
	r.Room = size - end
	if err := v.revisions(s, t); err != nil {
		return r, err
	}
	if indexed {
		return r, v.index(s, t, &r)
	}
	return r, nil
}

// front checks the sectors in front of the first frame.
func (v *verifier) front(h io.ReaderAt, f *found, r *FileReport, closed bool) error {
	sector := int64(f.file.sector)
	front := make([]byte, f.file.framesStart())
	if err := readFull(h, front, 0); err != nil {
		return unreadable(h, f, 0, err)
	}
	if hdr, wrong := parseFileHeader(front); wrong != "" || hdr != f.file {
		return &CorruptError{File: f.name, Reason: "the file header has changed: " + wrong}
	}
	r.Header, r.Seals, r.Closing = sector, 2*sector, sector
	for i := range 2 {
		b := front[f.file.offsetOf(firstSeal+i):][:sector]
		if allZero(b) {
			continue
		}
		if sh, wrong := parseFrameHeader(b, sealMagic, f.file); wrong != "" || checksum(b[frameHeaderBytes:]) != sh.body {
			r.Notes = append(r.Notes, fmt.Sprintf("seal %d is torn or damaged", i))
		}
	}
	b := front[f.file.offsetOf(closingSector):][:sector]
	_, wrong := parseClosing(b, f.file)
	switch {
	case closed && wrong != "":
		return &CorruptError{File: f.name, Offset: f.file.offsetOf(closingSector), Reason: wrong}
	case !closed && !allZero(b):
		r.Notes = append(r.Notes, "the closing record is torn or damaged")
	}
	return nil
}

// revisions checks that each stream goes on where the file before left it.
func (v *verifier) revisions(s *segment, t *tables) error {
	for name, r := range t.runs {
		head, ok := v.heads[name]
		if !ok {
			head = -1
		}
		if r.first != head+1 {
			return &CorruptError{File: s.name, Offset: entryOffset(r.entries[0]), Reason: fmt.Sprintf(
				"revision %d of %s where %d was expected", r.first, name, head+1)}
		}
		v.heads[name] = head + int64(len(r.entries))
	}
	return nil
}

// index compares the index of s with what the file has.
func (v *verifier) index(s *segment, t *tables, r *FileReport) error {
	streams := 0
	bad := func(why string) error {
		return &CorruptError{File: idxName(s.file.number), Reason: why}
	}
	err := v.log.withIndex(s, func(x *index, f io.ReaderAt) error {
		r.Index = x.size
		_, meta, wrong := loadIndex(f, x.size, s)
		if wrong != "" {
			return bad(wrong)
		}
		return x.each(meta, func(_ uint32, name string, e indexEntry) error {
			streams++
			want, ok := t.runs[name]
			if !ok || want.first != e.first || len(want.entries) != int(e.count) {
				return bad("its run of " + name + " is another than the file's")
			}
			got, err := x.readOffsets(f, e, e.first, int(e.count))
			if err != nil {
				return err
			}
			ids, err := x.readIDs(f, e)
			if err != nil {
				return err
			}
			for i, entry := range want.entries {
				if makeEntry(entryOffset(got.entries[i]), tags{raw: ids}.at(i)) != entry {
					return bad(fmt.Sprintf("revision %d of %s is not where it says", e.first+int64(i), name))
				}
			}
			return nil
		})
	})
	if err == nil && streams != len(t.runs) {
		err = bad(fmt.Sprintf("it has %d streams, the file has %d", streams, len(t.runs)))
	}
	if errors.Is(err, errBadIndex) {
		err = bad(err.Error())
	}
	return err
}
