package domain

// EnableQuota, DisableQuota and RemoveQuota change an agent's quota as a whole.
type EnableQuota struct {
	Agent string `json:"agent"`
}

// DisableQuota stops an agent from paying; the limits stay.
type DisableQuota struct {
	Agent string `json:"agent"`
}

// RemoveQuota deletes an agent's quota. Without one an agent cannot pay.
type RemoveQuota struct {
	Agent string `json:"agent"`
}

// Answers to the three commands.
type (
	QuotaEnabled  EnableQuota
	QuotaDisabled DisableQuota
	QuotaRemoved  RemoveQuota
)

func (c EnableQuota) decide(m *Merchant, meta Meta) ([]Event, error) {
	q, failures := m.quotaOf(c.Agent, meta)
	switch {
	case failures != nil:
		return refuse(c, "", failures...), nil
	case q == nil:
		return refuse(c, "", Failure{Rule: RuleQuotaMissing, Name: c.Agent}), nil
	case q.Enabled:
		return nil, nil
	}
	return []Event{QuotaEnabled(c)}, nil
}

func (c DisableQuota) decide(m *Merchant, meta Meta) ([]Event, error) {
	q, failures := m.quotaOf(c.Agent, meta)
	switch {
	case failures != nil:
		return refuse(c, "", failures...), nil
	case q == nil:
		return refuse(c, "", Failure{Rule: RuleQuotaMissing, Name: c.Agent}), nil
	case !q.Enabled:
		return nil, nil
	}
	return []Event{QuotaDisabled(c)}, nil
}

func (c RemoveQuota) decide(m *Merchant, meta Meta) ([]Event, error) {
	q, failures := m.quotaOf(c.Agent, meta)
	switch {
	case failures != nil:
		return refuse(c, "", failures...), nil
	case q == nil:
		return nil, nil
	}
	return []Event{QuotaRemoved(c)}, nil
}

// quotaOf is the agent's quota, nil for none, or why the owner's command is refused.
func (m *Merchant) quotaOf(agent string, meta Meta) (*Quota, []Failure) {
	if failures := m.ownerOnly(meta); failures != nil {
		return nil, failures
	}
	a, failures := m.agent(agent)
	if failures != nil {
		return nil, failures
	}
	return a.Quota, nil
}

func (e QuotaEnabled) apply(m *Merchant, _ Meta)  { m.switchQuota(e.Agent, true) }
func (e QuotaDisabled) apply(m *Merchant, _ Meta) { m.switchQuota(e.Agent, false) }
func (e QuotaRemoved) apply(m *Merchant, _ Meta)  { m.Agents[e.Agent].Quota = nil }

func (m *Merchant) switchQuota(agent string, on bool) {
	q := *m.Agents[agent].Quota
	q.Enabled = on
	m.Agents[agent].Quota = &q
}
