package backfill

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/ledger"
	"github.com/amends-ledger/amends/vault"
)

// Parts are what a run works with: a ledger whose SMS sender and payout
// dispatcher are running. All are required but Progress.
type Parts struct {
	Store    eventstore.Store
	Ledger   *ledger.Ledger
	Subjects *vault.Vault
	Inbox    Inbox
	Books    Books
	// Progress is told how many rows are done, now and then, by many goroutines.
	Progress func(done int)
	// RowTimeout bounds each wait of a row: for its SMS, for the rail's answer;
	// default DefaultRowTimeout.
	RowTimeout time.Duration
}

// Inbox is where the SMS of operators arrive.
type Inbox interface {
	// Code is the code that was last sent for a payout.
	Code(ctx context.Context, merchant, payout string) (string, error)
}

// Books is what the answers of a run are checked against. Each book is kept
// apart from the receipts: by the projections from the log, by the rail for itself.
type Books interface {
	// CaughtUp waits until the views show the log up to this position.
	CaughtUp(ctx context.Context, position eventstore.Position) error
	// Wallets are the wallets of these merchants, in their order.
	Wallets(ctx context.Context, merchants []string) ([]Wallet, error)
	// Records calls each with every row of the view of records.
	Records(ctx context.Context, each func(Record) error) error
	// Settled calls each with every payment in the rail's own book.
	Settled(ctx context.Context, each func(payout string, money domain.Money) error) error
}

// Wallet is what the wallet view says, in minor units.
type Wallet struct {
	Available, Held, Paid int64
}

// Record is what the view of records says of a payout or a refused request.
type Record struct {
	Payout string
	State  domain.PayoutState
	Money  domain.Money
}

const (
	// DefaultRowTimeout is long: thousands of rows may be ahead of one in a
	// sender's queue.
	DefaultRowTimeout = 2 * time.Minute
	// catchUpTimeout bounds the wait for the views after the last row.
	catchUpTimeout = 5 * time.Minute
	// maxInFlight bounds the merchants that are worked on at once: enough to
	// share every sync of the log, few enough for a rail.
	maxInFlight = 512
	// setupBatch bounds the commands that are handed in at once.
	setupBatch = 1_024
)

// OtherPlan says that merchants of the plan are in the ledger already, and not
// by this plan with these data. Nothing was written.
type OtherPlan struct {
	Merchants []string
}

func (e *OtherPlan) Error() string {
	const shown = 3
	names := strings.Join(e.Merchants[:min(len(e.Merchants), shown)], ", ")
	if more := len(e.Merchants) - shown; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	return "merchants of this plan are in the ledger already, from elsewhere: " + names
}

// Disagreement says that two books tell different things of the same payouts.
type Disagreement struct {
	What []string
}

func (e *Disagreement) Error() string { return "books disagree: " + strings.Join(e.What, "; ") }

// ErrNotPaid says that an accepted payout ended otherwise.
var ErrNotPaid = errors.New("accepted payout was not paid")

// ErrStuck says that a payout neither ended nor failed in time. A rerun goes on
// with it under the same reference.
var ErrStuck = errors.New("payout did not end in time")
