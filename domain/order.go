package domain

import "time"

// OrderFacts is what a trusted source says of an order at the time of a request.
// It is frozen in PayoutRequested, so a replay decides on the same facts.
type OrderFacts struct {
	ID          string    `json:"id"`
	State       string    `json:"state,omitempty"`    // empty: not known, payable
	Customer    string    `json:"customer,omitempty"` // pseudonym
	Total       Money     `json:"total"`              // what the customer paid
	Refunded    Money     `json:"refunded,omitzero"`  // what the source knows as refunded
	PlacedAt    time.Time `json:"placed_at,omitzero"`
	CompletedAt time.Time `json:"completed_at,omitzero"`
	Version     string    `json:"version,omitempty"` // of the facts, as the source counts them
}

// Order states that no payout is made in; every other state is payable.
const (
	OrderBeforePayment = "before_payment"
	OrderLocked        = "locked"
	OrderCancelling    = "cancelling"
	OrderCancelled     = "cancelled"
)
