package domain

// PayoutAuthorized says that nothing more is asked of the merchant.
type PayoutAuthorized struct {
	Payout string `json:"payout_no"`
	By     string `json:"by"` // ConfirmBySMS or ConfirmExempt
}

func (e PayoutAuthorized) apply(m *Merchant, meta Meta) {
	m.Payouts[e.Payout].change(Authorized, meta.EffectiveAt)
}
