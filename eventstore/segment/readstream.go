package segment

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/amends-ledger/amends/eventstore"
)

// checkEvery is how many events a reader handles between two looks at its ctx.
const checkEvery = 256

// ReadStream yields the events of a stream; see eventstore.Store. Each event is
// found by the index and checked against its checksum, its stream and its
// revision.
func (l *Log) ReadStream(ctx context.Context, name string, from int64, o eventstore.ReadOptions) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		for r, err := range l.readStream(ctx, name, from, o) {
			if err != nil {
				yield(eventstore.Recorded{}, fmt.Errorf("read stream %s: %w", name, err))
				return
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (l *Log) readStream(ctx context.Context, name string, from int64, o eventstore.ReadOptions) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		if err := l.check(ctx); err != nil {
			yield(eventstore.Recorded{}, err)
			return
		}
		head := l.head(name)
		low, high := max(from, 0), head
		if o.Backwards {
			low, high = 0, min(from, head)
			if from < 0 {
				high = head
			}
		}
		if o.Limit > 0 && high-low+1 > int64(o.Limit) {
			if o.Backwards {
				low = high - int64(o.Limit) + 1
			} else {
				high = low + int64(o.Limit) - 1
			}
		}
		rd := streamReader{log: l, name: name, names: interner{}, backwards: o.Backwards}
		defer rd.release()
		for n := int64(0); n <= high-low; n++ {
			rev := low + n
			if o.Backwards {
				rev = high - n
			}
			rec, err := rd.read(ctx, rev)
			if err != nil {
				yield(eventstore.Recorded{}, err)
				return
			}
			if !yield(rec, nil) {
				return
			}
		}
	}
}

// streamReader reads single events of one stream.
type streamReader struct {
	log       *Log
	name      string
	names     interner
	backwards bool
	run       run
	seg       *segment
	file      *handle
	buf       []byte // of the file, from base on
	base      int64
	n         int
}

func (r *streamReader) release() {
	if r.file != nil {
		r.log.files.release(r.file)
		r.file = nil
	}
}

// read returns the event at revision rev, which is durable.
func (r *streamReader) read(ctx context.Context, rev int64) (rec eventstore.Recorded, err error) {
	if r.n++; r.n%checkEvery == 0 {
		if err := r.log.check(ctx); err != nil {
			return rec, err
		}
	}
	rec, err = r.try(rev)
	if err == nil || r.seg == nil || !errors.Is(err, eventstore.ErrCorrupt) || !r.log.hasIndex(r.seg) {
		return rec, err
	}
	// Either the index misled us, or the segment is damaged.
	if err := r.log.repairIndex(r.seg); err != nil {
		return rec, err
	}
	r.run, r.buf = run{}, r.buf[:0]
	return r.try(rev)
}

func (r *streamReader) try(rev int64) (rec eventstore.Recorded, err error) {
	if !r.run.holds(rev) {
		if err := r.enter(rev); err != nil {
			return rec, err
		}
	}
	i := int(rev - r.run.first)
	off := entryOffset(r.run.entries[i])
	b, err := r.fetch(off, i)
	if err != nil {
		return rec, err
	}
	return r.parse(b, off, rev)
}

// enter finds the segment that holds revision rev.
func (r *streamReader) enter(rev int64) error {
	seg, found, err := r.log.locate(r.name, rev, r.backwards)
	if err != nil {
		r.seg = seg
		return err
	}
	if !found.holds(rev) {
		panic(fmt.Sprintf("segment: looking for revision %d of %s found another", rev, r.name))
	}
	if r.file == nil || r.file.path != seg.path {
		r.release()
		if r.file, err = r.log.files.acquire(seg.path); err != nil {
			return err
		}
		r.buf = r.buf[:0]
	}
	r.seg, r.run = seg, found
	return nil
}

func (l *Log) hasIndex(s *segment) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return s.index != nil
}
