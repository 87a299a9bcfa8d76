package segment

import (
	"fmt"
	"path"

	"github.com/amends-ledger/amends/internal/vfs"
)

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
