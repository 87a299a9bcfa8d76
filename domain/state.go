package domain

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// StateVersion is raised when the fields of Merchant, or what they mean, change.
// A snapshot of another version is thrown away and folded again from the events.
const StateVersion = 1

// MarshalState writes the whole state, for a snapshot. Records that left memory
// (Retire) are not in it. The same state gives the same bytes.
func (m *Merchant) MarshalState() ([]byte, error) {
	data, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode state of merchant %s: %w", m.ID, err)
	}
	return data, nil
}

// UnmarshalState reads what MarshalState of the same StateVersion wrote.
func UnmarshalState(data []byte) (*Merchant, error) {
	m := &Merchant{}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("decode state: %w", err)
	}
	m.rebuild()
	return m, nil
}

// rebuild makes anew what is derived from the state and not written with it.
func (m *Merchant) rebuild() {
	m.closed, m.timers = retirees{}, nil
	for _, no := range m.payoutsInOrder() {
		p := m.Payouts[no]
		if !p.IsOpen() {
			m.idle(ColdPayout, no, &p.resident)
		}
		m.setDeadline(p, p.Deadline)
	}
	for no, o := range m.Orders {
		if o.Open == 0 {
			m.idle(ColdOrder, no, &o.resident)
		}
	}
	for id, c := range m.Customers {
		if c.Open == 0 {
			m.idle(ColdCustomer, id, &c.resident)
		}
	}
}

// payoutsInOrder is the numbers of the payouts in memory in order of time.
func (m *Merchant) payoutsInOrder() []string {
	numbers := make([]string, 0, len(m.Payouts))
	for no := range m.Payouts {
		numbers = append(numbers, no)
	}
	slices.SortFunc(numbers, func(a, b string) int {
		return cmp.Or(m.Payouts[a].RequestedAt.Compare(m.Payouts[b].RequestedAt), cmp.Compare(a, b))
	})
	return numbers
}
