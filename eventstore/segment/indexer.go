package segment

import (
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/amends-ledger/amends/internal/vfs"
)

// relinkStep is how many streams learn of a new index under one lock.
const relinkStep = 1000

// indexer finishes full segments in the background, oldest first: it writes
// their index, then their closing record. Both are found missing at the next
// Open if a crash comes first.
func (l *Log) indexer() {
	defer l.helpers.Done()
	for {
		select {
		case <-l.indexWork:
		case <-l.quit:
			return
		}
		if err := l.finishFull(); err != nil {
			l.poison(err)
			return
		}
	}
}

// finishFull finishes every segment that the writer has left. A full disk is no
// error: what could not be written is tried again with the next segment.
func (l *Log) finishFull() error {
	for i := 0; ; i++ {
		l.mu.RLock()
		var s *segment
		if i < len(l.segs) {
			s = l.segs[i]
		}
		stop := s == nil || (s.table == nil && s.index == nil) // the writer is here
		work := !stop && (s.table != nil || s.index.mem != nil || !s.closed)
		l.mu.RUnlock()
		select {
		case <-l.quit:
			stop = true
		default:
		}
		if stop {
			return nil
		}
		if !work {
			continue
		}
		if err := l.finish(s); err != nil && !vfs.IsFull(err) {
			return fmt.Errorf("finish %s: %w", s.name, err)
		}
	}
}

func (l *Log) finish(s *segment) error {
	l.mu.RLock()
	indexed := s.index != nil
	l.mu.RUnlock()
	if !indexed {
		if err := l.indexSegment(s, l.indexedBefore); err != nil {
			return err
		}
	}
	if err := l.saveIndex(s); err != nil {
		return err
	}
	if s.closed {
		return nil
	}
	return l.closeSegment(s)
}

func (l *Log) indexedBefore(name string) ref {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.streams[name].indexed
}

// indexSegment turns the table of s into an index in memory.
func (l *Log) indexSegment(s *segment, last func(string) ref) error {
	b, x, names, err := buildIndex(s, last, l.entryOrRepair)
	if err != nil {
		return err
	}
	x.mem = b
	l.mu.Lock()
	s.index = x
	l.mu.Unlock()
	// Readers find the table before they look at an index, so the streams may
	// learn of it one after the other.
	for slot := 0; slot < len(names); slot += relinkStep {
		l.mu.Lock()
		for i := slot; i < min(slot+relinkStep, len(names)); i++ {
			if st := l.streams[names[i]]; st.indexed.segment <= uint32(s.file.number) {
				st.indexed = ref{uint32(s.file.number), uint32(i)}
			}
		}
		l.mu.Unlock()
	}
	l.mu.Lock()
	s.table, s.marks = nil, nil
	l.mu.Unlock()
	return nil
}

// saveIndex writes the index of s to its file, if it is not there yet. A crash
// leaves the old file, none, or the new one whole.
func (l *Log) saveIndex(s *segment) error {
	l.mu.RLock()
	x := s.index
	mem := x.mem
	l.mu.RUnlock()
	if mem == nil {
		return nil
	}
	fs, temp := l.opt.FS, x.path+tempSuffix
	f, err := fs.Create(temp)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(mem, 0)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		l.files.forget(x.path)
		if err = fs.Rename(temp, x.path); err == nil {
			err = fs.SyncDir(path.Dir(x.path))
		}
	}
	if err != nil {
		_ = fs.Remove(temp) // if that fails too, the next Open does it
		return err
	}
	l.mu.Lock()
	x.mem = nil
	l.mu.Unlock()
	return nil
}

// closeSegment writes the closing record of s and cuts off its unused room. From
// then on Open believes the index without reading the frames, and a log whose
// last file is gone is noticed: the next file was durable before this one was
// closed.
func (l *Log) closeSegment(s *segment) error {
	h, err := l.files.acquire(s.path)
	if err != nil {
		return err
	}
	defer l.files.release(h)
	c := closing{first: s.first, last: s.last, end: s.end}
	if _, err := h.WriteAt(c.encode(s.file), s.file.offsetOf(closingSector)); err != nil {
		return err
	}
	if err := h.Truncate(s.end); err != nil {
		return err
	}
	if err := h.Sync(); err != nil {
		return err
	}
	l.mu.Lock()
	s.closed = true
	l.mu.Unlock()
	return nil
}

// repairIndex makes the index of a full segment again, after something that came
// by way of it did not fit. If the segment itself is damaged, that is the error.
func (l *Log) repairIndex(s *segment) error {
	l.repair.Lock()
	defer l.repair.Unlock()
	return l.repairLocked(s)
}

func (l *Log) repairLocked(s *segment) error {
	fresh, err := l.rescan(s)
	if err != nil {
		return err
	}
	before, err := l.lastEntries(s.file.number)
	if err != nil {
		return err
	}
	b, x, _, err := buildIndex(fresh, func(name string) ref { return before[name] }, func(r ref) (indexEntry, error) {
		_, e, err := l.entry(r)
		return e, err
	})
	if err != nil {
		return err
	}
	x.mem = b
	l.mu.Lock()
	s.index = x // the streams' entries keep their places: same names, same order
	l.mu.Unlock()
	if err := l.saveIndex(s); err != nil && !vfs.IsFull(err) {
		return err
	}
	return nil
}

// rescan reads a full segment from front to back, into tables of its own.
func (l *Log) rescan(s *segment) (*segment, error) {
	l.mu.RLock()
	fresh := &segment{name: s.name, path: s.path, file: s.file, first: s.first, last: s.first - 1, end: s.file.framesStart()}
	end, last, full := s.end, s.last, s.index != nil
	l.mu.RUnlock()
	if !full {
		return nil, errBadIndex
	}
	h, err := l.files.acquire(s.path)
	if err != nil {
		return nil, err
	}
	defer l.files.release(h)
	t := newTables()
	sc, err := scan(h, &found{segment: fresh, size: end}, t.addFrame)
	if err != nil {
		return nil, err
	}
	if fresh.last != last || fresh.end != end {
		return nil, &CorruptError{File: s.name, Offset: fresh.end, Reason: sc.stop}
	}
	fresh.table = t.runs
	return fresh, nil
}

// lastEntries finds each stream's last entry before segment number, by reading
// the indexes before it; those that can't be read are repaired on the way.
func (l *Log) lastEntries(number uint64) (map[string]ref, error) {
	out := map[string]ref{}
	l.mu.RLock()
	segs := l.segs[:number-1]
	l.mu.RUnlock()
	for _, s := range segs {
		take := func(slot uint32, name string, _ indexEntry) error {
			out[name] = ref{uint32(s.file.number), slot}
			return nil
		}
		err := l.readIndex(s, take)
		if errors.Is(err, errBadIndex) {
			if err = l.repairLocked(s); err == nil {
				err = l.readIndex(s, take)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("index of %s: %w", s.name, err)
		}
	}
	return out, nil
}

// readIndex calls visit with every entry of the index of s.
func (l *Log) readIndex(s *segment, visit func(slot uint32, name string, e indexEntry) error) error {
	return l.withIndex(s, func(x *index, f io.ReaderAt) error {
		_, meta, wrong := loadIndex(f, x.size, s)
		if wrong != "" {
			return errBadIndex
		}
		return x.each(meta, visit)
	})
}
