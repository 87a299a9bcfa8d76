package domain

import "time"

// Order is what payouts did to one order. Failed, expired, cancelled and
// rejected payouts are not in it.
type Order struct {
	Count    int
	Amount   int64         // reserved and paid, minor units
	Refunded int64         // as observed, minor units
	Refunds  []string      // references of what was observed
	Total    int64         // what the customer paid, as the last facts say; 0: not known
	Stated   int64         // what they say was refunded
	Payouts  []OrderPayout // that are in Count, in order of time
	Open     int           // of them not yet closed
	Touched  time.Time     // effective time of the last change

	resident // cache bookkeeping
}

// OrderPayout is one payout on an order, for the duplicate check.
type OrderPayout struct {
	Payout string
	Reason string
}

// latest is the last payout on the order for the reason; "" if there is none.
func (o *Order) latest(reason string) string {
	if o == nil {
		return ""
	}
	for i := len(o.Payouts) - 1; i >= 0; i-- {
		if o.Payouts[i].Reason == reason {
			return o.Payouts[i].Payout
		}
	}
	return ""
}

// order is the order's state, made if need be.
func (m *Merchant) order(no string) *Order {
	o := m.Orders[no]
	if o == nil {
		if m.Orders == nil {
			m.Orders = map[string]*Order{}
		}
		o = &Order{}
		m.Orders[no] = o
	}
	return o
}

// state keeps what the facts of the last request say.
func (o *Order) state(facts *OrderFacts) {
	if facts != nil {
		o.Total, o.Stated = facts.Total.Minor, facts.Refunded.Minor
	}
}

func (o *Order) add(p *Payout, at time.Time) {
	o.Count++
	o.Amount += p.Money.Minor
	o.Open++
	o.Payouts = append(o.Payouts, OrderPayout{p.No, p.Reason})
	o.Touched = at
}

// remove undoes add.
func (o *Order) remove(p *Payout, at time.Time) {
	for i := range o.Payouts {
		if o.Payouts[i].Payout == p.No {
			o.Payouts = append(o.Payouts[:i], o.Payouts[i+1:]...)
			o.Count--
			o.Amount -= p.Money.Minor
			break
		}
	}
	o.Touched = at
}
