// Package rails is the contract of what pays (a bank, a payment provider), and
// the dispatcher that brings authorised payouts to it and its answers back to the
// ledger.
package rails

import (
	"context"

	"github.com/amends-ledger/amends/domain"
)

// Rail pays money out. Its methods may be called concurrently and return by the
// deadline of ctx. What they say ends up in the log: no error, code or reason may
// name an account or another personal value. The suite railtest tries what is
// promised here.
type Rail interface {
	// Name is the rail's name in events and configuration; it never changes.
	Name() string

	// Pay asks for one payment. The reference is a payment's name for ever: a
	// second Pay with the same reference and the same content pays nothing more
	// and gives the state of the first; with other content it is an error, and
	// the first payment stays as it is.
	//
	// An error means that the outcome is unknown: the money may have gone out.
	// Only a Result says what happened. A rail that knows that a payment was not
	// and never will be made says so by a Result with Failed.
	Pay(ctx context.Context, p Payment) (Result, error)

	// Query asks what became of a reference. NotFound means that the rail does not
	// know it, at this moment: a Pay whose answer was lost may still arrive. So
	// NotFound is no proof of failure; paying again with the same reference is
	// the only safe way on. An error means that nothing was learned.
	Query(ctx context.Context, reference string) (Result, error)
}

// Payment is what a rail is asked to pay.
type Payment struct {
	// Reference is the payout number: at most 32 letters and digits, one for
	// every attempt.
	Reference string
	Merchant  string // whose money it is
	Money     domain.Money
	Payee     string // the customer's pseudonym; empty where the request named none
	Note      string // shown to the payee, at most 32 characters
}

// State is where a payment stands with the rail.
type State uint8

const (
	Pending  State = iota + 1 // taken, not decided
	Paid                      // the money went out; for good
	Failed                    // it did not and will not go out; for good
	NotFound                  // the rail does not know the reference (Query only)
)

func (s State) String() string {
	switch s {
	case Pending:
		return "pending"
	case Paid:
		return "paid"
	case Failed:
		return "failed"
	case NotFound:
		return "not found"
	}
	return "no state"
}

// Result is what a rail knows of a payment.
type Result struct {
	State  State
	RailID string // the rail's own number, with Paid; at most 64 bytes
	Code   string // the rail's reason, with Failed, e.g. PAYEE_ACCOUNT_CLOSED
	Why    string // the same for people
}
