package domain

import (
	"strconv"
	"time"
)

// SMSChallengeIssued asks the operator's own phone for a code. The code is
// derived (see Challenge), bound to payout, amount and payee, and used once. A
// new challenge voids the one before.
type SMSChallengeIssued struct {
	Payout    string    `json:"payout_no"`
	Challenge string    `json:"challenge"`
	Send      int       `json:"send"`
	Phone     string    `json:"phone"` // pseudonym
	Digits    int       `json:"digits"`
	ExpiresAt time.Time `json:"expires_at"`
}

// ChallengeID is a pure function of the payout and which code of it this is.
func ChallengeID(payout string, send int) string { return payout + "-" + strconv.Itoa(send) }

// issueChallenge asks the account's phone.
func issueChallenge(m *Merchant, payout string, send int, a *Account, at time.Time) SMSChallengeIssued {
	policy := &m.Adopted.Policy
	return SMSChallengeIssued{
		Payout: payout, Challenge: ChallengeID(payout, send), Send: send,
		Phone: a.Phone.Pseudonym, Digits: policy.smsDigits(), ExpiresAt: at.Add(policy.smsLife()),
	}
}

func (e SMSChallengeIssued) apply(m *Merchant, meta Meta) {
	p := m.Payouts[e.Payout]
	p.Challenge = Challenge{
		ID: e.Challenge, Send: e.Send, Phone: e.Phone, Digits: e.Digits, IssuedAt: meta.EffectiveAt, ExpiresAt: e.ExpiresAt,
	}
	p.change(AwaitingSMS, meta.EffectiveAt)
	m.setDeadline(p, meta.EffectiveAt.Add(m.Adopted.Policy.expireSMS()))
}
