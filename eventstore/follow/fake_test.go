package follow

import (
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/amends-ledger/amends/eventstore"
)

// fake is a Store in memory, small enough to live in a synctest bubble, where
// time is simulated. Tests that don't need one use the real log.
type fake struct {
	eventstore.Store // what is not below is not used

	mu     sync.Mutex
	events []eventstore.Recorded
	grown  chan struct{} // closed and replaced with each event
}

func newFake() *fake { return &fake{grown: make(chan struct{})} }

func (s *fake) Append(_ context.Context, w eventstore.Write) (eventstore.Commit, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range w.Events {
		rev := int64(0)
		for _, r := range s.events {
			if r.Stream == w.Stream {
				rev++
			}
		}
		s.events = append(s.events, eventstore.Recorded{
			Event: e, Stream: w.Stream, Revision: rev, Position: eventstore.Position(len(s.events) + 1),
		})
	}
	close(s.grown)
	s.grown = make(chan struct{})
	return eventstore.Commit{}, nil
}

func (s *fake) ReadStream(_ context.Context, stream string, from int64, _ eventstore.ReadOptions) iter.Seq2[eventstore.Recorded, error] {
	s.mu.Lock()
	events := slices.Clone(s.events)
	s.mu.Unlock()
	return func(yield func(eventstore.Recorded, error) bool) {
		for _, e := range events {
			if e.Stream == stream && e.Revision >= from && !yield(e, nil) {
				return
			}
		}
	}
}

func (s *fake) Subscribe(ctx context.Context, after eventstore.Position, _ eventstore.Filter, h eventstore.Handler) error {
	for caughtUp := false; ; {
		s.mu.Lock()
		events, grown := s.events[after:], s.grown
		s.mu.Unlock()
		for _, e := range events {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			after = e.Position
			if err := h(ctx, eventstore.Notice{Kind: eventstore.EventNotice, Event: e, Position: after}); err != nil {
				return err
			}
		}
		if len(events) == 0 && !caughtUp {
			caughtUp = true
			if err := h(ctx, eventstore.Notice{Kind: eventstore.CaughtUpNotice, Position: after}); err != nil {
				return err
			}
		}
		if len(events) > 0 {
			continue
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *fake) Tail(context.Context) (eventstore.Position, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return eventstore.Position(len(s.events)), nil
}
