package domain

import "time"

// exempt tells whether the payout needs no SMS (小額免密): the owner allows its
// amount, the policy still does, the account has room left under the policy's
// caps of the day, and its phone was not changed a short while ago. A threshold
// alone would be passed by splitting, so the caps count what was tried.
func (r *request) exempt() bool {
	m, p, asked := r.m, r.policy, r.terms.Money.Minor
	if m.Exemption.Minor <= 0 || asked > m.Exemption.Minor {
		return false
	}
	if p.SMSExemptMax == nil || asked > p.SMSExemptMax.Minor {
		return false
	}
	day := r.account.ExemptDay.in(r.day)
	if p.SMSExemptDailyCount > 0 && day.Count >= p.SMSExemptDailyCount {
		return false
	}
	if p.SMSExemptDailyAmount != nil && day.Amount+asked > p.SMSExemptDailyAmount.Minor {
		return false
	}
	if p.SMSExemptPhoneHours > 0 && !r.account.PhoneSince.IsZero() {
		pause := time.Duration(p.SMSExemptPhoneHours) * time.Hour
		return r.at.Sub(r.account.PhoneSince) >= pause
	}
	return true
}
