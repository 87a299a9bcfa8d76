package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/quota"
)

// standing is an agent's quota as scripts read it. Limits that are not set are
// empty. Day and month are the latest in which the agent paid something, what is
// left is of today and this month.
type standing struct {
	Merchant      string `json:"merchant"`
	Agent         string `json:"agent"`
	State         string `json:"state"`
	Currency      string `json:"currency"`
	PerPayout     string `json:"per_payout"`
	DailyAmount   string `json:"daily_amount"`
	DailyCount    string `json:"daily_count"`
	MonthlyAmount string `json:"monthly_amount"`
	Day           string `json:"day"`
	DayUsed       string `json:"day_used"`
	DayCount      int64  `json:"day_count"`
	LeftToday     string `json:"left_today"`
	Month         string `json:"month"`
	MonthUsed     string `json:"month_used"`
	MonthCount    int64  `json:"month_count"`
	LeftThisMonth string `json:"left_this_month"`
	Zone          string `json:"zone"`
}

func standingOf(s quota.Standing) standing {
	left := func(w quota.Window) string {
		if minor, ok := w.Left(); ok {
			return money(minor, s.Currency)
		}
		return ""
	}
	count := ""
	if s.DailyCount.Valid {
		count = number(s.DailyCount.V)
	}
	return standing{
		Merchant: s.Merchant, Agent: s.Account.Account, State: s.State, Currency: s.Currency, Zone: s.Zone,
		PerPayout: optional(s.PerPayout, s.Currency), DailyAmount: optional(s.DailyAmount, s.Currency),
		DailyCount: count, MonthlyAmount: optional(s.MonthlyAmount, s.Currency),
		Day: s.Day, DayUsed: money(s.DayAmount, s.Currency), DayCount: s.DayCount, LeftToday: left(s.Today),
		Month: s.Month, MonthUsed: money(s.MonthAmount, s.Currency), MonthCount: s.MonthCount, LeftThisMonth: left(s.ThisMonth),
	}
}

var standingColumns = []column{
	{key: "merchant", title: "merchant"}, {key: "agent", title: "agent"}, {key: "state", title: "state"},
	{key: "currency", title: "currency", wide: true},
	{key: "per_payout", title: "per payout", right: true}, {key: "daily_amount", title: "per day", right: true},
	{key: "daily_count", title: "payouts per day", right: true}, {key: "monthly_amount", title: "per month", right: true},
	{key: "day", title: "latest day"}, {key: "day_used", title: "used", right: true},
	{key: "day_count", title: "payouts", right: true, wide: true}, {key: "left_today", title: "left today", right: true},
	{key: "month", title: "month"}, {key: "month_used", title: "used", right: true},
	{key: "month_count", title: "payouts", right: true, wide: true}, {key: "left_this_month", title: "left this month", right: true},
	{key: "zone", title: "zone", wide: true},
}

func (s standing) cells() []string {
	return []string{
		s.Merchant, s.Agent, s.State, s.Currency, s.PerPayout, s.DailyAmount, s.DailyCount, s.MonthlyAmount,
		s.Day, s.DayUsed, number(s.DayCount), s.LeftToday, s.Month, s.MonthUsed, number(s.MonthCount), s.LeftThisMonth, s.Zone,
	}
}

func (a *app) quotaCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "quota", Short: "Quotas of agents", GroupID: "look", RunE: needsVerb, Args: cobra.ArbitraryArgs}
	cmd.AddCommand(&cobra.Command{
		Use: "ls", Short: "List agents, their limits, and what is used of them", Args: cobra.NoArgs,
		Long: "List agents, their limits (empty: none), what they used in the latest day and month in which they\n" +
			"paid, by the merchant's calendar, and what is left today and this month.",
		RunE: func(cmd *cobra.Command, _ []string) error { return a.look(cmd.Context(), a.quotaList) },
	})
	return cmd
}

func (a *app) quotaList(ctx context.Context, l *looking) error {
	now := time.Now()
	rows := pages(0, func(o projections.PageOptions) (projections.Page[quota.Standing], error) {
		return quota.Standings(ctx, l.db, quota.Filter{Merchant: a.merchant, Agents: true, Present: true}, now, o)
	})
	return listing[standing]{
		columns: standingColumns, cells: standing.cells, empty: a.words.say("none.quotas"),
		rows: func(yield func(standing, error) bool) {
			for s, err := range rows {
				if !yield(standingOf(s), err) {
					return
				}
			}
		},
	}.show(a)
}
