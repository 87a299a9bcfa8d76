package segment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/amends-ledger/amends/eventstore"
)

// ReadAll yields all events in order of position; see eventstore.Store. It
// reads the files front to back. An after behind the tail is ErrCorrupt: the
// position comes from a log that had more than this one has.
func (l *Log) ReadAll(ctx context.Context, after eventstore.Position, f eventstore.Filter, limit int) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		match := newMatcher(f)
		n := 0
		err := l.scanAll(ctx, uint64(after), func(r record, e eventstore.Envelope) bool {
			if !match.keeps(e) {
				return true
			}
			n++
			return yield(match.names.recorded(e, r.pos), nil) && (limit <= 0 || n < limit)
		})
		if err != nil {
			yield(eventstore.Recorded{}, fmt.Errorf("read all behind %d: %w", after, err))
		}
	}
}

// scanAll visits each durable record behind after, up to the tail as of the
// call, until visit returns false.
func (l *Log) scanAll(ctx context.Context, after uint64, visit func(record, eventstore.Envelope) bool) error {
	if err := l.check(ctx); err != nil {
		return err
	}
	tail := l.durable()
	if after > tail {
		return fmt.Errorf("position %d is behind the end of the log, %d: %w", after, tail, eventstore.ErrCorrupt)
	}
	for pos := after + 1; pos <= tail; {
		last, more, err := l.scanSegment(ctx, pos, tail, visit)
		if err != nil || !more {
			return err
		}
		pos = last + 1
	}
	return nil
}

// scanSegment visits the records from pos on that are in the same segment.
func (l *Log) scanSegment(ctx context.Context, pos, tail uint64, visit func(record, eventstore.Envelope) bool) (last uint64, more bool, err error) {
	w, last, err := l.walkFrom(pos)
	if err != nil {
		return 0, false, err
	}
	defer l.files.release(w.handle)
	last = min(last, tail)
	for ; pos <= last; pos++ {
		if pos%checkEvery == 0 {
			if err := l.check(ctx); err != nil {
				return 0, false, err
			}
		}
		r, err := w.next()
		if err != nil {
			return 0, false, early(&w.walker, err)
		}
		e, err := eventstore.ParseEnvelope(r.env)
		if err != nil {
			return 0, false, w.corrupt(r.off, err.Error())
		}
		if !visit(r, e) {
			return 0, false, nil
		}
	}
	return last, true, nil
}

// fileWalker is a walker that holds its file.
type fileWalker struct {
	walker
	handle *handle
}

// walkFrom returns a walker before the record at pos, which is durable, and the
// last position in its segment.
func (l *Log) walkFrom(pos uint64) (*fileWalker, uint64, error) {
	for tries := 0; ; tries++ {
		s, w, last, err := l.tryWalk(pos)
		if err == nil || tries > 0 || !errors.Is(err, eventstore.ErrCorrupt) || !l.hasIndex(s) {
			return w, last, err
		}
		if err := l.repairIndex(s); err != nil {
			return nil, 0, err
		}
	}
}

func (l *Log) tryWalk(pos uint64) (*segment, *fileWalker, uint64, error) {
	s, from, last, end, err := l.segmentOf(pos)
	if err != nil {
		return s, nil, 0, err
	}
	h, err := l.files.acquire(s.path)
	if err != nil {
		return s, nil, 0, err
	}
	w := &fileWalker{handle: h, walker: newWalker(h, s, from.off, from.pos, end)}
	if err := w.seek(pos); err != nil {
		l.files.release(h)
		return s, nil, 0, early(&w.walker, err)
	}
	return s, w, last, nil
}

// early turns an end that comes before the last durable record into damage.
func early(w *walker, err error) error {
	if err == io.EOF {
		return w.corrupt(w.at, "the frames end early")
	}
	return err
}

// matcher is a Filter made ready for many events.
type matcher struct {
	prefix string
	types  map[string]bool // nil for all
	names  interner
}

func newMatcher(f eventstore.Filter) *matcher {
	m := &matcher{prefix: f.StreamPrefix, names: interner{}}
	if len(f.Types) > 0 {
		m.types = make(map[string]bool, len(f.Types))
		for _, t := range f.Types {
			m.types[t] = true
		}
	}
	return m
}

func (m *matcher) keeps(e eventstore.Envelope) bool {
	n := len(m.prefix)
	return len(e.Stream) >= n && string(e.Stream[:n]) == m.prefix && (m.types == nil || m.types[string(e.Type)])
}
