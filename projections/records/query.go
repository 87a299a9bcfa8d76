package records

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/projections"
)

var (
	latest = projections.List[Record]{
		View: Name, Table: payouts, Fields: (*Record).fields,
		Sort: []string{"requested_at", "requested_position"}, Descending: true,
	}
	asLogged = projections.List[Record]{
		View: Name, Table: payouts, Fields: (*Record).fields, Sort: []string{"requested_position"},
	}
	brief = projections.List[Record]{
		View: Name, Table: payouts, Sort: []string{"requested_position"},
		Only: []string{
			"requested_position", "payout_no", "merchant", "status", "failure_code", "order_no", "customer", "reason", "reason_label",
			"currency", "amount", "order_total", "order_refunded", "requested_at", "confirmed_at", "paid_at", "requested_by", "entry",
			"confirm_method", "rail", "rail_ref", "external", "revision", "event_id", "position",
		},
		Fields: func(r *Record) []any {
			return []any{
				&r.RequestedPosition, &r.Payout, &r.Merchant, &r.Status, &r.FailureCode, &r.OrderNo, &r.Customer, &r.Reason, &r.ReasonLabel,
				&r.Currency, &r.Amount, &r.OrderTotal, &r.OrderRefunded, &r.RequestedAt, &r.ConfirmedAt, &r.PaidAt, &r.RequestedBy, &r.Entry,
				&r.ConfirmMethod, &r.Rail, &r.RailRef, &r.External, &r.Revision, &r.EventID, &r.Position,
			}
		},
	}
	steps = projections.List[Step]{
		View: Name, Table: history, Fields: (*Step).fields, Sort: []string{"requested_position", "position"},
	}
)

// Filter chooses records; an empty field chooses all.
type Filter struct {
	Merchant     string    `json:"merchant,omitempty"`
	From         time.Time `json:"from,omitzero"` // application time
	To           time.Time `json:"to,omitzero"`   // not included
	Statuses     []string  `json:"statuses,omitempty"`
	FailureCodes []string  `json:"failure_codes,omitempty"`
	Reasons      []string  `json:"reasons,omitempty"`
	Entries      []string  `json:"entries,omitempty"`
	Agent        string    `json:"agent,omitempty"`        // an agent's account
	RequestedBy  string    `json:"requested_by,omitempty"` // "role/account"
	Customer     string    `json:"customer,omitempty"`     // pseudonym
	Currency     string    `json:"currency,omitempty"`
	MinAmount    int64     `json:"min_amount,omitempty"` // minor units, both included
	MaxAmount    int64     `json:"max_amount,omitempty"`
	Payout       string    `json:"payout_no,omitempty"`
	Order        string    `json:"order_no,omitempty"`
	External     string    `json:"external,omitempty"`
	// Search finds a payout no., an order no. or an external number.
	Search string `json:"search,omitempty"`
	// After keeps records that changed behind a position, for what comes on top
	// of an earlier look.
	After eventstore.Position `json:"after,omitempty"`
}

func (f Filter) where() projections.Where {
	var w projections.Where
	w.Is("merchant", f.Merchant)
	w.During("requested_at", f.From, f.To)
	w.In("status", f.Statuses)
	w.In("failure_code", f.FailureCodes)
	w.In("reason", f.Reasons)
	w.In("entry", f.Entries)
	if f.Agent != "" {
		w.And("requested_by = ?", "agent/"+f.Agent)
	}
	w.Is("requested_by", f.RequestedBy)
	w.Is("customer", f.Customer)
	w.Is("currency", f.Currency)
	if f.MinAmount > 0 {
		w.And("amount >= ?", f.MinAmount)
	}
	if f.MaxAmount > 0 {
		w.And("amount <= ?", f.MaxAmount)
	}
	w.Is("payout_no", f.Payout)
	w.Is("order_no", f.Order)
	w.Is("external", f.External)
	if f.Search != "" {
		w.And("(payout_no = ? OR order_no = ? OR external = ?)", f.Search, f.Search, f.Search)
	}
	if f.After > 0 {
		w.And("position > ?", int64(f.After))
	}
	return w
}

// Find lists records by application time, the latest first.
func Find(ctx context.Context, db *projections.DB, f Filter, o projections.PageOptions) (projections.Page[Record], error) {
	return latest.Page(ctx, db, f.where(), o)
}

// Each calls each for every record that f chooses, in the order in which they
// were requested in the log, all from one look at the view, and tells the
// position that it was taken at. Records are streamed.
func Each(ctx context.Context, db *projections.DB, f Filter, each func(Record) error) (eventstore.Position, error) {
	return asLogged.Each(ctx, db, f.where(), each)
}

// EachBrief is Each without what most lists leave out: notes, names and reasons
// of failures, times of approval and return, the rail's own number, disputes. It
// reads twice as fast.
func EachBrief(ctx context.Context, db *projections.DB, f Filter, each func(Record) error) (eventstore.Position, error) {
	return brief.Each(ctx, db, f.where(), each)
}

// Story is a record with its history, the first event first.
type Story struct {
	Record
	Steps []Step
	AsOf  eventstore.Position // the story holds every event up to here
}

// ErrNotFound says that there is no such record.
var ErrNotFound = errors.New("no such payout")

// Show tells the whole story of a payout or refused request. With a merchant,
// another merchant's is not found.
func Show(ctx context.Context, db *projections.DB, merchant, payout string) (Story, error) {
	var s Story
	err := db.Read(ctx, Name, func(r *projections.Reader) error {
		var w projections.Where
		w.And("payout_no = ?", payout)
		w.Is("merchant", merchant)
		record, found, err := asLogged.One(r, w)
		if err != nil {
			return err
		}
		if !found {
			return ErrNotFound
		}
		var of projections.Where
		of.And("requested_position = ?", record.RequestedPosition)
		s.Record, s.AsOf = record, r.AsOf
		s.Steps, err = projections.Collect(steps.All(r, of))
		return err
	})
	if err != nil {
		return Story{}, fmt.Errorf("show payout %s: %w", payout, err)
	}
	return s, nil
}
