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

// check requires facts about the order that was named, in the payout's currency.
func (o *OrderFacts) check(t *PayoutTerms) error {
	if o == nil {
		return nil
	}
	if err := checkID("order.id", o.ID, MaxReferenceBytes); err != nil {
		return err
	}
	if t.OrderNo != "" && t.OrderNo != o.ID {
		return &Invalid{"order.id", "is not the order that order_no names"}
	}
	if err := checkMoney("order.total", o.Total, t.Money.Currency); err != nil {
		return err
	}
	if o.Refunded == (Money{}) {
		return nil // the source does not say
	}
	return checkMoney("order.refunded", o.Refunded, t.Money.Currency)
}
