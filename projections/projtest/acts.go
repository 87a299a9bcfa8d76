package projtest

import (
	"context"
	"fmt"
	"time"

	"github.com/amends-ledger/amends/domain"
)

func (s *Story) pick(options ...string) string { return options[s.rand.IntN(len(options))] }

func (s *Story) request(p *player) error {
	by := domain.Actor{Role: domain.RoleAgent, ID: s.pick("ann", "ann", "ann", "=bob", "nobody")}
	if s.rand.IntN(4) == 0 {
		by = domain.Actor{Role: domain.RoleOwner, ID: s.pick("boss", "")}
	}
	t := domain.PayoutTerms{
		Money:  domain.Money{Minor: 1 + s.rand.Int64N(60_00), Currency: "CNY"},
		Reason: s.pick(reasons...), Entry: s.pick(domain.Entries...),
		External: s.pick("", "=1+1", "+CLAIM-7", "@x", "claim 9"),
	}
	switch s.rand.IntN(20) {
	case 0:
		t.Money.Minor = 250_00 // over the policy's amount_max
	case 1, 2:
		t.Money.Minor = 1 // needs approval
	}
	if s.rand.IntN(5) > 0 {
		number := s.rand.IntN(80)
		t.OrderNo = fmt.Sprintf("o-%d", number)
		t.Order = &domain.OrderFacts{
			ID: t.OrderNo, Total: domain.Money{Minor: int64(10_00 + number*5_00), Currency: "CNY"}, Customer: "cu-" + t.OrderNo, PlacedAt: p.now.Add(-48 * time.Hour),
		}
		if s.rand.IntN(2) == 0 {
			t.Order.Refunded = domain.Money{Minor: s.rand.Int64N(50_00), Currency: "CNY"}
			t.Customer = &domain.Subject{Pseudonym: t.Order.Customer, Commitment: "c"}
		}
		if s.rand.IntN(5) == 0 {
			t.OrderNo = "" // the facts alone name it
		}
	}
	if s.rand.IntN(6) == 0 {
		t.BuyerNote, t.RailNote, t.InternalNote = "謝謝您的耐心 \"😀\"", "note,1", "line one\nline two\t=x\x00"
	}
	if len(p.done) > 0 && s.rand.IntN(4) == 0 {
		t.Earlier = p.done[len(p.done)-1]
	}
	before := len(p.open)
	if err := s.do(p, by, domain.RequestPayout{PayoutTerms: t}); err != nil || len(p.open) == before {
		return err
	}
	no := p.open[before]
	for range s.rand.IntN(6) { // often it goes on at once, while its code is valid
		if !p.m.Payouts[no].IsOpen() {
			break
		}
		if err := s.goOn(p, no); err != nil {
			return err
		}
	}
	return nil
}

// goOn takes an open payout a step further.
func (s *Story) goOn(p *player, no string) error {
	payout := p.m.Payouts[no]
	if s.rand.IntN(12) == 0 && !payout.Deadline.IsZero() {
		p.now = payout.Deadline
		return s.do(p, domain.Actor{Role: domain.RoleClock}, domain.ExpirePayout{Payout: no})
	}
	switch payout.State {
	case domain.AwaitingApproval:
		if s.rand.IntN(3) == 0 {
			return s.do(p, owner, domain.RejectPayout{Payout: no, Why: "not worth it"})
		}
		return s.do(p, platform, domain.ApprovePayout{Payout: no, Why: "regular customer"})
	case domain.AwaitingSMS:
		return s.awaitingSMS(p, payout)
	case domain.Authorized:
		if s.rand.IntN(10) == 0 {
			return s.do(p, domain.Actor{Role: domain.RoleOwner}, domain.CancelPayout{Payout: no})
		}
		return s.do(p, processor, domain.SubmitPayout{Payout: no, Rail: "sandbox"})
	case domain.Submitted, domain.Unknown:
		switch s.rand.IntN(6) {
		case 0:
			return s.do(p, processor, domain.RecordUnknown{Payout: no, Why: "time-out"})
		case 1:
			return s.do(p, processor, domain.RecordFailed{Payout: no, Code: s.pick("ACCOUNT_CLOSED", "LIMIT"), Why: "the rail says no"})
		}
		return s.do(p, processor, domain.RecordPaid{Payout: no, RailID: "r-" + no})
	}
	return nil
}

func (s *Story) awaitingSMS(p *player, payout *domain.Payout) error {
	no, c := payout.No, payout.Challenge
	switch s.rand.IntN(9) {
	case 0:
		return s.do(p, payout.By, domain.CancelPayout{Payout: no, Why: s.pick("", "wrong customer")})
	case 1:
		return s.do(p, sender, domain.RecordSMSFailed{Payout: no, Challenge: c.ID, Send: c.Send, Provider: "inbox", Why: "no route"})
	case 2:
		return s.do(p, sender, domain.RecordSMSSent{Payout: no, Challenge: c.ID, Send: c.Send, Provider: "inbox", MessageID: "m-1"})
	case 3:
		return s.do(p, payout.By, domain.ResendSMS{Payout: no})
	}
	p.now = p.m.At // in time for the code
	right := s.rand.IntN(2) > 0
	for tries := 0; tries == 0 || !right && tries < 3 && p.m.Payouts[no].State == domain.AwaitingSMS; tries++ {
		if err := s.try(p, payout, right); err != nil {
			return err
		}
	}
	return nil
}

// try hands in a code: its two steps, if the first is let through.
func (s *Story) try(p *player, payout *domain.Payout, matched bool) error {
	if err := s.do(p, payout.By, domain.ConfirmSMS{Payout: payout.No, Code: "000000"}); err != nil {
		return err
	}
	c := p.m.Payouts[payout.No].Challenge
	if c.Open == 0 {
		return nil
	}
	return s.do(p, payout.By, domain.CompareSMS{Payout: payout.No, Challenge: c.ID, Attempt: c.Tries, Matched: matched})
}

// after is what happens to a payout that is over.
func (s *Story) after(p *player, no string) error {
	payout := p.m.Payouts[no]
	switch {
	case payout.Dispute != "" && s.rand.IntN(2) == 0:
		r := domain.ResolveDispute{Dispute: payout.Dispute, Payout: no, Outcome: domain.DisputeDismissed}
		if left := payout.Money.Minor - payout.Recovered; left > 0 {
			r.Outcome, r.Recovered = domain.DisputeUpheld, &domain.Money{Minor: 1 + s.rand.Int64N(left), Currency: "CNY"}
		}
		return s.do(p, platform, r)
	case s.rand.IntN(2) == 0:
		return s.do(p, owner, domain.OpenDispute{Payout: no, Why: "not mine"})
	case payout.Order != "" && s.rand.IntN(2) == 0:
		return s.do(p, platform, domain.ObserveRefund{
			OrderNo: payout.Order, Money: domain.Money{Minor: 1 + s.rand.Int64N(20_00), Currency: "CNY"}, Reference: fmt.Sprintf("rf-%d", s.n),
		})
	}
	return s.do(p, processor, domain.RecordReturned{Payout: no, RailID: "back-" + no, Code: "CLOSED", Why: "account closed"})
}

// manage is what owners and the platform do.
func (s *Story) manage(p *player) error {
	agent := s.pick("ann", "=bob")
	money := func(most int64) domain.Money {
		return domain.Money{Minor: 1 + s.rand.Int64N(most), Currency: "CNY"}
	}
	switch s.rand.IntN(14) {
	case 0, 1, 2:
		return s.do(p, platform, domain.CreditWallet{Money: money(400_00), Reference: s.pick("", "stmt-1")})
	case 3:
		return s.do(p, platform, domain.DebitWallet{Money: money(20_00), Reference: "fee"})
	case 4, 5:
		return s.do(p, owner, s.quota(agent))
	case 6:
		return s.do(p, domain.Actor{Role: domain.RoleAgent, ID: "ann"}, s.quota("ann")) // owner only: refused
	case 7:
		if err := s.do(p, owner, domain.DisableQuota{Agent: agent}); err != nil {
			return err
		}
		return s.do(p, owner, domain.EnableQuota{Agent: s.pick("ann", agent)})
	case 8:
		return s.do(p, owner, domain.RemoveQuota{Agent: agent})
	case 9:
		if err := s.do(p, owner, domain.RemoveAgent{Agent: "=bob"}); err != nil {
			return err
		}
		return s.hire(p, "=bob")
	case 10:
		profile := p.m.Profile
		profile.Zone = s.pick("Asia/Shanghai", "Europe/London", "America/Los_Angeles")
		if err := s.do(p, platform, domain.UpdateMerchantProfile{Profile: profile}); err != nil {
			return err
		}
		var err error
		p.zone, err = time.LoadLocation(profile.Zone)
		return err
	}
	p.now = p.now.Add(time.Duration(s.rand.IntN(20*24)) * time.Hour)
	return nil
}

func (s *Story) hire(p *player, agent string) error {
	phone := domain.Subject{Pseudonym: "ph-1", Commitment: "c"}
	if err := s.do(p, owner, domain.AddAgent{Agent: domain.Operator{ID: agent, Phone: phone}}); err != nil {
		return err
	}
	return s.do(p, owner, domain.GrantPermissions{Agent: agent, Permissions: []string{"view", "initiate", "export"}})
}

// strange is what is rare: a request that names no known merchant, a command on
// a payout that is not there, arrears, a service that is suspended for a while.
func (s *Story) strange(p *player) error {
	switch s.rand.IntN(5) {
	case 0:
		return s.unrouted()
	case 1:
		return s.do(p, owner, domain.CancelPayout{Payout: "P0000000000000000000X"})
	case 2:
		return s.do(p, platform, domain.RecordArrears{Money: domain.Money{Minor: 35_00, Currency: "CNY"}, Reference: "fee"})
	case 3:
		if p.m.Service == domain.ServiceIsOpen {
			return s.do(p, platform, domain.SuspendService{Why: "checks"})
		}
	}
	if err := s.do(p, platform, domain.ResumeService{}); err != nil {
		return err
	}
	return s.do(p, platform, domain.ClearArrears{Reference: "settled"})
}

func (s *Story) unrouted() error {
	nobody := &player{m: domain.NewMerchant(""), now: s.clock, zone: time.UTC}
	head, err := s.store.Head(context.Background(), domain.UnroutedStream)
	if err != nil {
		return err
	}
	nobody.m.Rev = head
	events, meta, err := domain.Decide(nobody.m, domain.RequestPayout{PayoutTerms: domain.PayoutTerms{
		Money: domain.Money{Minor: 5_00, Currency: "USD"}, Reason: "other", Entry: "backfill",
	}}, s.meta(nobody, domain.Actor{Role: domain.RoleAgent, ID: "eve"}), nil)
	if err != nil {
		return err
	}
	refused := events[0].(domain.PayoutRefused) // as the ledger does
	refused.Merchant = "no such shop"
	events[0] = refused
	return s.add(domain.UnroutedStream, nobody, events, meta)
}
