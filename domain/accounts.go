package domain

// account is who gave a command, if that is the owner or an agent of m; nil
// otherwise. The edge vouches for the role; an owner without an id is m's owner.
func (m *Merchant) account(a Actor) *Account {
	switch a.Role {
	case RoleOwner:
		if a.ID == "" || a.ID == m.Owner.ID {
			return &m.Owner
		}
	case RoleAgent:
		if acc := m.Agents[a.ID]; acc != nil && !acc.Removed {
			return acc
		}
	}
	return nil
}

// spender is the account that a payout was counted for, also if it was removed
// since. PayoutRequested names an existing account, so there is always one.
func (m *Merchant) spender(a Actor) *Account {
	if a.Role == RoleAgent {
		return m.Agents[a.ID]
	}
	return &m.Owner
}

// holds tells whether the account has the permission. The owner has all.
func (a *Account) holds(permission string) bool {
	for _, p := range a.Permissions {
		if p == permission {
			return true
		}
	}
	return false
}

// ownerOnly is why a command of the owner is refused; nothing if it is not.
func (m *Merchant) ownerOnly(meta Meta) []Failure {
	if !m.Registered {
		return []Failure{{Rule: RuleMerchantMissing}}
	}
	if m.account(meta.Actor) != &m.Owner {
		return []Failure{{Rule: RuleOwnerOnly, Name: meta.Actor.String()}}
	}
	return nil
}

// only is why a command is refused that is not for accounts of the merchant but
// for the given roles; nothing if it is not.
func (m *Merchant) only(meta Meta, roles ...Role) []Failure {
	if !m.Registered {
		return []Failure{{Rule: RuleMerchantMissing}}
	}
	for _, r := range roles {
		if meta.Actor.Role == r {
			return nil
		}
	}
	return []Failure{{Rule: RuleRoleForbidden, Name: meta.Actor.String()}}
}

// agent is the agent with this id, or why the command is refused.
func (m *Merchant) agent(id string) (*Account, []Failure) {
	if a := m.Agents[id]; a != nil && !a.Removed {
		return a, nil
	}
	return nil, []Failure{{Rule: RuleAgentMissing, Name: id}}
}
