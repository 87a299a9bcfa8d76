package domain

import (
	"slices"
	"time"
)

// A request over a limit that the policy lists (ApprovalRules), or over its
// approval percentage, is not refused but waits for approval (審批): by the
// owner, or by the platform, which alone can approve what the owner asks for.
// Approval does not stand in for the SMS: the code goes out once it is given.

// ApprovalRequested says which limits the payout exceeds.
type ApprovalRequested struct {
	Payout    string    `json:"payout_no"`
	Excess    []Failure `json:"excess"`
	ExpiresAt time.Time `json:"expires_at"`
}

// ApprovePayout lets a payout go on over its limits.
type ApprovePayout struct {
	Payout string `json:"payout_no"`
	Why    string `json:"why,omitempty"`
}

// RejectPayout ends a payout that waits for approval.
type RejectPayout struct {
	Payout string `json:"payout_no"`
	Why    string `json:"why,omitempty"`
}

// PayoutApproved names the excess that was approved. It counts as used.
type PayoutApproved struct {
	Payout string    `json:"payout_no"`
	Excess []Failure `json:"excess"`
	Why    string    `json:"why,omitempty"`
}

// PayoutRejected releases what PayoutRequested reserved.
type PayoutRejected struct {
	Payout string `json:"payout_no"`
	Money  Money  `json:"money"`
	Why    string `json:"why,omitempty"`
}

// approvable tells whether the policy lets approval override every rule that failed.
func (r *request) approvable() bool {
	for i := range r.failures {
		if !slices.Contains(r.policy.ApprovalRules, r.failures[i].Rule) {
			return false
		}
	}
	return true
}

// checkApprovalShare asks for approval where payouts on the order come to more
// than a share of what the customer paid and was not refunded, and to more than
// the floor. All payouts of the order count, so splitting does not help.
func (r *request) checkApprovalShare() {
	percent := r.policy.ApprovalPercent
	if percent == nil || r.terms.Order == nil {
		return
	}
	base, used, asked := r.orderBase(), r.orderUsed(), r.terms.Money.Minor
	limit := percent.Of(base)
	if floor := r.policy.ApprovalFloor; floor != nil {
		limit = max(limit, floor.Minor)
	}
	if used+asked > limit && percent.Exceeds(used+asked, base) {
		r.failLimit(RuleOrderAmountExceeded, "approval_percent", limit, used, asked, time.Time{})
	}
}

func (c ApprovePayout) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkText("why", c.Why, MaxWhyChars); err != nil {
		return nil, err
	}
	p, failures := m.approvalOf(c.Payout, meta)
	if failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	if m.account(meta.Actor) == m.spender(p.By) {
		return refuse(c, c.Payout, Failure{Rule: RuleApproverIsRequester, Name: meta.Actor.String()}), nil
	}
	if p.State != AwaitingApproval {
		if p.Approved {
			return nil, nil
		}
		return refuse(c, c.Payout, p.wrongState()), nil
	}
	r := m.request(&meta, nil)
	if failures := r.recheck(p); failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	return []Event{
		PayoutApproved{Payout: p.No, Excess: p.Excess, Why: c.Why},
		issueChallenge(m, p.No, 1, m.spender(p.By), r.at),
	}, nil
}

func (c RejectPayout) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkText("why", c.Why, MaxWhyChars); err != nil {
		return nil, err
	}
	p, failures := m.approvalOf(c.Payout, meta)
	if failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	switch p.State {
	case AwaitingApproval:
		return []Event{PayoutRejected{Payout: p.No, Money: p.Money, Why: c.Why}}, nil
	case Rejected:
		return nil, nil
	}
	return refuse(c, c.Payout, p.wrongState()), nil
}

// approvalOf is the payout to be approved, or why the command is refused.
func (m *Merchant) approvalOf(payout string, meta Meta) (*Payout, []Failure) {
	p, failures := m.payout(payout)
	if failures != nil {
		return nil, failures
	}
	if meta.Actor.Role == RolePlatform {
		return p, nil
	}
	return p, m.ownerOnly(meta)
}

func (e ApprovalRequested) apply(m *Merchant, meta Meta) {
	p := m.Payouts[e.Payout]
	p.Excess = e.Excess
	p.change(AwaitingApproval, meta.EffectiveAt)
	m.setDeadline(p, e.ExpiresAt)
}

func (e PayoutApproved) apply(m *Merchant, meta Meta) {
	p := m.Payouts[e.Payout]
	p.Approved, p.Excess, p.ChangedAt = true, nil, meta.EffectiveAt
}

func (e PayoutRejected) apply(m *Merchant, meta Meta) {
	m.release(m.Payouts[e.Payout], Rejected, meta.EffectiveAt)
}
