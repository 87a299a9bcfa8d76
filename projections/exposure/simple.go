package exposure

import (
	"strings"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/projections"
)

// simple keeps all events of each order and tells its row from all of them at
// once.
type simple struct {
	orderOf map[string][2]string // payout → merchant, order
	events  map[[2]string][]projections.Event
}

func newSimple() *simple {
	return &simple{orderOf: map[string][2]string{}, events: map[[2]string][]projections.Event{}}
}

func (s *simple) Add(e projections.Event) {
	k := [2]string{e.Merchant}
	switch b := e.Body.(type) {
	case domain.PayoutRequested:
		if k[1] = b.OrderNo; k[1] == "" && b.Order != nil {
			k[1] = b.Order.ID
		}
		if k[1] == "" {
			return
		}
		s.orderOf[b.Payout] = k
	case domain.RefundObserved:
		k[1] = b.OrderNo
	case domain.DuplicateSuspected:
		k[1] = b.OrderNo
	case domain.PayoutFailed:
		k = s.orderOf[b.Payout]
	case domain.PayoutCancelled:
		k = s.orderOf[b.Payout]
	case domain.PayoutRejected:
		k = s.orderOf[b.Payout]
	case domain.PayoutExpired:
		k = s.orderOf[b.Payout]
	case domain.PayoutReturned:
		k = s.orderOf[b.Payout]
	case domain.DisputeResolved:
		if b.Recovered == nil {
			return
		}
		k = s.orderOf[b.Payout]
	}
	if k[1] != "" {
		s.events[k] = append(s.events[k], e)
	}
}

func (s *simple) Rows() map[string][]projections.Row {
	out := map[string][]projections.Row{}
	add := func(table string, r projections.Row) { out[table] = append(out[table], r) }
	for k, events := range s.events {
		var paid, stated, observed, compensated, suspicions int64
		live := map[string]projections.Row{}
		currency := ""
		less := func(payout string, minor int64, gone bool) {
			compensated -= minor
			live[payout]["amount"] = live[payout]["amount"].(int64) - minor
			if gone {
				delete(live, payout)
			}
		}
		for _, e := range events {
			at, position := e.EffectiveAt.UnixNano(), int64(e.Position)
			switch b := e.Body.(type) {
			case domain.PayoutRequested:
				currency = string(b.Money.Currency)
				compensated += b.Money.Minor
				live[b.Payout] = projections.Row{
					"payout_no": b.Payout, "merchant": k[0], "order_no": k[1], "amount": b.Money.Minor, "position": position,
				}
				if b.Order != nil {
					paid, stated = b.Order.Total.Minor, b.Order.Refunded.Minor
				}
			case domain.PayoutFailed:
				less(b.Payout, b.Money.Minor, true)
			case domain.PayoutCancelled:
				less(b.Payout, b.Money.Minor, true)
			case domain.PayoutRejected:
				less(b.Payout, b.Money.Minor, true)
			case domain.PayoutExpired:
				less(b.Payout, b.Money.Minor, true)
			case domain.PayoutReturned:
				less(b.Payout, b.Money.Minor, false)
			case domain.DisputeResolved:
				less(b.Payout, b.Recovered.Minor, false)
			case domain.RefundObserved:
				currency = string(b.Money.Currency)
				observed += b.Money.Minor
				add("exposure_refunds", projections.Row{
					"merchant": k[0], "order_no": k[1], "position": position, "currency": currency,
					"amount": b.Money.Minor, "reference": b.Reference, "observed_at": at,
				})
			case domain.DuplicateSuspected:
				suspicions++
				add("exposure_suspicions", projections.Row{
					"merchant": k[0], "order_no": k[1], "position": position, "reference": b.Reference,
					"currency": string(b.Refunded.Currency), "paid": b.Paid.Minor, "refunded": b.Refunded.Minor,
					"compensated": b.Compensated.Minor, "over_paid": b.Over.Minor, "payouts": strings.Join(b.Payouts, " "), "suspected_at": at,
				})
			}
		}
		last := events[len(events)-1]
		add("exposure_orders", projections.Row{
			"merchant": k[0], "order_no": k[1], "currency": currency, "paid": paid, "stated": stated, "observed": observed,
			"compensated": compensated, "payouts": int64(len(live)), "suspicions": suspicions,
			"changed_at": last.EffectiveAt.UnixNano(), "position": int64(last.Position),
		})
		for _, p := range live {
			add("exposure_payouts", p)
		}
	}
	return out
}
