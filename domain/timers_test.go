package domain

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The heap against a list: many payouts whose deadlines are set, moved and taken
// away in any order.
func TestTimers(t *testing.T) {
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		m := NewMerchant("m1")
		payouts := make([]*Payout, rapid.IntRange(1, 60).Draw(t, "payouts"))
		for i := range payouts {
			payouts[i] = &Payout{No: itoa(i)}
		}
		for range rapid.IntRange(1, 200).Draw(t, "changes") {
			p := rapid.SampledFrom(payouts).Draw(t, "payout")
			var at time.Time
			if minutes := rapid.IntRange(-20, 40).Draw(t, "minutes"); minutes > 0 { // a third has none
				at = start.Add(time.Duration(minutes) * time.Minute)
			}
			m.setDeadline(p, at)
			now := start.Add(time.Duration(rapid.IntRange(0, 41).Draw(t, "now")) * time.Minute)
			var want []*Payout
			var next time.Time
			for _, p := range payouts {
				if p.Deadline.IsZero() {
					continue
				}
				if next.IsZero() || p.Deadline.Before(next) {
					next = p.Deadline
				}
				if !p.Deadline.After(now) {
					want = append(want, p)
				}
			}
			if got, ok := m.NextDue(); !got.Equal(next) || ok == next.IsZero() {
				t.Fatalf("next is due %s, %t, want %s", got, ok, next)
			}
			slices.SortFunc(want, func(a, b *Payout) int { return a.compareDeadline(b) })
			var numbers []string
			for _, p := range want {
				numbers = append(numbers, p.No)
			}
			if got := m.Due(now, len(payouts)); !slices.Equal(got, numbers) {
				t.Fatalf("due are %v, want %v", got, numbers)
			}
			max := rapid.IntRange(0, 5).Draw(t, "max")
			some := m.Due(now, max)
			if len(some) != min(max, len(numbers)) || slices.ContainsFunc(some, func(no string) bool { return !slices.Contains(numbers, no) }) {
				t.Fatalf("%d of %v are %v", max, numbers, some)
			}
		}
	})
}

// A report of the sender comes with any clock; what is stored has none.
func TestRetryTimeIsStoredInUTC(t *testing.T) {
	w := newWorld(t)
	w.open(Policy{}, "100.00")
	no, _ := w.request("p1", byOwner, w.terms("5.00"))
	retry := time.Now().In(w.zone)
	events := w.do(RecordSMSFailed{Payout: no, Challenge: ChallengeID(no, 1), Why: "later", RetryAt: retry}, bySender)
	if got := events[0].(SMSSendFailed).RetryAt; got != retry.UTC().Round(0) {
		t.Errorf("%#v is stored", got)
	}
}
