package refusals

import (
	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/projections"
)

type key struct{ merchant, day, command, actor, rule, currency string }

type writer struct {
	calendar *projections.Calendar
	daily    *projections.Table[key, Count]
}

func newWriter() *writer {
	return &writer{
		calendar: projections.NewCalendar(merchants),
		daily: projections.NewTable(daily, (*Count).fields, daily.Key, func(k key) []any {
			return []any{k.merchant, k.day, k.command, k.actor, k.rule, k.currency}
		}),
	}
}

func (w *writer) Caches() []projections.Cache { return []projections.Cache{w.calendar, w.daily} }

// refusal is what both kinds of refusal have.
type refusal struct {
	command  string
	failures []domain.Failure
	asked    domain.Money
}

func refusalOf(body domain.Event) (refusal, bool) {
	switch b := body.(type) {
	case domain.PayoutRefused:
		return refusal{RequestPayout, b.Failures, b.Money}, true
	case domain.CommandRefused:
		return refusal{b.Command, b.Failures, domain.Money{}}, true
	}
	return refusal{}, false
}

// Apply walks through the events twice: the days on which to count, and with them
// the rows, follow from the zones that earlier events of the batch may change.
func (w *writer) Apply(tx *projections.Tx, events []projections.Event) error {
	for i := range events {
		w.calendar.Want(events[i].Merchant)
	}
	if err := w.calendar.Load(tx); err != nil {
		return err
	}
	days := make([]string, len(events))
	for i := range events {
		e := &events[i]
		w.calendar.Observe(e)
		var err error
		if days[i], err = w.calendar.Day(e); err != nil {
			return err
		}
		if r, ok := refusalOf(e.Body); ok {
			for _, f := range r.failures {
				w.daily.Want(keyOf(e, days[i], r, f))
			}
		}
	}
	if err := w.daily.Load(tx); err != nil {
		return err
	}
	for i := range events {
		if r, ok := refusalOf(events[i].Body); ok {
			w.count(&events[i], days[i], r)
		}
	}
	return nil
}

func keyOf(e *projections.Event, day string, r refusal, f domain.Failure) key {
	return key{e.Merchant, day, r.command, e.Actor.String(), string(f.Rule), string(r.asked.Currency)}
}

// count counts a rule once for each refusal, however many limits of it failed.
func (w *writer) count(e *projections.Event, day string, r refusal) {
	counted := map[domain.Rule]bool{}
	for i, f := range r.failures {
		if counted[f.Rule] {
			continue
		}
		counted[f.Rule] = true
		k := keyOf(e, day, r, f)
		c := w.daily.Ensure(k, Count{
			Merchant: k.merchant, Day: k.day, Command: k.command, Actor: k.actor, Rule: k.rule, Currency: k.currency,
		})
		c.Listed++
		c.Position = int64(e.Position)
		if i == 0 {
			c.Decided++
			c.Asked += r.asked.Minor
		}
	}
}
