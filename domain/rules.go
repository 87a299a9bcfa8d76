package domain

import "time"

// request is one decision being made: what the rules read, and what they found.
// Rules do not allocate unless they fail.
type request struct {
	m       *Merchant
	policy  *Policy
	terms   *PayoutTerms // nil where no payout is asked for
	at      time.Time
	zone    *time.Location
	actor   Actor
	account *Account // of the actor; nil: none of this merchant's
	agent   bool     // the account is an agent's, so quotas apply

	orderNo  string
	order    *Order    // nil: no payout on it yet
	customer *Customer // nil: no payout to them lately
	day      string    // local, at
	month    string

	failures []Failure
}

// rule is one rule of RequestPayout. check adds a failure for each of its
// limits that does not hold. A rule whose inputs are missing, because an earlier
// one failed or the policy has no such limit, adds none.
type rule struct {
	name  Rule
	check func(*request)
}

// payoutRules are checked in this order, all of them: the first failure is the
// outcome, and the answer lists every one.
var payoutRules = [...]rule{
	{RuleMerchantNotEligible, checkEligible},
	{RuleRolloutNotInvited, checkInvited},
	{RuleSelfAfterSalesOff, checkSelfAfterSales},
	{RuleWalletNotOpen, checkWalletOpen},
	{RuleAgreementRequired, checkAgreement},
	{RuleServiceNotOpen, checkServiceOpen},
	{RulePermissionMissing, checkPermission},
	{RuleCustomerMissing, checkCustomerGiven},
	{RuleOrderMissing, checkOrderKnown},
	{RuleOrderCustomerMismatch, checkOrderCustomer},
	{RuleOrderStateForbidden, checkOrderState},
	{RuleReasonNotAllowed, checkReason},
	{RuleOrderWindowClosed, checkOrderWindow},
	{RuleAmountBelowMin, checkAmountMin},
	{RuleAmountAboveMax, checkAmountMax},
	{RuleOrderCountExceeded, checkOrderCount},
	{RuleOrderAmountExceeded, checkOrderAmount},
	{RuleDuplicateSuspected, checkDuplicate},
	{RuleQuotaMissing, checkQuotaMissing},
	{RuleQuotaDisabled, checkQuotaDisabled},
	{RuleQuotaExceeded, checkQuota},
	{RuleMerchantLimitExceeded, checkMerchantLimit},
	{RuleCustomerLimitExceeded, checkCustomerLimit},
	{RuleInsufficientBalance, checkBalance},
	{RuleArrearsOutstanding, checkArrears},
}

// request prepares a decision. A merchant that is not known fails
// MERCHANT_MISSING and nothing else: there is nothing to check against.
func (m *Merchant) request(meta *Meta, terms *PayoutTerms) *request {
	r := &request{
		m: m, policy: &m.Adopted.Policy, terms: terms,
		at: meta.EffectiveAt, zone: meta.Zone, actor: meta.Actor,
		account: m.account(meta.Actor),
	}
	r.agent = r.account != nil && r.account != &m.Owner
	if r.zone == nil {
		r.zone = time.UTC
	}
	r.day, r.month = localDay(r.at, r.zone, m.MerchantDay.Period)
	if terms == nil {
		return r
	}
	if r.orderNo = terms.orderNo(); r.orderNo != "" {
		r.order = m.Orders[r.orderNo]
	}
	if r.hasCustomer() {
		r.customer = m.Customers[terms.Customer.Pseudonym]
	}
	return r
}

func (r *request) check(rules []rule) {
	if !r.m.Registered {
		r.fail(Failure{Rule: RuleMerchantMissing})
		return
	}
	for i := range rules {
		rules[i].check(r)
	}
}

func (r *request) fail(f Failure) { r.failures = append(r.failures, f) }

// failLimit reports an amount over a limit. What was not used does not reset.
func (r *request) failLimit(rule Rule, name string, limit, used, asked int64, resets time.Time) {
	if used == 0 {
		resets = time.Time{}
	}
	c := r.m.Profile.Currency
	r.fail(Failure{
		Rule: rule, Name: name, Unit: string(c),
		Limit: Money{limit, c}.Amount(), Used: Money{used, c}.Amount(), Asked: Money{asked, c}.Amount(),
		ResetsAt: resets,
	})
}

// failCount reports one payout more than a limit allows.
func (r *request) failCount(rule Rule, name string, limit, used int, resets time.Time) {
	r.fail(Failure{
		Rule: rule, Name: name, Unit: UnitPayouts,
		Limit: itoa(limit), Used: itoa(used), Asked: "1", ResetsAt: resets,
	})
}
