package domain

import "slices"

// allRules stands in the order of the constants in refusal.go, which a test
// reads: a rule that is missing here fails it.
var allRules = [...]Rule{
	RuleMerchantMissing, RuleMerchantNotEligible, RuleRolloutNotInvited, RuleSelfAfterSalesOff, RuleWalletNotOpen,
	RuleAgreementRequired, RuleServiceNotOpen, RuleOwnerOnly, RulePermissionMissing, RuleCustomerMissing,
	RuleOrderMissing, RuleOrderCustomerMismatch, RuleOrderStateForbidden, RuleReasonNotAllowed, RuleOrderWindowClosed,
	RuleAmountBelowMin, RuleAmountAboveMax, RuleOrderCountExceeded, RuleOrderAmountExceeded, RuleDuplicateSuspected,
	RuleQuotaMissing, RuleQuotaDisabled, RuleQuotaExceeded, RuleMerchantLimitExceeded, RuleCustomerLimitExceeded,
	RuleInsufficientBalance, RuleArrearsOutstanding,

	RuleRoleForbidden, RuleMerchantExists, RuleAgentExists, RuleAgentMissing, RuleLimitAbovePolicy,
	RuleSMSWrong, RuleSMSExpired, RuleSMSLocked, RuleSMSResendTooSoon, RuleSMSLimitExceeded,
	RuleApproverIsRequester, RulePayoutStateForbidden, RulePayoutMissing, RuleReturnWindowClosed,
	RuleDisputeMissing, RuleFindingMissing,
}

// Rules lists every rule: those of RequestPayout in the order in which they are
// checked, then those of other commands.
func Rules() []Rule { return slices.Clone(allRules[:]) }
