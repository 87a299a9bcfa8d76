package domain

// OpenService opens the payout service (開通). The owner accepts the agreement
// (協議) in the version that was shown.
type OpenService struct {
	Agreement string `json:"agreement"`
}

// AgreementAccepted records the version; who and when are in its metadata.
type AgreementAccepted struct {
	Version string `json:"version"`
}

// ServiceOpened says that payouts can be requested from now on.
type ServiceOpened struct{}

// openRules are checked before the service can be opened; the agreement is what
// the command itself brings.
var openRules = [...]rule{
	{RuleMerchantNotEligible, checkEligible},
	{RuleRolloutNotInvited, checkInvited},
	{RuleSelfAfterSalesOff, checkSelfAfterSales},
	{RuleWalletNotOpen, checkWalletOpen},
}

// decide: an open service whose owner accepts a newer agreement stays open. One
// that was closed can be opened again; a suspended one is resumed instead.
func (c OpenService) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkOptionalID("agreement", c.Agreement, MaxReferenceBytes); err != nil {
		return nil, err
	}
	r := m.request(&meta, nil)
	r.check(openRules[:])
	if !m.Registered {
		return refuse(c, "", r.failures...), nil
	}
	if m.Adopted.Version == 0 {
		return nil, &Invalid{"policy", "no policy is in force: publish one under the name that the merchant's profile has"}
	}
	// Every merchant ticks an agreement, in the version that the policy demands.
	if v := r.policy.AgreementVersion; c.Agreement == "" || v != "" && c.Agreement != v {
		r.fail(Failure{Rule: RuleAgreementRequired, Name: v})
	}
	if m.Service == ServiceIsSuspended {
		r.fail(m.serviceNotOpen())
	}
	if r.account != &m.Owner {
		r.fail(Failure{Rule: RuleOwnerOnly, Name: meta.Actor.String()})
	}
	if len(r.failures) > 0 {
		return refuse(c, "", r.failures...), nil
	}
	var events []Event
	if m.Agreement.Version != c.Agreement || m.Service == ServiceIsClosed {
		events = append(events, AgreementAccepted{Version: c.Agreement})
	}
	if m.Service != ServiceIsOpen {
		events = append(events, ServiceOpened{})
	}
	return events, nil
}

func (e AgreementAccepted) apply(m *Merchant, meta Meta) {
	m.Agreement = Agreement{Version: e.Version, By: meta.Actor, At: meta.EffectiveAt}
}

func (e ServiceOpened) apply(m *Merchant, _ Meta) { m.Service = ServiceIsOpen }
