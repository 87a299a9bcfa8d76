package domain

// SetSMSExemption sets up to which amount a payout needs no SMS (小額免密); zero
// switches it off. Only the owner may, up to the policy's sms_exempt_max.
type SetSMSExemption struct {
	Max Money `json:"max"`
}

// SMSExemptionSet is the answer to SetSMSExemption.
type SMSExemptionSet SetSMSExemption

func (c SetSMSExemption) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkMoney("max", c.Max, m.Profile.Currency); err != nil {
		return nil, err
	}
	if failures := m.ownerOnly(meta); failures != nil {
		return refuse(c, "", failures...), nil
	}
	limit := Money{0, m.Profile.Currency} // a policy that names no limit allows no exemption
	if p := m.Adopted.Policy.SMSExemptMax; p != nil {
		limit = *p
	}
	if c.Max.Minor > limit.Minor {
		return refuse(c, "", Failure{
			Rule: RuleLimitAbovePolicy, Name: "sms_exempt_max", Unit: string(limit.Currency),
			Limit: limit.Amount(), Asked: c.Max.Amount(),
		}), nil
	}
	if c.Max.Minor == m.Exemption.Minor {
		return nil, nil
	}
	return []Event{SMSExemptionSet(c)}, nil
}

func (e SMSExemptionSet) apply(m *Merchant, _ Meta) { m.Exemption = e.Max }
