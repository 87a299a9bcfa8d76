package domain

// RecordPaid is the rail's proof that the money went out.
type RecordPaid struct {
	Payout string `json:"payout_no"`
	RailID string `json:"rail_id,omitempty"` // the rail's own number
}

// RecordFailed is the rail's proof that the money did not and will not go out.
type RecordFailed struct {
	Payout string `json:"payout_no"`
	Code   string `json:"code"`
	Why    string `json:"why,omitempty"`
}

// RecordUnknown says that the rail's answer did not arrive. It releases nothing.
type RecordUnknown struct {
	Payout string `json:"payout_no"`
	Why    string `json:"why,omitempty"`
}

// PayoutPaid takes Money out of the wallet's hold.
type PayoutPaid struct {
	Payout string `json:"payout_no"`
	Money  Money  `json:"money"`
	Rail   string `json:"rail"`
	RailID string `json:"rail_id,omitempty"`
}

// PayoutFailed releases what PayoutRequested reserved.
type PayoutFailed struct {
	Payout string `json:"payout_no"`
	Money  Money  `json:"money"`
	Rail   string `json:"rail"`
	Code   string `json:"code"`
	Why    string `json:"why,omitempty"`
}

// PayoutOutcomeUnknown keeps the hold until evidence comes.
type PayoutOutcomeUnknown struct {
	Payout string `json:"payout_no"`
	Rail   string `json:"rail"`
	Why    string `json:"why,omitempty"`
}

// What a rail reports can repeat itself and can contradict itself. The first
// outcome stands:
//
//   - the same outcome again adds nothing;
//   - "unknown" after an outcome adds nothing: it is a late time-out;
//   - "failed" after PAID is refused. The money is out and stays booked as paid;
//     if it came back, that is RecordReturned, which credits the wallet;
//   - "paid" after FAILED is refused. The hold was released and may be spent, so
//     the wallet can't be charged for it here; the refusal is the trace that
//     somebody has to look into. It is why "failed" needs proof, not a time-out;
//   - an outcome of a payout that was never submitted is refused.

func (c RecordPaid) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkOptionalID("rail_id", c.RailID, MaxReferenceBytes); err != nil {
		return nil, err
	}
	p, failures := m.outcomeOf(c.Payout, meta)
	switch {
	case failures != nil:
		return refuse(c, c.Payout, failures...), nil
	case p.State == Submitted || p.State == Unknown:
		return []Event{PayoutPaid{Payout: p.No, Money: p.Money, Rail: p.Rail, RailID: c.RailID}}, nil
	case p.State == Paid || p.State == Returned:
		return nil, nil
	}
	return refuse(c, c.Payout, p.wrongState()), nil
}

func (c RecordFailed) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkID("code", c.Code, MaxReferenceBytes); err != nil {
		return nil, err
	}
	if err := checkText("why", c.Why, MaxWhyChars); err != nil {
		return nil, err
	}
	p, failures := m.outcomeOf(c.Payout, meta)
	switch {
	case failures != nil:
		return refuse(c, c.Payout, failures...), nil
	case p.State == Submitted || p.State == Unknown:
		return []Event{PayoutFailed{Payout: p.No, Money: p.Money, Rail: p.Rail, Code: c.Code, Why: c.Why}}, nil
	case p.State == Failed:
		return nil, nil
	}
	return refuse(c, c.Payout, p.wrongState()), nil
}

func (c RecordUnknown) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkText("why", c.Why, MaxWhyChars); err != nil {
		return nil, err
	}
	p, failures := m.outcomeOf(c.Payout, meta)
	if failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	switch p.State {
	case Submitted:
		return []Event{PayoutOutcomeUnknown{Payout: p.No, Rail: p.Rail, Why: c.Why}}, nil
	case Unknown, Paid, Failed, Returned:
		return nil, nil
	}
	return refuse(c, c.Payout, p.wrongState()), nil
}

// outcomeOf is the payout whose outcome is reported, or why the report is refused.
func (m *Merchant) outcomeOf(no string, meta Meta) (*Payout, []Failure) {
	if failures := m.only(meta, RoleProcessor, RolePlatform); failures != nil {
		return nil, failures
	}
	return m.payout(no)
}

func (e PayoutPaid) apply(m *Merchant, meta Meta) {
	p := m.Payouts[e.Payout]
	m.Wallet.pay(p.Money.Minor)
	m.close(p, Paid, meta.EffectiveAt)
}

func (e PayoutFailed) apply(m *Merchant, meta Meta) {
	m.release(m.Payouts[e.Payout], Failed, meta.EffectiveAt)
}

func (e PayoutOutcomeUnknown) apply(m *Merchant, meta Meta) {
	m.Payouts[e.Payout].change(Unknown, meta.EffectiveAt)
}
