package domain

import "time"

// ExpirePayout is given by the clock for a payout that Due names. Given too
// early, or when the payout went on meanwhile, it does nothing.
//
// A payout awaiting SMS expires some minutes after its last code, one awaiting
// approval and one that is authorised but not submitted some hours after they
// became so. One that is at a rail never expires: only evidence ends it.
type ExpirePayout struct {
	Payout string `json:"payout_no"`
}

// PayoutExpired releases what PayoutRequested reserved.
type PayoutExpired struct {
	Payout string      `json:"payout_no"`
	Money  Money       `json:"money"`
	State  PayoutState `json:"state"` // it waited in
}

func (c ExpirePayout) decide(m *Merchant, meta Meta) ([]Event, error) {
	if failures := m.only(meta, RoleClock, RolePlatform); failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	p, failures := m.payout(c.Payout)
	if failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	if p.Deadline.IsZero() || meta.EffectiveAt.Before(p.Deadline) {
		return nil, nil
	}
	return []Event{PayoutExpired{Payout: p.No, Money: p.Money, State: p.State}}, nil
}

func (e PayoutExpired) apply(m *Merchant, meta Meta) {
	m.release(m.Payouts[e.Payout], Expired, meta.EffectiveAt)
}

func (p *Policy) expireSMS() time.Duration {
	return time.Duration(orDefault(p.ExpireSMSMinutes, DefaultExpireSMSMinutes)) * time.Minute
}

func (p *Policy) expireApproval() time.Duration {
	return time.Duration(orDefault(p.ExpireApprovalHours, DefaultExpireApprovalHours)) * time.Hour
}

func (p *Policy) expireAuthorized() time.Duration {
	return time.Duration(orDefault(p.ExpireAuthorizedHours, DefaultExpireAuthorizedHours)) * time.Hour
}
