package domain

import "time"

// SubmitPayout is given by the dispatcher before it calls the rail.
type SubmitPayout struct {
	Payout string `json:"payout_no"`
	Rail   string `json:"rail"`
}

// PayoutSubmitted is durable before the rail is called. Reference is the payout
// number: one for every attempt, for ever.
type PayoutSubmitted struct {
	Payout    string `json:"payout_no"`
	Rail      string `json:"rail"`
	Reference string `json:"reference"`
	Money     Money  `json:"money"`
	Payee     string `json:"payee,omitempty"` // the customer's pseudonym
	Note      string `json:"note,omitempty"`
}

// PayoutHeldBack says, once, why an authorised payout is not submitted now. It
// goes on by ArrearsCleared or ServiceResumed, not by retrying.
type PayoutHeldBack struct {
	Payout   string    `json:"payout_no"`
	Failures []Failure `json:"failures"`
}

// decide: once submitted, with the outcome known or not, there is nothing to add
// and the caller may go on with the same reference; after an outcome it must not.
func (c SubmitPayout) decide(m *Merchant, meta Meta) ([]Event, error) {
	if failures := m.only(meta, RoleProcessor, RolePlatform); failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	if err := checkID("rail", c.Rail, MaxIDBytes); err != nil {
		return nil, err
	}
	p, failures := m.payout(c.Payout)
	if failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	if (p.State == Submitted || p.State == Unknown) && p.Rail == c.Rail {
		return nil, nil
	}
	if p.State != Authorized {
		return refuse(c, c.Payout, p.wrongState()), nil
	}
	r := m.request(&meta, nil)
	r.check(submitRules[:])
	switch {
	case len(r.failures) == 0:
		return []Event{PayoutSubmitted{
			Payout: p.No, Rail: c.Rail, Reference: p.No, Money: p.Money, Payee: p.Customer.Pseudonym, Note: p.Note,
		}}, nil
	case p.HeldBack:
		return nil, nil // said already
	}
	return []Event{PayoutHeldBack{Payout: p.No, Failures: r.failures}}, nil
}

// submitRules are checked again right before money moves.
var submitRules = [...]rule{
	{RuleServiceNotOpen, checkServiceOpen},
	{RuleArrearsOutstanding, checkArrears},
}

func (e PayoutSubmitted) apply(m *Merchant, meta Meta) {
	p := m.Payouts[e.Payout]
	p.Rail, p.HeldBack = e.Rail, false
	p.change(Submitted, meta.EffectiveAt)
	m.setDeadline(p, time.Time{})
}

func (e PayoutHeldBack) apply(m *Merchant, meta Meta) {
	p := m.Payouts[e.Payout]
	p.HeldBack, p.ChangedAt = true, meta.EffectiveAt
}
