// Package orders is where trusted order facts come from: never from the agent
// who asks for a payout, but from whoever keeps the orders.
package orders

import (
	"context"

	"github.com/amends-ledger/amends/domain"
)

// Source knows orders.
type Source interface {
	// Order is what is known of a merchant's order now. The customer in it is a
	// pseudonym. nil without an error means that the merchant has no such order;
	// an error means that nobody can tell, and no payout is decided on it. The
	// caller may keep what it gets. Order may be called concurrently and returns
	// by the deadline of ctx.
	Order(ctx context.Context, merchant, orderNo string) (*domain.OrderFacts, error)
}
