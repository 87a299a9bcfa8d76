package domain

import "time"

// checkMerchantLimit bounds what all accounts of a merchant ask for in a day.
func checkMerchantLimit(r *request) {
	limit, asked := r.policy.MerchantDailyAmount, r.terms.Money.Minor
	if limit == nil {
		return
	}
	if day := r.m.MerchantDay.in(r.day); day.Amount+asked > limit.Minor {
		r.failLimit(RuleMerchantLimitExceeded, "merchant_daily_amount", limit.Minor, day.Amount, asked, day.ends(r.zone))
	}
}

// checkCustomerLimit bounds what goes to one customer in a day, and how often in
// a window of n × 24 h.
func checkCustomerLimit(r *request) {
	asked := r.terms.Money.Minor
	if limit := r.policy.CustomerDailyAmount; limit != nil && r.hasCustomer() {
		day := Use{Period: r.day}
		if r.customer != nil {
			day = r.customer.Day.in(r.day)
		}
		if day.Amount+asked > limit.Minor {
			r.failLimit(RuleCustomerLimitExceeded, "customer_daily_amount", limit.Minor, day.Amount, asked, day.ends(r.zone))
		}
	}
	if limit := r.policy.CustomerCountMax; limit > 0 {
		window := time.Duration(r.policy.CustomerCountDays) * day24
		if in := r.customer.since(r.at.Add(-window)); len(in) >= limit {
			// Room comes when all but limit-1 of them have left the window.
			resets := in[len(in)-limit].At.Add(window)
			r.failCount(RuleCustomerLimitExceeded, "customer_count_max", limit, len(in), resets)
		}
	}
}
