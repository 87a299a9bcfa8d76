// Package refusals is the view of why commands are refused: for each merchant,
// local day, command, actor and rule how often the rule decided, and how often it
// was among those that failed.
package refusals

import (
	"slices"

	"github.com/amends-ledger/amends/projections"
)

// Name of the view.
const Name = "refusals"

// version of the tables; another one is built anew.
const version = 1

// View describes the view.
func View() *projections.View {
	return &projections.View{
		Name: Name, Version: version,
		Types:  slices.Concat(projections.CalendarTypes, []string{"PayoutRefused", "CommandRefused"}),
		Tables: []*projections.Schema{daily, merchants},
		New:    func() projections.Writer { return newWriter() },
		Simple: func() projections.Evaluator { return newSimple() },
	}
}

// RequestPayout is the Command of refused payout requests.
const RequestPayout = "RequestPayout"

// Count is how often a rule stood against an actor's commands on one day.
type Count struct {
	Merchant string // empty where a request named no known merchant
	Day      string // local, "2011-03-27"
	Command  string
	Actor    string // "role/account"
	Rule     string
	Currency string // of what was asked; empty for commands without an amount
	Decided  int64  // it was the first rule that failed: the outcome
	Listed   int64  // it was among the rules that failed, the first included
	Asked    int64  // by the requests that it decided, in minor units
	Position int64  // of the last change
}

var daily = &projections.Schema{
	Name: "refusals_daily",
	Columns: []projections.Column{
		{Name: "merchant", Type: projections.Text},
		{Name: "day", Type: projections.Text},
		{Name: "command", Type: projections.Text},
		{Name: "actor", Type: projections.Text},
		{Name: "rule", Type: projections.Text},
		{Name: "currency", Type: projections.Text},
		{Name: "decided", Type: projections.Integer},
		{Name: "listed", Type: projections.Integer},
		{Name: "asked", Type: projections.Amount},
		{Name: "position", Type: projections.Integer},
	},
	Key: []string{"merchant", "day", "command", "actor", "rule", "currency"},
}

func (c *Count) fields() []any {
	return []any{&c.Merchant, &c.Day, &c.Command, &c.Actor, &c.Rule, &c.Currency, &c.Decided, &c.Listed, &c.Asked, &c.Position}
}

var merchants = projections.CalendarSchema("refusals_merchants")
