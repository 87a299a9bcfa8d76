package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/wallet"
)

// balance is a wallet as scripts read it. Amounts are decimal strings.
type balance struct {
	Merchant    string `json:"merchant"`
	Currency    string `json:"currency"`
	Available   string `json:"available"`
	Held        string `json:"held"`
	Credited    string `json:"credited"`
	Debited     string `json:"debited"`
	Paid        string `json:"paid"`
	Returned    string `json:"returned"`
	Entries     int64  `json:"entries"`
	Position    int64  `json:"position"`
	EffectiveAt string `json:"effective_at"`
}

func balanceOf(b wallet.Balance) balance {
	m := func(minor int64) string { return money(minor, b.Currency) }
	return balance{
		Merchant: b.Merchant, Currency: b.Currency, Available: m(b.Available), Held: m(b.Held),
		Credited: m(b.Credited), Debited: m(b.Debited), Paid: m(b.Paid), Returned: m(b.Returned),
		Entries: b.Entries, Position: b.Position, EffectiveAt: moment(b.EffectiveAt.Time()),
	}
}

var balanceColumns = []column{
	{key: "merchant", title: "merchant"}, {key: "currency", title: "currency"},
	{key: "available", title: "available", right: true}, {key: "held", title: "held", right: true},
	{key: "credited", title: "credited", right: true}, {key: "debited", title: "debited", right: true, wide: true},
	{key: "paid", title: "paid", right: true}, {key: "returned", title: "returned", right: true, wide: true},
	{key: "entries", title: "entries", right: true}, {key: "position", title: "position", right: true, wide: true},
	{key: "effective_at", title: "last change"},
}

func (b balance) cells() []string {
	return []string{
		b.Merchant, b.Currency, b.Available, b.Held, b.Credited, b.Debited, b.Paid, b.Returned,
		number(b.Entries), number(b.Position), b.EffectiveAt,
	}
}

func (a *app) walletCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "wallet", Short: "Wallets of merchants", GroupID: "look", RunE: needsVerb, Args: cobra.ArbitraryArgs}
	cmd.AddCommand(&cobra.Command{
		Use: "show", Short: "List balances: available, held by open payouts, paid", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.look(cmd.Context(), a.walletShow) },
	})
	return cmd
}

func (a *app) walletShow(ctx context.Context, l *looking) error {
	rows := pages(0, func(o projections.PageOptions) (projections.Page[wallet.Balance], error) {
		return wallet.Balances(ctx, l.db, a.merchant, o)
	})
	found := false
	err := listing[balance]{
		columns: balanceColumns, cells: balance.cells, empty: a.words.say("none.wallets"),
		rows: func(yield func(balance, error) bool) {
			for b, err := range rows {
				found = true
				if !yield(balanceOf(b), err) {
					return
				}
			}
		},
	}.show(a)
	if err == nil && !found && a.merchant != "" {
		return notFound("there is no wallet of merchant "+a.merchant, "amends wallet show")
	}
	return err
}

// needsVerb is what a command does that only groups others.
func needsVerb(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("%s has no verb %q", cmd.CommandPath(), args[0])
	}
	return cmd.Help()
}
