package domain

// CancelPayout ends a payout that was not yet submitted to a rail.
type CancelPayout struct {
	Payout string `json:"payout_no"`
	Why    string `json:"why,omitempty"`
}

// PayoutCancelled releases what PayoutRequested reserved.
type PayoutCancelled struct {
	Payout string `json:"payout_no"`
	Money  Money  `json:"money"`
	Why    string `json:"why,omitempty"`
}

func (c CancelPayout) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkText("why", c.Why, MaxWhyChars); err != nil {
		return nil, err
	}
	p, failures := m.payout(c.Payout)
	if failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	if !m.actsFor(meta.Actor, p) {
		return refuse(c, c.Payout, Failure{Rule: RulePermissionMissing, Name: meta.Actor.String()}), nil
	}
	switch p.State {
	case Requested, AwaitingSMS, AwaitingApproval, Authorized:
		return []Event{PayoutCancelled{Payout: p.No, Money: p.Money, Why: c.Why}}, nil
	case Cancelled:
		return nil, nil
	}
	return refuse(c, c.Payout, p.wrongState()), nil
}

func (e PayoutCancelled) apply(m *Merchant, meta Meta) {
	m.release(m.Payouts[e.Payout], Cancelled, meta.EffectiveAt)
}
