package domain

// SetQuota creates or changes an agent's quota (打款配額); it is enabled by that.
type SetQuota struct {
	Agent         string `json:"agent"`
	PerPayout     *Money `json:"per_payout,omitempty"`
	DailyAmount   *Money `json:"daily_amount,omitempty"`
	DailyCount    int    `json:"daily_count,omitempty"`
	MonthlyAmount *Money `json:"monthly_amount,omitempty"`
}

// QuotaSet is the answer to SetQuota. What was used stays used.
type QuotaSet SetQuota

// QuotaEnabled, QuotaDisabled and QuotaRemoved change a quota as a whole.
type QuotaEnabled struct {
	Agent string `json:"agent"`
}

// QuotaDisabled stops an agent from paying; the limits stay.
type QuotaDisabled struct {
	Agent string `json:"agent"`
}

// QuotaRemoved deletes an agent's quota. Without one an agent cannot pay.
type QuotaRemoved struct {
	Agent string `json:"agent"`
}
