// Package quota is the view of what accounts may pay and have paid (打款配額): the
// quota of each agent with what is used of it now, and the use of each day and
// month, for ever.
//
// It counts as a decision does: a payout counts in the merchant's local day and
// month when it is requested, and is given back when it ends without money going
// out, if that day or month is still the account's latest.
package quota

import "github.com/amends-ledger/amends/projections"

// Name of the view.
const Name = "quota"

// version of the tables; another one is built anew.
const version = 1

// View describes the view.
func View() *projections.View {
	return &projections.View{
		Name: Name, Version: version,
		Types: []string{
			"MerchantRegistered", "MerchantProfileChanged", "AgentAdded", "AgentRemoved",
			"QuotaSet", "QuotaEnabled", "QuotaDisabled", "QuotaRemoved",
			"PayoutRequested", "PayoutPaid", "PayoutFailed", "PayoutCancelled", "PayoutRejected", "PayoutExpired",
		},
		Tables: []*projections.Schema{merchants, accounts, uses, open},
		New:    func() projections.Writer { return newWriter() },
		Simple: func() projections.Evaluator { return newSimple() },
	}
}

// calendar is where a merchant's days and months are counted, and whose account
// its owner's is.
type calendar struct {
	Merchant, Zone, Currency, Owner string
}

var merchants = &projections.Schema{
	Name: "quota_merchants",
	Columns: []projections.Column{
		{Name: "merchant", Type: projections.Text},
		{Name: "zone", Type: projections.Text},
		{Name: "currency", Type: projections.Text},
		{Name: "owner", Type: projections.Text},
	},
	Key: []string{"merchant"},
}

func (c *calendar) fields() []any { return []any{&c.Merchant, &c.Zone, &c.Currency, &c.Owner} }

// States of an account's quota. Without an enabled quota an agent cannot pay;
// the owner needs none.
const (
	None     = "none"
	Enabled  = "enabled"
	Disabled = "disabled"
)

// Roles of an account.
const (
	Owner = "owner"
	Agent = "agent"
)

// Account is an account with its limits and what it used in its latest day and
// month. Amounts are minor units.
type Account struct {
	Merchant string
	Account  string
	Role     string
	State    string
	Removed  int64 // 1 if the agent was removed
	Currency string

	PerPayout, DailyAmount, DailyCount, MonthlyAmount projections.Null

	Day         string // "2011-03-27"; empty before the first payout
	DayAmount   int64
	DayCount    int64
	Month       string // "2011-03"
	MonthAmount int64
	MonthCount  int64

	ChangedAt projections.Instant // effective time of the quota's last change
	Position  int64
}

var accounts = &projections.Schema{
	Name: "quota_accounts",
	Columns: []projections.Column{
		{Name: "merchant", Type: projections.Text},
		{Name: "account", Type: projections.Text},
		{Name: "role", Type: projections.Text, Fixed: true},
		{Name: "state", Type: projections.Text},
		{Name: "removed", Type: projections.Integer},
		{Name: "currency", Type: projections.Text, Fixed: true},
		{Name: "per_payout", Type: projections.Amount, Nullable: true},
		{Name: "daily_amount", Type: projections.Amount, Nullable: true},
		{Name: "daily_count", Type: projections.Integer, Nullable: true},
		{Name: "monthly_amount", Type: projections.Amount, Nullable: true},
		{Name: "day", Type: projections.Text},
		{Name: "day_amount", Type: projections.Amount},
		{Name: "day_count", Type: projections.Integer},
		{Name: "month", Type: projections.Text},
		{Name: "month_amount", Type: projections.Amount},
		{Name: "month_count", Type: projections.Integer},
		{Name: "changed_at", Type: projections.Moment, Nullable: true},
		{Name: "position", Type: projections.Integer},
	},
	Key: []string{"merchant", "account"},
}

func (a *Account) fields() []any {
	return []any{
		&a.Merchant, &a.Account, &a.Role, &a.State, &a.Removed, &a.Currency,
		&a.PerPayout, &a.DailyAmount, &a.DailyCount, &a.MonthlyAmount,
		&a.Day, &a.DayAmount, &a.DayCount, &a.Month, &a.MonthAmount, &a.MonthCount, &a.ChangedAt, &a.Position,
	}
}

// Kinds of a period.
const (
	Daily   = "day"
	Monthly = "month"
)

// Use is what an account used in one day or month. The limits are those in force
// at the period's last payout; none if there was none.
type Use struct {
	Merchant    string
	Account     string
	Kind        string // Daily or Monthly
	Period      string // "2011-03-27" or "2011-03"
	Amount      int64
	Count       int64
	Currency    string
	LimitAmount projections.Null
	LimitCount  projections.Null
	FirstAt     projections.Instant // effective
	LastAt      projections.Instant
	Position    int64 // of the last change
}

var uses = &projections.Schema{
	Name: "quota_uses",
	Columns: []projections.Column{
		{Name: "merchant", Type: projections.Text},
		{Name: "account", Type: projections.Text},
		{Name: "kind", Type: projections.Text},
		{Name: "period", Type: projections.Text},
		{Name: "amount", Type: projections.Amount},
		{Name: "count", Type: projections.Integer},
		{Name: "currency", Type: projections.Text, Fixed: true},
		{Name: "limit_amount", Type: projections.Amount, Nullable: true},
		{Name: "limit_count", Type: projections.Integer, Nullable: true},
		{Name: "first_at", Type: projections.Moment, Nullable: true, Fixed: true},
		{Name: "last_at", Type: projections.Moment, Nullable: true},
		{Name: "position", Type: projections.Integer},
	},
	Key: []string{"merchant", "account", "kind", "period"},
}

func (u *Use) fields() []any {
	return []any{
		&u.Merchant, &u.Account, &u.Kind, &u.Period, &u.Amount, &u.Count, &u.Currency,
		&u.LimitAmount, &u.LimitCount, &u.FirstAt, &u.LastAt, &u.Position,
	}
}

// counted is where an open payout was counted, for when it is given back.
type counted struct {
	Payout, Merchant, Account, Day, Month string
	Amount                                int64
}

var open = &projections.Schema{
	Name: "quota_open_payouts",
	Columns: []projections.Column{
		{Name: "payout_no", Type: projections.Text},
		{Name: "merchant", Type: projections.Text},
		{Name: "account", Type: projections.Text},
		{Name: "day", Type: projections.Text},
		{Name: "month", Type: projections.Text},
		{Name: "amount", Type: projections.Integer},
	},
	Key: []string{"payout_no"},
}

func (c *counted) fields() []any {
	return []any{&c.Payout, &c.Merchant, &c.Account, &c.Day, &c.Month, &c.Amount}
}
