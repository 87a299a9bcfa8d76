package statistics

import (
	"context"
	"fmt"
	"strings"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/projections"
)

var dayList = projections.List[Day]{View: Name, Table: days, Fields: (*Day).fields, Sort: days.Key}

// Filter chooses rows; an empty field chooses all.
type Filter struct {
	Merchant    string
	From, To    string // local days, both included
	Reasons     []string
	RequestedBy string // "role/account"
	Currency    string
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
	w.In("reason", f.Reasons)
	w.Is("requested_by", f.RequestedBy)
	w.Is("currency", f.Currency)
	return w
}

// Days lists rows by merchant and day.
func Days(ctx context.Context, db *projections.DB, f Filter, o projections.PageOptions) (projections.Page[Day], error) {
	return dayList.Page(ctx, db, f.where(), o)
}

// Groupings of Sum.
const (
	ByDay       = "day"
	ByReason    = "reason"
	ByRequester = "requested_by"
	ByMerchant  = "merchant"
)

// maxGroups bounds what Sum holds in memory: days of 27 years, or as many agents.
const maxGroups = 10_000

// Sum adds up rows by one of the groupings and by currency, in order of both. In
// the rows that it gives, only the field that is grouped by is set. More than
// 10,000 groups are an error: narrow the filter.
func Sum(ctx context.Context, db *projections.DB, f Filter, by string) (rows []Day, asOf eventstore.Position, err error) {
	switch by {
	case ByDay, ByReason, ByRequester, ByMerchant:
	default:
		return nil, 0, fmt.Errorf("add up statistics: %q is none of %s, %s, %s, %s", by, ByDay, ByReason, ByRequester, ByMerchant)
	}
	var sums []string
	for _, name := range outcomeColumns {
		for _, column := range []string{name + "_count", name + "_amount"} {
			sums = append(sums, "CAST(SUM("+column+") AS BIGINT)")
		}
	}
	w := f.where()
	fields := func(d *Day) []any {
		out := []any{map[string]*string{ByDay: &d.Day, ByReason: &d.Reason, ByRequester: &d.RequestedBy, ByMerchant: &d.Merchant}[by], &d.Currency}
		for _, t := range d.outcomes() {
			out = append(out, &t.Count, &t.Amount)
		}
		return out
	}
	err = db.Read(ctx, Name, func(r *projections.Reader) error {
		asOf = r.AsOf
		var err error
		rows, err = projections.Collect(projections.Select(r, fields, "SELECT "+by+", currency, "+strings.Join(sums, ", ")+
			" FROM statistics_days"+w.String()+" GROUP BY "+by+", currency ORDER BY "+by+", currency LIMIT ?", append(w.Args, int64(maxGroups+1))...))
		if err == nil && len(rows) > maxGroups {
			return fmt.Errorf("more than %d groups: narrow the filter", maxGroups)
		}
		return err
	})
	return rows, asOf, err
}
