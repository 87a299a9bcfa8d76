package domain

import "time"

// CountPhoneSend asks the phone's own stream for leave to send one message: a
// phone is texted so often an hour and a day, whichever merchants ask. The sender
// gives it before it sends, with the limits of the merchant's policy (0: none),
// and sends only if it is counted.
type CountPhoneSend struct {
	Merchant  string `json:"merchant"`
	Payout    string `json:"payout_no"`
	Challenge string `json:"challenge"`
	HourMax   int    `json:"hour_max,omitempty"` // in any 60 minutes
	DayMax    int    `json:"day_max,omitempty"`  // in any 24 hours
}

// PhoneSendCounted is in the phone's stream.
type PhoneSendCounted struct {
	Merchant  string `json:"merchant"`
	Payout    string `json:"payout_no"`
	Challenge string `json:"challenge"`
}

// PhoneSend is one message to a phone in the last 24 hours.
type PhoneSend struct {
	Challenge string
	At        time.Time
}

// decide counts a challenge once, however often its sending is retried.
func (c CountPhoneSend) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkID("challenge", c.Challenge, MaxReferenceBytes); err != nil {
		return nil, err
	}
	if c.HourMax < 0 || c.DayMax < 0 {
		return nil, &Invalid{"hour_max", "and day_max can't be negative"}
	}
	if role := meta.Actor.Role; role != RoleSender && role != RolePlatform {
		return refuse(c, c.Payout, Failure{Rule: RuleRoleForbidden, Name: meta.Actor.String()}), nil
	}
	for _, s := range m.PhoneSends {
		if s.Challenge == c.Challenge {
			return nil, nil
		}
	}
	var failures []Failure
	failures = appendWindow(failures, m.PhoneSends, "sms_phone_hour_max", c.HourMax, time.Hour, meta.EffectiveAt)
	failures = appendWindow(failures, m.PhoneSends, "sms_phone_day_max", c.DayMax, day24, meta.EffectiveAt)
	if failures != nil {
		return refuse(c, c.Payout, failures...), nil
	}
	return []Event{PhoneSendCounted{Merchant: c.Merchant, Payout: c.Payout, Challenge: c.Challenge}}, nil
}

// appendWindow adds a failure if one more send would be more than limit in the
// window that ends now.
func appendWindow(failures []Failure, sends []PhoneSend, name string, limit int, window time.Duration, now time.Time) []Failure {
	if limit == 0 {
		return failures
	}
	first := len(sends) // of those in the window
	for first > 0 && sends[first-1].At.After(now.Add(-window)) {
		first--
	}
	used := len(sends) - first
	if used < limit {
		return failures
	}
	return append(failures, Failure{
		Rule: RuleSMSLimitExceeded, Name: name, Unit: UnitSends, Limit: itoa(limit), Used: itoa(used), Asked: "1",
		ResetsAt: sends[len(sends)-limit].At.Add(window),
	})
}

// A phone without limits would gather sends without bound, so no more than
// maxPhoneSends are kept: more than any policy's limit (see Validate).
const maxPhoneSends = 1_000

func (e PhoneSendCounted) apply(m *Merchant, meta Meta) {
	sends := append(m.PhoneSends, PhoneSend{e.Challenge, meta.EffectiveAt})
	drop := 0
	for !sends[drop].At.After(meta.EffectiveAt.Add(-day24)) || len(sends)-drop > maxPhoneSends {
		drop++
	}
	m.PhoneSends = sends[drop:]
}
