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

func (c SetQuota) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := c.check(m.Profile.Currency); err != nil {
		return nil, err
	}
	if failures := m.ownerOnly(meta); failures != nil {
		return refuse(c, "", failures...), nil
	}
	if _, failures := m.agent(c.Agent); failures != nil {
		return refuse(c, "", failures...), nil
	}
	return []Event{QuotaSet(c)}, nil
}

func (c SetQuota) check(currency Currency) error {
	for _, limit := range [...]struct {
		field string
		money *Money
	}{{"per_payout", c.PerPayout}, {"daily_amount", c.DailyAmount}, {"monthly_amount", c.MonthlyAmount}} {
		if limit.money == nil {
			continue
		}
		if err := checkPositive(limit.field, *limit.money, currency); err != nil {
			return err
		}
	}
	if c.DailyCount < 0 {
		return &Invalid{"daily_count", "is negative"}
	}
	if c.PerPayout == nil && c.DailyAmount == nil && c.DailyCount == 0 && c.MonthlyAmount == nil {
		return &Invalid{"quota", "has no limit at all: set at least one"}
	}
	return nil
}

func (e QuotaSet) apply(m *Merchant, _ Meta) {
	m.Agents[e.Agent].Quota = &Quota{
		Enabled: true, PerPayout: e.PerPayout, DailyAmount: e.DailyAmount,
		DailyCount: e.DailyCount, MonthlyAmount: e.MonthlyAmount,
	}
}
