package refusals

import (
	"slices"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/projections"
)

// simple counts refusals one rule at a time.
type simple struct {
	zones map[string]string
	rows  map[[6]string]projections.Row
}

func newSimple() *simple {
	return &simple{zones: map[string]string{}, rows: map[[6]string]projections.Row{}}
}

func (s *simple) Add(e projections.Event) {
	switch b := e.Body.(type) {
	case domain.MerchantRegistered:
		s.zones[e.Merchant] = b.Zone
	case domain.MerchantProfileChanged:
		s.zones[e.Merchant] = b.Zone
	case domain.PayoutRefused:
		s.refused(e, "RequestPayout", b.Failures, b.Money)
	case domain.CommandRefused:
		s.refused(e, b.Command, b.Failures, domain.Money{})
	}
}

func (s *simple) refused(e projections.Event, command string, failures []domain.Failure, asked domain.Money) {
	zone, err := time.LoadLocation(s.zones[e.Merchant]) // "" is UTC
	if err != nil {
		zone = time.UTC
	}
	var rules []string
	for _, f := range failures {
		if !slices.Contains(rules, string(f.Rule)) {
			rules = append(rules, string(f.Rule))
		}
	}
	for i, rule := range rules {
		k := [6]string{e.Merchant, e.EffectiveAt.In(zone).Format(time.DateOnly), command, e.Actor.String(), rule, string(asked.Currency)}
		r := s.rows[k]
		if r == nil {
			r = projections.Row{
				"merchant": k[0], "day": k[1], "command": k[2], "actor": k[3], "rule": k[4], "currency": k[5],
				"decided": int64(0), "listed": int64(0), "asked": int64(0),
			}
			s.rows[k] = r
		}
		r["listed"], r["position"] = r["listed"].(int64)+1, int64(e.Position)
		if i == 0 {
			r["decided"], r["asked"] = r["decided"].(int64)+1, r["asked"].(int64)+asked.Minor
		}
	}
}

func (s *simple) Rows() map[string][]projections.Row {
	out := map[string][]projections.Row{}
	for merchant, zone := range s.zones {
		out["refusals_merchants"] = append(out["refusals_merchants"], projections.Row{"merchant": merchant, "zone": zone})
	}
	for _, r := range s.rows {
		out["refusals_daily"] = append(out["refusals_daily"], r)
	}
	return out
}
