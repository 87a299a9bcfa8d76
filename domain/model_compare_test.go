package domain

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// compare tells where the state says something else than the model.
func (d *model) compare(m *Merchant) error {
	sumOf := func(states ...PayoutState) (minor int64) {
		for _, p := range d.payouts {
			if slices.Contains(states, p.state) {
				minor += p.minor
			}
		}
		return minor
	}
	want := Wallet{
		Available: d.available(),
		Held:      sumOf(Requested, AwaitingSMS, AwaitingApproval, Authorized, Submitted, Unknown),
		Credited:  d.credited, Debited: d.debited,
		Paid: sumOf(Paid, Returned), Returned: sumOf(Returned),
	}
	if m.Wallet != want {
		return fmt.Errorf("wallet is %+v, want %+v", m.Wallet, want)
	}
	if m.Arrears != d.arrears {
		return fmt.Errorf("arrears are %d, want %d", m.Arrears, d.arrears)
	}
	for _, p := range d.payouts {
		if got := m.Payouts[p.no].State; got != p.state {
			return fmt.Errorf("payout %s is %s, want %s", p.no, got, p.state)
		}
	}
	return cmp.Or(d.compareUses(m), d.compareOrders(m), d.compareCustomers(m))
}

func (d *model) compareUses(m *Merchant) error {
	accounts := map[string]*Account{"": &m.Owner}
	for id, a := range m.Agents {
		accounts[id] = a
	}
	for id, a := range accounts {
		for _, u := range []struct {
			use    Use
			period func(time.Time) string
		}{{a.Day, d.day}, {a.Month, d.month}} {
			minor, n := d.sum(func(p *modelPayout) bool { return p.agent == id && u.period(p.at) == u.use.Period })
			if u.use.Amount != minor || u.use.Count != n {
				return fmt.Errorf("account %q used %+v, want %d in %d", id, u.use, minor, n)
			}
		}
	}
	minor, _ := d.sum(func(p *modelPayout) bool { return d.day(p.at) == m.MerchantDay.Period })
	if m.MerchantDay.Amount != minor {
		return fmt.Errorf("the merchant used %+v, want %d", m.MerchantDay, minor)
	}
	return nil
}

func (d *model) compareOrders(m *Merchant) error {
	for no, o := range m.Orders {
		_, n := d.sum(func(p *modelPayout) bool { return p.order == no })
		var minor int64
		for _, p := range d.payouts {
			if p.order == no && slices.Contains([]PayoutState{
				Requested, AwaitingSMS, AwaitingApproval, Authorized, Submitted, Unknown, Paid,
			}, p.state) {
				minor += p.minor - p.recovered
			}
		}
		if o.Count != n || o.Amount != minor || o.Refunded != d.refunded[no] {
			return fmt.Errorf("order %s has %d payouts of %d, refunded %d; want %d of %d, refunded %d",
				no, o.Count, o.Amount, o.Refunded, n, minor, d.refunded[no])
		}
	}
	return nil
}

func (d *model) compareCustomers(m *Merchant) error {
	for id, c := range m.Customers {
		minor, n := d.sum(func(p *modelPayout) bool { return p.customer == id && d.day(p.at) == c.Day.Period })
		if c.Day.Amount != minor || c.Day.Count != n {
			return fmt.Errorf("customer %s got %+v, want %d in %d", id, c.Day, minor, n)
		}
	}
	return nil
}
