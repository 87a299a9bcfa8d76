package domain

import (
	"slices"
	"testing"
)

// A scene is a request that passes. Breakers change it so that rules fail.
type scene struct {
	policy  Policy // in force at the request
	profile Profile
	terms   PayoutTerms
	before  [4]func(w *world) // what happened before, in this order; see the constants
}

const (
	paidBefore = iota
	quotaChanged
	walletEmptied
	serviceChanged
)

func newScene(w *world) *scene {
	return &scene{
		policy: Policy{
			EligibleModes: []string{ModePOPSOP}, SelfAfterSales: true, WalletRequired: true, AgreementVersion: "1",
			CustomerRequired: true, OrderRequired: true, OrderStatesDenied: []string{OrderLocked},
			ReasonsDenied: []string{"fee"}, OrderWindowDays: 90,
			AmountMin: w.limit("1.00"), AmountMax: w.limit("50.00"),
			OrderCountMax: 3, OrderPercentMax: percent("50"), DuplicateMinutes: 10,
			MerchantDailyAmount: w.limit("500.00"), CustomerDailyAmount: w.limit("100.00"),
			CustomerCountMax: 5, CustomerCountDays: 30,
		},
		profile: w.profile(), terms: w.terms("20.00"),
	}
}

// then adds to what happened before.
func (s *scene) then(when int, f func(w *world)) {
	first := s.before[when]
	s.before[when] = func(w *world) {
		if first != nil {
			first(w)
		}
		f(w)
	}
}

// paid has the owner make a payout before.
func (s *scene) paid(amount, customer, order string) {
	s.then(paidBefore, func(w *world) {
		t := w.terms(amount)
		t.Customer, t.Order.Customer, t.Reason = &Subject{Pseudonym: customer}, customer, ReasonQuality
		t.OrderNo, t.Order.ID = order, order
		no, events := w.request("before-"+amount, byOwner, t)
		if f := failuresOf(events); f != nil {
			w.t.Fatalf("the earlier payout was refused: %v", f)
		}
		w.pay(no)
	})
}

func (s *scene) command(when int, c Command, by Actor) { s.then(when, func(w *world) { w.do(c, by) }) }

// breakers make a scene fail one rule each, in the order of the rules.
var breakers = []struct {
	rule Rule
	do   func(w *world, s *scene)
}{
	{RuleMerchantNotEligible, func(_ *world, s *scene) { s.policy.IneligibleTypes = []string{s.profile.EntityType} }},
	{RuleRolloutNotInvited, func(_ *world, s *scene) { // only who is not open meets it
		s.policy.Rollout = true
		s.command(serviceChanged, CloseService{}, byOwner)
	}},
	{RuleSelfAfterSalesOff, func(_ *world, s *scene) { s.profile.SelfAfterSales = false }},
	{RuleWalletNotOpen, func(_ *world, s *scene) { s.profile.WalletOpen = false }},
	{RuleAgreementRequired, func(_ *world, s *scene) { s.policy.AgreementVersion = "2" }},
	{RuleServiceNotOpen, func(_ *world, s *scene) { s.command(walletEmptied, SuspendService{}, byOwner) }},
	{RulePermissionMissing, func(_ *world, s *scene) {
		s.command(quotaChanged, GrantPermissions{Agent: "amy", Permissions: []string{PermissionInitiate}}, byOwner)
	}},
	{RuleCustomerMissing, func(_ *world, s *scene) { s.terms.Customer = nil }},
	{RuleOrderMissing, func(_ *world, s *scene) { s.terms.Order = nil }},
	{RuleOrderCustomerMismatch, func(_ *world, s *scene) { edit(s).Customer = "c2" }},
	{RuleOrderStateForbidden, func(_ *world, s *scene) { edit(s).State = OrderLocked }},
	{RuleReasonNotAllowed, func(_ *world, s *scene) { s.terms.Reason = "fee" }},
	{RuleOrderWindowClosed, func(w *world, s *scene) { edit(s).CompletedAt = w.now.AddDate(-1, 0, 0) }},
	{RuleAmountBelowMin, func(w *world, s *scene) { s.policy.AmountMin = w.limit("20.01") }},
	{RuleAmountAboveMax, func(w *world, s *scene) { s.policy.AmountMax = w.limit("19.99") }},
	{RuleOrderCountExceeded, func(_ *world, s *scene) {
		s.paid("10.01", "c9", "O1")
		s.policy.OrderCountMax = 1
	}},
	{RuleOrderAmountExceeded, func(_ *world, s *scene) { s.policy.OrderPercentMax = percent("10") }},
	{RuleDuplicateSuspected, func(_ *world, s *scene) { s.paid("20.00", "c1", "O2") }},
	{RuleQuotaMissing, func(_ *world, s *scene) { s.command(quotaChanged, RemoveQuota{Agent: "amy"}, byOwner) }},
	{RuleQuotaDisabled, func(_ *world, s *scene) { s.command(quotaChanged, DisableQuota{Agent: "amy"}, byOwner) }},
	{RuleQuotaExceeded, func(w *world, s *scene) {
		s.command(paidBefore, SetQuota{Agent: "amy", PerPayout: w.limit("19.99")}, byOwner)
	}},
	{RuleMerchantLimitExceeded, func(w *world, s *scene) { s.policy.MerchantDailyAmount = w.limit("19.99") }},
	{RuleCustomerLimitExceeded, func(w *world, s *scene) { s.policy.CustomerDailyAmount = w.limit("19.99") }},
	{RuleInsufficientBalance, func(_ *world, s *scene) {
		s.then(walletEmptied, func(w *world) {
			w.do(DebitWallet{Money: Money{w.m.Wallet.Available, w.currency}}, byPlatform)
		})
	}},
	{RuleArrearsOutstanding, func(w *world, s *scene) {
		s.command(walletEmptied, RecordArrears{Money: w.money("1.00")}, byPlatform)
	}},
}

// edit is the order's facts, or some that nobody sees where a breaker took them away.
func edit(s *scene) *OrderFacts {
	if s.terms.Order == nil {
		return &OrderFacts{}
	}
	return s.terms.Order
}

// exclusive are pairs that can't both fail: one leaves the other without input.
var exclusive = map[[2]Rule]bool{
	{RuleCustomerMissing, RuleOrderCustomerMismatch}: true,
	{RuleCustomerMissing, RuleDuplicateSuspected}:    true,
	{RuleCustomerMissing, RuleCustomerLimitExceeded}: true,
	{RuleOrderMissing, RuleOrderCustomerMismatch}:    true,
	{RuleOrderMissing, RuleOrderStateForbidden}:      true,
	{RuleOrderMissing, RuleOrderWindowClosed}:        true,
	{RuleOrderMissing, RuleOrderAmountExceeded}:      true,
	{RuleAmountBelowMin, RuleAmountAboveMax}:         true,
	{RuleQuotaMissing, RuleQuotaDisabled}:            true,
	{RuleQuotaMissing, RuleQuotaExceeded}:            true,
}

// TestPrecedence breaks every pair of rules, neighbours and others: both are
// listed, nothing else is, and the first in the order of rules is the outcome.
func TestPrecedence(t *testing.T) {
	for i, first := range breakers {
		for j := i; j < len(breakers); j++ { // i with itself: it alone
			second := breakers[j]
			if exclusive[[2]Rule{first.rule, second.rule}] {
				continue
			}
			t.Run(string(first.rule)+"+"+string(second.rule), func(t *testing.T) {
				w := newWorld(t)
				s := newScene(w)
				first.do(w, s)
				if i != j {
					second.do(w, s)
				}
				want := []Rule{first.rule, second.rule}
				if first.rule == RuleRolloutNotInvited || second.rule == RuleRolloutNotInvited {
					want = append(want, RuleServiceNotOpen)
				}
				w.expect(s, want)
			})
		}
	}
}

// expect plays the scene and wants exactly these rules to fail, in their order.
func (w *world) expect(s *scene, want []Rule) {
	w.t.Helper()
	w.open(Policy{}, "1000.00")
	w.agent("amy", SetQuota{DailyAmount: w.limit("100.00")})
	for _, f := range s.before {
		if f != nil {
			f(w)
		}
	}
	w.do(UpdateMerchantProfile{s.profile}, byPlatform)
	w.do(PublishPolicy{Name: "p", Policy: s.policy}, byPlatform)
	_, events := w.request("p1", byAgent("amy"), s.terms)
	var got []Rule
	for _, f := range failuresOf(events) {
		got = append(got, f.Rule)
	}
	slices.SortFunc(want, func(a, b Rule) int { return rank(a) - rank(b) })
	if want, got = slices.Compact(want), slices.Compact(got); !slices.Equal(want, got) {
		w.t.Errorf("want %v, got %v", want, got)
	}
}

// rank is where a rule stands in the order of rules, as written down there and
// not as the code has it.
func rank(r Rule) int {
	return slices.IndexFunc(breakers, func(b struct {
		rule Rule
		do   func(w *world, s *scene)
	}) bool {
		return b.rule == r
	})
}

func TestScenePasses(t *testing.T) {
	w := newWorld(t)
	w.expect(newScene(w), nil)
}

// TestRulesInOrder: the table has the rules that the breakers break, all of them,
// in the same order.
func TestRulesInOrder(t *testing.T) {
	var table, broken []Rule
	for _, r := range payoutRules {
		table = append(table, r.name)
	}
	for _, b := range breakers {
		broken = append(broken, b.rule)
	}
	if !slices.Equal(table, broken) {
		t.Errorf("rules are checked in the order\n%v\nbut should be in the order\n%v", table, broken)
	}
}
