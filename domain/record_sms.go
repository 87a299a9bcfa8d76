package domain

import "time"

// RecordSMSSent and RecordSMSFailed are the sender's reports on one send.
type RecordSMSSent struct {
	Payout    string `json:"payout_no"`
	Challenge string `json:"challenge"`
	Send      int    `json:"send"`
	Provider  string `json:"provider"`
	MessageID string `json:"message_id,omitempty"`
}

// RecordSMSFailed says that the provider did not take the message, or that the
// phone's limits (CountPhoneSend) don't allow it before RetryAt. A retried send is
// not a resend: it carries the same code.
type RecordSMSFailed struct {
	Payout    string    `json:"payout_no"`
	Challenge string    `json:"challenge"`
	Send      int       `json:"send"`
	Provider  string    `json:"provider"`
	Why       string    `json:"why"`
	RetryAt   time.Time `json:"retry_at,omitzero"` // no message to this phone before
}

// SMSSent says that the provider took the message.
type SMSSent RecordSMSSent

// SMSSendFailed says that the provider did not take it.
type SMSSendFailed RecordSMSFailed

func (c RecordSMSSent) decide(m *Merchant, meta Meta) ([]Event, error) {
	p, failures := m.sendOf(c.Payout, meta)
	if failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	if p.Challenge.ID != c.Challenge || p.Challenge.Sent {
		return nil, nil // an older code's report, or this one's again
	}
	return []Event{SMSSent(c)}, nil
}

// decide records a failure once, and again only if another time to wait for is
// known: what matters is that the code did not go out.
func (c RecordSMSFailed) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkText("why", c.Why, MaxWhyChars); err != nil {
		return nil, err
	}
	p, failures := m.sendOf(c.Payout, meta)
	if failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	now := &p.Challenge
	if now.ID != c.Challenge || now.Sent || now.SendFailed && now.RetryAt.Equal(c.RetryAt) {
		return nil, nil
	}
	c.RetryAt = c.RetryAt.UTC().Round(0)
	return []Event{SMSSendFailed(c)}, nil
}

// sendOf is the payout whose code a sender reports on, or why it is refused.
func (m *Merchant) sendOf(payout string, meta Meta) (*Payout, []Failure) {
	if failures := m.only(meta, RoleSender, RolePlatform); failures != nil {
		return nil, failures
	}
	return m.payout(payout)
}

func (e SMSSent) apply(m *Merchant, _ Meta) {
	c := &m.Payouts[e.Payout].Challenge
	c.Sent, c.SendFailed = true, false
}

// A payout whose code may only go out later does not expire before that.
func (e SMSSendFailed) apply(m *Merchant, _ Meta) {
	p := m.Payouts[e.Payout]
	p.Challenge.SendFailed, p.Challenge.RetryAt = true, e.RetryAt
	if p.State == AwaitingSMS && !e.RetryAt.IsZero() {
		m.setDeadline(p, later(p.Deadline, e.RetryAt.Add(m.Adopted.Policy.expireSMS())))
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
