package domain

import (
	"fmt"
	"time"
)

// reserve takes what a new payout needs: of the wallet, of the account's quota
// and the day's limits, of its order's and its customer's room.
func (m *Merchant) reserve(p *Payout) {
	if m.Payouts == nil {
		m.Payouts = map[string]*Payout{}
	}
	m.Payouts[p.No] = p
	m.OpenPayouts++
	minor, at := p.Money.Minor, p.RequestedAt
	m.Wallet.reserve(minor)
	m.MerchantDay.add(p.Day, minor)
	a := m.spender(p.By)
	a.Day.add(p.Day, minor)
	a.Month.add(p.Month, minor)
	if p.Exempt {
		a.ExemptDay.add(p.Day, minor)
	}
	if p.Order != "" {
		m.order(p.Order).add(p, at)
	}
	if p.Customer.Pseudonym != "" {
		m.customer(p.Customer.Pseudonym).add(p, at)
	}
}

// release gives back what reserve took when p ends without money going out. What
// was used of a day or month that is over stays used.
func (m *Merchant) release(p *Payout, state PayoutState, at time.Time) {
	minor := p.Money.Minor
	m.Wallet.release(minor)
	m.MerchantDay.giveBack(p.Day, minor)
	a := m.spender(p.By)
	a.Day.giveBack(p.Day, minor)
	a.Month.giveBack(p.Month, minor)
	if p.Order != "" {
		m.Orders[p.Order].remove(p, at)
	}
	if p.Customer.Pseudonym != "" {
		m.Customers[p.Customer.Pseudonym].remove(p)
	}
	m.close(p, state, at)
}

// close ends a payout's life as an open one.
func (m *Merchant) close(p *Payout, state PayoutState, at time.Time) {
	p.State, p.ChangedAt, p.ClosedAt, p.HeldBack = state, at, at, false
	m.setDeadline(p, time.Time{})
	m.OpenPayouts--
	m.idle(ColdPayout, p.No, &p.resident)
	if p.Order != "" {
		o := m.Orders[p.Order]
		if o.Open--; o.Open == 0 {
			m.idle(ColdOrder, p.Order, &o.resident)
		}
	}
	if id := p.Customer.Pseudonym; id != "" {
		c := m.Customers[id]
		if c.Open--; c.Open == 0 {
			m.idle(ColdCustomer, id, &c.resident)
		}
	}
}

// IsOpen tells whether the payout still holds money.
func (p *Payout) IsOpen() bool {
	switch p.State {
	case Requested, AwaitingSMS, AwaitingApproval, Authorized, Submitted, Unknown:
		return true
	}
	return false
}

// change moves an open payout to another open state.
func (p *Payout) change(state PayoutState, at time.Time) {
	p.State, p.ChangedAt = state, at
}

// payout is the payout that a command names, or why the command is refused.
func (m *Merchant) payout(no string) (*Payout, []Failure) {
	if !m.Registered {
		return nil, []Failure{{Rule: RuleMerchantMissing}}
	}
	if p := m.Payouts[no]; p != nil {
		return p, nil
	}
	return nil, []Failure{{Rule: RulePayoutMissing, Name: no}}
}

// wrongState is why a command is refused that the payout's state forbids.
func (p *Payout) wrongState() Failure {
	return Failure{Rule: RulePayoutStateForbidden, Name: string(p.State)}
}

// recalledOrder is an error if the ledger did not recall the order of a closed
// payout that the command is about to change (NeedsMore).
func (m *Merchant) recalledOrder(p *Payout) error {
	if p.Order != "" && m.Orders[p.Order] == nil {
		return fmt.Errorf("order %s of payout %s was not recalled", p.Order, p.No)
	}
	return nil
}

// actsFor tells whether the actor may act on the payout: its requester or the owner.
func (m *Merchant) actsFor(a Actor, p *Payout) bool {
	account := m.account(a)
	return account != nil && (account == &m.Owner || account == m.spender(p.By))
}
