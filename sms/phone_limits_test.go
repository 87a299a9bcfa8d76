package sms_test

import (
	"context"
	"testing"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/ledger"
)

// A phone is texted so often, whichever merchants ask. The code that is too much
// is not sent, and the payout waits with the time from which it may be.
func TestPhoneLimitsAcrossMerchants(t *testing.T) {
	w := newWorld(t)
	w.merchant("m", "ph_same")
	w.merchant("n", "ph_same")
	w.give("", "policy-2", platform, day(0), domain.PublishPolicy{
		Name: "test", Policy: domain.Policy{AgreementVersion: "v1", SMSTries: 1, SMSPhoneHourMax: 2},
	})
	_, stop := w.dispatch(w.options())
	first, second := w.request("m", "a", 100), w.request("n", "b", 200)
	w.wait("m", first, "SMSSent")
	w.wait("n", second, "SMSSent")
	third := w.request("m", "c", 300)
	w.wait("m", third, "SMSSendFailed")
	stop()
	_, stop = w.dispatch(w.options()) // a restart sends nothing that was refused
	if n := len(w.inbox.Messages()); n != 2 {
		t.Errorf("%d messages went to a phone that may have 2 an hour", n)
	}
	stop()
	var state domain.PayoutState
	var retry time.Time
	if err := w.ledger.View(context.Background(), "m", func(m *domain.Merchant) {
		state, retry = m.Payouts[third].State, m.Payouts[third].Challenge.RetryAt
	}); err != nil {
		t.Fatal(err)
	}
	if want := day(1).Add(time.Hour); state != domain.AwaitingSMS || !retry.Equal(want) {
		t.Errorf("the payout is %s and may be texted at %v, want %v", state, retry, want)
	}
	// Asking again too early is refused, with that time; afterwards it is sent.
	resend := func(key string, at time.Time) *domain.Refusal {
		t.Helper()
		r, err := w.ledger.Do(context.Background(), ledger.Request{
			Merchant: "m", Key: key, Actor: owner, EffectiveAt: at, Command: domain.ResendSMS{Payout: third},
		})
		if err != nil {
			t.Fatal(err)
		}
		return r.Refusal()
	}
	if no := resend("r1", day(1).Add(30*time.Minute)); no == nil || no.Outcome() != domain.RuleSMSLimitExceeded {
		t.Errorf("a resend within the hour: %+v", no)
	}
	if no := resend("r2", day(1).Add(61*time.Minute)); no != nil {
		t.Fatalf("a resend after the hour: %+v", no.Failures)
	}
	w.dispatch(w.options())
	w.wait("m", third, "SMSSent")
}
