package domain

// UpdateMerchantProfile replaces what the platform says of a merchant. The
// currency stays: wallet, quotas and every past payout are in it.
type UpdateMerchantProfile struct {
	Profile
}

// MerchantProfileChanged is the answer to UpdateMerchantProfile. A profile that
// makes the merchant ineligible stops new payouts; open ones go on.
type MerchantProfileChanged struct {
	Profile
}

func (c UpdateMerchantProfile) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := c.Profile.check(); err != nil {
		return nil, err
	}
	if failures := m.only(meta, RolePlatform); failures != nil {
		return refuse(c, "", failures...), nil
	}
	if c.Currency != m.Profile.Currency {
		return nil, &Invalid{"currency", "is " + string(m.Profile.Currency) + " for this merchant and can't change"}
	}
	if c.Profile == m.Profile {
		return nil, nil
	}
	return []Event{MerchantProfileChanged(c)}, nil
}

func (e MerchantProfileChanged) apply(m *Merchant, _ Meta) { m.Profile = e.Profile }
