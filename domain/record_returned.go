package domain

import "time"

// RecordReturned says that a payout that was paid came back, for instance because
// the customer's account is closed.
type RecordReturned struct {
	Payout string `json:"payout_no"`
	RailID string `json:"rail_id,omitempty"` // of the return
	Code   string `json:"code,omitempty"`
	Why    string `json:"why,omitempty"`
}

// PayoutReturned credits the wallet. The order's amount has room again, since the
// customer has nothing; that day's quota and the order's count do not.
type PayoutReturned struct {
	Payout string `json:"payout_no"`
	Money  Money  `json:"money"`
	Rail   string `json:"rail"`
	RailID string `json:"rail_id,omitempty"`
	Code   string `json:"code,omitempty"`
	Why    string `json:"why,omitempty"`
}

func (c RecordReturned) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkOptionalID("rail_id", c.RailID, MaxReferenceBytes); err != nil {
		return nil, err
	}
	if err := checkOptionalID("code", c.Code, MaxReferenceBytes); err != nil {
		return nil, err
	}
	if err := checkText("why", c.Why, MaxWhyChars); err != nil {
		return nil, err
	}
	p, failures := m.outcomeOf(c.Payout, meta)
	switch {
	case failures != nil:
		return refuse(c, c.Payout, failures...), nil
	case p.State == Returned:
		return nil, nil
	case p.State != Paid:
		return refuse(c, c.Payout, p.wrongState()), nil
	case p.Recovered > 0: // it can't come back twice
		return refuse(c, c.Payout, Failure{Rule: RulePayoutStateForbidden, Name: "recovered"}), nil
	}
	days := orDefault(m.Adopted.Policy.ReturnDays, DefaultReturnDays)
	if age := meta.EffectiveAt.Sub(p.ClosedAt); age > time.Duration(days)*day24 {
		return refuse(c, c.Payout, Failure{
			Rule: RuleReturnWindowClosed, Unit: UnitDays, Limit: itoa(days) + "d", Used: daysBegun(age),
		}), nil
	}
	if err := m.recalledOrder(p); err != nil {
		return nil, err
	}
	return []Event{PayoutReturned{
		Payout: p.No, Money: p.Money, Rail: p.Rail, RailID: c.RailID, Code: c.Code, Why: c.Why,
	}}, nil
}

func (e PayoutReturned) apply(m *Merchant, meta Meta) {
	p := m.Payouts[e.Payout]
	m.Wallet.giveBack(p.Money.Minor)
	m.uncompensate(p, p.Money.Minor, meta.EffectiveAt)
	p.State, p.ChangedAt = Returned, meta.EffectiveAt
}

// uncompensate takes what the customer does not have any more off the order. Both
// records may have been about to leave memory.
func (m *Merchant) uncompensate(p *Payout, minor int64, at time.Time) {
	m.idle(ColdPayout, p.No, &p.resident)
	if p.Order == "" {
		return
	}
	o := m.Orders[p.Order]
	o.Amount -= minor
	o.Touched = at
	if o.Open == 0 {
		m.idle(ColdOrder, p.Order, &o.resident)
	}
}
