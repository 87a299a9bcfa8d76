// Package exposure is the view of what orders cost their merchant beyond the
// sale: for each order what the customer paid, what was refunded, what payouts
// compensated, what remains, and where a refund and payouts may be for the same
// thing.
package exposure

import "github.com/amends-ledger/amends/projections"

// Name of the view.
const Name = "exposure"

// version of the tables; another one is built anew.
const version = 1

// View describes the view.
func View() *projections.View {
	return &projections.View{
		Name: Name, Version: version,
		Types: []string{
			"PayoutRequested", "PayoutFailed", "PayoutCancelled", "PayoutRejected", "PayoutExpired", "PayoutReturned",
			"DisputeResolved", "RefundObserved", "DuplicateSuspected",
		},
		Tables: []*projections.Schema{orders, payouts, refunds, suspicions},
		New:    func() projections.Writer { return newWriter() },
		Simple: func() projections.Evaluator { return newSimple() },
	}
}

// Order is one order. Amounts are minor units. What the order's facts say is what
// they said at the last payout request.
type Order struct {
	Merchant    string
	OrderNo     string
	Currency    string
	Paid        int64 // by the customer; 0: not known
	Stated      int64 // refunded, by the facts
	Observed    int64 // refunded, as reported to the ledger
	Compensated int64 // by payouts, reserved ones included, returned and recovered money not
	Payouts     int64 // that count against the order's limit
	Suspicions  int64 // warnings that refund and payouts may be for the same thing
	ChangedAt   projections.Instant
	Position    int64
}

// Refunded is what the order got back as a refund: what was observed or what the
// facts say, whichever is more.
func (o *Order) Refunded() int64 { return max(o.Stated, o.Observed) }

// Remaining is what is left of what the customer paid; negative if more went back
// than came. It is not known where Paid is not.
func (o *Order) Remaining() (minor int64, known bool) {
	return o.Paid - o.Refunded() - o.Compensated, o.Paid > 0
}

var orders = &projections.Schema{
	Name: "exposure_orders",
	Columns: []projections.Column{
		{Name: "merchant", Type: projections.Text},
		{Name: "order_no", Type: projections.Text},
		{Name: "currency", Type: projections.Text},
		{Name: "paid", Type: projections.Amount},
		{Name: "stated", Type: projections.Amount},
		{Name: "observed", Type: projections.Amount},
		{Name: "compensated", Type: projections.Amount},
		{Name: "payouts", Type: projections.Integer},
		{Name: "suspicions", Type: projections.Integer},
		{Name: "changed_at", Type: projections.Moment, Nullable: true},
		{Name: "position", Type: projections.Integer},
	},
	Key: []string{"merchant", "order_no"},
}

func (o *Order) fields() []any {
	return []any{
		&o.Merchant, &o.OrderNo, &o.Currency, &o.Paid, &o.Stated, &o.Observed, &o.Compensated,
		&o.Payouts, &o.Suspicions, &o.ChangedAt, &o.Position,
	}
}

// Payout is a payout that holds or took money for an order.
type Payout struct {
	Payout   string
	Merchant string
	OrderNo  string
	Amount   int64 // that the customer has or will have: less what was returned or recovered
	Position int64 // of its request
}

var payouts = &projections.Schema{
	Name: "exposure_payouts",
	Columns: []projections.Column{
		{Name: "payout_no", Type: projections.Text},
		{Name: "merchant", Type: projections.Text, Fixed: true},
		{Name: "order_no", Type: projections.Text, Fixed: true},
		{Name: "amount", Type: projections.Integer},
		{Name: "position", Type: projections.Integer, Fixed: true},
	},
	Key:     []string{"payout_no"},
	Indexes: [][]string{{"merchant", "order_no"}},
}

func (p *Payout) fields() []any {
	return []any{&p.Payout, &p.Merchant, &p.OrderNo, &p.Amount, &p.Position}
}

// Refund is one refund that was reported.
type Refund struct {
	Merchant   string
	OrderNo    string
	Position   int64
	Currency   string
	Amount     int64
	Reference  string
	ObservedAt projections.Instant
}

var refunds = &projections.Schema{
	Name: "exposure_refunds",
	Columns: []projections.Column{
		{Name: "merchant", Type: projections.Text},
		{Name: "order_no", Type: projections.Text},
		{Name: "position", Type: projections.Integer},
		{Name: "currency", Type: projections.Text},
		{Name: "amount", Type: projections.Amount},
		{Name: "reference", Type: projections.Text},
		{Name: "observed_at", Type: projections.Moment, Nullable: true},
	},
	Key: []string{"merchant", "order_no", "position"},
}

func (r *Refund) fields() []any {
	return []any{&r.Merchant, &r.OrderNo, &r.Position, &r.Currency, &r.Amount, &r.Reference, &r.ObservedAt}
}

// Suspicion is a warning: this refund came on an order that payouts compensated.
type Suspicion struct {
	Merchant    string
	OrderNo     string
	Position    int64
	Reference   string // of the refund
	Currency    string
	Paid        int64
	Refunded    int64
	Compensated int64
	Over        int64  // what both together are more than Paid
	Payouts     string // the latest ones, separated by spaces
	SuspectedAt projections.Instant
}

var suspicions = &projections.Schema{
	Name: "exposure_suspicions",
	Columns: []projections.Column{
		{Name: "merchant", Type: projections.Text},
		{Name: "order_no", Type: projections.Text},
		{Name: "position", Type: projections.Integer},
		{Name: "reference", Type: projections.Text},
		{Name: "currency", Type: projections.Text},
		{Name: "paid", Type: projections.Amount},
		{Name: "refunded", Type: projections.Amount},
		{Name: "compensated", Type: projections.Amount},
		{Name: "over_paid", Type: projections.Amount},
		{Name: "payouts", Type: projections.Text},
		{Name: "suspected_at", Type: projections.Moment, Nullable: true},
	},
	Key: []string{"merchant", "order_no", "position"},
}

func (s *Suspicion) fields() []any {
	return []any{
		&s.Merchant, &s.OrderNo, &s.Position, &s.Reference, &s.Currency, &s.Paid, &s.Refunded, &s.Compensated,
		&s.Over, &s.Payouts, &s.SuspectedAt,
	}
}
