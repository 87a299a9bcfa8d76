package segment

import (
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// list removes half-made files and returns the numbers of the segments, sorted
// and complete.
func (l *Log) list() ([]uint64, error) {
	names, err := l.opt.FS.List(l.opt.Dir)
	if err != nil {
		return nil, err
	}
	var numbers []uint64
	highest := uint64(0) // of segments that are there or have an index
	for _, name := range names {
		if n, ok := parseName(name, segSuffix); ok {
			numbers = append(numbers, n)
			highest = max(highest, n)
		} else if n, ok := parseName(name, idxSuffix); ok {
			highest = max(highest, n)
		} else if strings.HasSuffix(name, tempSuffix) {
			if err := l.opt.FS.Remove(path.Join(l.opt.Dir, name)); err != nil {
				return nil, err
			}
		}
	}
	slices.Sort(numbers)
	for n := range highest {
		if n >= uint64(len(numbers)) || numbers[n] != n+1 {
			return nil, &CorruptError{File: segName(n + 1), Reason: "the file is missing"}
		}
	}
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
