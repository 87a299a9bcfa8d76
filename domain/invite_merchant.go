package domain

// InviteMerchant lets a merchant open the service while the rollout (灰度) is on.
type InviteMerchant struct {
	Why string `json:"why,omitempty"`
}

// MerchantInvited is the answer to InviteMerchant.
type MerchantInvited InviteMerchant

func (c InviteMerchant) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkText("why", c.Why, MaxWhyChars); err != nil {
		return nil, err
	}
	if failures := m.only(meta, RolePlatform); failures != nil {
		return refuse(c, "", failures...), nil
	}
	if m.Invited {
		return nil, nil
	}
	return []Event{MerchantInvited(c)}, nil
}

func (e MerchantInvited) apply(m *Merchant, _ Meta) { m.Invited = true }
