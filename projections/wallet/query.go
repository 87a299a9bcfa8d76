package wallet

import (
	"context"
	"time"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/projections"
)

// The view's tables as lists.
var (
	balanceList = projections.List[Balance]{
		View: Name, Table: balances, Fields: (*Balance).fields, Sort: []string{"merchant", "currency"},
	}
	entryList = projections.List[Entry]{
		View: Name, Table: entries, Fields: (*Entry).fields, Sort: []string{"merchant", "position"},
	}
	latestEntries = projections.List[Entry]{
		View: Name, Table: entries, Fields: (*Entry).fields, Sort: []string{"merchant", "position"}, Descending: true,
	}
	holdList = projections.List[Reservation]{
		View: Name, Table: holds, Fields: (*Reservation).fields, Sort: []string{"position"},
	}
	arrearsList = projections.List[Debt]{
		View: Name, Table: arrears, Fields: (*Debt).fields, Sort: []string{"merchant"},
	}
)

// Balances lists balances by merchant and currency; merchant "" lists all.
func Balances(ctx context.Context, db *projections.DB, merchant string, o projections.PageOptions) (projections.Page[Balance], error) {
	var w projections.Where
	w.Is("merchant", merchant)
	return balanceList.Page(ctx, db, w, o)
}

// EntryFilter chooses entries; an empty field chooses all.
type EntryFilter struct {
	Merchant string              `json:"merchant,omitempty"`
	Currency string              `json:"currency,omitempty"`
	Payout   string              `json:"payout_no,omitempty"`
	Kinds    []string            `json:"kinds,omitempty"`
	From     time.Time           `json:"from,omitzero"`   // effective
	To       time.Time           `json:"to,omitzero"`     // not included
	After    eventstore.Position `json:"after,omitempty"` // only entries behind it
}

func (f EntryFilter) where() projections.Where {
	var w projections.Where
	w.Is("merchant", f.Merchant)
	w.Is("currency", f.Currency)
	w.Is("payout_no", f.Payout)
	w.In("kind", f.Kinds)
	w.During("effective_at", f.From, f.To)
	if f.After > 0 {
		w.And("position > ?", int64(f.After))
	}
	return w
}

// Entries lists movements by merchant, the latest first.
func Entries(ctx context.Context, db *projections.DB, f EntryFilter, o projections.PageOptions) (projections.Page[Entry], error) {
	return latestEntries.Page(ctx, db, f.where(), o)
}

// EachEntry calls each for every movement by merchant, the first one first, all
// from one look at the view, and tells the position that it was taken at.
func EachEntry(ctx context.Context, db *projections.DB, f EntryFilter, each func(Entry) error) (eventstore.Position, error) {
	return entryList.Each(ctx, db, f.where(), each)
}

// Holds lists what open payouts reserve, the oldest first; merchant "" lists all.
func Holds(ctx context.Context, db *projections.DB, merchant string, o projections.PageOptions) (projections.Page[Reservation], error) {
	var w projections.Where
	w.Is("merchant", merchant)
	return holdList.Page(ctx, db, w, o)
}

// Arrears lists what merchants owe or owed; merchant "" lists all.
func Arrears(ctx context.Context, db *projections.DB, merchant string, o projections.PageOptions) (projections.Page[Debt], error) {
	var w projections.Where
	w.Is("merchant", merchant)
	return arrearsList.Page(ctx, db, w, o)
}
