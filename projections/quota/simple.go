package quota

import (
	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/projections"
)

// simple folds events into maps of plain values, one account and one period at a
// time, and keeps everything.
type simple struct {
	merchants map[string]domain.MerchantRegistered
	accounts  map[[2]string]projections.Row
	latest    map[[3]string]string // merchant, account, kind → latest period
	uses      map[[4]string]projections.Row
	open      map[string]simplePayout
}

type simplePayout struct {
	merchant, account string
	body              domain.PayoutRequested
}

func newSimple() *simple {
	return &simple{
		merchants: map[string]domain.MerchantRegistered{}, accounts: map[[2]string]projections.Row{},
		latest: map[[3]string]string{}, uses: map[[4]string]projections.Row{}, open: map[string]simplePayout{},
	}
}

func (s *simple) Add(e projections.Event) {
	switch b := e.Body.(type) {
	case domain.MerchantRegistered:
		s.merchants[e.Merchant] = b
		s.accounts[[2]string{e.Merchant, b.Owner.ID}] = s.account(e, b.Owner.ID, "owner")
	case domain.MerchantProfileChanged:
		m := s.merchants[e.Merchant]
		m.Zone = b.Zone
		s.merchants[e.Merchant] = m
	case domain.AgentAdded:
		k := [2]string{e.Merchant, b.Agent.ID}
		if s.accounts[k] == nil {
			s.accounts[k] = s.account(e, b.Agent.ID, "agent")
		}
		s.set(e, b.Agent.ID, projections.Row{"removed": int64(0)})
	case domain.AgentRemoved:
		s.set(e, b.Agent, projections.Row{
			"removed": int64(1), "state": "none", "per_payout": nil, "daily_amount": nil, "daily_count": nil, "monthly_amount": nil,
		})
	case domain.QuotaSet:
		r := projections.Row{"state": "enabled", "per_payout": nil, "daily_amount": nil, "daily_count": nil, "monthly_amount": nil}
		if b.PerPayout != nil {
			r["per_payout"] = b.PerPayout.Minor
		}
		if b.DailyAmount != nil {
			r["daily_amount"] = b.DailyAmount.Minor
		}
		if b.DailyCount != 0 {
			r["daily_count"] = int64(b.DailyCount)
		}
		if b.MonthlyAmount != nil {
			r["monthly_amount"] = b.MonthlyAmount.Minor
		}
		s.set(e, b.Agent, r)
	case domain.QuotaEnabled:
		s.set(e, b.Agent, projections.Row{"state": "enabled"})
	case domain.QuotaDisabled:
		s.set(e, b.Agent, projections.Row{"state": "disabled"})
	case domain.QuotaRemoved:
		s.set(e, b.Agent, projections.Row{"state": "none", "per_payout": nil, "daily_amount": nil, "daily_count": nil, "monthly_amount": nil})
	case domain.PayoutRequested:
		account := s.merchants[e.Merchant].Owner.ID
		if e.Actor.Role == domain.RoleAgent {
			account = e.Actor.ID
		}
		s.open[b.Payout] = simplePayout{e.Merchant, account, b}
		s.use(e, account, "day", b.Day, b.Money.Minor)
		s.use(e, account, "month", b.Month, b.Money.Minor)
	case domain.PayoutPaid:
		delete(s.open, b.Payout)
	case domain.PayoutFailed:
		s.undo(e, b.Payout)
	case domain.PayoutCancelled:
		s.undo(e, b.Payout)
	case domain.PayoutRejected:
		s.undo(e, b.Payout)
	case domain.PayoutExpired:
		s.undo(e, b.Payout)
	}
}

func (s *simple) account(e projections.Event, id, role string) projections.Row {
	return projections.Row{
		"merchant": e.Merchant, "account": id, "role": role, "state": "none", "removed": int64(0),
		"currency":   string(s.merchants[e.Merchant].Currency),
		"per_payout": nil, "daily_amount": nil, "daily_count": nil, "monthly_amount": nil,
		"changed_at": e.EffectiveAt.UnixNano(), "position": int64(e.Position),
	}
}

func (s *simple) set(e projections.Event, account string, values projections.Row) {
	r := s.accounts[[2]string{e.Merchant, account}]
	for column, v := range values {
		r[column] = v
	}
	r["changed_at"], r["position"] = e.EffectiveAt.UnixNano(), int64(e.Position)
}

func (s *simple) use(e projections.Event, account, kind, period string, minor int64) {
	latest := [3]string{e.Merchant, account, kind}
	if s.latest[latest] < period {
		s.latest[latest] = period
	}
	period = s.latest[latest]
	a := s.accounts[[2]string{e.Merchant, account}]
	k := [4]string{e.Merchant, account, kind, period}
	r := s.uses[k]
	if r == nil {
		r = projections.Row{
			"merchant": e.Merchant, "account": account, "kind": kind, "period": period,
			"amount": int64(0), "count": int64(0), "currency": a["currency"], "first_at": e.EffectiveAt.UnixNano(),
		}
		s.uses[k] = r
	}
	r["amount"], r["count"] = r["amount"].(int64)+minor, r["count"].(int64)+1
	r["limit_amount"], r["limit_count"] = a["monthly_amount"], nil
	if kind == "day" {
		r["limit_amount"], r["limit_count"] = a["daily_amount"], a["daily_count"]
	}
	r["last_at"], r["position"] = e.EffectiveAt.UnixNano(), int64(e.Position)
}

func (s *simple) undo(e projections.Event, payout string) {
	p := s.open[payout]
	delete(s.open, payout)
	for kind, period := range map[string]string{"day": p.body.Day, "month": p.body.Month} {
		if s.latest[[3]string{p.merchant, p.account, kind}] != period {
			continue
		}
		r := s.uses[[4]string{p.merchant, p.account, kind, period}]
		r["amount"], r["count"] = r["amount"].(int64)-p.body.Money.Minor, r["count"].(int64)-1
		r["last_at"], r["position"] = e.EffectiveAt.UnixNano(), int64(e.Position)
	}
}

func (s *simple) Rows() map[string][]projections.Row {
	out := map[string][]projections.Row{}
	add := func(table string, r projections.Row) { out[table] = append(out[table], r) }
	for id, m := range s.merchants {
		add("quota_merchants", projections.Row{"merchant": id, "zone": m.Zone, "currency": string(m.Currency), "owner": m.Owner.ID})
	}
	for k, a := range s.accounts {
		r := projections.Row{}
		for column, v := range a {
			r[column] = v
		}
		for _, kind := range []string{"day", "month"} {
			period := s.latest[[3]string{k[0], k[1], kind}]
			r[kind], r[kind+"_amount"], r[kind+"_count"] = period, int64(0), int64(0)
			if u := s.uses[[4]string{k[0], k[1], kind, period}]; u != nil {
				r[kind+"_amount"], r[kind+"_count"] = u["amount"], u["count"]
			}
		}
		add("quota_accounts", r)
	}
	for _, u := range s.uses {
		add("quota_uses", u)
	}
	for payout, p := range s.open {
		add("quota_open_payouts", projections.Row{
			"payout_no": payout, "merchant": p.merchant, "account": p.account,
			"day": p.body.Day, "month": p.body.Month, "amount": p.body.Money.Minor,
		})
	}
	return out
}
