package domain

import "time"

// ConfirmSMS hands in a code. The ledger runs it in two steps: the attempt is
// counted and durable before the code is compared (CompareSMS).
//
// Everything that can be answered without the code is answered here, before a
// try is counted: an unknown payout, a wrong actor or state, a locked or expired
// challenge, and the re-checks (permission, quota enabled, service open, no
// arrears). So no such answer tells anything about the code, and after a failed
// re-check the code can still be used while it lives.
type ConfirmSMS struct {
	Payout string `json:"payout_no"`
	Code   string `json:"-"` // never stored, logged or fingerprinted
}

// SMSAttempted counts a try before it is compared.
type SMSAttempted struct {
	Payout    string `json:"payout_no"`
	Challenge string `json:"challenge"`
	Attempt   int    `json:"attempt"`
	Day       string `json:"day"` // local, for the tries that a phone has a day
}

// CompareSMS is the second step of ConfirmSMS, given by the ledger alone, under
// the same actor: Matched is the result of the constant-time comparison. It may
// be repeated; an attempt that has its answer gets no second one.
type CompareSMS struct {
	Payout    string `json:"payout_no"`
	Challenge string `json:"challenge"`
	Attempt   int    `json:"attempt"`
	Matched   bool   `json:"matched"`
}

// SMSConfirmed says that the code matched.
type SMSConfirmed struct {
	Payout    string `json:"payout_no"`
	Challenge string `json:"challenge"`
	Attempt   int    `json:"attempt"`
}

// SMSChallengeLocked ends a challenge after too many wrong codes.
type SMSChallengeLocked struct {
	Payout    string `json:"payout_no"`
	Challenge string `json:"challenge"`
	Tries     int    `json:"tries"`
}

func (c ConfirmSMS) decide(m *Merchant, meta Meta) ([]Event, error) {
	p, failures := m.payout(c.Payout)
	if failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	if !m.actsFor(meta.Actor, p) {
		return refuse(c, c.Payout, Failure{Rule: RulePermissionMissing, Name: meta.Actor.String()}), nil
	}
	r := m.request(&meta, nil)
	if f, ok := r.codeUsable(p); !ok {
		return refuse(c, c.Payout, f), nil
	}
	if failures := r.recheck(p); failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	return []Event{SMSAttempted{
		Payout: p.No, Challenge: p.Challenge.ID, Attempt: p.Challenge.Tries + 1, Day: r.day,
	}}, nil
}

func (c CompareSMS) decide(m *Merchant, meta Meta) ([]Event, error) {
	p, failures := m.payout(c.Payout)
	if failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	if c.Attempt < 1 || c.Attempt > MaxSMSTries {
		return nil, &Invalid{"attempt", "is not the number of a try"}
	}
	if p.Challenge.ID != c.Challenge { // a newer code voided this one
		return c.refuse(Failure{Rule: RuleSMSExpired}), nil
	}
	if p.Challenge.Open&(1<<c.Attempt) == 0 {
		return nil, nil // it has its answer
	}
	// As in ConfirmSMS, and before Matched is looked at, for the same reason.
	r := m.request(&meta, nil)
	if p.State != AwaitingSMS {
		return c.refuse(p.wrongState()), nil
	}
	if p.Challenge.Locked {
		return c.refuse(r.lockedFailure(p)), nil
	}
	if r.at.After(p.Challenge.ExpiresAt) {
		return c.refuse(Failure{Rule: RuleSMSExpired}), nil
	}
	if failures := r.recheck(p); failures != nil {
		return c.refuse(failures...), nil
	}
	if c.Matched {
		return []Event{
			SMSConfirmed{Payout: c.Payout, Challenge: c.Challenge, Attempt: c.Attempt},
			PayoutAuthorized{Payout: c.Payout, By: ConfirmBySMS},
		}, nil
	}
	tries, limit := p.Challenge.Tries, m.Adopted.Policy.smsTries()
	events := c.refuse(Failure{Rule: RuleSMSWrong, Unit: UnitTries, Limit: itoa(limit), Used: itoa(tries)})
	if tries >= limit {
		events = append(events, SMSChallengeLocked{Payout: c.Payout, Challenge: c.Challenge, Tries: tries})
	}
	return events, nil
}

// refuse answers the attempt, which is thereby done with.
func (c CompareSMS) refuse(failures ...Failure) []Event {
	return []Event{CommandRefused{
		Command: commandName(c), Payout: c.Payout, Failures: failures, Challenge: c.Challenge, Attempt: c.Attempt,
	}}
}

// codeUsable tells whether a code may be tried at all, or why not.
func (r *request) codeUsable(p *Payout) (Failure, bool) {
	switch limit := r.policy.smsTries(); {
	case p.State != AwaitingSMS:
		return p.wrongState(), false
	case p.Challenge.Locked, p.Challenge.Tries >= limit:
		return r.lockedFailure(p), false
	case r.at.After(p.Challenge.ExpiresAt):
		return Failure{Rule: RuleSMSExpired}, false
	}
	return r.phoneFailures(p.Challenge.Phone)
}

// phoneFailures tells whether the phone has tries left today, or why not.
func (r *request) phoneFailures(phone string) (Failure, bool) {
	limit := r.policy.SMSPhoneFailures
	if limit == 0 {
		return Failure{}, true
	}
	used := r.m.PhoneFailures.on(r.day, phone)
	if used < limit {
		return Failure{}, true
	}
	return Failure{
		Rule: RuleSMSLimitExceeded, Name: "sms_phone_failures_max", Unit: UnitTries,
		Limit: itoa(limit), Used: itoa(used), Asked: "1", ResetsAt: Use{Period: max(r.day, r.m.PhoneFailures.Day)}.ends(r.zone),
	}, false
}

func (r *request) lockedFailure(p *Payout) Failure {
	return Failure{
		Rule: RuleSMSLocked, Unit: UnitTries,
		Limit: itoa(r.policy.smsTries()), Used: itoa(p.Challenge.Tries),
	}
}

// confirmRules are checked again for who requested the payout. Its amounts are
// reserved already.
var confirmRules = [...]rule{
	{RuleServiceNotOpen, checkServiceOpen},
	{RulePermissionMissing, checkPermission},
	{RuleQuotaMissing, checkQuotaMissing},
	{RuleQuotaDisabled, checkQuotaDisabled},
	{RuleArrearsOutstanding, checkArrears},
}

func (r *request) recheck(p *Payout) []Failure {
	r.actor, r.account = p.By, r.m.account(p.By)
	r.agent = r.account != nil && r.account != &r.m.Owner
	r.check(confirmRules[:])
	return r.failures
}

func (e SMSAttempted) apply(m *Merchant, _ Meta) {
	p := m.Payouts[e.Payout]
	p.Challenge.Tries = e.Attempt
	p.Challenge.Open |= 1 << e.Attempt
	p.Challenge.TryDay = e.Day
	m.PhoneFailures.add(e.Day, p.Challenge.Phone, 1)
}

func (e SMSConfirmed) apply(m *Merchant, _ Meta) {
	p := m.Payouts[e.Payout]
	p.Challenge.Used = true
	p.Challenge.Open &^= 1 << e.Attempt
	if p.Challenge.TryDay == m.PhoneFailures.Day {
		m.PhoneFailures.add(p.Challenge.TryDay, p.Challenge.Phone, -1) // it was not wrong
	}
}

func (e SMSChallengeLocked) apply(m *Merchant, _ Meta) {
	m.Payouts[e.Payout].Challenge.Locked = true
}

// on is how many tries from the phone failed on a day. An earlier day than the
// one that is counted (see Use) counts as that one.
func (f *PhoneFailures) on(day, phone string) int {
	if day > f.Day {
		return 0
	}
	return f.Tries[phone]
}

func (f *PhoneFailures) add(day, phone string, n int) {
	if day > f.Day || f.Tries == nil {
		*f = PhoneFailures{Day: max(day, f.Day), Tries: map[string]int{}}
	}
	if f.Tries[phone] += n; f.Tries[phone] <= 0 {
		delete(f.Tries, phone)
	}
}

// life of a code, and after how many tries it is locked.
func (p *Policy) smsLife() time.Duration {
	return time.Duration(orDefault(p.SMSSeconds, DefaultSMSSeconds)) * time.Second
}
func (p *Policy) smsTries() int  { return orDefault(p.SMSTries, DefaultSMSTries) }
func (p *Policy) smsDigits() int { return orDefault(p.SMSDigits, DefaultSMSDigits) }

func orDefault(value, byDefault int) int {
	if value == 0 {
		return byDefault
	}
	return value
}
