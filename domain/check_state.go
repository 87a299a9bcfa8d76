package domain

import (
	"errors"
	"fmt"
)

// Check tells what does not hold in a folded state, nil if all does: money is
// neither made nor lost, nothing is negative, and every sum is the sum of what it
// stands for. An error is a damaged log or our own bug, never a user's doing.
func (m *Merchant) Check() error {
	return errors.Join(m.checkWallet(), m.checkAccounts(), m.checkPayouts(), m.checkRecords())
}

func (m *Merchant) checkWallet() error {
	w := m.Wallet
	if in, out := w.Credited-w.Debited, w.Available+w.Held+w.Paid-w.Returned; in != out {
		return fmt.Errorf("wallet of merchant %s: credited − debited is %d, available + held + paid − returned is %d", m.ID, in, out)
	}
	for _, v := range [...]struct {
		name  string
		minor int64
	}{
		{"available", w.Available}, {"held", w.Held}, {"credited", w.Credited}, {"debited", w.Debited},
		{"paid", w.Paid}, {"returned", w.Returned}, {"paid − returned", w.Paid - w.Returned}, {"arrears", m.Arrears},
	} {
		if v.minor < 0 || v.minor > MaxMinor {
			return fmt.Errorf("wallet of merchant %s: %s is %d", m.ID, v.name, v.minor)
		}
	}
	return nil
}

func (m *Merchant) checkAccounts() error {
	if err := m.MerchantDay.check("day of merchant " + m.ID); err != nil {
		return err
	}
	if err := m.Owner.check(); err != nil {
		return err
	}
	for id, a := range m.Agents {
		if a.ID != id {
			return fmt.Errorf("agent %s stands under %s", a.ID, id)
		}
		if err := a.check(); err != nil {
			return err
		}
	}
	for phone, n := range m.PhoneFailures.Tries {
		if n <= 0 {
			return fmt.Errorf("phone %s: %d failed tries", phone, n)
		}
	}
	return nil
}

func (a *Account) check() error {
	return errors.Join(
		a.Day.check("day of account "+a.ID),
		a.Month.check("month of account "+a.ID),
		a.ExemptDay.check("exempt day of account "+a.ID))
}

func (u Use) check(what string) error {
	if u.Amount < 0 || u.Count < 0 || u.Count == 0 && u.Amount != 0 {
		return fmt.Errorf("%s %s: %d in %d payouts", what, u.Period, u.Amount, u.Count)
	}
	return nil
}

// checkPayouts: what is held is what open payouts hold, and their orders and
// customers know of them.
func (m *Merchant) checkPayouts() error {
	var held int64
	var open int
	orders, customers := map[string]int{}, map[string]int{}
	for no, p := range m.Payouts {
		if p.No != no {
			return fmt.Errorf("payout %s stands under %s", p.No, no)
		}
		if c := p.Challenge; c.Tries < 0 || c.Tries > MaxSMSTries {
			return fmt.Errorf("payout %s: %d tries of a code", no, c.Tries)
		}
		if !p.IsOpen() {
			continue
		}
		open++
		held += p.Money.Minor
		if p.Order != "" {
			orders[p.Order]++
		}
		if p.Customer.Pseudonym != "" {
			customers[p.Customer.Pseudonym]++
		}
	}
	if held != m.Wallet.Held {
		return fmt.Errorf("wallet of merchant %s: %d held, open payouts hold %d", m.ID, m.Wallet.Held, held)
	}
	if open != m.OpenPayouts {
		return fmt.Errorf("merchant %s: %d open payouts counted, there are %d", m.ID, m.OpenPayouts, open)
	}
	for no, o := range m.Orders {
		if o.Open != orders[no] {
			return fmt.Errorf("order %s: %d open payouts counted, there are %d", no, o.Open, orders[no])
		}
		delete(orders, no)
	}
	for id, c := range m.Customers {
		if c.Open != customers[id] {
			return fmt.Errorf("customer %s: %d open payouts counted, there are %d", id, c.Open, customers[id])
		}
		delete(customers, id)
	}
	if len(orders)+len(customers) > 0 {
		return fmt.Errorf("merchant %s: open payouts whose orders %v or customers %v are not in memory", m.ID, orders, customers)
	}
	return nil
}

func (m *Merchant) checkRecords() error {
	for no, o := range m.Orders {
		if o.Count != len(o.Payouts) || o.Count < o.Open || o.Amount < 0 || o.Refunded < 0 {
			return fmt.Errorf("order %s: count %d of %d payouts, %d open, amount %d, refunded %d",
				no, o.Count, len(o.Payouts), o.Open, o.Amount, o.Refunded)
		}
	}
	for id, c := range m.Customers {
		if err := c.Day.check("day of customer " + id); err != nil {
			return err
		}
		for i := 1; i < len(c.Recent); i++ {
			if c.Recent[i].At.Before(c.Recent[i-1].At) {
				return fmt.Errorf("customer %s: payouts %s and %s are not in order of time", id, c.Recent[i-1].Payout, c.Recent[i].Payout)
			}
		}
	}
	return nil
}
