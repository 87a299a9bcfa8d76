package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/explain"
	"github.com/amends-ledger/amends/ledger"
)

func (a *app) refundCommand() *cobra.Command {
	var order, amount, reference string
	cmd := &cobra.Command{
		Use: "observe", Short: "Report that an order was refunded", Args: cobra.NoArgs,
		Long: "Report that an order was refunded, once for each reference. Where payouts went to the same order,\n" +
			"it warns. With --check nothing is recorded: ask before the refund is made.",
	}
	f := cmd.Flags()
	f.StringVar(&order, "order", "", "order `no.`")
	f.StringVar(&amount, "amount", "", "`amount` that was refunded")
	f.StringVar(&reference, "reference", "", "`number` of the refund; the same one counts once")
	d := a.deed(cmd, domain.RolePlatform)
	f.BoolVar(&d.check, "check", false, "warn, and record nothing")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if order == "" || amount == "" || reference == "" {
			return usage("name --order, --amount and --reference of the refund")
		}
		return d.give(cmd.Context(), ofMerchant(func(ctx context.Context, k *desk) (domain.Command, error) {
			m, err := k.amount(ctx, amount)
			return domain.ObserveRefund{OrderNo: order, Money: m, Reference: reference}, err
		}))
	}
	return group("refund", "Refunds on orders that may have payouts", "run", cmd)
}

// recallOrder brings an order that left memory back, by a dry run that needs it.
func (k *desk) recallOrder(ctx context.Context, no string) error {
	currency, err := k.currency(ctx)
	if err != nil {
		return err
	}
	_, err = k.ledger.Check(ctx, ledger.Request{
		Merchant: k.merchant, Key: "recall", Actor: domain.Actor{Role: domain.RolePlatform},
		Command: domain.ObserveRefund{OrderNo: no, Money: domain.Money{Minor: 1, Currency: currency}, Reference: "recall"},
	})
	return err
}

func (a *app) disputesCommand() *cobra.Command {
	return group("disputes", "Disputes about payouts that were paid", "run", a.disputesOpen(), a.disputesResolve(), a.disputesList())
}

func (a *app) disputesOpen() *cobra.Command {
	cmd := a.payoutVerb("open", "Say that somebody contests a payout", domain.RoleOwner, true, false,
		func(no, why string) domain.Command { return domain.OpenDispute{Payout: no, Why: why} })
	cmd.GroupID = ""
	return cmd
}

func (a *app) disputesResolve() *cobra.Command {
	var outcome, recovered, why, dispute string
	cmd := &cobra.Command{
		Use: "resolve PAYOUT", Short: "End the open dispute about a payout", Args: cobra.ExactArgs(1),
		Long: "End the open dispute about a payout: upheld (it was wrong) or dismissed (it stands). What was\n" +
			"recovered from the customer goes back into the wallet; that is the platform's word, --as platform.",
	}
	f := cmd.Flags()
	f.StringVar(&outcome, "outcome", "", "upheld or dismissed")
	f.StringVar(&recovered, "recovered", "", "`amount` that came back from the customer")
	f.StringVar(&why, "why", "", "`reason`, for the record")
	f.StringVar(&dispute, "dispute", "", "`number` of the dispute (default the open one)")
	d := a.deed(cmd, domain.RoleOwner)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if outcome == "" {
			return usage("name the --outcome: %s or %s", domain.DisputeUpheld, domain.DisputeDismissed)
		}
		return d.give(cmd.Context(), func(ctx context.Context, k *desk) (ledger.Request, error) {
			no, err := k.atPayout(ctx, args[0])
			if err != nil {
				return ledger.Request{}, err
			}
			c := domain.ResolveDispute{Payout: no, Dispute: dispute, Outcome: outcome, Why: why}
			if c.Dispute == "" {
				if c.Dispute, err = k.openDispute(ctx, no); err != nil {
					return ledger.Request{}, err
				}
			}
			c.Recovered, err = k.optionalAmount(ctx, recovered)
			return ledger.Request{Merchant: k.merchant, Command: c}, err
		})
	}
	return cmd
}

// openDispute is the open dispute about a payout, as the log has it: the payout
// may have left memory.
func (k *desk) openDispute(ctx context.Context, payout string) (string, error) {
	all, err := disputesOf(ctx, k.store, k.merchant)
	for _, d := range all {
		if d.Payout == payout && d.State == "open" {
			return d.Dispute, err
		}
	}
	return "", err // the ledger says that there is none
}

// disputeFacts is a dispute as scripts read it.
type disputeFacts struct {
	Merchant   string `json:"merchant"`
	Dispute    string `json:"dispute"`
	Payout     string `json:"payout_no"`
	State      string `json:"state"` // open, upheld or dismissed
	Recovered  string `json:"recovered"`
	OpenedAt   string `json:"opened_at"`
	ResolvedAt string `json:"resolved_at"`
	Why        string `json:"why"`
}

// disputesOf reads the disputes of a merchant, or of all, from the log.
func disputesOf(ctx context.Context, store eventstore.Store, merchant string) (all []disputeFacts, err error) {
	index := map[string]int{}
	filter := eventstore.Filter{StreamPrefix: domain.MerchantStream(merchant), Types: []string{"DisputeOpened", "DisputeResolved"}}
	for e, err := range store.ReadAll(ctx, 0, filter, 0) {
		if err != nil {
			return nil, fmt.Errorf("read disputes: %w", err)
		}
		if merchant != "" && e.Stream != domain.MerchantStream(merchant) {
			continue
		}
		decoded, err := domain.Decode(e.Type, e.Version, e.Data)
		if err != nil {
			return nil, fmt.Errorf("read disputes: %w", err)
		}
		meta, _, err := domain.DecodeMeta(e.Meta)
		if err != nil {
			return nil, fmt.Errorf("read disputes: %w", err)
		}
		at := meta.EffectiveAt.UTC().Format(time.RFC3339)
		switch ev := decoded.(type) {
		case domain.DisputeOpened:
			of, _ := domain.MerchantOfStream(e.Stream)
			index[ev.Dispute] = len(all)
			all = append(all, disputeFacts{Merchant: of, Dispute: ev.Dispute, Payout: ev.Payout, State: "open", OpenedAt: at, Why: ev.Why})
		case domain.DisputeResolved:
			d := &all[index[ev.Dispute]]
			d.State, d.ResolvedAt, d.Why = ev.Outcome, at, cmp.Or(ev.Why, d.Why)
			if ev.Recovered != nil {
				d.Recovered = ev.Recovered.Amount()
			}
		}
	}
	return all, nil
}

func (a *app) disputesList() *cobra.Command {
	return &cobra.Command{
		Use: "ls", Short: "List disputes, the latest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.look(cmd.Context(), func(ctx context.Context, l *looking) error {
				all, err := disputesOf(ctx, l.store, a.merchant)
				if err != nil {
					return err
				}
				slices.Reverse(all)
				return listing[disputeFacts]{
					columns: []column{
						{key: "merchant", title: "merchant"}, {key: "dispute", title: "dispute"}, {key: "payout_no", title: "payout no."},
						{key: "state", title: "state"}, {key: "recovered", title: "recovered", right: true},
						{key: "opened_at", title: "opened"}, {key: "resolved_at", title: "resolved"}, {key: "why", title: "why"},
					},
					cells: func(d disputeFacts) []string {
						state := d.State
						if a.format == asTable {
							state = explain.Label(a.lang(), explain.Outcome, state)
						}
						return []string{d.Merchant, d.Dispute, d.Payout, state, d.Recovered, d.OpenedAt, d.ResolvedAt, d.Why}
					},
					rows: each(all), empty: a.words.say("none.disputes"),
				}.show(a)
			})
		},
	}
}
