package domain

import (
	"encoding/json"
	"fmt"
)

// Orders, customers and closed payouts would grow for ever. They leave memory as
// from a cache: the ledger keeps what Retire returns on disk, and puts it back
// (Recall) before it decides a command that reads it (Needs). So no limit ever
// forgets, and Decide never knows.
//
// Open payouts, and orders and customers that have some, do not leave: a
// payout's end must find what it gives back to.

// Kinds of records that leave memory.
const (
	ColdPayout   = "payout"
	ColdOrder    = "order"
	ColdCustomer = "customer"
)

// ColdKey names a record of a merchant.
type ColdKey struct {
	Kind string
	ID   string // payout no., order no., customer pseudonym
}

// Cold is a record that left memory. Data is JSON.
type Cold struct {
	Kind, ID string
	Data     []byte
}

// resident is what a record in memory knows of its place in the cache. It is no
// part of the state: decisions never read it.
type resident struct {
	queued bool // in the queue of what may leave
	used   bool // since it was queued or last passed over
}

// retirees is the queue of records that may leave memory, each in it once.
type retirees struct {
	keys []ColdKey
	head int
}

func (q *retirees) push(k ColdKey) {
	if q.head > len(q.keys)/2 { // more than half is free: move up
		n := copy(q.keys, q.keys[q.head:])
		clear(q.keys[n:])
		q.keys, q.head = q.keys[:n], 0
	}
	q.keys = append(q.keys, k)
}

func (q *retirees) pop() (k ColdKey, ok bool) {
	if q.head == len(q.keys) {
		return ColdKey{}, false
	}
	k, q.keys[q.head] = q.keys[q.head], ColdKey{}
	q.head++
	return k, true
}

// idle says that a record may leave memory from now on, or was used once more.
func (m *Merchant) idle(kind, id string, r *resident) {
	if r.queued {
		r.used = true
		return
	}
	r.queued, r.used = true, false
	m.closed.push(ColdKey{kind, id})
}

// Idle is the number of records that could leave memory, at the most.
func (m *Merchant) Idle() int { return len(m.closed.keys) - m.closed.head }

// Retire takes up to max records out of memory, those that were not used for
// longest first, and returns them for the ledger to keep: each replaces what it
// kept under the same kind and id. It costs O(1) for each record that had become
// idle or was used since the last call.
func (m *Merchant) Retire(max int) []Cold {
	var out []Cold
	for len(out) < max {
		k, ok := m.closed.pop()
		if !ok {
			break
		}
		if c, gone := m.retire(k); gone {
			out = append(out, c)
		}
	}
	return out
}

// retire takes one record out, unless it is open again (it comes back to the
// queue when it is idle) or was used (it gets a second turn).
func (m *Merchant) retire(k ColdKey) (Cold, bool) {
	var record any
	var r *resident
	var open bool
	switch k.Kind {
	case ColdPayout:
		p := m.Payouts[k.ID]
		record, r, open = p, &p.resident, p.IsOpen()
	case ColdOrder:
		o := m.Orders[k.ID]
		record, r, open = o, &o.resident, o.Open > 0
	case ColdCustomer:
		c := m.Customers[k.ID]
		record, r, open = c, &c.resident, c.Open > 0
	}
	switch {
	case open:
		r.queued = false
		return Cold{}, false
	case r.used:
		r.used = false
		m.closed.push(k)
		return Cold{}, false
	}
	data, err := json.Marshal(record)
	if err != nil {
		panic(fmt.Sprintf("domain: %s %s does not encode: %v", k.Kind, k.ID, err)) // plain fields only
	}
	switch k.Kind {
	case ColdPayout:
		delete(m.Payouts, k.ID)
	case ColdOrder:
		delete(m.Orders, k.ID)
	case ColdCustomer:
		delete(m.Customers, k.ID)
	}
	return Cold{k.Kind, k.ID, data}, true
}

// Recall puts a record back. One that is in memory stays as it is there: memory
// is never older than what was kept.
func (m *Merchant) Recall(c Cold) error {
	if m.Holds(ColdKey{c.Kind, c.ID}) {
		return nil
	}
	var err error
	switch c.Kind {
	case ColdPayout:
		var p *Payout
		if p, err = recalled[Payout](c.Data); err == nil {
			put(&m.Payouts, c.ID, p)
			m.idle(c.Kind, c.ID, &p.resident)
		}
	case ColdOrder:
		var o *Order
		if o, err = recalled[Order](c.Data); err == nil {
			put(&m.Orders, c.ID, o)
			m.idle(c.Kind, c.ID, &o.resident)
		}
	case ColdCustomer:
		var cu *Customer
		if cu, err = recalled[Customer](c.Data); err == nil {
			put(&m.Customers, c.ID, cu)
			m.idle(c.Kind, c.ID, &cu.resident)
		}
	default:
		err = fmt.Errorf("no such kind of record")
	}
	if err != nil {
		return fmt.Errorf("recall %s %s of merchant %s: %w", c.Kind, c.ID, m.ID, err)
	}
	return nil
}

func recalled[T any](data []byte) (*T, error) {
	v := new(T)
	return v, json.Unmarshal(data, v)
}

func put[T any](records *map[string]*T, id string, v *T) {
	if *records == nil {
		*records = map[string]*T{}
	}
	(*records)[id] = v
}

// Holds tells whether a record is in memory.
func (m *Merchant) Holds(k ColdKey) bool {
	switch k.Kind {
	case ColdPayout:
		return m.Payouts[k.ID] != nil
	case ColdOrder:
		return m.Orders[k.ID] != nil
	case ColdCustomer:
		return m.Customers[k.ID] != nil
	}
	return false
}
