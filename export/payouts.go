package export

import (
	"context"
	"io"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/records"
)

// payoutColumns are the columns of a payout record. New ones come at the end.
var payoutColumns = []Column{
	{"payout_no", ID}, {"order_no", ID}, {"customer_account", ID}, {"reason", Text}, {"reason_label", Text},
	{"status", Text}, {"failure_code", Text}, {"amount", Amount}, {"currency", Text},
	{"requested_at", Time}, {"confirmed_at", Time}, {"paid_at", Time},
	{"requested_by", ID}, {"entry", Text}, {"confirm_method", Text}, {"rail", Text}, {"rail_ref", ID},
	{"order_total", Amount}, {"order_refunded", Amount}, {"revision", Integer}, {"event_id", ID}, {"position", Integer},
	{"merchant", ID}, {"external", ID},
}

// Payouts writes payout records, refused requests among them, to w: one row
// each, in the order of the log. With Filter.After it writes those that changed
// behind that position: the position of one export's manifest is the After of the
// next, and then no change is left out and none is written twice.
func Payouts(ctx context.Context, db *projections.DB, w io.Writer, f records.Filter, o Options) (Manifest, error) {
	return payouts(o).write(w, func(each func(records.Record) error) (eventstore.Position, error) {
		return records.EachBrief(ctx, db, f, each)
	}, f, o)
}

// PayoutsFile writes payout records to a file, with its manifest beside it.
func PayoutsFile(ctx context.Context, db *projections.DB, path string, f records.Filter, o Options) (Manifest, error) {
	return File(path, func(w io.Writer) (Manifest, error) { return Payouts(ctx, db, w, f, o) })
}

func payouts(o Options) *table[records.Record] {
	keep := func(s string) string { return s }
	if o.Customer == nil {
		o.Customer = keep
	}
	if o.ReasonLabel == nil {
		o.ReasonLabel = keep
	}
	return &table[records.Record]{
		name: "payouts", columns: payoutColumns, amount: 7, status: 5,
		cells: func(r records.Record, into []Cell) {
			currency := domain.Currency(r.Currency)
			text := func(s string) Cell { return Cell{Text: s} }
			time := func(i projections.Instant) Cell { return Cell{Int: int64(i), None: i == 0} }
			money := func(n projections.Null) Cell { return Cell{Int: n.V, Currency: currency, None: !n.Valid} }
			label := r.ReasonLabel // what the customer was told then
			if label == "" {
				label = o.ReasonLabel(r.Reason)
			}
			customer := Cell{None: r.Customer == ""}
			if !customer.None {
				customer.Text = o.Customer(r.Customer)
			}
			copy(into, []Cell{
				text(r.Payout), text(r.OrderNo), customer, text(r.Reason), text(label),
				text(r.Status), text(r.FailureCode), {Int: r.Amount, Currency: currency}, text(r.Currency),
				time(r.RequestedAt), time(r.ConfirmedAt), time(r.PaidAt),
				text(r.RequestedBy), text(r.Entry), text(r.ConfirmMethod), text(r.Rail), text(r.RailRef),
				money(r.OrderTotal), money(r.OrderRefunded), {Int: r.Revision}, text(r.EventID), {Int: r.Position},
				text(r.Merchant), text(r.External),
			})
		},
	}
}
