package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/explain"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/wallet"
)

func (a *app) walletVerbs() []*cobra.Command {
	return []*cobra.Command{
		a.walletEntries(),
		a.walletMove("credit AMOUNT", "Book a top-up that the platform has received", func(m domain.Money, ref string) domain.Command {
			return domain.CreditWallet{Money: m, Reference: ref}
		}),
		a.walletMove("debit AMOUNT", "Take money out, other than by a payout", func(m domain.Money, ref string) domain.Command {
			return domain.DebitWallet{Money: m, Reference: ref}
		}),
		a.arrearsCommand(),
	}
}

// walletMove is a verb of the platform that names an amount and where it is from.
func (a *app) walletMove(use, short string, command func(domain.Money, string) domain.Command) *cobra.Command {
	var reference string
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(1)}
	cmd.Flags().StringVar(&reference, "reference", "", "`number` of the money's source, such as a bank statement's line")
	d := a.deed(cmd, domain.RolePlatform)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return d.give(cmd.Context(), ofMerchant(func(ctx context.Context, k *desk) (domain.Command, error) {
			m, err := k.amount(ctx, args[0])
			return command(m, reference), err
		}))
	}
	return cmd
}

// entry is a movement of a wallet as scripts read it.
type entry struct {
	Merchant    string `json:"merchant"`
	EffectiveAt string `json:"effective_at"`
	Kind        string `json:"kind"`
	Amount      string `json:"amount"`
	Currency    string `json:"currency"`
	Available   string `json:"available"` // after it
	Held        string `json:"held"`
	Payout      string `json:"payout_no"`
	Reference   string `json:"reference"`
	Position    int64  `json:"position"`
}

func (a *app) walletEntries() *cobra.Command {
	var limit int
	cmd := &cobra.Command{Use: "entries", Short: "List every movement of money, the latest first", Args: cobra.NoArgs}
	cmd.Flags().IntVar(&limit, "limit", 0, "at most so many `entries`, 0 for all (default 100 in tables)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if !cmd.Flags().Changed("limit") && a.format == asTable {
			limit = tableRows
		}
		if limit < 0 {
			return usage("--limit %d: it can't be negative", limit)
		}
		return a.look(cmd.Context(), func(ctx context.Context, l *looking) error { return a.entriesList(ctx, l, limit) })
	}
	return cmd
}

func (a *app) entriesList(ctx context.Context, l *looking, limit int) error {
	rows := pages(limit, func(o projections.PageOptions) (projections.Page[wallet.Entry], error) {
		return wallet.Entries(ctx, l.db, wallet.EntryFilter{Merchant: a.merchant}, o)
	})
	return listing[entry]{
		columns: []column{
			{key: "merchant", title: "merchant"}, {key: "effective_at", title: "when"}, {key: "kind", title: "kind"},
			{key: "amount", title: "amount", right: true}, {key: "currency", title: ""},
			{key: "available", title: "available", right: true}, {key: "held", title: "held", right: true},
			{key: "payout_no", title: "payout no."}, {key: "reference", title: "reference"}, {key: "position", title: "position", right: true, wide: true},
		},
		cells: func(e entry) []string {
			kind := e.Kind
			if a.format == asTable {
				kind = explain.Label(a.lang(), explain.WalletEntry, kind)
			}
			return []string{e.Merchant, e.EffectiveAt, kind, e.Amount, e.Currency, e.Available, e.Held, e.Payout, e.Reference, number(e.Position)}
		},
		empty: a.words.say("none.wallets"),
		rows: func(yield func(entry, error) bool) {
			for e, err := range rows {
				if !yield(entry{
					e.Merchant, moment(e.EffectiveAt.Time()), e.Kind, money(e.Amount, e.Currency), e.Currency,
					money(e.Available, e.Currency), money(e.Held, e.Currency), e.Payout, e.Reference, e.Position,
				}, err) {
					return
				}
			}
		},
	}.show(a)
}

// debt is what a merchant owes, as scripts read it.
type debt struct {
	Merchant  string `json:"merchant"`
	Amount    string `json:"amount"` // 0: nothing any more
	Currency  string `json:"currency"`
	Reference string `json:"reference"`
	ChangedAt string `json:"changed_at"`
}

func (a *app) arrearsCommand() *cobra.Command {
	show := func(cmd *cobra.Command, _ []string) error {
		return a.look(cmd.Context(), func(ctx context.Context, l *looking) error { return a.arrearsList(ctx, l) })
	}
	record := a.walletMove("record AMOUNT", "Say that the merchant owes AMOUNT more; payouts are blocked", func(m domain.Money, ref string) domain.Command {
		return domain.RecordArrears{Money: m, Reference: ref}
	})
	var reference string
	clearing := &cobra.Command{Use: "clear", Short: "Say that it owes nothing any more; what was held back goes on", Args: cobra.NoArgs}
	clearing.Flags().StringVar(&reference, "reference", "", "`number` of the payment")
	d := a.deed(clearing, domain.RolePlatform)
	clearing.RunE = func(cmd *cobra.Command, _ []string) error {
		return d.give(cmd.Context(), just(domain.ClearArrears{Reference: reference}))
	}
	return withVerbs(
		&cobra.Command{Use: "arrears", Short: "What merchants owe the platform (欠款)", Args: cobra.NoArgs, RunE: show},
		&cobra.Command{Use: "show", Short: "List what merchants owe", Args: cobra.NoArgs, RunE: show}, record, clearing,
	)
}

func (a *app) arrearsList(ctx context.Context, l *looking) error {
	rows := pages(0, func(o projections.PageOptions) (projections.Page[wallet.Debt], error) {
		return wallet.Arrears(ctx, l.db, a.merchant, o)
	})
	return listing[debt]{
		columns: []column{
			{key: "merchant", title: "merchant"}, {key: "amount", title: "owes", right: true}, {key: "currency", title: ""},
			{key: "reference", title: "reference"}, {key: "changed_at", title: "changed"},
		},
		cells: func(d debt) []string { return []string{d.Merchant, d.Amount, d.Currency, d.Reference, d.ChangedAt} },
		empty: a.words.say("none.arrears"),
		rows: func(yield func(debt, error) bool) {
			for d, err := range rows {
				if !yield(debt{d.Merchant, money(d.Amount, d.Currency), d.Currency, d.Reference, moment(d.ChangedAt.Time())}, err) {
					return
				}
			}
		},
	}.show(a)
}
