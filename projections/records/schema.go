// Package records is the view of payout records (打款記錄): one row for each
// payout and for each refused request, and the history of each, event by event.
package records

import "github.com/amends-ledger/amends/projections"

// Name of the view.
const Name = "records"

// version of the tables; another one is built anew.
const version = 2

// View describes the view.
func View() *projections.View {
	return &projections.View{
		Name: Name, Version: version,
		Types: []string{
			"PayoutRequested", "PayoutRefused", "CommandRefused", "PayoutAuthorized", "PayoutHeldBack",
			"SMSChallengeIssued", "SMSSent", "SMSSendFailed", "SMSAttempted", "SMSConfirmed", "SMSChallengeLocked",
			"ApprovalRequested", "PayoutApproved", "PayoutRejected", "PayoutExpired",
			"PayoutSubmitted", "PayoutPaid", "PayoutFailed", "PayoutOutcomeUnknown", "PayoutCancelled", "PayoutReturned",
			"DisputeOpened", "DisputeResolved",
		},
		Tables: []*projections.Schema{payouts, history},
		New:    func() projections.Writer { return newWriter() },
		Simple: func() projections.Evaluator { return newSimple() },
	}
}

// Record is a payout, or a request that was refused. Amounts are minor units of
// Currency. Times are effective.
type Record struct {
	RequestedPosition int64 // of the request's event: the record's number in the log
	Payout            string
	Merchant          string // empty where the request named no known merchant
	NamedMerchant     string // the name that it gave then
	Status            string // a domain.PayoutState
	FailureCode       string // FAILED, RETURNED: the rail's code; REFUSED: the first failing rule
	FailureWhy        string
	Failures          string // REFUSED: all failing rules with their figures, as JSON
	HeldBack          string // why an authorised payout is not submitted, as JSON; empty if it is not held back
	Excess            string // the limits over which it needed approval, as JSON

	OrderNo       string
	Customer      string // pseudonym
	Reason        string
	Label         string // what a payout was called when it was requested; empty: no name was in force
	ReasonLabel   string // what its reason was called then
	Currency      string
	Amount        int64
	OrderTotal    projections.Null // facts of the order when the payout was requested
	OrderRefunded projections.Null

	RequestedAt projections.Instant
	ConfirmedAt projections.Instant // nothing more was asked of the merchant
	SubmittedAt projections.Instant
	PaidAt      projections.Instant
	ApprovedAt  projections.Instant // over its limits
	ReturnedAt  projections.Instant
	ChangedAt   projections.Instant

	RequestedBy   string // "role/account"
	Entry         string
	ConfirmMethod string
	Rail          string
	RailRef       string // ours, the same for every attempt
	RailID        string // the rail's own

	Dispute   string // the open one
	Recovered int64  // by disputes

	External     string // the caller's own number
	Earlier      string // the payout that this one knowingly repeats
	BuyerNote    string
	RailNote     string
	InternalNote string

	// The event that made the row what it is.
	Revision   int64
	EventID    string
	Position   int64
	RecordedAt projections.Instant
}

var payouts = &projections.Schema{
	Name: "records_payouts",
	Columns: []projections.Column{
		{Name: "requested_position", Type: projections.Integer},
		{Name: "payout_no", Type: projections.Text, Fixed: true},
		{Name: "merchant", Type: projections.Text, Fixed: true},
		{Name: "named_merchant", Type: projections.Text, Fixed: true},
		{Name: "status", Type: projections.Text},
		{Name: "failure_code", Type: projections.Text},
		{Name: "failure_why", Type: projections.Text},
		{Name: "failures", Type: projections.Text, Fixed: true},
		{Name: "held_back", Type: projections.Text},
		{Name: "excess", Type: projections.Text},
		{Name: "order_no", Type: projections.Text, Fixed: true},
		{Name: "customer", Type: projections.Text, Fixed: true},
		{Name: "reason", Type: projections.Text, Fixed: true},
		{Name: "label", Type: projections.Text, Fixed: true},
		{Name: "reason_label", Type: projections.Text, Fixed: true},
		{Name: "currency", Type: projections.Text, Fixed: true},
		{Name: "amount", Type: projections.Amount, Fixed: true},
		{Name: "order_total", Type: projections.Amount, Nullable: true, Fixed: true},
		{Name: "order_refunded", Type: projections.Amount, Nullable: true, Fixed: true},
		{Name: "requested_at", Type: projections.Moment, Fixed: true},
		{Name: "confirmed_at", Type: projections.Moment, Nullable: true},
		{Name: "submitted_at", Type: projections.Moment, Nullable: true},
		{Name: "paid_at", Type: projections.Moment, Nullable: true},
		{Name: "approved_at", Type: projections.Moment, Nullable: true},
		{Name: "returned_at", Type: projections.Moment, Nullable: true},
		{Name: "changed_at", Type: projections.Moment, Nullable: true},
		{Name: "requested_by", Type: projections.Text, Fixed: true},
		{Name: "entry", Type: projections.Text, Fixed: true},
		{Name: "confirm_method", Type: projections.Text},
		{Name: "rail", Type: projections.Text},
		{Name: "rail_ref", Type: projections.Text},
		{Name: "rail_id", Type: projections.Text},
		{Name: "dispute", Type: projections.Text},
		{Name: "recovered", Type: projections.Amount},
		{Name: "external", Type: projections.Text, Fixed: true},
		{Name: "earlier", Type: projections.Text, Fixed: true},
		{Name: "buyer_note", Type: projections.Text, Fixed: true},
		{Name: "rail_note", Type: projections.Text, Fixed: true},
		{Name: "internal_note", Type: projections.Text, Fixed: true},
		{Name: "revision", Type: projections.Integer},
		{Name: "event_id", Type: projections.Text},
		{Name: "position", Type: projections.Integer},
		{Name: "recorded_at", Type: projections.Moment, Nullable: true},
	},
	Key:    []string{"requested_position"},
	Unique: [][]string{{"payout_no"}},
	Indexes: [][]string{
		{"merchant", "requested_at", "requested_position"},
		{"requested_at", "requested_position"},
		{"order_no"},
		{"external"},
	},
}

func (r *Record) fields() []any {
	return []any{
		&r.RequestedPosition, &r.Payout, &r.Merchant, &r.NamedMerchant,
		&r.Status, &r.FailureCode, &r.FailureWhy, &r.Failures, &r.HeldBack, &r.Excess,
		&r.OrderNo, &r.Customer, &r.Reason, &r.Label, &r.ReasonLabel, &r.Currency, &r.Amount, &r.OrderTotal, &r.OrderRefunded,
		&r.RequestedAt, &r.ConfirmedAt, &r.SubmittedAt, &r.PaidAt, &r.ApprovedAt, &r.ReturnedAt, &r.ChangedAt,
		&r.RequestedBy, &r.Entry, &r.ConfirmMethod, &r.Rail, &r.RailRef, &r.RailID, &r.Dispute, &r.Recovered,
		&r.External, &r.Earlier, &r.BuyerNote, &r.RailNote, &r.InternalNote,
		&r.Revision, &r.EventID, &r.Position, &r.RecordedAt,
	}
}

// Step is one event in the history of a record.
type Step struct {
	RequestedPosition int64 // of the record
	Position          int64
	Type              string // of the event
	Status            string // of the record after it
	Actor             string // "role/account"
	EffectiveAt       projections.Instant
	RecordedAt        projections.Instant
	Revision          int64
	Details           string // what the event says beyond the record, as a JSON object
}

// history is kept in order of records as they came, not of payout numbers, which
// are random: new rows then come near the end of the table and not all over it.
var history = &projections.Schema{
	Name: "records_history",
	Columns: []projections.Column{
		{Name: "requested_position", Type: projections.Integer},
		{Name: "position", Type: projections.Integer},
		{Name: "type", Type: projections.Text},
		{Name: "status", Type: projections.Text},
		{Name: "actor", Type: projections.Text},
		{Name: "effective_at", Type: projections.Moment, Nullable: true},
		{Name: "recorded_at", Type: projections.Moment, Nullable: true},
		{Name: "revision", Type: projections.Integer},
		{Name: "details", Type: projections.Text},
	},
	Key: []string{"requested_position", "position"},
}

func (s *Step) fields() []any {
	return []any{
		&s.RequestedPosition, &s.Position, &s.Type, &s.Status, &s.Actor, &s.EffectiveAt, &s.RecordedAt, &s.Revision, &s.Details,
	}
}
