// Package projtest checks views: against their evaluators, against rebuilds,
// and under kills at every statement. It also has a log in memory to do it with,
// and a story of merchants to fill the log.
package projtest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/eventstore"
)

// Log is an event store in memory. It keeps the contract but for durability and
// limits; positions skip numbers, as those of some engines do.
type Log struct {
	mu     sync.Mutex
	events []eventstore.Recorded
	heads  map[string]int64
	more   chan struct{} // closed when an event is added
	closed bool
}

// NewLog makes an empty log.
func NewLog() *Log { return &Log{heads: map[string]int64{}, more: make(chan struct{})} }

// skip is the distance between positions.
const skip = 3

// Append adds the events if the stream is where w expects it.
func (l *Log) Append(_ context.Context, w eventstore.Write) (eventstore.Commit, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return eventstore.Commit{}, eventstore.ErrUnavailable
	}
	head := int64(-1)
	if h, ok := l.heads[w.Stream]; ok {
		head = h
	}
	e := w.Expect
	if e.Kind == eventstore.NoStream && head >= 0 || e.Kind == eventstore.Exists && head < 0 ||
		e.Kind == eventstore.Exact && head != e.Revision {
		return eventstore.Commit{}, &eventstore.Conflict{Stream: w.Stream, Expected: e, Actual: head}
	}
	for _, e := range w.Events {
		head++
		e.Data, e.Meta = slices.Clone(e.Data), slices.Clone(e.Meta)
		l.events = append(l.events, eventstore.Recorded{
			Event: e, Stream: w.Stream, Revision: head, Position: eventstore.Position(len(l.events)+1) * skip,
		})
	}
	l.heads[w.Stream] = head
	close(l.more)
	l.more = make(chan struct{})
	return eventstore.Commit{Revision: head, Position: eventstore.Position(len(l.events)) * skip}, nil
}

// AppendBatch appends each of ws.
func (l *Log) AppendBatch(ctx context.Context, ws []eventstore.Write) []eventstore.Result {
	out := make([]eventstore.Result, len(ws))
	for i, w := range ws {
		out[i].Commit, out[i].Err = l.Append(ctx, w)
	}
	return out
}

// view is what is in the log now, and a channel that closes when there is more.
func (l *Log) view() ([]eventstore.Recorded, <-chan struct{}, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.events, l.more, l.closed
}

// ReadStream reads one stream.
func (l *Log) ReadStream(_ context.Context, stream string, from int64, o eventstore.ReadOptions) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		events, _, closed := l.view()
		if closed {
			yield(eventstore.Recorded{}, eventstore.ErrUnavailable)
			return
		}
		var found []eventstore.Recorded
		for _, e := range events {
			switch {
			case e.Stream != stream:
			case o.Backwards && (from < 0 || e.Revision <= from), !o.Backwards && e.Revision >= from:
				found = append(found, e)
			}
		}
		if o.Backwards {
			slices.Reverse(found)
		}
		for i, e := range found {
			if o.Limit > 0 && i == o.Limit || !yield(e, nil) {
				return
			}
		}
	}
}

// ReadAll reads behind a position to the end.
func (l *Log) ReadAll(_ context.Context, after eventstore.Position, f eventstore.Filter, limit int) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		events, _, closed := l.view()
		if closed {
			yield(eventstore.Recorded{}, eventstore.ErrUnavailable)
			return
		}
		n := 0
		for _, e := range events[min(int(after/skip), len(events)):] {
			if !matches(f, e) {
				continue
			}
			if !yield(e, nil) {
				return
			}
			if n++; limit > 0 && n == limit {
				return
			}
		}
	}
}

func matches(f eventstore.Filter, e eventstore.Recorded) bool {
	return strings.HasPrefix(e.Stream, f.StreamPrefix) && (len(f.Types) == 0 || slices.Contains(f.Types, e.Type))
}

// Subscribe hands on what is there and then what comes. It says once that it has
// caught up, which is all that the contract asks for.
func (l *Log) Subscribe(ctx context.Context, after eventstore.Position, f eventstore.Filter, h eventstore.Handler) error {
	next, caughtUp := int(after/skip), false
	for {
		events, more, closed := l.view()
		if closed {
			return eventstore.ErrUnavailable
		}
		for ; next < len(events); next++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			e := events[next]
			if !matches(f, e) {
				continue
			}
			if err := h(ctx, eventstore.Notice{Kind: eventstore.EventNotice, Event: e, Position: e.Position}); err != nil {
				return err
			}
		}
		if !caughtUp {
			caughtUp = true
			if err := h(ctx, eventstore.Notice{Kind: eventstore.CaughtUpNotice, Position: eventstore.Position(next) * skip}); err != nil {
				return err
			}
		}
		select {
		case <-more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Head is the last revision of a stream, or -1.
func (l *Log) Head(_ context.Context, stream string) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h, ok := l.heads[stream]; ok {
		return h, nil
	}
	return -1, nil
}

// Tail is the position of the last event.
func (l *Log) Tail(context.Context) (eventstore.Position, error) {
	events, _, closed := l.view()
	if closed {
		return 0, eventstore.ErrUnavailable
	}
	return eventstore.Position(len(events)) * skip, nil
}

// Caps describes the log.
func (l *Log) Caps() eventstore.Caps {
	return eventstore.Caps{Engine: "memory", Durability: "none: it is gone when the process ends"}
}

// Close ends subscriptions.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		close(l.more)
	}
	return nil
}

// CopyTo appends events from..to (by number, from 0) to another store.
func (l *Log) CopyTo(ctx context.Context, to eventstore.Store, from, end int) error {
	events, _, _ := l.view()
	for _, e := range events[from:end] {
		_, err := to.Append(ctx, eventstore.Write{
			Stream: e.Stream, Expect: eventstore.At(e.Revision - 1), Events: []eventstore.Event{e.Event},
		})
		if err != nil {
			return fmt.Errorf("copy event %d: %w", e.Position, err)
		}
	}
	return nil
}

// Len is the number of events.
func (l *Log) Len() int {
	events, _, _ := l.view()
	return len(events)
}

// Spoil replaces the stored data of the n-th event (from 0) and gives it a new
// id: what a log looks like that an event of was never meant for this release.
func (l *Log) Spoil(n int, typ string, data []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = slices.Clone(l.events)
	e := &l.events[n]
	e.Type, e.Data, e.ID = typ, data, uuid.NewSHA1(e.ID, data)
}

// Types counts the events of each type.
func (l *Log) Types() map[string]int {
	events, _, _ := l.view()
	out := map[string]int{}
	for _, e := range events {
		out[e.Type]++
	}
	return out
}
