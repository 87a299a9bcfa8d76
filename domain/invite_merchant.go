package domain

// MerchantInvited lets a merchant open the service while the rollout (灰度) is on.
type MerchantInvited struct {
	Why string `json:"why,omitempty"`
}

func (e MerchantInvited) apply(m *Merchant, _ Meta) { m.Invited = true }
