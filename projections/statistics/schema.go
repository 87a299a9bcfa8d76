// Package statistics is the view of what became of payout requests: for each
// merchant, local day of the request, reason, requester and currency the number
// and amount of requests and of each outcome. An outcome counts on the day of its
// request, so that a day's outcomes add up to its requests.
package statistics

import (
	"slices"

	"github.com/amends-ledger/amends/projections"
)

// Name of the view.
const Name = "statistics"

// version of the tables; another one is built anew.
const version = 1

// View describes the view.
func View() *projections.View {
	return &projections.View{
		Name: Name, Version: version,
		Types: slices.Concat(projections.CalendarTypes, []string{
			"PayoutRequested", "PayoutRefused", "PayoutPaid", "PayoutFailed", "PayoutCancelled",
			"PayoutRejected", "PayoutExpired", "PayoutReturned",
		}),
		Tables: []*projections.Schema{days, payouts, merchants},
		New:    func() projections.Writer { return newWriter() },
		Simple: func() projections.Evaluator { return newSimple() },
	}
}

// Tally is a number of payouts and their amount in minor units.
type Tally struct{ Count, Amount int64 }

func (t *Tally) add(minor int64) {
	t.Count++
	t.Amount += minor
}

func (t *Tally) take(minor int64) {
	t.Count--
	t.Amount -= minor
}

// Day is what became of the requests of one day. Accepted requests are Open,
// Paid, Failed, Cancelled, Rejected, Expired or Returned; a returned payout is not
// Paid any more.
type Day struct {
	Merchant    string // empty where requests named no known merchant
	Day         string // local, "2011-03-27"
	Reason      string
	RequestedBy string // "role/account"
	Currency    string

	Accepted, Refused, Open, Paid, Failed, Cancelled, Rejected, Expired, Returned Tally

	Position int64 // of the last change
}

// outcomes are the tallies in the order of their columns.
func (d *Day) outcomes() []*Tally {
	return []*Tally{&d.Accepted, &d.Refused, &d.Open, &d.Paid, &d.Failed, &d.Cancelled, &d.Rejected, &d.Expired, &d.Returned}
}

// outcomeColumns are their names; each has a column _count and one _amount.
var outcomeColumns = []string{"accepted", "refused", "open", "paid", "failed", "cancelled", "rejected", "expired", "returned"}

var days = &projections.Schema{
	Name:    "statistics_days",
	Columns: dayColumns(),
	Key:     []string{"merchant", "day", "reason", "requested_by", "currency"},
}

func dayColumns() []projections.Column {
	columns := []projections.Column{
		{Name: "merchant", Type: projections.Text},
		{Name: "day", Type: projections.Text},
		{Name: "reason", Type: projections.Text},
		{Name: "requested_by", Type: projections.Text},
		{Name: "currency", Type: projections.Text},
	}
	for _, name := range outcomeColumns {
		columns = append(columns,
			projections.Column{Name: name + "_count", Type: projections.Integer},
			projections.Column{Name: name + "_amount", Type: projections.Amount})
	}
	return append(columns, projections.Column{Name: "position", Type: projections.Integer})
}

func (d *Day) fields() []any {
	out := []any{&d.Merchant, &d.Day, &d.Reason, &d.RequestedBy, &d.Currency}
	for _, t := range d.outcomes() {
		out = append(out, &t.Count, &t.Amount)
	}
	return append(out, &d.Position)
}

// counted is where a payout was counted, for its outcomes.
type counted struct {
	Payout, Merchant, Day, Reason, RequestedBy, Currency string
	Amount                                               int64
}

// payouts loses those that ended without money going out; a paid one may still
// be returned.
var payouts = &projections.Schema{
	Name: "statistics_payouts",
	Columns: []projections.Column{
		{Name: "payout_no", Type: projections.Text},
		{Name: "merchant", Type: projections.Text},
		{Name: "day", Type: projections.Text},
		{Name: "reason", Type: projections.Text},
		{Name: "requested_by", Type: projections.Text},
		{Name: "currency", Type: projections.Text},
		{Name: "amount", Type: projections.Integer},
	},
	Key: []string{"payout_no"},
}

func (c *counted) fields() []any {
	return []any{&c.Payout, &c.Merchant, &c.Day, &c.Reason, &c.RequestedBy, &c.Currency, &c.Amount}
}

var merchants = projections.CalendarSchema("statistics_merchants")
