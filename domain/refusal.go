package domain

import (
	"fmt"
	"strconv"
	"time"
)

// Rule is the code of a rule that a command can fail.
type Rule string

// Rules of RequestPayout, in the order they are checked. The first failing one
// is the outcome; a refusal lists them all.
const (
	RuleMerchantMissing       Rule = "MERCHANT_MISSING"
	RuleMerchantNotEligible   Rule = "MERCHANT_NOT_ELIGIBLE"
	RuleRolloutNotInvited     Rule = "ROLLOUT_NOT_INVITED"
	RuleSelfAfterSalesOff     Rule = "SELF_AFTER_SALES_OFF"
	RuleWalletNotOpen         Rule = "WALLET_NOT_OPEN"
	RuleAgreementRequired     Rule = "AGREEMENT_REQUIRED"
	RuleServiceNotOpen        Rule = "SERVICE_NOT_OPEN"
	RuleOwnerOnly             Rule = "OWNER_ONLY"
	RulePermissionMissing     Rule = "PERMISSION_MISSING"
	RuleCustomerMissing       Rule = "CUSTOMER_MISSING"
	RuleOrderMissing          Rule = "ORDER_MISSING"
	RuleOrderCustomerMismatch Rule = "ORDER_CUSTOMER_MISMATCH"
	RuleOrderStateForbidden   Rule = "ORDER_STATE_FORBIDDEN"
	RuleReasonNotAllowed      Rule = "REASON_NOT_ALLOWED"
	RuleOrderWindowClosed     Rule = "ORDER_WINDOW_CLOSED"
	RuleAmountBelowMin        Rule = "AMOUNT_BELOW_MIN"
	RuleAmountAboveMax        Rule = "AMOUNT_ABOVE_MAX"
	RuleOrderCountExceeded    Rule = "ORDER_COUNT_EXCEEDED"
	RuleOrderAmountExceeded   Rule = "ORDER_AMOUNT_EXCEEDED"
	RuleDuplicateSuspected    Rule = "DUPLICATE_SUSPECTED"
	RuleQuotaMissing          Rule = "QUOTA_MISSING"
	RuleQuotaDisabled         Rule = "QUOTA_DISABLED"
	RuleQuotaExceeded         Rule = "QUOTA_EXCEEDED"
	RuleMerchantLimitExceeded Rule = "MERCHANT_LIMIT_EXCEEDED"
	RuleCustomerLimitExceeded Rule = "CUSTOMER_LIMIT_EXCEEDED"
	RuleInsufficientBalance   Rule = "INSUFFICIENT_BALANCE"
	RuleArrearsOutstanding    Rule = "ARREARS_OUTSTANDING"
)

// Rules of other commands.
const (
	RuleRoleForbidden        Rule = "ROLE_FORBIDDEN" // the command is not for this role
	RuleMerchantExists       Rule = "MERCHANT_EXISTS"
	RuleAgentExists          Rule = "AGENT_EXISTS"
	RuleAgentMissing         Rule = "AGENT_MISSING"
	RuleLimitAbovePolicy     Rule = "LIMIT_ABOVE_POLICY"
	RuleSMSWrong             Rule = "SMS_WRONG"
	RuleSMSExpired           Rule = "SMS_EXPIRED"
	RuleSMSLocked            Rule = "SMS_LOCKED"
	RuleSMSResendTooSoon     Rule = "SMS_RESEND_TOO_SOON"
	RuleSMSLimitExceeded     Rule = "SMS_LIMIT_EXCEEDED"
	RuleApproverIsRequester  Rule = "APPROVER_IS_REQUESTER"
	RulePayoutStateForbidden Rule = "PAYOUT_STATE_FORBIDDEN"
	RulePayoutMissing        Rule = "PAYOUT_MISSING"
	RuleReturnWindowClosed   Rule = "RETURN_WINDOW_CLOSED"
	RuleDisputeMissing       Rule = "DISPUTE_MISSING"
	RuleFindingMissing       Rule = "FINDING_MISSING"
)

// Units of a Failure that are not currency codes.
const (
	UnitPayouts = "payouts"
	UnitDays    = "days"
	UnitTries   = "tries"
	UnitSends   = "sends"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Failure is one failing rule with its figures. Amounts are decimal strings in
// the merchant's currency, counts are plain numbers, days end in "d": Unit says
// which. Figures that a rule does not have are empty.
type Failure struct {
	Rule     Rule      `json:"rule"`
	Limit    string    `json:"limit,omitempty"`    // the most that is allowed
	Used     string    `json:"used,omitempty"`     // of the limit, before this request
	Asked    string    `json:"asked,omitempty"`    // by this request
	Unit     string    `json:"unit,omitempty"`     // a currency code, "payouts", "days", "tries" or "sends"
	Name     string    `json:"name,omitempty"`     // which limit, e.g. "daily_amount", or what is not allowed, e.g. the reason
	ResetsAt time.Time `json:"resets_at,omitzero"` // when Used falls, if it does by itself
	Earlier  string    `json:"earlier,omitempty"`  // DUPLICATE_SUSPECTED: the payout no. to name to go on
}

// Refusal is a business "no": the stored answer to a command. It is not a fault
// and not logged as one.
type Refusal struct {
	Failures []Failure `json:"failures"`
}

// Outcome is the rule that decided: the first failing one.
func (r *Refusal) Outcome() Rule { return r.Failures[0].Rule }

func (r *Refusal) Error() string {
	if n := len(r.Failures); n > 1 {
		return fmt.Sprintf("refused: %s and %d more", r.Outcome(), n-1)
	}
	return "refused: " + string(r.Outcome())
}

// Invalid says that a command is malformed. It is not recorded.
type Invalid struct {
	Field string // as in the command's JSON
	Why   string
}

func (e *Invalid) Error() string { return e.Field + ": " + e.Why }
