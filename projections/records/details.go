package records

import (
	"time"

	"github.com/amends-ledger/amends/domain"
)

// Details is what a history row tells of its event beyond the record: a JSON
// object of what there is.
type Details struct {
	Day       string           `json:"day,omitempty"` // in which the quota counted it
	Confirm   string           `json:"confirm,omitempty"`
	Challenge string           `json:"challenge,omitempty"`
	Send      int              `json:"send,omitempty"`
	Phone     string           `json:"phone,omitempty"` // pseudonym
	ExpiresAt time.Time        `json:"expires_at,omitzero"`
	Provider  string           `json:"provider,omitempty"`
	MessageID string           `json:"message_id,omitempty"`
	Attempt   int              `json:"attempt,omitempty"`
	Tries     int              `json:"tries,omitempty"`
	Rail      string           `json:"rail,omitempty"`
	Reference string           `json:"reference,omitempty"`
	RailID    string           `json:"rail_id,omitempty"`
	Code      string           `json:"code,omitempty"`
	Why       string           `json:"why,omitempty"`
	State     string           `json:"state,omitempty"` // in which it expired
	Dispute   string           `json:"dispute,omitempty"`
	Outcome   string           `json:"outcome,omitempty"` // of the dispute
	Recovered *domain.Money    `json:"recovered,omitempty"`
	Command   string           `json:"command,omitempty"`
	Failures  []domain.Failure `json:"failures,omitempty"`
}

func detailsOf(body domain.Event) Details {
	switch b := body.(type) {
	case domain.PayoutRequested:
		return Details{Day: b.Day, Confirm: b.Confirm}
	case domain.PayoutRefused:
		return Details{Failures: b.Failures}
	case domain.CommandRefused:
		return Details{Command: b.Command, Failures: b.Failures, Challenge: b.Challenge, Attempt: b.Attempt}
	case domain.SMSChallengeIssued:
		return Details{Challenge: b.Challenge, Send: b.Send, Phone: b.Phone, ExpiresAt: b.ExpiresAt}
	case domain.SMSSent:
		return Details{Challenge: b.Challenge, Send: b.Send, Provider: b.Provider, MessageID: b.MessageID}
	case domain.SMSSendFailed:
		return Details{Challenge: b.Challenge, Send: b.Send, Provider: b.Provider, Why: b.Why}
	case domain.SMSAttempted:
		return Details{Challenge: b.Challenge, Attempt: b.Attempt}
	case domain.SMSConfirmed:
		return Details{Challenge: b.Challenge, Attempt: b.Attempt}
	case domain.SMSChallengeLocked:
		return Details{Challenge: b.Challenge, Tries: b.Tries}
	case domain.PayoutAuthorized:
		return Details{Confirm: b.By}
	case domain.PayoutHeldBack:
		return Details{Failures: b.Failures}
	case domain.PayoutSubmitted:
		return Details{Rail: b.Rail, Reference: b.Reference}
	case domain.PayoutPaid:
		return Details{Rail: b.Rail, RailID: b.RailID}
	case domain.PayoutFailed:
		return Details{Rail: b.Rail, Code: b.Code, Why: b.Why}
	case domain.PayoutOutcomeUnknown:
		return Details{Rail: b.Rail, Why: b.Why}
	case domain.PayoutCancelled:
		return Details{Why: b.Why}
	case domain.ApprovalRequested:
		return Details{Failures: b.Excess, ExpiresAt: b.ExpiresAt}
	case domain.PayoutApproved:
		return Details{Failures: b.Excess, Why: b.Why}
	case domain.PayoutRejected:
		return Details{Why: b.Why}
	case domain.PayoutExpired:
		return Details{State: string(b.State)}
	case domain.PayoutReturned:
		return Details{Rail: b.Rail, RailID: b.RailID, Code: b.Code, Why: b.Why}
	case domain.DisputeOpened:
		return Details{Dispute: b.Dispute, Why: b.Why}
	case domain.DisputeResolved:
		return Details{Dispute: b.Dispute, Outcome: b.Outcome, Recovered: b.Recovered, Why: b.Why}
	}
	return Details{}
}
