package domain

import "time"

// ResendSMS asks for a new code (a retried send of the same code is the sender's
// business and needs no command). The code before is void from then on, also one
// that was locked or expired. A phone has further limits across merchants, which
// are checked when the code is sent (CountPhoneSend).
type ResendSMS struct {
	Payout string `json:"payout_no"`
}

func (c ResendSMS) decide(m *Merchant, meta Meta) ([]Event, error) {
	p, failures := m.payout(c.Payout)
	if failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	if !m.actsFor(meta.Actor, p) {
		return refuse(c, c.Payout, Failure{Rule: RulePermissionMissing, Name: meta.Actor.String()}), nil
	}
	if p.State != AwaitingSMS {
		return refuse(c, c.Payout, p.wrongState()), nil
	}
	r := m.request(&meta, nil)
	r.checkResend(p)
	if failures := r.recheck(p); failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	return []Event{issueChallenge(m, p.No, p.Challenge.Send+1, m.spender(p.By), r.at)}, nil
}

// checkResend: not too soon, not too often, and not before the phone's limits
// allow the next message.
func (r *request) checkResend(p *Payout) {
	c := &p.Challenge
	if wait := time.Duration(r.policy.SMSResendSeconds) * time.Second; r.at.Sub(c.IssuedAt) < wait {
		r.fail(Failure{
			Rule: RuleSMSResendTooSoon, Name: "sms_resend_seconds", ResetsAt: c.IssuedAt.Add(wait),
		})
	}
	if limit := r.policy.SMSSendsMax; limit > 0 && c.Send >= limit {
		r.fail(Failure{
			Rule: RuleSMSLimitExceeded, Name: "sms_sends_max", Unit: UnitSends,
			Limit: itoa(limit), Used: itoa(c.Send), Asked: "1",
		})
	}
	if r.at.Before(c.RetryAt) {
		r.fail(Failure{Rule: RuleSMSLimitExceeded, Name: "phone", Unit: UnitSends, Asked: "1", ResetsAt: c.RetryAt})
	}
	if f, ok := r.phoneFailures(r.m.spender(p.By).Phone.Pseudonym); !ok {
		r.fail(f)
	}
}
