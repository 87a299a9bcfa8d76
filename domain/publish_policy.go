package domain

import "reflect"

// PublishPolicy puts a policy in force on the platform, as the next version of
// its name.
type PublishPolicy struct {
	Name   string `json:"name"`
	Policy Policy `json:"policy"`
}

// PolicyPublished is in the platform's stream.
type PolicyPublished struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
	Policy  Policy `json:"policy"`
}

// PolicyAdopted copies a published policy into a merchant's stream before the
// first decision there that uses it.
type PolicyAdopted PolicyPublished

// decide is for the platform's stream. Versions of a name count from 1, and the
// currency of a name's limits never changes: merchants hold wallets in it.
func (c PublishPolicy) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkID("name", c.Name, MaxIDBytes); err != nil {
		return nil, err
	}
	if err := c.Policy.Validate(); err != nil {
		return nil, err
	}
	if meta.Actor.Role != RolePlatform {
		return refuse(c, "", Failure{Rule: RuleRoleForbidden, Name: meta.Actor.String()}), nil
	}
	last := m.Policies[c.Name]
	if last.Version > 0 {
		if was, is := last.Policy.currency(), c.Policy.currency(); was != "" && is != "" && was != is {
			return nil, &Invalid{"policy", "limits are in " + string(is) + ", but version " + itoa(last.Version) +
				" has them in " + string(was) + ": use another name"}
		}
		if reflect.DeepEqual(last.Policy, c.Policy) {
			return nil, nil
		}
	}
	if last.Version == 0 && len(m.Policies) >= MaxPolicies {
		return nil, &Invalid{"name", "is one more than the " + itoa(MaxPolicies) + " policies that can be"}
	}
	return []Event{PolicyPublished{Name: c.Name, Version: last.Version + 1, Policy: c.Policy}}, nil
}

func (e PolicyPublished) apply(m *Merchant, _ Meta) {
	if m.Policies == nil {
		m.Policies = map[string]PolicyPublished{}
	}
	m.Policies[e.Name] = e
}

func (e PolicyAdopted) apply(m *Merchant, _ Meta) { m.Adopted = e }
