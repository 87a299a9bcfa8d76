package segment

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"

	"github.com/amends-ledger/amends/eventstore"
)

const noPlace = math.MinInt64

// findIDs looks for the ids of w in revisions from to head of its stream. It
// returns the revision at which w's first event would be, given where the id
// that was found is, or noPlace.
func (l *Log) findIDs(ctx context.Context, w *eventstore.Write, from, head int64) (int64, error) {
	rd := streamReader{log: l, name: w.Stream, names: interner{}}
	defer rd.release()
	for rev := from; rev <= head; {
		if err := l.check(ctx); err != nil {
			return 0, err
		}
		ids, err := l.idsFrom(w.Stream, rev)
		if err != nil {
			return 0, err
		}
		n := min(int64(ids.len()), head-rev+1)
		for i := range n {
			if !hasID(w, ids.at(int(i))) {
				continue
			}
			at := rev + i
			rec, err := rd.read(ctx, at)
			if err != nil {
				return 0, err
			}
			for i := range w.Events {
				if w.Events[i].ID == rec.ID {
					return at - int64(i), nil
				}
			}
		}
		rev += n
	}
	return noPlace, nil
}

// tags are id tags of consecutive revisions, as they lie in memory or in an
// index.
type tags struct {
	entries []uint64
	raw     []byte
}

func (t tags) len() int { return len(t.entries) + len(t.raw)/4 }

func (t tags) at(i int) uint32 {
	if t.entries != nil {
		return entryTag(t.entries[i])
	}
	return binary.BigEndian.Uint32(t.raw[4*i:])
}

// idsFrom returns the tags of the ids of the stream, from revision rev to the end
// of the segment that it is in.
func (l *Log) idsFrom(name string, rev int64) (tags, error) {
	for tries := 0; ; tries++ {
		ids, s, err := l.idsOnce(name, rev)
		if err == nil || tries > 0 || s == nil || !errors.Is(err, errBadIndex) {
			return ids, err
		}
		if err := l.repairIndex(s); err != nil {
			return tags{}, err
		}
	}
}

func (l *Log) idsOnce(name string, rev int64) (ids tags, s *segment, err error) {
	if r, ok := l.inMemory(name, rev); ok {
		return tags{entries: r.entries[rev-r.first:]}, nil, nil
	}
	l.mu.RLock()
	newest := l.streams[name].indexed
	l.mu.RUnlock()
	s, e, err := l.findEntry(newest, rev)
	if err != nil {
		return ids, s, err
	}
	err = l.withIndex(s, func(x *index, f io.ReaderAt) error {
		ids.raw, err = x.readIDs(f, e)
		return err
	})
	if err != nil {
		return ids, s, err
	}
	ids.raw = ids.raw[4*(rev-e.first):]
	return ids, s, nil
}
