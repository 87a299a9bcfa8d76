package statistics

import (
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/projections"
)

// simple keeps one line for each request and its latest outcome, and counts the
// lines when it is asked.
type simple struct {
	zones    map[string]string
	requests map[string]*request
	order    []string
}

type request struct {
	merchant, day, reason, by, currency, outcome string
	minor, position                              int64
}

func newSimple() *simple {
	return &simple{zones: map[string]string{}, requests: map[string]*request{}}
}

func (s *simple) Add(e projections.Event) {
	ended := func(payout, outcome string) {
		r := s.requests[payout]
		r.outcome, r.position = outcome, int64(e.Position)
	}
	begun := func(payout, day, outcome string, t domain.PayoutTerms) {
		s.order = append(s.order, payout)
		s.requests[payout] = &request{
			e.Merchant, day, t.Reason, e.Actor.String(), string(t.Money.Currency), outcome, t.Money.Minor, int64(e.Position),
		}
	}
	switch b := e.Body.(type) {
	case domain.MerchantRegistered:
		s.zones[e.Merchant] = b.Zone
	case domain.MerchantProfileChanged:
		s.zones[e.Merchant] = b.Zone
	case domain.PayoutRequested:
		begun(b.Payout, b.Day, "open", b.PayoutTerms)
	case domain.PayoutRefused:
		zone, err := time.LoadLocation(s.zones[e.Merchant]) // "" is UTC
		if err != nil {
			zone = time.UTC
		}
		begun(b.Payout, e.EffectiveAt.In(zone).Format(time.DateOnly), "refused", b.PayoutTerms)
	case domain.PayoutPaid:
		ended(b.Payout, "paid")
	case domain.PayoutFailed:
		ended(b.Payout, "failed")
	case domain.PayoutCancelled:
		ended(b.Payout, "cancelled")
	case domain.PayoutRejected:
		ended(b.Payout, "rejected")
	case domain.PayoutExpired:
		ended(b.Payout, "expired")
	case domain.PayoutReturned:
		ended(b.Payout, "returned")
	}
}

func (s *simple) Rows() map[string][]projections.Row {
	out := map[string][]projections.Row{}
	for merchant, zone := range s.zones {
		out["statistics_merchants"] = append(out["statistics_merchants"], projections.Row{"merchant": merchant, "zone": zone})
	}
	rows := map[[5]string]projections.Row{}
	for _, payout := range s.order {
		q := s.requests[payout]
		k := [5]string{q.merchant, q.day, q.reason, q.by, q.currency}
		r := rows[k]
		if r == nil {
			r = projections.Row{
				"merchant": q.merchant, "day": q.day, "reason": q.reason, "requested_by": q.by, "currency": q.currency, "position": int64(0),
			}
			for _, name := range outcomeColumns {
				r[name+"_count"], r[name+"_amount"] = int64(0), int64(0)
			}
			rows[k] = r
			out["statistics_days"] = append(out["statistics_days"], r)
		}
		tallies := []string{q.outcome}
		if q.outcome != "refused" {
			tallies = append(tallies, "accepted")
		}
		for _, name := range tallies {
			r[name+"_count"], r[name+"_amount"] = r[name+"_count"].(int64)+1, r[name+"_amount"].(int64)+q.minor
		}
		r["position"] = max(r["position"].(int64), q.position)
		if q.outcome == "open" || q.outcome == "paid" {
			out["statistics_payouts"] = append(out["statistics_payouts"], projections.Row{
				"payout_no": payout, "merchant": q.merchant, "day": q.day, "reason": q.reason,
				"requested_by": q.by, "currency": q.currency, "amount": q.minor,
			})
		}
	}
	return out
}
