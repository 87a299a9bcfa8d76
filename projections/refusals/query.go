package refusals

import (
	"context"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/projections"
)

var dailyList = projections.List[Count]{
	View: Name, Table: daily, Fields: (*Count).fields, Sort: daily.Key,
}

// Filter chooses counts; an empty field chooses all.
type Filter struct {
	Merchant string
	From, To string // local days, both included
	Commands []string
	Actor    string // "role/account"
	Rules    []string
}

func (f Filter) where() projections.Where {
	var w projections.Where
	w.Is("merchant", f.Merchant)
	if f.From != "" {
		w.And("day >= ?", f.From)
	}
	if f.To != "" {
		w.And("day <= ?", f.To)
	}
	w.In("command", f.Commands)
	w.Is("actor", f.Actor)
	w.In("rule", f.Rules)
	return w
}

// Daily lists counts by merchant and day.
func Daily(ctx context.Context, db *projections.DB, f Filter, o projections.PageOptions) (projections.Page[Count], error) {
	return dailyList.Page(ctx, db, f.where(), o)
}

// Total is how often a rule stood against commands.
type Total struct {
	Rule     string
	Currency string
	Decided  int64
	Listed   int64
	Asked    int64 // minor units
}

func (t *Total) fields() []any { return []any{&t.Rule, &t.Currency, &t.Decided, &t.Listed, &t.Asked} }

// ByRule adds up counts by rule and currency, the rule that decided most often
// first. There are no more rows than rules and currencies.
func ByRule(ctx context.Context, db *projections.DB, f Filter) (totals []Total, asOf eventstore.Position, err error) {
	w := f.where()
	err = db.Read(ctx, Name, func(r *projections.Reader) error {
		asOf = r.AsOf
		var err error
		totals, err = projections.Collect(projections.Select(r, (*Total).fields,
			"SELECT rule, currency, CAST(SUM(decided) AS BIGINT) AS decided_sum, CAST(SUM(listed) AS BIGINT) AS listed_sum,"+
				" CAST(SUM(asked) AS BIGINT) FROM refusals_daily"+w.String()+
				" GROUP BY rule, currency ORDER BY decided_sum DESC, listed_sum DESC, rule, currency", w.Args...))
		return err
	})
	return totals, asOf, err
}
