package domain

// ChangePhone gives an operator another phone: its own, or any by the owner.
type ChangePhone struct {
	Account string  `json:"account"` // the owner's id or an agent's
	Phone   Subject `json:"phone"`
}

// PhoneChanged is the answer to ChangePhone. Codes that are on their way stay
// valid for their short life; the next one goes to the new phone. The SMS
// exemption of the account pauses (see exempt), because taking over a phone is
// how a second factor is stolen.
type PhoneChanged ChangePhone

func (c ChangePhone) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkID("phone", c.Phone.Pseudonym, MaxReferenceBytes); err != nil {
		return nil, err
	}
	if !m.Registered {
		return refuse(c, "", Failure{Rule: RuleMerchantMissing}), nil
	}
	account := &m.Owner
	if c.Account != m.Owner.ID {
		agent, failures := m.agent(c.Account)
		if failures != nil {
			return refuse(c, "", failures...), nil
		}
		account = agent
	}
	if by := m.account(meta.Actor); by != account && by != &m.Owner {
		return refuse(c, "", Failure{Rule: RuleOwnerOnly, Name: meta.Actor.String()}), nil
	}
	if account.Phone.Pseudonym == c.Phone.Pseudonym {
		return nil, nil
	}
	return []Event{PhoneChanged(c)}, nil
}

func (e PhoneChanged) apply(m *Merchant, meta Meta) {
	a := &m.Owner
	if e.Account != m.Owner.ID {
		a = m.Agents[e.Account]
	}
	a.Phone, a.PhoneSince = e.Phone, meta.EffectiveAt
}
