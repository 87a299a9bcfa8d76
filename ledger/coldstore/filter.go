package coldstore

import (
	"context"
	"crypto/sha256"
	"encoding/binary"

	"github.com/amends-ledger/amends/internal/bloom"
)

// keyOf is 16 bytes of a hash over the lengths and names, so that no two records
// share one.
func keyOf(merchant, kind, id string) bloom.Key {
	b := make([]byte, 0, 128)
	for _, part := range [...]string{merchant, kind, id} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	sum := sha256.Sum256(b)
	return bloom.Key(sum[:])
}

// remember puts k into the filters; s.mu is held.
func (s *Store) remember(k bloom.Key) {
	if s.has(k) {
		return
	}
	if s.room == 0 {
		s.room = max(firstFilter, 2*s.keys)
		s.filters = append([]*bloom.Filter{bloom.New(s.room)}, s.filters...)
	}
	s.filters[0].Add(k)
	s.room--
	s.keys++
}

// has reports whether k may have been put; s.mu is held.
func (s *Store) has(k bloom.Key) bool {
	for _, f := range s.filters {
		if f.Has(k) {
			return true
		}
	}
	return false
}

// loadFilter reads the keys that were there at Open. Until it is done, a record
// that was never put costs a read; nothing else depends on it. If it can't be
// done, it stays so.
func (s *Store) loadFilter(ctx context.Context) {
	n, err := s.db.count(ctx)
	if err != nil {
		return
	}
	f := bloom.New(n)
	if err := s.db.eachKey(ctx, f.Add); err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filters = append(s.filters, f)
	s.keys += n
	s.loaded = true
}
