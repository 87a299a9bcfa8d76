package ledger

import (
	"fmt"

	"github.com/amends-ledger/amends/domain"
)

// recall brings back what a command reads and memory does not have. Leaving
// memory is caching only: no limit ever forgets.
func (l *Ledger) recall(m *domain.Merchant, c domain.Command) error {
	for _, key := range domain.Needs(c) {
		if m.Holds(key) {
			continue
		}
		cold, ok, err := l.o.Cold.Get(m.ID, key)
		if err != nil {
			return fmt.Errorf("recall %s %s of %s: %w", key.Kind, key.ID, m.ID, err)
		}
		if !ok {
			continue
		}
		if err := m.Recall(cold); err != nil {
			return fmt.Errorf("recall %s %s of %s: %w", key.Kind, key.ID, m.ID, err)
		}
	}
	return nil
}
