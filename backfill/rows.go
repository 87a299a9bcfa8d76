package backfill

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/amends-ledger/amends/domain"
)

// readPayouts reads the rows that the plan's where keeps.
func (l *loader) readPayouts() {
	p := &l.plan.payouts
	t, closer, ok := l.open(p.file)
	if !ok {
		return
	}
	defer closer.Close()
	l.in.Currency = domain.Currency(p.currency.fixed.Value)
	before := l.mistakes.Count()
	c := rowColumns{
		id: t.index(p.id), requested: t.index(p.requested), amount: t.index(p.amount), currency: t.index(p.currency),
		reason: t.index(p.reason), order: t.index(p.order), customer: t.index(p.customer),
		merchant: t.index(l.plan.merchant), agent: t.index(l.plan.agent),
	}
	for _, w := range p.where {
		c.where = append(c.where, t.index(source{column: w.column}))
	}
	if l.mistakes.Count() > before { // every row would be wrong
		return
	}
	for rows := 0; t.next(); rows++ {
		if rows == maxRows {
			l.mistakes.Add(t.at(0), "more than %d rows", maxRows)
			return
		}
		if l.keeps(t, c) {
			l.readRow(t, c)
		}
	}
}

// rowColumns are indexes into a record, -1 where the plan names no column.
type rowColumns struct {
	id, requested, amount, currency, reason, order, customer, merchant, agent int
	where                                                                     []int
}

// keeps applies where: a plan that has one passes over empty and zero amounts.
func (l *loader) keeps(t *table, c rowColumns) bool {
	for i, w := range l.plan.payouts.where {
		if !w.values[t.get(c.where[i])] {
			return false
		}
	}
	if len(c.where) == 0 {
		return true
	}
	amount := t.get(c.amount)
	if amount == "" {
		return false
	}
	m, err := domain.ParseMoney(amount, widest)
	return err != nil || m.Minor != 0
}

// readRow reads one row, or notes all that is wrong with it.
func (l *loader) readRow(t *table, c rowColumns) {
	p := l.plan
	r := Row{
		Line: t.line, ID: t.get(c.id), Order: t.get(c.order), Customer: t.get(c.customer),
		Merchant: l.partyOf(t, p.merchant, c.merchant),
		Agent:    l.partyOf(t, p.agent, c.agent),
		Reason:   p.payouts.reason.fixed.Value,
	}
	if c.reason >= 0 {
		r.Reason = l.intern(t.get(c.reason))
	}
	ok := l.readAmount(t, c, &r)
	var err error
	when := t.get(c.requested)
	if r.At, err = parseWhen(when, p.zone); err != nil {
		l.mistakes.Add(t.at(c.requested), "%v", err)
		ok = false
	} else {
		r.Month = l.intern(when[:len("2006-01")])
	}
	if !l.checkNames(t, c, &r) || !ok {
		return
	}
	l.in.Rows = append(l.in.Rows, r)
	if r.Merchant == "" {
		return
	}
	l.merchants[r.Merchant] = true
	if who := [2]string{r.Merchant, r.Agent}; r.Agent != "" && !l.agents[who] {
		l.agents[who] = true
		if l.agentsOf[r.Merchant]++; l.agentsOf[r.Merchant] == domain.MaxAgents+1 {
			l.mistakes.Add(t.at(max(c.agent, 0)), "merchant %q has more than %d agents", r.Merchant, domain.MaxAgents)
		}
	}
}

// readAmount reads currency and amount. The first currency is the plan's.
func (l *loader) readAmount(t *table, c rowColumns, r *Row) bool {
	if c.currency >= 0 {
		currency := domain.Currency(l.intern(t.get(c.currency)))
		if _, ok := currency.Scale(); !ok {
			l.mistakes.Add(t.at(c.currency), "%q is not an ISO 4217 code, such as CNY", currency)
			return false
		}
		if l.in.Currency == "" {
			l.in.Currency = currency
		}
		if currency != l.in.Currency {
			l.mistakes.Add(t.at(c.currency), "%s, but the rows before are in %s; a plan has one currency", currency, l.in.Currency)
			return false
		}
	}
	var err error
	if r.Money, err = domain.ParseMoney(t.get(c.amount), l.in.Currency); err != nil {
		l.mistakes.Add(t.at(c.amount), "%s", why(err))
		return false
	}
	if r.Money.Minor == 0 {
		l.mistakes.Add(t.at(c.amount), "%q: an amount must be more than zero", t.get(c.amount))
		return false
	}
	if !l.add(t.get(c.merchant), r.Money.Minor) {
		l.mistakes.Add(t.at(c.amount), "the amounts up to here add up to more than the largest amount")
		return false
	}
	return true
}

// checkNames notes values that the ledger would not take.
func (l *loader) checkNames(t *table, c rowColumns, r *Row) bool {
	ok := true
	for _, name := range []struct {
		what   string
		column int // -1: the value is the plan's, and was checked there
		value  string
		limit  int
		needed bool
	}{
		{"the row's own number", c.id, r.ID, domain.MaxReferenceBytes, true},
		{"the reason", c.reason, r.Reason, domain.MaxReasonBytes, true},
		{"the order number", c.order, r.Order, domain.MaxReferenceBytes, false},
		{"the customer", c.customer, r.Customer, domain.MaxReferenceBytes, false},
		{"the merchant", c.merchant, r.Merchant, domain.MaxIDBytes, false},
		{"the agent", c.agent, r.Agent, domain.MaxIDBytes, false},
	} {
		if name.column < 0 {
			continue
		}
		if fault := nameFault(name.value, name.limit, name.needed); fault != "" {
			l.mistakes.Add(t.at(name.column), "%s %s", name.what, fault)
			ok = false
		}
	}
	return ok
}

// nameFault is why the ledger would not take a name, "" if it would.
func nameFault(name string, limit int, needed bool) string {
	switch {
	case name == "" && needed:
		return "is empty"
	case len(name) > limit:
		return fmt.Sprintf("is longer than %d bytes", limit)
	case strings.ContainsFunc(name, unicode.IsControl):
		return "holds a character that can't be printed"
	}
	return ""
}

// partyOf is the merchant or agent of the current record.
func (l *loader) partyOf(t *table, s source, column int) string {
	if column < 0 {
		return s.fixed.Value
	}
	if v := t.get(column); v != "" {
		return l.intern(v)
	}
	return s.fallback.Value
}

// readOrders reads the trusted order facts.
func (l *loader) readOrders() {
	o := l.plan.orders
	if o == nil {
		return
	}
	t, closer, ok := l.open(o.file)
	if !ok {
		return
	}
	defer closer.Close()
	before := l.mistakes.Count()
	id, placed, customer, total := t.index(o.id), t.index(o.placed), t.index(o.customer), t.index(o.total)
	if l.mistakes.Count() > before {
		return
	}
	merchant, ok := t.columns[l.plan.merchant.column.Value]
	if !ok {
		merchant = -1 // an orders file need not know merchants
	}
	l.in.Orders = map[string]Order{}
	lines := map[string]int{}
	for rows := 0; t.next(); rows++ {
		if rows == maxRows {
			l.mistakes.Add(t.at(0), "more than %d rows", maxRows)
			return
		}
		no := t.get(id)
		if first, twice := lines[no]; twice {
			l.mistakes.Add(t.at(id), "order %q stands twice, first on line %d", no, first)
			continue
		}
		if fault := nameFault(no, domain.MaxReferenceBytes, true); fault != "" {
			l.mistakes.Add(t.at(id), "the order number %s", fault)
			continue
		}
		lines[no] = t.line
		l.in.Orders[no] = l.readOrder(t, placed, customer, total)
		if m := t.get(merchant); m != "" && l.plan.merchant.column.Given() {
			if fault := nameFault(m, domain.MaxIDBytes, true); fault != "" {
				l.mistakes.Add(t.at(merchant), "the merchant %s", fault)
				continue
			}
			l.merchants[l.intern(m)] = true
		}
	}
}

func (l *loader) readOrder(t *table, placed, customer, total int) Order {
	currency := l.in.Currency
	if currency == "" { // no row could be read; there is a mistake already
		currency = widest
	}
	o := Order{Customer: t.get(customer), Total: domain.Money{Currency: currency}}
	var err error
	if total >= 0 {
		if o.Total, err = domain.ParseMoney(t.get(total), currency); err != nil {
			l.mistakes.Add(t.at(total), "%s", why(err))
		}
	}
	if placed >= 0 {
		if o.PlacedAt, err = parseWhen(t.get(placed), l.plan.zone); err != nil {
			l.mistakes.Add(t.at(placed), "%v", err)
		}
	}
	if fault := nameFault(o.Customer, domain.MaxReferenceBytes, false); fault != "" {
		l.mistakes.Add(t.at(customer), "the customer %s", fault)
	}
	return o
}
