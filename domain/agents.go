package domain

import (
	"slices"
	"strconv"
)

// AddAgent adds a sub-account (子賬號). It can do nothing yet.
type AddAgent struct {
	Agent Operator `json:"agent"`
}

// AgentAdded is the answer to AddAgent.
type AgentAdded AddAgent

// GrantPermissions replaces an agent's permissions.
type GrantPermissions struct {
	Agent       string   `json:"agent"`
	Permissions []string `json:"permissions"`
}

// PermissionsGranted is the answer to GrantPermissions.
type PermissionsGranted GrantPermissions

// RemoveAgent ends an agent's access. Its payouts that are not confirmed can only
// be cancelled.
type RemoveAgent struct {
	Agent string `json:"agent"`
}

// AgentRemoved is the answer to RemoveAgent. What the agent used is not forgotten.
type AgentRemoved RemoveAgent

func (c AddAgent) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := c.Agent.check("agent"); err != nil {
		return nil, err
	}
	if failures := m.ownerOnly(meta); failures != nil {
		return refuse(c, "", failures...), nil
	}
	old := m.Agents[c.Agent.ID]
	if c.Agent.ID == m.Owner.ID || old != nil && !old.Removed {
		return refuse(c, "", Failure{Rule: RuleAgentExists, Name: c.Agent.ID}), nil
	}
	if old == nil && len(m.Agents) >= MaxAgents {
		return nil, &Invalid{"agent", "is one more than the " + itoa(MaxAgents) + " that a merchant can have had"}
	}
	return []Event{AgentAdded(c)}, nil
}

func (c GrantPermissions) decide(m *Merchant, meta Meta) ([]Event, error) {
	for i, p := range c.Permissions {
		if !slices.Contains(allPermissions[:], p) {
			return nil, &Invalid{"permissions", strconv.Quote(p) + " is none of view, initiate, export"}
		}
		if slices.Contains(c.Permissions[:i], p) {
			return nil, &Invalid{"permissions", p + " is there twice"}
		}
	}
	if failures := m.ownerOnly(meta); failures != nil {
		return refuse(c, "", failures...), nil
	}
	a, failures := m.agent(c.Agent)
	if failures != nil {
		return refuse(c, "", failures...), nil
	}
	if slices.Equal(a.Permissions, c.Permissions) {
		return nil, nil
	}
	return []Event{PermissionsGranted(c)}, nil
}

func (c RemoveAgent) decide(m *Merchant, meta Meta) ([]Event, error) {
	if failures := m.ownerOnly(meta); failures != nil {
		return refuse(c, "", failures...), nil
	}
	switch a := m.Agents[c.Agent]; {
	case a == nil:
		return refuse(c, "", Failure{Rule: RuleAgentMissing, Name: c.Agent}), nil
	case a.Removed:
		return nil, nil
	}
	return []Event{AgentRemoved(c)}, nil
}

// An agent that comes back under the same id starts without permissions and
// quota, but with what it used; another phone is a change of phone.
func (e AgentAdded) apply(m *Merchant, meta Meta) {
	if m.Agents == nil {
		m.Agents = map[string]*Account{}
	}
	a := m.Agents[e.Agent.ID]
	if a == nil {
		a = &Account{ID: e.Agent.ID}
		m.Agents[a.ID] = a
	} else if a.Phone.Pseudonym != e.Agent.Phone.Pseudonym {
		a.PhoneSince = meta.EffectiveAt
	}
	a.Phone, a.Removed = e.Agent.Phone, false
}

func (e PermissionsGranted) apply(m *Merchant, _ Meta) {
	m.Agents[e.Agent].Permissions = e.Permissions
}

func (e AgentRemoved) apply(m *Merchant, _ Meta) {
	a := m.Agents[e.Agent]
	a.Removed, a.Permissions, a.Quota = true, nil, nil
}
