package segment

import (
	"context"
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
