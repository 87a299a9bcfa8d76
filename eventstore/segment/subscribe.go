package segment

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/amends-ledger/amends/eventstore"
)

// checkpointEvery is how many events that do not match a subscription are
// passed over before it is told how far it is. At the tail it is told at once.
const checkpointEvery = 1000

// Subscribe delivers events for ever; see eventstore.Store. A subscriber that
// keeps up is served from memory and woken by each commit; a slow one reads the
// files, and is told so by FellBehindNotice. The handler runs in the caller's
// goroutine. An after behind the tail is ErrCorrupt, as with ReadAll.
func (l *Log) Subscribe(ctx context.Context, after eventstore.Position, f eventstore.Filter, h eventstore.Handler) error {
	s := subscription{log: l, match: newMatcher(f), handle: h, at: uint64(after), told: uint64(after)}
	err := s.run(ctx)
	var own *handlerError
	switch {
	case errors.As(err, &own):
		return own.error
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return ctx.Err()
	}
	return fmt.Errorf("subscribe behind %d: %w", after, err)
}

// handlerError keeps apart what the handler returned from what went wrong here.
type handlerError struct{ error }

type subscription struct {
	log    *Log
	match  *matcher
	handle eventstore.Handler
	at     uint64 // position of the last event that was looked at
	told   uint64 // position of the last notice
	live   bool
}

func (s *subscription) run(ctx context.Context) error {
	l := s.log
	woken := l.subs.add()
	defer l.subs.remove(woken)
	for {
		if err := l.check(ctx); err != nil {
			return err
		}
		tail := l.durable()
		if s.at > tail {
			return fmt.Errorf("position %d is behind the end of the log, %d: %w", s.at, tail, eventstore.ErrCorrupt)
		}
		if s.at < tail {
			if err := s.advance(ctx, tail); err != nil {
				return err
			}
			continue
		}
		if err := s.atTail(ctx); err != nil {
			return err
		}
		select {
		case <-woken:
		case <-ctx.Done():
		case <-l.done:
		}
	}
}

// atTail tells what is to be told before waiting.
func (s *subscription) atTail(ctx context.Context) error {
	if s.told < s.at {
		if err := s.tell(ctx, eventstore.CheckpointNotice); err != nil {
			return err
		}
	}
	if s.live {
		return nil
	}
	s.live = true
	return s.tell(ctx, eventstore.CaughtUpNotice)
}

// tell sends a notice that has no event.
func (s *subscription) tell(ctx context.Context, kind eventstore.NoticeKind) error {
	s.told = s.at
	return s.call(ctx, eventstore.Notice{Kind: kind, Position: eventstore.Position(s.at)})
}

func (s *subscription) call(ctx context.Context, n eventstore.Notice) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.handle(ctx, n); err != nil {
		return &handlerError{err}
	}
	return nil
}

// advance delivers some events behind s.at: recent commits from memory, or
// history from the files up to tail.
func (s *subscription) advance(ctx context.Context, tail uint64) error {
	if a, w := s.log.ring.acquire(s.at + 1); a != nil {
		defer s.log.ring.release(a)
		return s.fromMemory(ctx, w)
	}
	if s.live {
		s.live = false
		if err := s.tell(ctx, eventstore.FellBehindNotice); err != nil {
			return err
		}
	}
	var failed error
	err := s.log.scanAll(ctx, s.at, func(r record, e eventstore.Envelope) bool {
		failed = s.deliver(ctx, r.pos, e)
		return failed == nil && r.pos < tail
	})
	return errors.Join(failed, err)
}

func (s *subscription) fromMemory(ctx context.Context, w *walker) error {
	if err := w.seek(s.at + 1); err != nil {
		return err
	}
	for {
		r, err := w.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		e, err := eventstore.ParseEnvelope(r.env)
		if err != nil {
			return err
		}
		if err := s.deliver(ctx, r.pos, e); err != nil {
			return err
		}
	}
}

// deliver hands one event over, if it matches.
func (s *subscription) deliver(ctx context.Context, pos uint64, e eventstore.Envelope) error {
	s.at = pos
	if !s.match.keeps(e) {
		if s.at-s.told >= checkpointEvery {
			return s.tell(ctx, eventstore.CheckpointNotice)
		}
		return nil
	}
	s.told = pos
	rec := s.match.names.recorded(e, pos)
	return s.call(ctx, eventstore.Notice{Kind: eventstore.EventNotice, Event: rec, Position: rec.Position})
}
