package domain

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// Overridable are the rules that approval may override. Who may pay, what a
// wallet holds and what is owed can't be approved away.
var Overridable = []Rule{
	RuleOrderWindowClosed, RuleAmountAboveMax, RuleOrderCountExceeded, RuleOrderAmountExceeded,
	RuleDuplicateSuspected, RuleQuotaExceeded, RuleMerchantLimitExceeded, RuleCustomerLimitExceeded,
}

// Validate tells with an *Invalid error which field of a policy can't be. Whether
// a limit is wise is not its business.
func (p *Policy) Validate() error {
	for _, check := range [...]func() error{
		p.validateAmounts, p.validateNumbers, p.validateLists, p.validateLabels, p.validateTogether, p.validateSize,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

type amountField struct {
	name  string
	money *Money
}

func (p *Policy) amounts() [7]amountField {
	return [...]amountField{
		{"amount_min", p.AmountMin},
		{"amount_max", p.AmountMax},
		{"approval_floor", p.ApprovalFloor},
		{"merchant_daily_amount", p.MerchantDailyAmount},
		{"customer_daily_amount", p.CustomerDailyAmount},
		{"sms_exempt_max", p.SMSExemptMax},
		{"sms_exempt_daily_amount", p.SMSExemptDailyAmount},
	}
}

// currency is that of the policy's amounts; "" if it has none.
func (p *Policy) currency() Currency {
	for _, a := range p.amounts() {
		if a.money != nil {
			return a.money.Currency
		}
	}
	return ""
}

func (p *Policy) validateAmounts() error {
	for _, a := range p.amounts() {
		if a.money == nil {
			continue
		}
		if err := checkPositive(a.name, *a.money, ""); err != nil {
			return err
		}
		if c := p.currency(); a.money.Currency != c {
			return &Invalid{a.name, "is in " + string(a.money.Currency) + ", others are in " + string(c)}
		}
	}
	for _, s := range [...]struct {
		name    string
		percent *Percent
	}{{"order_percent_max", p.OrderPercentMax}, {"approval_percent", p.ApprovalPercent}} {
		if s.percent != nil && (*s.percent <= 0 || *s.percent > MaxPercent) {
			return &Invalid{s.name, "is not over 0 and up to " + MaxPercent.String() + " percent"}
		}
	}
	return nil
}

func (p *Policy) validateNumbers() error {
	const (
		year = 366
		day  = 24 * 60
	)
	for _, n := range [...]struct {
		name            string
		value, min, max int // of a value that is given
	}{
		{"order_window_days", p.OrderWindowDays, 1, 10 * year},
		{"order_count_max", p.OrderCountMax, 1, MaxOrderPayouts},
		{"duplicate_minutes", p.DuplicateMinutes, 1, MaxDuplicateMinutes},
		{"customer_count_max", p.CustomerCountMax, 1, MaxWindowCount},
		{"customer_count_days", p.CustomerCountDays, 1, MaxWindowDays},
		{"sms_exempt_daily_count", p.SMSExemptDailyCount, 1, 1_000_000},
		{"sms_exempt_phone_hours", p.SMSExemptPhoneHours, 1, 24 * year},
		{"sms_digits", p.SMSDigits, 4, 10},
		{"sms_seconds", p.SMSSeconds, 30, 3_600},
		{"sms_tries", p.SMSTries, 1, MaxSMSTries},
		{"sms_resend_seconds", p.SMSResendSeconds, 1, 3_600},
		{"sms_sends_max", p.SMSSendsMax, 1, 100},
		{"sms_phone_hour_max", p.SMSPhoneHourMax, 1, 1_000},
		{"sms_phone_day_max", p.SMSPhoneDayMax, 1, 1_000},
		{"sms_phone_failures_max", p.SMSPhoneFailures, 1, 1_000},
		{"expire_sms_minutes", p.ExpireSMSMinutes, 1, 7 * day},
		{"expire_approval_hours", p.ExpireApprovalHours, 1, 24 * year},
		{"expire_authorized_hours", p.ExpireAuthorizedHours, 1, 24 * year},
		{"return_days", p.ReturnDays, 1, 10 * year},
	} {
		if n.value != 0 && (n.value < n.min || n.value > n.max) {
			return &Invalid{n.name, "is not between " + strconv.Itoa(n.min) + " and " + strconv.Itoa(n.max)}
		}
	}
	return nil
}

// Bounds on a policy's size: it is copied into every merchant's stream, and must fit
// into one event of the strictest store, which takes 65,535 bytes with its metadata.
const (
	maxListed      = 100
	maxPolicyBytes = 60_000
)

func (p *Policy) validateSize() error {
	data, err := json.Marshal(p)
	if err != nil {
		return &Invalid{"policy", err.Error()}
	}
	if len(data) > maxPolicyBytes {
		return &Invalid{"policy", "takes " + strconv.Itoa(len(data)) + " bytes, which is over " + strconv.Itoa(maxPolicyBytes)}
	}
	return nil
}

func (p *Policy) validateLists() error {
	for _, l := range [...]struct {
		name   string
		values []string
	}{
		{"eligible_modes", p.EligibleModes},
		{"eligible_entity_types", p.EligibleTypes},
		{"ineligible_modes", p.IneligibleModes},
		{"ineligible_entity_types", p.IneligibleTypes},
		{"order_states_denied", p.OrderStatesDenied},
		{"reasons_allowed", p.ReasonsAllowed},
		{"reasons_denied", p.ReasonsDenied},
	} {
		if len(l.values) > maxListed {
			return &Invalid{l.name, "has more than " + strconv.Itoa(maxListed) + " entries"}
		}
		for i, v := range l.values {
			if err := checkID(l.name, v, MaxReasonBytes); err != nil {
				return err
			}
			if slices.Contains(l.values[:i], v) {
				return &Invalid{l.name, strconv.Quote(v) + " is there twice"}
			}
		}
	}
	for i, rule := range p.ApprovalRules {
		if !slices.Contains(Overridable, rule) {
			return &Invalid{"approval_rules", strconv.Quote(string(rule)) + " is not a rule that approval may override"}
		}
		if slices.Contains(p.ApprovalRules[:i], rule) {
			return &Invalid{"approval_rules", string(rule) + " is there twice"}
		}
	}
	return checkOptionalID("agreement_version", p.AgreementVersion, MaxReferenceBytes)
}

func (p *Policy) validateLabels() error {
	if err := checkText("label", p.Label, MaxLabelChars); err != nil {
		return err
	}
	if len(p.ReasonLabels) > maxListed {
		return &Invalid{"reason_labels", "has more than " + strconv.Itoa(maxListed) + " entries"}
	}
	for _, reason := range slices.Sorted(maps.Keys(p.ReasonLabels)) {
		if err := checkID("reason_labels", reason, MaxReasonBytes); err != nil {
			return err
		}
		if err := checkText("reason_labels", p.ReasonLabels[reason], MaxLabelChars); err != nil {
			return err
		}
	}
	return nil
}

// validateTogether is about fields that make no sense without one another.
func (p *Policy) validateTogether() error {
	switch {
	case p.AmountMin != nil && p.AmountMax != nil && p.AmountMin.Minor > p.AmountMax.Minor:
		return &Invalid{"amount_min", "is over amount_max"}
	case (p.CustomerCountMax == 0) != (p.CustomerCountDays == 0):
		return &Invalid{"customer_count_days", "and customer_count_max need each other"}
	case p.ApprovalFloor != nil && p.ApprovalPercent == nil:
		return &Invalid{"approval_floor", "needs approval_percent"}
	case p.SMSPhoneHourMax > 0 && p.SMSPhoneDayMax > 0 && p.SMSPhoneHourMax > p.SMSPhoneDayMax:
		return &Invalid{"sms_phone_hour_max", "is over sms_phone_day_max"}
	}
	return nil
}
