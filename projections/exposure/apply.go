package exposure

import (
	"fmt"
	"strings"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/projections"
)

type orderKey struct{ merchant, order string }

type writer struct {
	orders     *projections.Table[orderKey, Order]
	payouts    *projections.Table[string, Payout]
	refunds    *projections.Log[Refund]
	suspicions *projections.Log[Suspicion]
}

func newWriter() *writer {
	return &writer{
		orders: projections.NewTable(orders, (*Order).fields, orders.Key,
			func(k orderKey) []any { return []any{k.merchant, k.order} }),
		payouts:    projections.NewTable(payouts, (*Payout).fields, payouts.Key, func(k string) []any { return []any{k} }),
		refunds:    projections.NewLog(refunds, (*Refund).fields),
		suspicions: projections.NewLog(suspicions, (*Suspicion).fields),
	}
}

func (w *writer) Caches() []projections.Cache {
	return []projections.Cache{w.orders, w.payouts, w.refunds, w.suspicions}
}

// Apply loads payouts first: they name the orders of the events after them.
func (w *writer) Apply(tx *projections.Tx, events []projections.Event) error {
	for i := range events {
		if b, ok := events[i].Body.(domain.PayoutRequested); ok {
			w.payouts.Want(b.Payout)
		} else if c, ok := changeOf(events[i].Body); ok {
			w.payouts.Want(c.payout)
		}
	}
	if err := w.payouts.Load(tx); err != nil {
		return err
	}
	for i := range events {
		w.wantOrder(&events[i])
	}
	if err := w.orders.Load(tx); err != nil {
		return err
	}
	for i := range events {
		if err := w.apply(&events[i]); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) wantOrder(e *projections.Event) {
	switch b := e.Body.(type) {
	case domain.PayoutRequested:
		w.orders.Want(orderKey{e.Merchant, orderOf(&b.PayoutTerms)})
	case domain.RefundObserved:
		w.orders.Want(orderKey{e.Merchant, b.OrderNo})
	case domain.DuplicateSuspected:
		w.orders.Want(orderKey{e.Merchant, b.OrderNo})
	default:
		if c, ok := changeOf(b); ok {
			// A payout that is requested in this batch has wanted its order itself.
			if p := w.payouts.Get(c.payout); p != nil {
				w.orders.Want(orderKey{p.Merchant, p.OrderNo})
			}
		}
	}
}

// orderOf is the number under which the ledger counts payouts on the order.
func orderOf(t *domain.PayoutTerms) string {
	if t.OrderNo == "" && t.Order != nil {
		return t.Order.ID
	}
	return t.OrderNo
}

// change is what an event does to a payout's part in its order.
type change struct {
	payout string
	minor  int64 // that the customer does not have after all
	ends   bool  // no money went out: it does not count any more
}

func changeOf(body domain.Event) (change, bool) {
	switch b := body.(type) {
	case domain.PayoutFailed:
		return change{b.Payout, b.Money.Minor, true}, true
	case domain.PayoutCancelled:
		return change{b.Payout, b.Money.Minor, true}, true
	case domain.PayoutRejected:
		return change{b.Payout, b.Money.Minor, true}, true
	case domain.PayoutExpired:
		return change{b.Payout, b.Money.Minor, true}, true
	case domain.PayoutReturned:
		return change{b.Payout, b.Money.Minor, false}, true
	case domain.DisputeResolved:
		if b.Recovered != nil {
			return change{b.Payout, b.Recovered.Minor, false}, true
		}
	}
	return change{}, false
}

func (w *writer) apply(e *projections.Event) error {
	switch b := e.Body.(type) {
	case domain.PayoutRequested:
		return w.count(e, &b)
	case domain.RefundObserved:
		o := w.order(e, b.OrderNo, b.Money.Currency)
		o.Observed += b.Money.Minor
		w.refunds.Add(Refund{
			Merchant: e.Merchant, OrderNo: b.OrderNo, Position: int64(e.Position), Currency: string(b.Money.Currency),
			Amount: b.Money.Minor, Reference: b.Reference, ObservedAt: projections.InstantOf(e.EffectiveAt),
		})
		return nil
	case domain.DuplicateSuspected:
		o := w.order(e, b.OrderNo, b.Refunded.Currency)
		o.Suspicions++
		w.suspicions.Add(Suspicion{
			Merchant: e.Merchant, OrderNo: b.OrderNo, Position: int64(e.Position), Reference: b.Reference,
			Currency: string(b.Refunded.Currency), Paid: b.Paid.Minor, Refunded: b.Refunded.Minor, Compensated: b.Compensated.Minor,
			Over: b.Over.Minor, Payouts: strings.Join(b.Payouts, " "), SuspectedAt: projections.InstantOf(e.EffectiveAt),
		})
		return nil
	}
	if c, ok := changeOf(e.Body); ok {
		return w.take(e, c)
	}
	return nil
}

// order is the order's row, to be changed by e.
func (w *writer) order(e *projections.Event, no string, c domain.Currency) *Order {
	o := w.orders.Ensure(orderKey{e.Merchant, no}, Order{Merchant: e.Merchant, OrderNo: no, Currency: string(c)})
	o.ChangedAt, o.Position = projections.InstantOf(e.EffectiveAt), int64(e.Position)
	return o
}

func (w *writer) count(e *projections.Event, b *domain.PayoutRequested) error {
	no := orderOf(&b.PayoutTerms)
	if no == "" {
		return nil
	}
	added := w.payouts.Insert(b.Payout, Payout{b.Payout, e.Merchant, no, b.Money.Minor, int64(e.Position)})
	if !added {
		return fmt.Errorf("payout %s is counted on its order already", b.Payout)
	}
	o := w.order(e, no, b.Money.Currency)
	o.Compensated += b.Money.Minor
	o.Payouts++
	if facts := b.Order; facts != nil {
		o.Paid, o.Stated = facts.Total.Minor, facts.Refunded.Minor
	}
	return nil
}

// take undoes what a payout added to its order. Payouts without an order are not
// known here.
func (w *writer) take(e *projections.Event, c change) error {
	p := w.payouts.Change(c.payout)
	if p == nil {
		return nil
	}
	if p.Merchant != e.Merchant || p.Amount < c.minor {
		return fmt.Errorf("payout %s of merchant %q has %d left on its order, not %d", c.payout, e.Merchant, p.Amount, c.minor)
	}
	o := w.order(e, p.OrderNo, "")
	o.Compensated -= c.minor
	p.Amount -= c.minor
	if c.ends {
		o.Payouts--
		w.payouts.Delete(c.payout)
	}
	return nil
}
