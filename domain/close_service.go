package domain

// CloseService ends the service. Payouts that are not yet submitted are
// cancelled; while one is at a rail, or its outcome is not known, it is refused.
type CloseService struct {
	Why string `json:"why,omitempty"`
}

// ServiceClosed is the answer to CloseService. The service can be opened again.
type ServiceClosed CloseService

// maxCloseCancels bounds the payouts that one CloseService cancels: with their
// events it must fit into one write of the store, which takes 1,000.
const maxCloseCancels = 900

func (c CloseService) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkText("why", c.Why, MaxWhyChars); err != nil {
		return nil, err
	}
	if failures := m.ownerOnly(meta); failures != nil {
		return refuse(c, "", failures...), nil
	}
	switch m.Service {
	case ServiceIsClosed:
		return nil, nil
	case ServiceIsNone:
		return refuse(c, "", m.serviceNotOpen()), nil
	}
	at := map[PayoutState]int{}
	for _, p := range m.Payouts {
		at[p.State]++
	}
	var failures []Failure
	for _, state := range [...]PayoutState{Submitted, Unknown} {
		if at[state] > 0 {
			failures = append(failures, Failure{
				Rule: RulePayoutStateForbidden, Name: string(state), Unit: UnitPayouts, Limit: "0", Used: itoa(at[state]),
			})
		}
	}
	if n := m.OpenPayouts - at[Submitted] - at[Unknown]; n > maxCloseCancels {
		failures = append(failures, Failure{
			Rule: RulePayoutStateForbidden, Name: "open", Unit: UnitPayouts, Limit: itoa(maxCloseCancels), Used: itoa(n),
		})
	}
	if failures != nil {
		return refuse(c, "", failures...), nil
	}
	var events []Event
	for _, no := range m.payoutsInOrder() {
		if p := m.Payouts[no]; p.IsOpen() {
			events = append(events, PayoutCancelled{Payout: no, Money: p.Money, Why: "service closed"})
		}
	}
	return append(events, ServiceClosed(c)), nil
}

func (e ServiceClosed) apply(m *Merchant, _ Meta) { m.Service = ServiceIsClosed }
