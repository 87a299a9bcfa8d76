package domain

import (
	"sort"
	"time"
)

// Customer is what payouts went to one customer lately. Failed, expired,
// cancelled and rejected payouts are not in it.
type Customer struct {
	Day    Use
	Recent []CustomerPayout // in order of time, no older than MaxWindowDays
	Open   int              // payouts to them that are not yet closed

	resident // cache bookkeeping
}

// CustomerPayout is one payout in a customer's window.
type CustomerPayout struct {
	Payout string
	Amount int64 // minor units
	At     time.Time
}

// since is the payouts after t, oldest first.
func (c *Customer) since(t time.Time) []CustomerPayout {
	if c == nil {
		return nil
	}
	n := len(c.Recent)
	return c.Recent[sort.Search(n, func(i int) bool { return c.Recent[i].At.After(t) }):]
}

// customer is the customer's state, made if need be.
func (m *Merchant) customer(pseudonym string) *Customer {
	c := m.Customers[pseudonym]
	if c == nil {
		if m.Customers == nil {
			m.Customers = map[string]*Customer{}
		}
		c = &Customer{}
		m.Customers[pseudonym] = c
	}
	return c
}

func (c *Customer) add(p *Payout, at time.Time) {
	c.Day.add(p.Day, p.Money.Minor)
	c.Open++
	c.Recent = append(c.Recent, CustomerPayout{p.No, p.Money.Minor, at})
	old, late := at.AddDate(0, 0, -MaxWindowDays), at.Add(-MaxDuplicateMinutes*time.Minute)
	drop := 0
	for ; drop < len(c.Recent); drop++ {
		r := &c.Recent[drop]
		// An open payout may yet be taken out again: there must be enough left then.
		if !r.At.Before(old) && (len(c.Recent)-drop <= MaxWindowCount+c.Open || !r.At.Before(late)) {
			break
		}
	}
	c.Recent = c.Recent[drop:]
}

// remove undoes add.
func (c *Customer) remove(p *Payout) {
	c.Day.giveBack(p.Day, p.Money.Minor)
	for i := range c.Recent {
		if c.Recent[i].Payout == p.No {
			c.Recent = append(c.Recent[:i:i], c.Recent[i+1:]...)
			return
		}
	}
}
