package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/amends-ledger/amends/backfill"
	"github.com/amends-ledger/amends/domain"
)

// figure is one line of what a plan came to.
type figure struct {
	part, name string
	count      int
	amount     string
}

var figureColumns = []column{
	{key: "part", title: "part"}, {key: "name", title: "name"},
	{key: "count", title: "count", right: true}, {key: "amount", title: "amount", right: true},
}

func (f figure) cells() []string {
	return []string{f.part, f.name, number(int64(f.count)), f.amount}
}

// figures are all figures of a result, line by line.
func figures(r *backfill.Result) []figure {
	var all []figure
	for _, o := range outcomesOf(r) {
		all = append(all, figure{"outcome", o.name, o.Count, o.Sum.Amount()})
	}
	for _, m := range sorted(r.AcceptedMonth) {
		p := r.AcceptedMonth[m]
		all = append(all, figure{"accepted_per_month", m, p.Count, p.Sum.Amount()})
	}
	for _, m := range sorted(r.AcceptedFor) {
		p := r.AcceptedFor[m]
		all = append(all, figure{"accepted_per_reason", m, p.Count, p.Sum.Amount()})
	}
	for _, m := range sorted(r.Balances) {
		all = append(all, figure{"wallet_balance", m, 0, r.Balances[m]})
	}
	return all
}

func sorted[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

type namedFigure struct {
	name string
	backfill.Figure
}

// outcomesOf lists outcomes: accepted first, then the most frequent.
func outcomesOf(r *backfill.Result) []namedFigure {
	var all []namedFigure
	for name, f := range r.Outcomes {
		all = append(all, namedFigure{name, f})
	}
	slices.SortFunc(all, func(a, b namedFigure) int {
		if first := cmp.Compare(boolInt(b.name == backfill.Accepted), boolInt(a.name == backfill.Accepted)); first != 0 {
			return first
		}
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.name, b.name))
	})
	return all
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// barWidth is how many cells the longest bar has.
const barWidth = 30

// reportOutcomes draws what became of the rows, a bar for each outcome.
func (a *app) reportOutcomes(w io.Writer, r *backfill.Result) {
	paint := a.painter(w)
	outcomes := outcomesOf(r)
	longest, total := 1, backfill.Figure{}
	for _, o := range outcomes {
		longest = max(longest, o.Count)
		total.Count += o.Count
		total.Sum = domain.Money{Minor: total.Sum.Minor + o.Sum.Minor, Currency: o.Sum.Currency}
	}
	t := newTable(paint)
	t.AppendHeader(table.Row{"outcome", "requests", string(total.Sum.Currency), ""})
	t.SetColumnConfigs(rightColumns(2, 3))
	for _, o := range outcomes {
		colour := paint.bad
		if o.name == backfill.Accepted {
			colour = paint.good
		}
		t.AppendRow(table.Row{o.name, o.Count, o.Sum.Amount(), colour(bar(o.Count, longest))})
	}
	t.AppendFooter(table.Row{"all", total.Count, total.Sum.Amount()})
	fmt.Fprintln(w, t.Render())
	fmt.Fprintf(w, "\naccepted: %d confirmed by SMS, %d small enough to need none\n", r.Confirmation.SMS, r.Confirmation.Exempt)
}

// bar is n of longest, never nothing for something.
func bar(n, longest int) string {
	return strings.Repeat("█", int(math.Ceil(float64(n)*barWidth/float64(max(longest, 1)))))
}

// rightColumns aligns columns (from 1) at the right.
func rightColumns(numbers ...int) []table.ColumnConfig {
	var all []table.ColumnConfig
	for _, n := range numbers {
		all = append(all, table.ColumnConfig{Number: n, Align: text.AlignRight, AlignHeader: text.AlignRight, AlignFooter: text.AlignRight})
	}
	return all
}
