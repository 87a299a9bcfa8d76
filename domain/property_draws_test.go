package domain

import (
	"fmt"
	"time"

	"pgregory.net/rapid"
)

// policy draws limits that the other draws meet now and then.
func (g *generator) policy() Policy {
	number := func(name string, to int) int { return rapid.IntRange(0, to).Draw(g.t, name) }
	p := Policy{
		AmountMin: g.maybe("amount_min", 1, 50), AmountMax: g.maybe("amount_max", 500, 3_000),
		OrderCountMax: number("order_count_max", 4), DuplicateMinutes: number("duplicate_minutes", 120),
		MerchantDailyAmount: g.maybe("merchant_daily_amount", 1_000, 9_000),
		CustomerDailyAmount: g.maybe("customer_daily_amount", 1_000, 6_000),
		SMSExemptMax:        g.maybe("sms_exempt_max", 100, 2_000),
		SMSExemptDailyCount: number("sms_exempt_daily_count", 4), SMSExemptDailyAmount: g.maybe("sms_exempt_daily_amount", 500, 3_000),
		SMSTries: number("sms_tries", 3), SMSResendSeconds: number("sms_resend_seconds", 60), SMSSendsMax: number("sms_sends_max", 4),
		SMSPhoneFailures: number("sms_phone_failures_max", 9),
	}
	if rapid.Bool().Draw(g.t, "customer_count_max?") {
		p.CustomerCountMax, p.CustomerCountDays = 1+number("customer_count_max", 4), 1+number("customer_count_days", 9)
	}
	share := func(name string) *Percent {
		if rapid.Bool().Draw(g.t, name+"?") {
			p := Percent(rapid.Int64Range(1, 120*percentUnit).Draw(g.t, name))
			return &p
		}
		return nil
	}
	p.OrderPercentMax, p.ApprovalPercent = share("order_percent_max"), share("approval_percent")
	if p.ApprovalPercent != nil {
		p.ApprovalFloor = g.maybe("approval_floor", 100, 2_000)
	}
	for _, r := range Overridable {
		if rapid.IntRange(0, 3).Draw(g.t, "approval of "+string(r)) == 0 {
			p.ApprovalRules = append(p.ApprovalRules, r)
		}
	}
	return p
}

func (g *generator) quota(agent string) SetQuota {
	return SetQuota{
		Agent: agent, DailyCount: rapid.IntRange(1, 6).Draw(g.t, "daily_count"),
		PerPayout: g.maybe("per_payout", 500, 3_000), DailyAmount: g.maybe("daily_amount", 500, 9_000),
		MonthlyAmount: g.maybe("monthly_amount", 500, 9_000),
	}
}

// maybe is a limit, or none.
func (g *generator) maybe(name string, from, to int64) *Money {
	if !rapid.Bool().Draw(g.t, name+"?") {
		return nil
	}
	return &Money{rapid.Int64Range(from, to).Draw(g.t, name), "CNY"}
}

func (g *generator) actor() Actor {
	return rapid.SampledFrom([]Actor{byOwner, byAgent("amy"), byAgent("amy"), byAgent("bob")}).Draw(g.t, "actor")
}

func (g *generator) request() (Command, Actor) {
	t := PayoutTerms{
		Money: Money{rapid.Int64Range(1, 2_000).Draw(g.t, "amount"), "CNY"}, Entry: "cli",
		Reason: rapid.SampledFrom(reasons).Draw(g.t, "reason"), OrderNo: rapid.SampledFrom(orders).Draw(g.t, "order"),
	}
	if rapid.IntRange(0, 2).Draw(g.t, "round amount") == 0 {
		t.Money.Minor = 500 // duplicates
	}
	if c := rapid.SampledFrom(customers).Draw(g.t, "customer"); c != "" {
		t.Customer = &Subject{Pseudonym: c}
	}
	if t.OrderNo != "" && rapid.IntRange(0, 4).Draw(g.t, "facts") > 0 {
		t.Order = &OrderFacts{
			ID: t.OrderNo, Total: Money{rapid.Int64Range(0, 9_000).Draw(g.t, "total"), "CNY"},
			Refunded: Money{rapid.Int64Range(0, 2_000).Draw(g.t, "refunded"), "CNY"},
		}
	}
	if p := g.anyPayout(); p != nil && rapid.Bool().Draw(g.t, "earlier?") {
		t.Earlier = p.No
	}
	return RequestPayout{t}, g.actor()
}

// anyPayout draws one of the payouts so far, more often a late one; nil for none.
func (g *generator) anyPayout() *Payout {
	n := len(g.model.payouts)
	if n == 0 {
		return nil
	}
	i := n - 1 - min(n-1, rapid.IntRange(0, 7).Draw(g.t, "payout"))
	return g.m.Payouts[g.model.payouts[i].no]
}

// advance is what usually comes next for a payout.
func (g *generator) advance() (Command, Actor) {
	p := g.anyPayout()
	if p == nil {
		return nil, Actor{}
	}
	switch p.State {
	case AwaitingApproval:
		return ApprovePayout{Payout: p.No}, byPlatform
	case AwaitingSMS:
		return g.confirm()
	case Authorized:
		return SubmitPayout{Payout: p.No, Rail: "sandbox"}, byProcessor
	case Submitted, Unknown:
		return RecordPaid{Payout: p.No}, byProcessor
	case Paid:
		if p.Dispute != "" {
			return g.resolve(p)
		}
		return OpenDispute{Payout: p.No}, byOwner
	}
	return g.ofPayout()
}

func (g *generator) resolve(p *Payout) (Command, Actor) {
	c := ResolveDispute{Payout: p.No, Dispute: p.Dispute, Outcome: DisputeUpheld}
	if left := p.Money.Minor - p.Recovered; left > 0 && rapid.Bool().Draw(g.t, "recovered?") {
		c.Recovered = &Money{rapid.Int64Range(1, left).Draw(g.t, "recovered"), "CNY"}
	}
	return c, byPlatform
}

// confirm gives the first step of a confirmation or the second of one that is open.
func (g *generator) confirm() (Command, Actor) {
	p := g.anyPayout()
	if p == nil {
		return nil, Actor{}
	}
	for n := 1; n <= MaxSMSTries; n++ {
		if p.Challenge.Open&(1<<n) != 0 && rapid.IntRange(0, 5).Draw(g.t, "crash") > 0 {
			return CompareSMS{
				Payout: p.No, Challenge: p.Challenge.ID, Attempt: n,
				Matched: rapid.IntRange(0, 2).Draw(g.t, "matched") > 0,
			}, p.By
		}
	}
	if rapid.IntRange(0, 4).Draw(g.t, "resend") == 0 {
		return ResendSMS{Payout: p.No}, p.By
	}
	return ConfirmSMS{Payout: p.No, Code: "1"}, rapid.SampledFrom([]Actor{p.By, byOwner}).Draw(g.t, "by")
}

// outcome is what a processor does, mostly the next thing that can happen.
func (g *generator) outcome() (Command, Actor) {
	p := g.anyPayout()
	if p == nil {
		return nil, Actor{}
	}
	next := []Command{
		RecordPaid{Payout: p.No}, RecordPaid{Payout: p.No}, RecordFailed{Payout: p.No, Code: "X"},
		RecordUnknown{Payout: p.No}, RecordReturned{Payout: p.No},
	}
	if p.State == Authorized {
		next = []Command{SubmitPayout{Payout: p.No, Rail: "sandbox"}}
	}
	return rapid.SampledFrom(next).Draw(g.t, "outcome"), byProcessor
}

func (g *generator) ofPayout() (Command, Actor) {
	p := g.anyPayout()
	if p == nil {
		return nil, Actor{}
	}
	return rapid.SampledFrom([]func() (Command, Actor){
		func() (Command, Actor) { return CancelPayout{Payout: p.No}, p.By },
		func() (Command, Actor) { return ExpirePayout{Payout: p.No}, byClock },
		func() (Command, Actor) { return ApprovePayout{Payout: p.No}, byPlatform },
		func() (Command, Actor) { return RejectPayout{Payout: p.No}, byPlatform },
		func() (Command, Actor) { return OpenDispute{Payout: p.No}, byOwner },
		func() (Command, Actor) { return RecordSMSSent{Payout: p.No, Challenge: p.Challenge.ID}, bySender },
		func() (Command, Actor) {
			return RecordSMSFailed{Payout: p.No, Challenge: p.Challenge.ID, RetryAt: g.now.Add(time.Hour)}, bySender
		},
		func() (Command, Actor) { return g.resolve(p) },
		func() (Command, Actor) { return RecordReturned{Payout: p.No}, byProcessor },
	}).Draw(g.t, "of payout")()
}

func (g *generator) ofAgent() (Command, Actor) {
	id := rapid.SampledFrom(agents).Draw(g.t, "agent")
	return rapid.SampledFrom([]Command{
		g.quota(id), DisableQuota{id}, EnableQuota{id}, RemoveQuota{id}, RemoveAgent{id},
		AddAgent{Agent: Operator{ID: id, Phone: Subject{Pseudonym: "ph-" + id}}},
		GrantPermissions{Agent: id, Permissions: allPermissions[:]},
		GrantPermissions{Agent: id, Permissions: []string{PermissionInitiate}},
	}).Draw(g.t, "of agent"), byOwner
}

func (g *generator) ofMerchant() (Command, Actor) {
	amount := func() Money { return Money{rapid.Int64Range(1, 9_000).Draw(g.t, "amount"), "CNY"} }
	return rapid.SampledFrom([]func() (Command, Actor){
		func() (Command, Actor) { return CreditWallet{Money: amount()}, byPlatform },
		func() (Command, Actor) { return CreditWallet{Money: amount()}, byPlatform },
		func() (Command, Actor) { return DebitWallet{Money: amount()}, byPlatform },
		func() (Command, Actor) { return RecordArrears{Money: amount()}, byPlatform },
		func() (Command, Actor) { return ClearArrears{}, byPlatform },
		func() (Command, Actor) { return SuspendService{}, byOwner },
		func() (Command, Actor) { return ResumeService{}, byOwner },
		func() (Command, Actor) { return CloseService{}, byOwner },
		func() (Command, Actor) { return OpenService{Agreement: "1"}, byOwner },
		func() (Command, Actor) { return PublishPolicy{Name: "p", Policy: g.policy()}, byPlatform },
		func() (Command, Actor) {
			return ObserveRefund{
				OrderNo: rapid.SampledFrom(orders[1:]).Draw(g.t, "order"), Money: amount(),
				Reference: fmt.Sprint("r", rapid.IntRange(0, 9).Draw(g.t, "reference")),
			}, byPlatform
		},
	}).Draw(g.t, "of merchant")()
}
