package statistics

import (
	"fmt"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/projections"
)

type key struct{ merchant, day, reason, requestedBy, currency string }

type writer struct {
	calendar *projections.Calendar
	days     *projections.Table[key, Day]
	payouts  *projections.Table[string, counted]
}

func newWriter() *writer {
	return &writer{
		calendar: projections.NewCalendar(merchants),
		days: projections.NewTable(days, (*Day).fields, days.Key, func(k key) []any {
			return []any{k.merchant, k.day, k.reason, k.requestedBy, k.currency}
		}),
		payouts: projections.NewTable(payouts, (*counted).fields, payouts.Key, func(k string) []any { return []any{k} }),
	}
}

func (w *writer) Caches() []projections.Cache {
	return []projections.Cache{w.calendar, w.days, w.payouts}
}

// outcome is what an event makes of an open payout.
type outcome struct {
	payout string
	into   func(d *Day) *Tally
	stays  bool // it may come to something else later
}

func outcomeOf(body domain.Event) (outcome, bool) {
	switch b := body.(type) {
	case domain.PayoutPaid:
		return outcome{b.Payout, func(d *Day) *Tally { return &d.Paid }, true}, true
	case domain.PayoutFailed:
		return outcome{b.Payout, func(d *Day) *Tally { return &d.Failed }, false}, true
	case domain.PayoutCancelled:
		return outcome{b.Payout, func(d *Day) *Tally { return &d.Cancelled }, false}, true
	case domain.PayoutRejected:
		return outcome{b.Payout, func(d *Day) *Tally { return &d.Rejected }, false}, true
	case domain.PayoutExpired:
		return outcome{b.Payout, func(d *Day) *Tally { return &d.Expired }, false}, true
	case domain.PayoutReturned:
		return outcome{b.Payout, func(d *Day) *Tally { return &d.Returned }, false}, true
	}
	return outcome{}, false
}

// Apply loads payouts first: they name the days of their outcomes.
func (w *writer) Apply(tx *projections.Tx, events []projections.Event) error {
	for i := range events {
		w.calendar.Want(events[i].Merchant)
		if b, ok := events[i].Body.(domain.PayoutRequested); ok {
			w.payouts.Want(b.Payout)
		} else if o, ok := outcomeOf(events[i].Body); ok {
			w.payouts.Want(o.payout)
		}
	}
	if err := w.calendar.Load(tx); err != nil {
		return err
	}
	if err := w.payouts.Load(tx); err != nil {
		return err
	}
	refusedOn := make([]string, len(events))
	for i := range events {
		var err error
		if refusedOn[i], err = w.wantDay(&events[i]); err != nil {
			return err
		}
	}
	if err := w.days.Load(tx); err != nil {
		return err
	}
	for i := range events {
		if err := w.apply(&events[i], refusedOn[i]); err != nil {
			return err
		}
	}
	return nil
}

// wantDay wants the row that the event counts in. A refused request does not say
// its day, so it is told from the merchant's zone at that moment.
func (w *writer) wantDay(e *projections.Event) (day string, err error) {
	w.calendar.Observe(e)
	switch b := e.Body.(type) {
	case domain.PayoutRequested:
		w.days.Want(keyOf(e, b.Day, &b.PayoutTerms))
	case domain.PayoutRefused:
		if day, err = w.calendar.Day(e); err == nil {
			w.days.Want(keyOf(e, day, &b.PayoutTerms))
		}
	default:
		if o, ok := outcomeOf(b); ok {
			if c := w.payouts.Get(o.payout); c != nil {
				w.days.Want(key{c.Merchant, c.Day, c.Reason, c.RequestedBy, c.Currency})
			}
		}
	}
	return day, err
}

func keyOf(e *projections.Event, day string, t *domain.PayoutTerms) key {
	return key{e.Merchant, day, t.Reason, e.Actor.String(), string(t.Money.Currency)}
}

func (w *writer) apply(e *projections.Event, refusedOn string) error {
	switch b := e.Body.(type) {
	case domain.PayoutRequested:
		k := keyOf(e, b.Day, &b.PayoutTerms)
		if !w.payouts.Insert(b.Payout, counted{b.Payout, k.merchant, k.day, k.reason, k.requestedBy, k.currency, b.Money.Minor}) {
			return fmt.Errorf("payout %s is counted already", b.Payout)
		}
		d := w.day(e, k)
		d.Accepted.add(b.Money.Minor)
		d.Open.add(b.Money.Minor)
	case domain.PayoutRefused:
		w.day(e, keyOf(e, refusedOn, &b.PayoutTerms)).Refused.add(b.Money.Minor)
	case domain.PayoutReturned:
		return w.end(e, func(d *Day) *Tally { return &d.Paid })
	default:
		if _, ok := outcomeOf(b); ok {
			return w.end(e, func(d *Day) *Tally { return &d.Open })
		}
	}
	return nil
}

func (w *writer) day(e *projections.Event, k key) *Day {
	d := w.days.Ensure(k, Day{Merchant: k.merchant, Day: k.day, Reason: k.reason, RequestedBy: k.requestedBy, Currency: k.currency})
	d.Position = int64(e.Position)
	return d
}

// end moves a payout from one tally to that of its outcome.
func (w *writer) end(e *projections.Event, from func(d *Day) *Tally) error {
	o, _ := outcomeOf(e.Body)
	c := w.payouts.Get(o.payout)
	if c == nil || c.Merchant != e.Merchant {
		return fmt.Errorf("payout %s of merchant %q is not counted", o.payout, e.Merchant)
	}
	d := w.day(e, key{c.Merchant, c.Day, c.Reason, c.RequestedBy, c.Currency})
	from(d).take(c.Amount)
	o.into(d).add(c.Amount)
	if !o.stays {
		w.payouts.Delete(o.payout)
	}
	return nil
}
