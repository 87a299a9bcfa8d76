package domain

// RaiseFinding is an auditor's remark on a merchant's books: something to be
// looked into. CloseFinding says what came of it.
type RaiseFinding struct {
	Finding string `json:"finding"` // the auditor's own number
	About   string `json:"about"`   // a payout no., an order no., "wallet", …
	Why     string `json:"why"`
}

// CloseFinding ends a finding.
type CloseFinding struct {
	Finding string `json:"finding"`
	Why     string `json:"why"`
}

// Answers to the two commands.
type (
	FindingRaised RaiseFinding
	FindingClosed CloseFinding
)

// Finding is one that is open.
type Finding struct {
	About, Why string
}

// maxFindings bounds the open findings of a merchant, which stay in memory.
const maxFindings = 1_000

func (c RaiseFinding) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkID("finding", c.Finding, MaxReferenceBytes); err != nil {
		return nil, err
	}
	if err := checkID("about", c.About, MaxReferenceBytes); err != nil {
		return nil, err
	}
	if err := checkText("why", c.Why, MaxWhyChars); err != nil {
		return nil, err
	}
	if failures := m.only(meta, RoleAuditor); failures != nil {
		return refuse(c, "", failures...), nil
	}
	if _, open := m.Findings[c.Finding]; open {
		return nil, nil
	}
	if len(m.Findings) >= maxFindings {
		return nil, &Invalid{"finding", "is one more than the " + itoa(maxFindings) + " that can be open"}
	}
	return []Event{FindingRaised(c)}, nil
}

func (c CloseFinding) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkText("why", c.Why, MaxWhyChars); err != nil {
		return nil, err
	}
	if failures := m.only(meta, RoleAuditor); failures != nil {
		return refuse(c, "", failures...), nil
	}
	if _, open := m.Findings[c.Finding]; !open {
		return refuse(c, "", Failure{Rule: RuleFindingMissing, Name: c.Finding}), nil
	}
	return []Event{FindingClosed(c)}, nil
}

func (e FindingRaised) apply(m *Merchant, _ Meta) {
	if m.Findings == nil {
		m.Findings = map[string]Finding{}
	}
	m.Findings[e.Finding] = Finding{e.About, e.Why}
}

func (e FindingClosed) apply(m *Merchant, _ Meta) { delete(m.Findings, e.Finding) }
