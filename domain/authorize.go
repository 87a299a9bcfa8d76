package domain

// PayoutAuthorized says that nothing more is asked of the merchant.
type PayoutAuthorized struct {
	Payout string `json:"payout_no"`
	By     string `json:"by"` // ConfirmBySMS or ConfirmExempt
}

func (e PayoutAuthorized) apply(m *Merchant, meta Meta) {
	p := m.Payouts[e.Payout]
	p.change(Authorized, meta.EffectiveAt)
	m.setDeadline(p, meta.EffectiveAt.Add(m.Adopted.Policy.expireAuthorized()))
}
