package export

import (
	"context"
	"io"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/quota"
	"github.com/amends-ledger/amends/projections/wallet"
)

var walletTable = table[wallet.Entry]{
	name: "wallet",
	columns: []Column{
		{"merchant", ID}, {"position", Integer}, {"kind", Text}, {"amount", Amount}, {"currency", Text},
		{"available", Amount}, {"held", Amount}, {"payout_no", ID}, {"reference", ID},
		{"effective_at", Time}, {"recorded_at", Time}, {"revision", Integer},
	},
	amount: 3, status: 2,
	cells: func(e wallet.Entry, into []Cell) {
		currency := domain.Currency(e.Currency)
		copy(into, []Cell{
			{Text: e.Merchant}, {Int: e.Position}, {Text: e.Kind}, {Int: e.Amount, Currency: currency}, {Text: e.Currency},
			{Int: e.Available, Currency: currency}, {Int: e.Held, Currency: currency}, {Text: e.Payout}, {Text: e.Reference},
			instant(e.EffectiveAt), instant(e.RecordedAt), {Int: e.Revision},
		})
	},
}

// Wallet writes the movements of wallets to w, by merchant and in order. The
// position of one export's manifest is the Filter.After of the next.
func Wallet(ctx context.Context, db *projections.DB, w io.Writer, f wallet.EntryFilter, o Options) (Manifest, error) {
	return walletTable.write(w, func(each func(wallet.Entry) error) (eventstore.Position, error) {
		return wallet.EachEntry(ctx, db, f, each)
	}, f, o)
}

var quotaTable = table[quota.Use]{
	name: "quota",
	columns: []Column{
		{"merchant", ID}, {"account", ID}, {"kind", Text}, {"period", ID}, {"amount", Amount}, {"currency", Text}, {"count", Integer},
		{"limit_amount", Amount}, {"limit_count", Integer}, {"first_at", Time}, {"last_at", Time}, {"position", Integer},
	},
	amount: 4, status: 2,
	cells: func(u quota.Use, into []Cell) {
		currency := domain.Currency(u.Currency)
		copy(into, []Cell{
			{Text: u.Merchant}, {Text: u.Account}, {Text: u.Kind}, {Text: u.Period}, {Int: u.Amount, Currency: currency}, {Text: u.Currency}, {Int: u.Count},
			{Int: u.LimitAmount.V, Currency: currency, None: !u.LimitAmount.Valid}, {Int: u.LimitCount.V, None: !u.LimitCount.Valid},
			instant(u.FirstAt), instant(u.LastAt), {Int: u.Position},
		})
	},
}

// Quota writes what accounts used by day and month to w. With Filter.After it
// writes the periods that changed behind that position.
func Quota(ctx context.Context, db *projections.DB, w io.Writer, f quota.UseFilter, o Options) (Manifest, error) {
	return quotaTable.write(w, func(each func(quota.Use) error) (eventstore.Position, error) {
		return quota.EachUse(ctx, db, f, each)
	}, f, o)
}

func instant(i projections.Instant) Cell { return Cell{Int: int64(i), None: i == 0} }
