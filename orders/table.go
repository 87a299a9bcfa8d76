package orders

import (
	"context"
	"errors"
	"sync"

	"github.com/amends-ledger/amends/domain"
)

// Table is a Source in memory, filled from a file. The zero Table is empty and
// ready for use, by many goroutines.
type Table struct {
	mu   sync.RWMutex
	rows map[string]row // by order no.
}

type row struct {
	merchant string
	facts    domain.OrderFacts
}

var errNoNumber = errors.New("put order: it has no number")

// Put stores or replaces the facts of an order; replaced tells which. An order
// without a merchant is found for every merchant: the file does not say whose it
// is. An order number belongs to one merchant; putting it for another moves it.
func (t *Table) Put(merchant string, facts domain.OrderFacts) (replaced bool, err error) {
	if facts.ID == "" {
		return false, errNoNumber
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.rows == nil {
		t.rows = make(map[string]row)
	}
	_, replaced = t.rows[facts.ID]
	t.rows[facts.ID] = row{merchant, facts}
	return replaced, nil
}

// Len is the number of orders.
func (t *Table) Len() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.rows)
}

// Order implements Source. Another merchant's order is none: an agent must not
// pay on it, nor learn that it exists.
func (t *Table) Order(_ context.Context, merchant, orderNo string) (*domain.OrderFacts, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	r, ok := t.rows[orderNo]
	if !ok || r.merchant != "" && r.merchant != merchant {
		return nil, nil
	}
	return &r.facts, nil
}
