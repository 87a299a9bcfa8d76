// Package wallet is the view of merchants' money: a balance for each merchant
// and currency, an entry for each movement of it, the holds of open payouts, and
// arrears.
//
// For every balance, at every position: credited − debited = available + held +
// paid − returned, and the entries add up to it.
package wallet

import (
	"github.com/amends-ledger/amends/projections"
)

// Name of the view.
const Name = "wallet"

// version of the tables; another one is built anew.
const version = 1

// View describes the view.
func View() *projections.View {
	return &projections.View{
		Name: Name, Version: version,
		Types: []string{
			"MerchantRegistered", "WalletCredited", "WalletDebited", "ArrearsRecorded", "ArrearsCleared",
			"PayoutRequested", "PayoutPaid", "PayoutFailed", "PayoutCancelled", "PayoutRejected", "PayoutExpired", "PayoutReturned",
		},
		Tables: []*projections.Schema{balances, entries, holds, arrears},
		New:    func() projections.Writer { return newWriter() },
		Simple: func() projections.Evaluator { return newSimple() },
	}
}

// Balance is the money of one merchant in one currency, in minor units.
type Balance struct {
	Merchant  string
	Currency  string
	Available int64 // can be paid out
	Held      int64 // reserved by open payouts

	Credited, Debited, Paid, Returned int64 // since the beginning

	Entries     int64 // number of movements
	Revision    int64 // of the merchant's stream at the last change
	Position    int64
	EffectiveAt projections.Instant // of the last change
}

var balances = &projections.Schema{
	Name: "wallet_balances",
	Columns: []projections.Column{
		{Name: "merchant", Type: projections.Text},
		{Name: "currency", Type: projections.Text},
		{Name: "available", Type: projections.Amount},
		{Name: "held", Type: projections.Amount},
		{Name: "credited", Type: projections.Amount},
		{Name: "debited", Type: projections.Amount},
		{Name: "paid", Type: projections.Amount},
		{Name: "returned", Type: projections.Amount},
		{Name: "entries", Type: projections.Integer},
		{Name: "revision", Type: projections.Integer},
		{Name: "position", Type: projections.Integer},
		{Name: "effective_at", Type: projections.Moment, Nullable: true},
	},
	Key: []string{"merchant", "currency"},
}

func (b *Balance) fields() []any {
	return []any{
		&b.Merchant, &b.Currency, &b.Available, &b.Held, &b.Credited, &b.Debited, &b.Paid, &b.Returned,
		&b.Entries, &b.Revision, &b.Position, &b.EffectiveAt,
	}
}

// Kinds of an Entry.
const (
	Credit  = "credit"  // a top-up: available grows
	Debit   = "debit"   // taken out, other than by a payout: available falls
	Hold    = "hold"    // a payout was requested: from available to held
	Release = "release" // it ended without money going out: from held to available
	Pay     = "pay"     // it was paid: held falls
	Return  = "return"  // it came back: available grows
)

// Entry is one movement. Available and Held are the balance after it.
type Entry struct {
	Merchant    string
	Position    int64
	Currency    string
	Kind        string
	Amount      int64 // positive, in minor units
	Available   int64
	Held        int64
	Payout      string
	Reference   string // of a credit or debit: the money's source; of a pay or return: the rail's own number
	EffectiveAt projections.Instant
	RecordedAt  projections.Instant
	Revision    int64
}

// entries are kept in order of merchants and not of the log: a wallet's entries
// are read together, and no second index has to be written for each.
var entries = &projections.Schema{
	Name: "wallet_entries",
	Columns: []projections.Column{
		{Name: "merchant", Type: projections.Text},
		{Name: "position", Type: projections.Integer},
		{Name: "currency", Type: projections.Text},
		{Name: "kind", Type: projections.Text},
		{Name: "amount", Type: projections.Amount},
		{Name: "available", Type: projections.Amount},
		{Name: "held", Type: projections.Amount},
		{Name: "payout_no", Type: projections.Text},
		{Name: "reference", Type: projections.Text},
		{Name: "effective_at", Type: projections.Moment, Nullable: true},
		{Name: "recorded_at", Type: projections.Moment, Nullable: true},
		{Name: "revision", Type: projections.Integer},
	},
	Key: []string{"merchant", "position"},
}

func (e *Entry) fields() []any {
	return []any{
		&e.Merchant, &e.Position, &e.Currency, &e.Kind, &e.Amount, &e.Available, &e.Held,
		&e.Payout, &e.Reference, &e.EffectiveAt, &e.RecordedAt, &e.Revision,
	}
}

// Reservation is what an open payout holds.
type Reservation struct {
	Payout   string
	Merchant string
	Currency string
	Amount   int64
	Since    projections.Instant // effective
	Position int64
}

var holds = &projections.Schema{
	Name: "wallet_holds",
	Columns: []projections.Column{
		{Name: "payout_no", Type: projections.Text},
		{Name: "merchant", Type: projections.Text},
		{Name: "currency", Type: projections.Text},
		{Name: "amount", Type: projections.Amount},
		{Name: "since", Type: projections.Moment, Nullable: true},
		{Name: "position", Type: projections.Integer},
	},
	Key: []string{"payout_no"},
}

func (r *Reservation) fields() []any {
	return []any{&r.Payout, &r.Merchant, &r.Currency, &r.Amount, &r.Since, &r.Position}
}

// Debt is what a merchant owes the platform (欠款). A row stays with amount zero
// when it is cleared.
type Debt struct {
	Merchant  string
	Currency  string
	Amount    int64
	Reference string // of the last change
	ChangedAt projections.Instant
	Position  int64
}

var arrears = &projections.Schema{
	Name: "wallet_arrears",
	Columns: []projections.Column{
		{Name: "merchant", Type: projections.Text},
		{Name: "currency", Type: projections.Text},
		{Name: "amount", Type: projections.Amount},
		{Name: "reference", Type: projections.Text},
		{Name: "changed_at", Type: projections.Moment, Nullable: true},
		{Name: "position", Type: projections.Integer},
	},
	Key: []string{"merchant"},
}

func (d *Debt) fields() []any {
	return []any{&d.Merchant, &d.Currency, &d.Amount, &d.Reference, &d.ChangedAt, &d.Position}
}
