package domain

import (
	"fmt"
	"testing"
	"time"
)

// hotWorld is a merchant under a policy with every rule on and limits that are
// never met, as a benchmark needs it.
func hotWorld(t testing.TB) (*Merchant, Meta, *PolicyPublished, RequestPayout) {
	w := newWorld(t)
	p := DefaultPolicy("CNY")
	high := &Money{MaxMinor / 4, "CNY"}
	p.AmountMax, p.MerchantDailyAmount, p.CustomerDailyAmount = high, high, high
	p.ApprovalFloor, p.SMSExemptMax, p.SMSExemptDailyAmount, p.SMSExemptDailyCount = high, high, high, 1_000_000
	p.OrderCountMax, p.CustomerCountMax = MaxOrderPayouts, MaxWindowCount
	p.IneligibleModes = append(p.IneligibleModes, "OTHER")
	w.open(p, "9999999999.99")
	w.agent("amy", SetQuota{PerPayout: high, DailyAmount: high, DailyCount: 1 << 40, MonthlyAmount: high})
	w.do(SetSMSExemption{Max: w.money("200.00")}, byOwner)
	terms := w.terms("1.23")
	terms.Order.Total = Money{MaxMinor, "CNY"}
	// One payout before, so that the day is known and the order has a history.
	if _, events := w.request("first", byAgent("amy"), terms); failuresOf(events) != nil {
		t.Fatal(failuresOf(events))
	}
	terms.Money.Minor, terms.Reason = 124, ReasonQuality
	return w.m, w.meta(byAgent("amy"), "hot"), w.policy(), RequestPayout{terms}
}

// Rules that pass allocate nothing: what is left is the decision's own record.
func TestRulesDoNotAllocate(t *testing.T) {
	m, meta, _, c := hotWorld(t)
	r := m.request(&meta, &c.PayoutTerms)
	if n := testing.AllocsPerRun(100, func() { r.check(payoutRules[:]) }); n != 0 {
		t.Errorf("checking all rules allocates %v times", n)
	}
	if r.failures != nil {
		t.Fatalf("they did not pass: %v", r.failures)
	}
	if n := testing.AllocsPerRun(100, func() { _ = m.request(&meta, &c.PayoutTerms) }); n > 1 {
		t.Errorf("preparing a decision allocates %v times", n)
	}
}

func BenchmarkDecideRequestPayout(b *testing.B) {
	m, meta, policy, c := hotWorld(b)
	b.ReportAllocs()
	for b.Loop() {
		events, _, err := Decide(m, c, meta, policy)
		if err != nil || len(events) != 2 {
			b.Fatal(events, err)
		}
	}
}

// One merchant, each request decided and applied; every tenth customer is new.
func BenchmarkRequestPayoutHotMerchant(b *testing.B) {
	m, meta, policy, c := hotWorld(b)
	c.Order = nil // each has its own order, whose facts would have to be made
	p := *policy
	p.Policy.OrderRequired = false
	p.Policy.CustomerCountMax, p.Policy.DuplicateMinutes = 0, 0
	p.Version++
	meta.Zone = time.UTC
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		c.OrderNo = fmt.Sprint("O", i)
		c.Customer = &Subject{Pseudonym: fmt.Sprint("c", i/10)}
		for k := range 8 {
			meta.ID[k] = byte(i >> (8 * k))
		}
		events, stamped, err := Decide(m, c, meta, &p)
		if err != nil || failuresOf(events) != nil {
			b.Fatal(err, failuresOf(events))
		}
		for _, e := range events {
			Apply(m, e, stamped, m.Rev+1)
		}
	}
}

func BenchmarkDecodePayoutRequested(b *testing.B) {
	x := readExample(b, exampleFile("PayoutRequested/1"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(x.Type, x.Version, x.Data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodePayoutRequested(b *testing.B) {
	x := readExample(b, exampleFile("PayoutRequested/1"))
	e, err := Decode(x.Type, x.Version, x.Data)
	if err != nil {
		b.Fatal(err)
	}
	meta, _, err := DecodeMeta(x.Meta)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Encode(e, meta, 0, 2); err != nil {
			b.Fatal(err)
		}
	}
}
