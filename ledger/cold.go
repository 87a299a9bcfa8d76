package ledger

import (
	"fmt"

	"github.com/amends-ledger/amends/domain"
)

// retire bounds the records of a merchant in memory. It runs when all that they
// hold is durable in the log. If they can't be kept, the caller must forget m.
func (l *Ledger) retire(m *domain.Merchant) error {
	if m.Idle() <= l.o.IdleRecords {
		return nil
	}
	for m.Idle() > l.o.IdleRecords-l.o.IdleRecords/4 { // in batches, not one by one
		items := m.Retire(retireBatch)
		if len(items) == 0 {
			continue // they were used since; the next turn takes them
		}
		if err := l.o.Cold.Put(m.ID, m.Rev, items); err != nil {
			return fmt.Errorf("retire records of %s: %w", m.ID, err)
		}
	}
	return nil
}

// retireBatch bounds how long a loop is busy with one transaction of Cold.
const retireBatch = 1_024

// recall brings back what a command reads and memory does not have. Leaving
// memory is caching only: no limit ever forgets.
func (l *Ledger) recall(m *domain.Merchant, c domain.Command) error {
	if err := l.recallKeys(m, domain.Needs(c)); err != nil {
		return err
	}
	return l.recallKeys(m, m.NeedsMore(c)) // what only the payout tells
}

func (l *Ledger) recallKeys(m *domain.Merchant, keys []domain.ColdKey) error {
	for _, key := range keys {
		if m.Holds(key) {
			continue
		}
		cold, ok, err := l.o.Cold.Get(m.ID, key)
		if err == nil && ok {
			err = m.Recall(cold)
		}
		if err != nil {
			return fmt.Errorf("recall %s %s of %s: %w", key.Kind, key.ID, m.ID, err)
		}
	}
	return nil
}
