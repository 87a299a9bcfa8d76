package segment

import (
	"errors"
	"fmt"
	"io"

	"github.com/amends-ledger/amends/eventstore"
)

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
