package domain

import "strconv"

// OpenDispute says that somebody contests a payout that was paid.
type OpenDispute struct {
	Payout string `json:"payout_no"`
	Why    string `json:"why,omitempty"`
}

// DisputeOpened is the answer to OpenDispute.
type DisputeOpened struct {
	Dispute string `json:"dispute"`
	Payout  string `json:"payout_no"`
	Why     string `json:"why,omitempty"`
}

// Outcomes of a dispute.
const (
	DisputeUpheld    = "upheld"    // the payout was wrong
	DisputeDismissed = "dismissed" // it stands
)

// ResolveDispute ends a dispute. Money that was recovered from the customer is
// the platform's word: nobody credits a wallet of their own.
type ResolveDispute struct {
	Dispute   string `json:"dispute"`
	Payout    string `json:"payout_no"`
	Outcome   string `json:"outcome"`
	Recovered *Money `json:"recovered,omitempty"` // only with upheld
	Why       string `json:"why,omitempty"`
}

// DisputeResolved is the answer to ResolveDispute. Where money was recovered, a
// WalletCredited follows whose reference is the dispute.
type DisputeResolved ResolveDispute

// DisputeID is a pure function of the payout and which dispute of it this is.
func DisputeID(payout string, n int) string { return payout + "-D" + strconv.Itoa(n) }

func (c OpenDispute) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkText("why", c.Why, MaxWhyChars); err != nil {
		return nil, err
	}
	p, failures := m.approvalOf(c.Payout, meta) // the same two may: owner and platform
	switch {
	case failures != nil:
		return refuse(c, c.Payout, failures...), nil
	case p.State != Paid:
		return refuse(c, c.Payout, p.wrongState()), nil
	case p.Dispute != "":
		return nil, nil
	}
	return []Event{DisputeOpened{Dispute: DisputeID(p.No, p.Disputes+1), Payout: p.No, Why: c.Why}}, nil
}

func (c ResolveDispute) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := c.check(m.Profile.Currency); err != nil {
		return nil, err
	}
	p, failures := m.approvalOf(c.Payout, meta)
	if failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	if c.Recovered != nil {
		if failures := m.only(meta, RolePlatform); failures != nil {
			return refuse(c, c.Payout, failures...), nil
		}
	}
	if p.Dispute == "" || p.Dispute != c.Dispute {
		return refuse(c, c.Payout, Failure{Rule: RuleDisputeMissing, Name: c.Dispute}), nil
	}
	resolved := []Event{DisputeResolved(c)}
	if c.Recovered == nil {
		return resolved, nil
	}
	if p.State != Paid { // it came back meanwhile, all of it
		return refuse(c, c.Payout, p.wrongState()), nil
	}
	if c.Recovered.Minor > p.Money.Minor-p.Recovered {
		return nil, &Invalid{"recovered", "is more than the payout's " + p.Money.String() + " with what was recovered before"}
	}
	if _, ok := addMinor(m.Wallet.Credited, c.Recovered.Minor); !ok {
		return nil, &Invalid{"recovered", "with all credits of the wallet would be over the largest amount"}
	}
	if err := m.recalledOrder(p); err != nil {
		return nil, err
	}
	return append(resolved, WalletCredited{Money: *c.Recovered, Reference: c.Dispute}), nil
}

func (c ResolveDispute) check(currency Currency) error {
	if c.Outcome != DisputeUpheld && c.Outcome != DisputeDismissed {
		return &Invalid{"outcome", "is neither " + DisputeUpheld + " nor " + DisputeDismissed}
	}
	if err := checkText("why", c.Why, MaxWhyChars); err != nil {
		return err
	}
	if c.Recovered == nil {
		return nil
	}
	if c.Outcome == DisputeDismissed {
		return &Invalid{"recovered", "goes only with an upheld dispute"}
	}
	return checkPositive("recovered", *c.Recovered, currency)
}

func (e DisputeOpened) apply(m *Merchant, meta Meta) {
	p := m.Payouts[e.Payout]
	p.Disputes++
	p.Dispute, p.ChangedAt = e.Dispute, meta.EffectiveAt
	m.idle(ColdPayout, p.No, &p.resident)
}

func (e DisputeResolved) apply(m *Merchant, meta Meta) {
	p := m.Payouts[e.Payout]
	p.Dispute, p.ChangedAt = "", meta.EffectiveAt
	m.idle(ColdPayout, p.No, &p.resident)
	if e.Recovered != nil {
		p.Recovered += e.Recovered.Minor
		m.uncompensate(p, e.Recovered.Minor, meta.EffectiveAt)
	}
}
