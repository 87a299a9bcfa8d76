package coldstore

import (
	"context"
	"time"

	"github.com/amends-ledger/amends/internal/bloom"
)

// writeLoop commits what is pending, as much as has come together, until ctx ends.
func (s *Store) writeLoop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		}
		for s.writePending(ctx) != nil {
			select {
			case <-ctx.Done():
				return
			case <-time.After(retryAfter):
			}
		}
	}
}

// writePending writes what is pending now, or what an earlier try could not. Get
// finds the records in memory until the transaction has ended.
func (s *Store) writePending(ctx context.Context) error {
	s.mu.Lock()
	if s.writing == nil {
		s.writing, s.pending = s.pending, make(map[bloom.Key]record)
	}
	batch := s.writing // nobody changes it any more
	s.mu.Unlock()
	err := s.db.put(ctx, batch)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
	if err == nil {
		s.writing = nil
		if len(s.pending) > 0 {
			select {
			case s.wake <- struct{}{}:
			default:
			}
		}
	}
	close(s.written)
	s.written = make(chan struct{})
	return err
}
