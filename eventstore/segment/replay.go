package segment

import (
	"context"
	"errors"
	"fmt"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

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
		l.take(st, makeEntry(at, idTag(e.ID)))
		return nil
	})
}
