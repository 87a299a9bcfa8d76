package domain

// CommandRefused is the stored answer to any command but RequestPayout that some
// rule forbids.
type CommandRefused struct {
	Command  string    `json:"command"`
	Merchant string    `json:"merchant,omitempty"`  // that was named, where it is not known
	Payout   string    `json:"payout_no,omitempty"` // where the command names one
	Failures []Failure `json:"failures"`
	// Challenge and Attempt say which try this answers, where it is one.
	Challenge string `json:"challenge,omitempty"`
	Attempt   int    `json:"attempt,omitempty"`
}

// A refusal changes nothing, but a try of a code that it answers is done with.
func (e CommandRefused) apply(m *Merchant, _ Meta) {
	if e.Attempt == 0 {
		return
	}
	if p := m.Payouts[e.Payout]; p != nil && p.Challenge.ID == e.Challenge {
		p.Challenge.Open &^= 1 << e.Attempt
	}
}

// nameUnknown writes into refusals which merchant was asked for, where there is
// none: they are kept in a stream that is not that merchant's.
func nameUnknown(m *Merchant, events []Event) []Event {
	if m.Registered {
		return events
	}
	for i, e := range events {
		switch e := e.(type) {
		case PayoutRefused:
			e.Merchant = m.ID
			events[i] = e
		case CommandRefused:
			e.Merchant = m.ID
			events[i] = e
		}
	}
	return events
}

// refuse is the answer to a command that some rule forbids.
func refuse(c Command, payout string, failures ...Failure) []Event {
	return []Event{CommandRefused{Command: commandName(c), Payout: payout, Failures: failures}}
}
