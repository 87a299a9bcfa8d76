package domain

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

// A state that is written and read is the same one, also in what is derived.
func TestStateRoundTrip(t *testing.T) {
	w := newWorld(t)
	w.open(DefaultPolicy("CNY"), "1000.00")
	w.agent("amy", SuggestedQuota("amy", "CNY"))
	no, _ := w.request("p1", byAgent("amy"), w.terms("12.00"))
	w.pay(no)
	second := w.terms("3.00")
	second.Reason = ReasonOther
	open, _ := w.request("p2", byAgent("amy"), second)
	w.do(RaiseFinding{Finding: "F1", About: "wallet", Why: "x"}, byAuditor)

	data := w.state(w.m)
	back, err := UnmarshalState(data)
	if err != nil {
		t.Fatal(err)
	}
	if again := w.state(back); !bytes.Equal(data, again) {
		t.Fatalf("%s\nreads back as\n%s", data, again)
	}
	if err := back.Check(); err != nil {
		t.Error(err)
	}
	later := w.now.Add(31 * time.Minute)
	if got := back.Due(later, 10); len(got) != 1 || got[0] != open {
		t.Errorf("due are %v, want %s", got, open)
	}
	if got := len(back.Retire(10)); got != 1 { // p2 keeps order and customer open
		t.Errorf("%d records can leave, want p1 alone", got)
	}
	if _, err := UnmarshalState([]byte("{")); err == nil {
		t.Error("half a state was read")
	}
}

// Check sees each kind of damage.
func TestCheckSees(t *testing.T) {
	no := PayoutNo(commandID("p1"))
	for want, damage := range map[string]func(m *Merchant){
		"available + held + paid − returned is":                          func(m *Merchant) { m.Wallet.Available++ },
		"available is -1":                                                func(m *Merchant) { m.Wallet.Available, m.Wallet.Credited = -1, m.Wallet.Held-1 },
		"arrears is -1":                                                  func(m *Merchant) { m.Arrears = -1 },
		"open payouts hold 500":                                          func(m *Merchant) { m.Wallet.Held++; m.Wallet.Available-- },
		"2 open payouts counted, there are 1":                            func(m *Merchant) { m.OpenPayouts++ },
		"day of merchant m1 2026-03-02: -1":                              func(m *Merchant) { m.MerchantDay.Amount = -1 },
		"day of account boss":                                            func(m *Merchant) { m.Owner.Day.Count = 0 },
		"month of account amy":                                           func(m *Merchant) { m.Agents["amy"].Month.Amount = -1 },
		"exempt day of account amy":                                      func(m *Merchant) { m.Agents["amy"].ExemptDay.Count = -1 },
		"agent bob stands under amy":                                     func(m *Merchant) { m.Agents["amy"].ID = "bob" },
		"phone ph: 0 failed tries":                                       func(m *Merchant) { m.PhoneFailures.Tries = map[string]int{"ph": 0} },
		"payout x stands under":                                          func(m *Merchant) { m.Payouts[no].No = "x" },
		"21 tries of a code":                                             func(m *Merchant) { m.Payouts[no].Challenge.Tries = 21 },
		"order O1: 0 open payouts counted":                               func(m *Merchant) { m.Orders["O1"].Open = 0 },
		"order O1: count 2 of 1":                                         func(m *Merchant) { m.Orders["O1"].Count = 2 },
		"order O1: count 1 of 1 payouts, 1 open, amount -1":              func(m *Merchant) { m.Orders["O1"].Amount = -1 },
		"order O1: count 1 of 1 payouts, 1 open, amount 500, refunded -": func(m *Merchant) { m.Orders["O1"].Refunded = -1 },
		"customer c1: 2 open payouts counted":                            func(m *Merchant) { m.Customers["c1"].Open = 2 },
		"day of customer c1":                                             func(m *Merchant) { m.Customers["c1"].Day.Amount = -5 },
		"are not in order of time": func(m *Merchant) {
			c := m.Customers["c1"]
			c.Recent = append(c.Recent, CustomerPayout{At: c.Recent[0].At.Add(-1)})
		},
		"orders map[O1:1]":    func(m *Merchant) { delete(m.Orders, "O1") },
		"customers map[c1:1]": func(m *Merchant) { delete(m.Customers, "c1") },
		"paid − returned is":  func(m *Merchant) { m.Wallet.Returned++; m.Wallet.Available++ },
	} {
		w := newWorld(t)
		w.open(Policy{}, "100.00")
		w.agent("amy", SetQuota{DailyCount: 9})
		w.request("p1", byOwner, w.terms("5.00"))
		if err := w.m.Check(); err != nil {
			t.Fatal(err)
		}
		damage(w.m)
		if err := w.m.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Check says %v, want %q", err, want)
		}
	}
}

// Bounds are not refusals: nothing is recorded.
func TestBounds(t *testing.T) {
	for name, x := range map[string]struct {
		full func(m *Merchant)
		c    Command
		by   Actor
		want string
	}{
		"agents": {
			func(m *Merchant) {
				m.Agents = map[string]*Account{}
				for i := range MaxAgents {
					m.Agents[itoa(i)] = &Account{ID: itoa(i), Removed: true}
				}
			},
			AddAgent{Agent: Operator{ID: "amy"}}, byOwner,
			"agent: is one more than the 10000 that a merchant can have had",
		},
		"open payouts": {
			func(m *Merchant) { m.OpenPayouts = MaxOpenPayouts },
			RequestPayout{PayoutTerms{Money: Money{1, "CNY"}, Reason: "x", Entry: "cli"}}, byOwner,
			"payout: is one more than the 4000000 that can be open at once",
		},
		"payouts on an order": {
			func(m *Merchant) {
				m.Orders = map[string]*Order{"O1": {Count: MaxOrderPayouts}}
			},
			RequestPayout{PayoutTerms{Money: Money{1, "CNY"}, Reason: "x", Entry: "cli", OrderNo: "O1"}}, byOwner,
			"order_no: has 1000 payouts, all that an order can have",
		},
		"all payouts together": {
			func(m *Merchant) { m.Wallet.Paid = MaxMinor },
			RequestPayout{PayoutTerms{Money: Money{1, "CNY"}, Reason: "x", Entry: "cli"}}, byOwner,
			"money: all payouts of the merchant together would be over the largest amount",
		},
		"arrears": {
			func(m *Merchant) { m.Arrears = MaxMinor },
			RecordArrears{Money: Money{1, "CNY"}}, byPlatform,
			"money: all arrears together would be over the largest amount",
		},
		"findings": {
			func(m *Merchant) {
				m.Findings = map[string]Finding{}
				for i := range maxFindings {
					m.Findings[itoa(i)] = Finding{}
				}
			},
			RaiseFinding{Finding: "F", About: "wallet", Why: "x"}, byAuditor,
			"finding: is one more than the 1000 that can be open",
		},
		"refunds of an order": {
			func(m *Merchant) { m.Orders = map[string]*Order{"O1": {Refunds: make([]string, maxOrderRefunds)}} },
			ObserveRefund{OrderNo: "O1", Money: Money{1, "CNY"}, Reference: "r"}, byPlatform,
			"money: all refunds of the order together would be over what an order can have",
		},
	} {
		w := newWorld(t)
		w.open(Policy{}, "100.00")
		x.full(w.m)
		_, _, err := Decide(w.m, x.c, w.meta(x.by, "x"), w.policy())
		var invalid *Invalid
		if !errors.As(err, &invalid) || err.Error() != x.want {
			t.Errorf("%s: %v, want %s", name, err, x.want)
		}
	}
	// A wallet that can't take what was recovered.
	full := newWorld(t)
	full.open(Policy{}, "100.00")
	no, _ := full.request("p1", byOwner, full.terms("5.00"))
	full.pay(no)
	full.do(OpenDispute{Payout: no}, byOwner)
	full.m.Wallet.Credited = MaxMinor
	recover := ResolveDispute{Payout: no, Dispute: DisputeID(no, 1), Outcome: DisputeUpheld, Recovered: &Money{1, "CNY"}}
	if _, _, err := Decide(full.m, recover, full.meta(byPlatform, "x"), nil); err == nil ||
		err.Error() != "recovered: with all credits of the wallet would be over the largest amount" {
		t.Error(err)
	}
	// An agent that comes back is not one more.
	w := newWorld(t)
	w.open(Policy{}, "100.00")
	w.m.Agents = map[string]*Account{}
	for i := range MaxAgents {
		w.m.Agents[itoa(i)] = &Account{ID: itoa(i), Removed: true}
	}
	if events, _, err := Decide(w.m, AddAgent{Agent: Operator{ID: "5"}}, w.meta(byOwner, "x"), w.policy()); err != nil || len(events) != 1 {
		t.Errorf("%v %v", events, err)
	}
	// The platform's policies.
	w.platform.Policies = map[string]PolicyPublished{}
	for i := range MaxPolicies {
		w.platform.Policies[itoa(i)] = PolicyPublished{Name: itoa(i), Version: 1}
	}
	_, _, err := Decide(w.platform, PublishPolicy{Name: "p"}, w.meta(byPlatform, "x"), nil)
	if want := "name: is one more than the 1000 policies that can be"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if events, _, err := Decide(w.platform, PublishPolicy{Name: "5", Policy: Policy{OrderCountMax: 1}}, w.meta(byPlatform, "x"), nil); err != nil || len(events) != 1 {
		t.Errorf("a new version of one that is there: %v %v", events, err)
	}
}

// Closing cancels as many payouts as fit into one write, and no more.
func TestCloseServiceIsBounded(t *testing.T) {
	for _, n := range []int{maxCloseCancels, maxCloseCancels + 1} {
		m := NewMerchant("m1")
		m.Registered, m.Service, m.Owner.ID, m.Profile.Currency = true, ServiceIsOpen, "boss", "CNY"
		m.Payouts = map[string]*Payout{}
		for i := range n {
			m.Payouts[itoa(i)] = &Payout{No: itoa(i), State: Authorized, Money: Money{1, "CNY"}}
		}
		m.OpenPayouts = n
		events, _, err := Decide(m, CloseService{}, Meta{Actor: byOwner}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if n == maxCloseCancels {
			if len(events) != n+1 || len(events) > 1_000 {
				t.Errorf("%d events for %d payouts", len(events), n)
			}
			continue
		}
		f := failuresOf(events)
		if want := (Failure{Rule: RulePayoutStateForbidden, Name: "open", Unit: UnitPayouts, Limit: "900", Used: "901"}); len(f) != 1 || f[0] != want {
			t.Errorf("%v, want %v", f, want)
		}
	}
}

// A phone without limits keeps a bounded number of sends.
func TestPhoneSendsAreBounded(t *testing.T) {
	m := NewMerchant("")
	for i := range maxPhoneSends + 5 {
		m.PhoneSends = append(m.PhoneSends, PhoneSend{Challenge: itoa(i)})
		m.PhoneSends = m.PhoneSends[max(0, len(m.PhoneSends)-maxPhoneSends):]
	}
	Apply(m, PhoneSendCounted{Challenge: "last"}, Meta{}, 0)
	if n := len(m.PhoneSends); n > maxPhoneSends || m.PhoneSends[n-1].Challenge != "last" {
		t.Errorf("%d sends are kept", n)
	}
}
