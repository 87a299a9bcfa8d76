package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/orders"
	"github.com/amends-ledger/amends/vault"
)

var (
	orderNeeds = []string{"order_no", "total", "currency"}
	orderMay   = []string{"customer", "state", "refunded", "placed_at", "completed_at", "version"}
)

func (a *app) ordersCommand() *cobra.Command {
	return group("orders", "Order facts that payouts are decided on", "run", a.ordersImport(), a.ordersShow())
}

// importResult is what an import came to.
type importResult struct {
	Rows     int `json:"rows"`
	Replaced int `json:"replaced"`
}

func (a *app) ordersImport() *cobra.Command {
	return &cobra.Command{
		Use: "import FILE", Short: "Store order facts from a CSV file", Args: cobra.ExactArgs(1),
		Long: "Store order facts from a CSV file: what payouts are decided on. Columns:\n  " +
			strings.Join(orderNeeds, ", ") + "; and, where known, " + strings.Join(orderMay, ", ") + "\n" +
			"With --merchant the orders are that merchant's, and nobody else's; without, anybody's. An order that is there is\n" +
			"replaced. Customers' accounts go into the vault alone. Mistakes are all found first, and then\n" +
			"nothing is stored. Refunds on orders that have payouts are reported with refund observe.",
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := readCSV(args[0], orderNeeds, orderMay, orders.MaxOrders)
			if err != nil {
				return err
			}
			facts := file.orders()
			if err := file.err("the orders have mistakes, nothing was stored"); err != nil {
				return err
			}
			return a.act(cmd.Context(), true, func(ctx context.Context, k *desk) error {
				if err := k.pseudonyms(ctx, file, facts); err != nil {
					return err
				}
				replaced, err := k.orders.Put(ctx, a.merchant, facts...)
				if err != nil {
					return err
				}
				r := importResult{len(facts), replaced}
				if a.format != asTable {
					return a.object(r)
				}
				_, err = fmt.Fprintf(a.out, "%s %s\n", a.painter(a.out).good("✓"),
					a.words.say("orders.stored", "n", fmt.Sprint(r.Rows), "replaced", count(r.Replaced)))
				return err
			})
		},
	}
}

// orders reads the rows; mistakes are noted. Customers are set later.
func (t *csvFile) orders() (all []domain.OrderFacts) {
	seen := map[string]int{}
	for _, r := range t.rows {
		o := domain.OrderFacts{ID: r.get("order_no"), State: r.get("state"), Version: r.get("version")}
		switch first := seen[o.ID]; {
		case o.ID == "":
			r.wrong("order_no", "order_no is empty")
		case len(o.ID) > domain.MaxReferenceBytes:
			r.wrong("order_no", "order_no is longer than %d bytes", domain.MaxReferenceBytes)
		case first > 0:
			r.wrong("order_no", "order %s stands twice, first on line %d", o.ID, first)
		default:
			seen[o.ID] = r.line
		}
		currency := domain.Currency(r.get("currency"))
		if _, ok := currency.Scale(); !ok {
			r.wrong("currency", "%q is not an ISO 4217 code, such as CNY", currency)
		} else {
			o.Total = r.amount("total", currency)
			if r.get("refunded") != "" {
				o.Refunded = r.amount("refunded", currency)
			}
		}
		o.PlacedAt, o.CompletedAt = r.time("placed_at"), r.time("completed_at")
		all = append(all, o)
	}
	return all
}

func (r csvRow) amount(column string, c domain.Currency) domain.Money {
	m, err := domain.ParseMoney(r.get(column), c)
	var invalid *domain.Invalid
	if errors.As(err, &invalid) {
		r.wrong(column, "%s", invalid.Why)
	}
	return m
}

func (r csvRow) time(column string) time.Time {
	text := r.get(column)
	if text == "" {
		return time.Time{}
	}
	t, err := parseTime(text)
	if err != nil {
		r.wrong(column, "%q is not a time, such as 2011-03-27 or 2011-03-27T09:41:00Z", text)
	}
	return t.UTC()
}

// pseudonyms puts customers' accounts into the vault and their pseudonyms into
// the facts.
func (k *desk) pseudonyms(ctx context.Context, file *csvFile, facts []domain.OrderFacts) error {
	var accounts []string
	var of []int
	for i, r := range file.rows {
		if account := r.get("customer"); account != "" {
			accounts, of = append(accounts, account), append(of, i)
		}
	}
	subjects, err := k.vault.Issue(ctx, vault.Customer, accounts...)
	if errors.Is(err, vault.ErrInvalid) {
		return usage("%s: a customer's account is not what can be kept: %v", file.name, err)
	}
	if err != nil {
		return err
	}
	for n, i := range of {
		facts[i].Customer = subjects[n].Pseudonym
	}
	return nil
}

// orderFacts is an order as scripts read it: the facts, and what payouts did to it.
type orderFacts struct {
	Order       string   `json:"order_no"`
	Merchant    string   `json:"merchant"`
	State       string   `json:"state"`
	Customer    string   `json:"customer_account"` // masked
	Currency    string   `json:"currency"`
	Total       string   `json:"total"`
	Refunded    string   `json:"refunded"` // as stated or observed, whichever is more
	Compensated string   `json:"compensated"`
	Remaining   string   `json:"remaining"`
	PlacedAt    string   `json:"placed_at"`
	CompletedAt string   `json:"completed_at"`
	Payouts     []string `json:"payouts"`
}

func (a *app) ordersShow() *cobra.Command {
	return &cobra.Command{
		Use: "show ORDER", Short: "Show an order: paid, refunded, compensated, remaining", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.act(cmd.Context(), false, func(ctx context.Context, k *desk) error {
				if err := k.atNamed(ctx); err != nil {
					return err
				}
				f, err := k.order(ctx, args[0])
				if err != nil {
					return err
				}
				return a.showFacts(f)
			})
		},
	}
}

// order joins what the orders say with what the ledger knows of payouts on it.
// Records that left memory come back with a dry run, which records nothing.
func (k *desk) order(ctx context.Context, no string) (orderFacts, error) {
	out := orderFacts{Order: no, Merchant: k.merchant, Payouts: []string{}}
	facts, err := k.orders.Order(ctx, k.merchant, no)
	if err != nil {
		return out, err
	}
	x := domain.Exposure{}
	known := false
	if err := k.recallOrder(ctx, no); err != nil {
		return out, err
	}
	if err := k.ledger.View(ctx, k.merchant, func(m *domain.Merchant) {
		out.Currency = string(m.Profile.Currency)
		if x, known = m.Exposure(no); known {
			for _, p := range m.Orders[no].Payouts {
				out.Payouts = append(out.Payouts, p.Payout)
			}
		}
	}); err != nil {
		return out, err
	}
	if facts == nil && !known {
		return out, notFound("merchant "+k.merchant+" has no order "+no, k.a.hint("orders import FILE"))
	}
	if facts != nil {
		out.State, out.PlacedAt, out.CompletedAt = facts.State, k.local(facts.PlacedAt), k.local(facts.CompletedAt)
		out.Currency = string(facts.Total.Currency)
		x.Paid = facts.Total
		x.Refunded.Minor = max(x.Refunded.Minor, facts.Refunded.Minor)
		if out.Customer, err = (&looking{vault: k.vault}).masked(ctx, vault.Customer, facts.Customer); err != nil {
			return out, err
		}
	}
	out.Refunded, out.Compensated = money(x.Refunded.Minor, out.Currency), money(x.Compensated.Minor, out.Currency)
	if x.Paid.Currency != "" {
		out.Total = money(x.Paid.Minor, out.Currency)
		out.Remaining = money(x.Paid.Minor-x.Refunded.Minor-x.Compensated.Minor, out.Currency)
	}
	slices.Sort(out.Payouts)
	return out, nil
}
