package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/ledger"
	"github.com/amends-ledger/amends/vault"
)

// ask is one request for a payout as people write it.
type ask struct {
	order, amount, reason, customer, entry, earlier, external string
	buyerNote, railNote, internalNote                         string
}

func (a *app) requestCommand() *cobra.Command {
	var q ask
	cmd := &cobra.Command{
		Use: "request", Short: "Ask for a payout", Args: cobra.NoArgs, GroupID: "run",
		Long: "Ask for a payout. Every rule is checked; a refusal names all that fail, with their figures, and\n" +
			"is kept: the same --idempotency-key gets the same answer for ever. What the order was worth comes\n" +
			"from the orders that were imported, never from who asks.",
	}
	f := cmd.Flags()
	f.StringVar(&q.order, "order", "", "order `no.`")
	f.StringVar(&q.amount, "amount", "", "`amount` in the merchant's currency, such as 12.30")
	f.StringVar(&q.reason, "reason", "", "`reason`, such as price_difference, shipping, quality or other")
	f.StringVar(&q.customer, "customer", "", "customer `account` (default the order's)")
	f.StringVar(&q.entry, "entry", "cli", "`place` where it was asked for, such as order_detail")
	f.StringVar(&q.earlier, "earlier", "", "`no.` of the earlier payout that this one knowingly repeats")
	f.StringVar(&q.external, "external", "", "your own `number` for this request")
	f.StringVar(&q.buyerNote, "note", "", "`text` for the buyer, at most 60 characters")
	f.StringVar(&q.railNote, "rail-note", "", "`text` on the transfer, at most 32 characters")
	f.StringVar(&q.internalNote, "internal-note", "", "`text` for colleagues, at most 200 characters")
	d := a.deed(cmd, domain.RoleOwner)
	f.BoolVar(&d.check, "check", false, "decide, tell, and record nothing")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if q.amount == "" || q.reason == "" {
			return usage("name an amount with --amount and a reason with --reason")
		}
		return d.give(cmd.Context(), ofMerchant(func(ctx context.Context, k *desk) (domain.Command, error) {
			return k.request(ctx, q)
		}))
	}
	return cmd
}

// request makes the command: order facts from the trusted table, the customer as a
// pseudonym.
func (k *desk) request(ctx context.Context, q ask) (domain.Command, error) {
	m, err := k.amount(ctx, q.amount)
	if err != nil {
		return nil, err
	}
	terms := domain.PayoutTerms{
		Money: m, Reason: q.reason, Entry: q.entry, OrderNo: q.order, Earlier: strings.ToUpper(q.earlier), External: q.external,
		BuyerNote: q.buyerNote, RailNote: q.railNote, InternalNote: q.internalNote,
	}
	if q.order != "" {
		if terms.Order, err = k.orders.Order(ctx, k.merchant, q.order); err != nil {
			return nil, err
		}
	}
	account := q.customer
	if account == "" && terms.Order != nil && terms.Order.Customer != "" {
		account, _, err = k.vault.Reveal(ctx, terms.Order.Customer)
		if errors.Is(err, vault.ErrErased) || errors.Is(err, vault.ErrUnknown) {
			account, err = "", nil // the ledger says that there is none
		}
		if err != nil {
			return nil, err
		}
	}
	if account != "" {
		customer, err := k.subject(ctx, vault.Customer, account)
		if err != nil {
			return nil, err
		}
		terms.Customer = &customer
	}
	return domain.RequestPayout{PayoutTerms: terms}, nil
}

func (a *app) confirmCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "confirm PAYOUT [CODE]", Short: "Hand in the SMS code of a payout", Args: cobra.RangeArgs(1, 2), GroupID: "run",
		Long: "Hand in the SMS code of a payout. Without CODE it is read from the input, where no list of\n" +
			"processes shows it. A wrong one counts; after a few the code is void.",
	}
	d := a.deed(cmd, domain.RoleOwner)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var code string
		if len(args) == 2 {
			code = args[1]
		} else {
			if isTerminal(a.in) {
				a.note("%s", a.words.say("code.ask"))
			}
			line, err := bufio.NewReader(io.LimitReader(a.in, maxCodeLine)).ReadString('\n')
			if err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			code = strings.TrimSpace(line)
		}
		if code == "" {
			return usage("there is no code: name it, or write it to the input")
		}
		return d.give(cmd.Context(), d.ofRequester(args[0], func(no string) domain.Command {
			return domain.ConfirmSMS{Payout: no, Code: code}
		}))
	}
	return cmd
}

// maxCodeLine bounds the line that a code is read from.
const maxCodeLine = 1_024

// ofRequester is ofPayout for verbs of whoever asked for the payout, unless --as
// says who acts.
func (d *deed) ofRequester(no string, make func(no string) domain.Command) order {
	plain := ofPayout(no, make)
	return func(ctx context.Context, k *desk) (r ledger.Request, err error) {
		if r, err = plain(ctx, k); err != nil || d.as != "" {
			return r, err
		}
		err = k.ledger.View(ctx, k.merchant, func(m *domain.Merchant) {
			if p := m.Payouts[payoutIn(r.Command)]; p != nil && p.By.Role == domain.RoleAgent {
				r.Actor = p.By
			}
		})
		return r, err
	}
}

// payoutVerb is a verb about one payout.
func (a *app) payoutVerb(use, short string, role domain.Role, hasWhy, requester bool, command func(no, why string) domain.Command) *cobra.Command {
	var why string
	cmd := &cobra.Command{Use: use + " PAYOUT", Short: short, Args: cobra.ExactArgs(1), GroupID: "run"}
	if hasWhy {
		cmd.Flags().StringVar(&why, "why", "", "`reason`, for the record")
	}
	d := a.deed(cmd, role)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		make := func(no string) domain.Command { return command(no, why) }
		if requester {
			return d.give(cmd.Context(), d.ofRequester(args[0], make))
		}
		return d.give(cmd.Context(), ofPayout(args[0], make))
	}
	return cmd
}

func (a *app) payoutActs() []*cobra.Command {
	return []*cobra.Command{
		a.payoutVerb("resend", "Ask for a new code; the one before is void", domain.RoleOwner, false, true,
			func(no, _ string) domain.Command { return domain.ResendSMS{Payout: no} }),
		a.payoutVerb("approve", "Let a payout go on over its limits", domain.RoleOwner, true, false,
			func(no, why string) domain.Command { return domain.ApprovePayout{Payout: no, Why: why} }),
		a.payoutVerb("reject", "End a payout that waits for approval", domain.RoleOwner, true, false,
			func(no, why string) domain.Command { return domain.RejectPayout{Payout: no, Why: why} }),
		a.payoutVerb("cancel", "End a payout that is not yet submitted", domain.RoleOwner, true, true,
			func(no, why string) domain.Command { return domain.CancelPayout{Payout: no, Why: why} }),
	}
}
