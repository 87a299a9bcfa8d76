package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/domain"
)

// TestWhoNamesEveryCommand, each once.
func TestWhoNamesEveryCommand(t *testing.T) {
	var here, there []string
	for _, group := range who {
		for _, a := range group.commands {
			here = append(here, a.command)
		}
	}
	for _, c := range load(t).Commands {
		there = append(there, c.Name)
	}
	slices.Sort(here)
	if !slices.Equal(here, there) {
		t.Errorf("the page has %v\npackage domain has %v", here, there)
	}
}

// world is a merchant to which things were done.
type world struct {
	t  *testing.T
	m  *domain.Merchant
	at time.Time
}

var (
	boss     = domain.Actor{Role: domain.RoleOwner}
	amy      = domain.Actor{Role: domain.RoleAgent, ID: "amy"}
	platform = domain.Actor{Role: domain.RolePlatform}
	rail     = domain.Actor{Role: domain.RoleProcessor}
)

func (w *world) meta(name string, by domain.Actor) domain.Meta {
	return domain.Meta{ID: uuid.NewSHA1(uuid.NameSpaceURL, []byte(name)), Actor: by, EffectiveAt: w.at}
}

// do gives a command that must not be refused.
func (w *world) do(name string, by domain.Actor, c domain.Command) {
	w.t.Helper()
	w.at = w.at.Add(time.Second)
	events, meta, err := domain.Decide(w.m, c, w.meta(name, by), policyInForce)
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	for _, e := range events {
		if _, bad := refusedWith(e); bad {
			w.t.Fatalf("%s: %+v", name, e)
		}
		domain.Apply(w.m, e, meta, w.m.Rev+1)
	}
}

func refusedWith(e domain.Event) ([]domain.Failure, bool) {
	switch e := e.(type) {
	case domain.PayoutRefused:
		return e.Failures, true
	case domain.CommandRefused:
		return e.Failures, true
	}
	return nil, false
}

func cny(minor int64) domain.Money { return domain.Money{Minor: minor, Currency: "CNY"} }

var policyInForce = &domain.PolicyPublished{Name: "p", Version: 1, Policy: domain.Policy{
	AmountMax: &domain.Money{Minor: 10_000, Currency: "CNY"}, SMSExemptMax: &domain.Money{Minor: 2_000, Currency: "CNY"},
	ApprovalRules: []domain.Rule{domain.RuleAmountAboveMax},
}}

func request(minor int64) domain.Command {
	return domain.RequestPayout{PayoutTerms: domain.PayoutTerms{Money: cny(minor), Reason: "shipping", Entry: "cli"}}
}

// newWorld has an agent amy whose payouts stand in every state.
func newWorld(t *testing.T) *world {
	w := &world{t: t, m: domain.NewMerchant("m_8"), at: time.Date(2011, 3, 27, 0, 0, 0, 0, time.UTC)}
	w.do("register", platform, domain.RegisterMerchant{
		Profile: domain.Profile{Zone: "UTC", Currency: "CNY", Policy: "p"}, Owner: domain.Operator{ID: "boss", Phone: domain.Subject{Pseudonym: "ph-boss"}},
	})
	w.do("open", boss, domain.OpenService{Agreement: "1"})
	w.do("amy", boss, domain.AddAgent{Agent: domain.Operator{ID: "amy", Phone: domain.Subject{Pseudonym: "ph-amy"}}})
	w.do("grant", boss, domain.GrantPermissions{Agent: "amy", Permissions: []string{"view", "initiate", "export"}})
	w.do("quota", boss, domain.SetQuota{Agent: "amy", DailyCount: 100})
	w.do("credit", platform, domain.CreditWallet{Money: cny(1_000_000)})
	w.do("awaiting approval", amy, request(20_000))
	for _, name := range []string{"paid", "disputed", "submitted", "authorized"} {
		w.do(name, amy, request(500))
		p := payout(name)
		w.do(name+" try", amy, domain.ConfirmSMS{Payout: p})
		w.do(name+" right", amy, domain.CompareSMS{Payout: p, Challenge: domain.ChallengeID(p, 1), Attempt: 1, Matched: true})
	}
	for _, name := range []string{"paid", "disputed", "submitted"} {
		w.do(name+" submit", rail, domain.SubmitPayout{Payout: payout(name), Rail: "sandbox"})
	}
	for _, name := range []string{"paid", "disputed"} {
		w.do(name+" out", rail, domain.RecordPaid{Payout: payout(name)})
	}
	w.do("dispute", boss, domain.OpenDispute{Payout: payout("disputed")})
	w.do("finding", domain.Actor{Role: domain.RoleAuditor}, domain.RaiseFinding{Finding: "F-1", About: "wallet", Why: "look"})
	w.do("awaiting sms", amy, request(500))
	return w
}

func payout(name string) string {
	return domain.PayoutNo(uuid.NewSHA1(uuid.NameSpaceURL, []byte(name)))
}

// plausible is each command in a form that nothing but its giver's role forbids.
func plausible() map[string]domain.Command {
	sms, challenge := payout("awaiting sms"), domain.ChallengeID(payout("awaiting sms"), 1)
	profile := domain.Profile{Zone: "UTC", Currency: "CNY", Policy: "p", Name: "n"}
	all := []domain.Command{
		domain.RegisterMerchant{Profile: profile, Owner: domain.Operator{ID: "boss"}}, domain.UpdateMerchantProfile{Profile: profile},
		domain.InviteMerchant{}, domain.PublishPolicy{Name: "p"},
		domain.OpenService{Agreement: "2"}, domain.SuspendService{}, domain.ResumeService{}, domain.CloseService{},
		domain.AddAgent{Agent: domain.Operator{ID: "bob"}}, domain.GrantPermissions{Agent: "amy"}, domain.RemoveAgent{Agent: "amy"},
		domain.ChangePhone{Account: "amy", Phone: domain.Subject{Pseudonym: "ph-2"}},
		domain.SetQuota{Agent: "amy", DailyCount: 1}, domain.EnableQuota{Agent: "amy"}, domain.DisableQuota{Agent: "amy"}, domain.RemoveQuota{Agent: "amy"},
		domain.SetSMSExemption{Max: cny(100)},
		domain.CreditWallet{Money: cny(1)}, domain.DebitWallet{Money: cny(1)}, domain.RecordArrears{Money: cny(1)}, domain.ClearArrears{},
		request(1), domain.ApprovePayout{Payout: payout("awaiting approval")}, domain.RejectPayout{Payout: payout("awaiting approval")},
		domain.CancelPayout{Payout: sms}, domain.ExpirePayout{Payout: sms},
		domain.ConfirmSMS{Payout: sms}, domain.CompareSMS{Payout: sms, Challenge: challenge, Attempt: 1}, domain.ResendSMS{Payout: sms},
		domain.CountPhoneSend{Challenge: challenge}, domain.RecordSMSSent{Payout: sms, Challenge: challenge}, domain.RecordSMSFailed{Payout: sms, Challenge: challenge},
		domain.SubmitPayout{Payout: payout("authorized"), Rail: "sandbox"}, domain.RecordPaid{Payout: payout("submitted")},
		domain.RecordFailed{Payout: payout("submitted"), Code: "c"}, domain.RecordUnknown{Payout: payout("submitted")},
		domain.RecordReturned{Payout: payout("paid")}, domain.ObserveRefund{OrderNo: "O", Money: cny(1), Reference: "r"},
		domain.OpenDispute{Payout: payout("paid")},
		domain.ResolveDispute{Payout: payout("disputed"), Dispute: domain.DisputeID(payout("disputed"), 1), Outcome: domain.DisputeUpheld},
		domain.RaiseFinding{Finding: "F-2", About: "wallet", Why: "w"}, domain.CloseFinding{Finding: "F-1", Why: "w"},
		domain.RevealPersonalData{Pseudonym: "x", Why: "w"}, domain.ErasePersonalData{Pseudonym: "x", Why: "w"},
	}
	byName := map[string]domain.Command{}
	for _, c := range all {
		byName[domain.CommandName(c)] = c
	}
	return byName
}

// TestWhoMay asks the domain itself whether each role may give each command.
func TestWhoMay(t *testing.T) {
	w, given := newWorld(t), plausible()
	roles := load(t).Values("Role")
	if len(roles) != len(strings.Fields(everybody)) {
		t.Fatalf("roles are %v, everybody is %s", roles, everybody)
	}
	byRole := []domain.Rule{domain.RuleRoleForbidden, domain.RuleOwnerOnly, domain.RulePermissionMissing}
	for _, group := range who {
		for _, a := range group.commands {
			for _, role := range roles {
				actor := domain.Actor{Role: domain.Role(role)}
				if actor.Role == domain.RoleAgent {
					actor = amy
				}
				events, _, err := domain.Decide(w.m, given[a.command], w.meta("ask", actor), policyInForce)
				if err != nil {
					t.Fatalf("%s by %s: %v", a.command, role, err)
				}
				may := true
				for _, e := range events {
					failures, _ := refusedWith(e)
					for _, f := range failures {
						may = may && !slices.Contains(byRole, f.Rule)
					}
				}
				if says := slices.Contains(strings.Fields(a.roles), role); may != says {
					t.Errorf("%s: %s may: %v, the page says %v", a.command, role, may, says)
				}
			}
		}
	}
}
