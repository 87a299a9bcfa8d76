package domain

import "time"

// Quotas bind agents. The owner needs none.

func checkQuotaMissing(r *request) {
	if r.agent && r.account.Quota == nil {
		r.fail(Failure{Rule: RuleQuotaMissing, Name: r.account.ID})
	}
}

func checkQuotaDisabled(r *request) {
	if r.agent && r.account.Quota != nil && !r.account.Quota.Enabled {
		r.fail(Failure{Rule: RuleQuotaDisabled, Name: r.account.ID})
	}
}

// checkQuota reports every limit of the agent's quota that the payout would
// pass, also if the quota is disabled: they would be next.
func checkQuota(r *request) {
	if !r.agent || r.account.Quota == nil {
		return
	}
	q, asked := r.account.Quota, r.terms.Money.Minor
	day, month := r.account.Day.in(r.day), r.account.Month.in(r.month)
	if limit := q.PerPayout; limit != nil && asked > limit.Minor {
		r.failLimit(RuleQuotaExceeded, "per_payout", limit.Minor, 0, asked, time.Time{})
	}
	if limit := q.DailyAmount; limit != nil && day.Amount+asked > limit.Minor {
		r.failLimit(RuleQuotaExceeded, "daily_amount", limit.Minor, day.Amount, asked, day.ends(r.zone))
	}
	if q.DailyCount > 0 && day.Count >= q.DailyCount {
		r.failCount(RuleQuotaExceeded, "daily_count", q.DailyCount, day.Count, day.ends(r.zone))
	}
	if limit := q.MonthlyAmount; limit != nil && month.Amount+asked > limit.Minor {
		r.failLimit(RuleQuotaExceeded, "monthly_amount", limit.Minor, month.Amount, asked, month.ends(r.zone))
	}
}
