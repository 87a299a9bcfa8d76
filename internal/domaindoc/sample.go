package domaindoc

import (
	"cmp"
	"time"

	"github.com/amends-ledger/amends/domain"
)

// SampleReset is when the limits of samples reset: the end of a day in Shanghai.
var SampleReset = time.Date(2011, 3, 27, 16, 0, 0, 0, time.UTC)

// varying are names that a failure of a rule can have where the source does not
// fix one: whom or what it is about.
var varying = map[domain.Rule][]string{
	domain.RuleMerchantNotEligible:   {domain.ModeFBP, domain.EntityNaturalPerson},
	domain.RuleAgreementRequired:     {"1"},
	domain.RuleServiceNotOpen:        {"", string(domain.ServiceIsSuspended), string(domain.ServiceIsClosed)},
	domain.RuleOwnerOnly:             {"agent/amy"},
	domain.RulePermissionMissing:     {"view,export", "agent/amy"},
	domain.RuleOrderMissing:          {"O-1001"},
	domain.RuleOrderCustomerMismatch: {"O-1001"},
	domain.RuleOrderStateForbidden:   {domain.OrderLocked},
	domain.RuleReasonNotAllowed:      {domain.ReasonGoodsPayment},
	domain.RuleQuotaMissing:          {"amy"},
	domain.RuleQuotaDisabled:         {"amy"},
	domain.RuleRoleForbidden:         {"agent/amy"},
	domain.RuleMerchantExists:        {"m_8"},
	domain.RuleAgentExists:           {"amy"},
	domain.RuleAgentMissing:          {"amy"},
	domain.RuleApproverIsRequester:   {"owner"},
	domain.RulePayoutStateForbidden:  {string(domain.Submitted)},
	domain.RulePayoutMissing:         {"P0BQ7ZK3M5N8R2T4V6X9A"},
	domain.RuleDisputeMissing:        {"P0BQ7ZK3M5N8R2T4V6X9A-D1"},
	domain.RuleFindingMissing:        {"F-7"},
}

// figures are limit, used and asked: by the limit's name, else by rule, else by unit.
var (
	figuresOfName = map[string][3]string{
		"per_payout":             {"40.00", "", "50.00"},
		"daily_count":            {"30", "30", "1"},
		"monthly_amount":         {"5000.00", "4980.00", "50.00"},
		"customer_daily_amount":  {"2000.00", "1980.00", "50.00"},
		"sms_phone_failures_max": {"20", "20", "1"},
		"sms_phone_hour_max":     {"5", "5", "1"},
		"sms_phone_day_max":      {"10", "10", "1"},
		"open":                   {"900", "1200", ""},
	}
	figuresOfRule = map[domain.Rule][3]string{
		domain.RuleAmountBelowMin:        {"0.10", "", "0.05"},
		domain.RuleAmountAboveMax:        {"200.00", "", "250.00"},
		domain.RuleInsufficientBalance:   {"20.00", "", "50.00"},
		domain.RuleArrearsOutstanding:    {"0.00", "35.00", ""},
		domain.RuleLimitAbovePolicy:      {"20.00", "", "30.00"},
		domain.RuleSMSWrong:              {"5", "2", ""},
		domain.RuleReturnWindowClosed:    {"180d", "181d", ""},
		domain.RulePayoutStateForbidden:  {"0", "2", ""},
		domain.RuleOrderAmountExceeded:   {"80.00", "60.00", "50.00"},
		domain.RuleMerchantLimitExceeded: {"50000.00", "49980.00", "50.00"},
	}
	figuresOfUnit = map[string][3]string{
		"currency":         {"500.00", "480.00", "50.00"},
		domain.UnitPayouts: {"3", "3", "1"},
		domain.UnitDays:    {"90d", "91d", ""},
		domain.UnitTries:   {"5", "5", "1"},
		domain.UnitSends:   {"3", "3", "1"},
		"":                 {},
	}
)

// Samples are refusals of a rule, each as domain would make it: one for each of
// its shapes, and where the name varies, for each name that is told apart.
func (r Rule) Samples() []domain.Failure {
	var all []domain.Failure
	for _, f := range r.Failures {
		names := []string{f.Name}
		if f.Varying {
			names = varying[domain.Rule(r.Code)]
		}
		for _, name := range names {
			all = append(all, f.sample(domain.Rule(r.Code), name))
		}
	}
	return all
}

func (f Failure) sample(rule domain.Rule, name string) domain.Failure {
	figures, ok := figuresOfName[f.Name]
	if !ok {
		figures, ok = figuresOfRule[rule]
	}
	if !ok {
		figures = figuresOfUnit[f.Unit]
	}
	out := domain.Failure{Rule: rule, Name: name, Unit: f.Unit}
	if f.Unit == "currency" {
		out.Unit = "CNY"
	}
	if f.Limit {
		out.Limit = figures[0]
	}
	if f.Used {
		out.Used = cmp.Or(figures[1], figuresOfUnit[f.Unit][1])
	}
	if f.Asked {
		out.Asked = cmp.Or(figures[2], figuresOfUnit[f.Unit][2])
	}
	if f.Resets {
		out.ResetsAt = SampleReset
	}
	if f.Earlier {
		out.Earlier = "P0BQ7ZK3M5N8R2T4V6X9A"
	}
	return out
}
