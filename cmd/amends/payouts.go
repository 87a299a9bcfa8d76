package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/records"
	"github.com/amends-ledger/amends/vault"
)

// record is a payout record as scripts read it. Amounts are decimal strings, the
// customer's account is masked, what does not apply is empty.
type record struct {
	Payout        string `json:"payout_no"`
	Merchant      string `json:"merchant"`
	Status        string `json:"status"`
	FailureCode   string `json:"failure_code"`
	Amount        string `json:"amount"`
	Currency      string `json:"currency"`
	Reason        string `json:"reason"`
	OrderNo       string `json:"order_no"`
	Customer      string `json:"customer_account"`
	RequestedAt   string `json:"requested_at"`
	ConfirmedAt   string `json:"confirmed_at"`
	PaidAt        string `json:"paid_at"`
	RequestedBy   string `json:"requested_by"`
	Entry         string `json:"entry"`
	ConfirmMethod string `json:"confirm_method"`
	Rail          string `json:"rail"`
	RailRef       string `json:"rail_ref"`
	External      string `json:"external"`
	OrderTotal    string `json:"order_total"`
	OrderRefunded string `json:"order_refunded"`
	Revision      int64  `json:"revision"`
	EventID       string `json:"event_id"`
	Position      int64  `json:"position"`
}

func (l *looking) record(ctx context.Context, r records.Record) (record, error) {
	customer, err := l.masked(ctx, vault.Customer, r.Customer)
	return record{
		Payout: r.Payout, Merchant: r.Merchant, Status: r.Status, FailureCode: r.FailureCode,
		Amount: money(r.Amount, r.Currency), Currency: r.Currency, Reason: r.Reason, OrderNo: r.OrderNo, Customer: customer,
		RequestedAt: moment(r.RequestedAt.Time()), ConfirmedAt: moment(r.ConfirmedAt.Time()), PaidAt: moment(r.PaidAt.Time()),
		RequestedBy: r.RequestedBy, Entry: r.Entry, ConfirmMethod: r.ConfirmMethod, Rail: r.Rail, RailRef: r.RailRef,
		External: r.External, OrderTotal: optional(r.OrderTotal, r.Currency), OrderRefunded: optional(r.OrderRefunded, r.Currency),
		Revision: r.Revision, EventID: r.EventID, Position: r.Position,
	}, err
}

var recordColumns = []column{
	{key: "payout_no", title: "payout no."}, {key: "merchant", title: "merchant"}, {key: "status", title: "status"},
	{key: "failure_code", title: "why not"}, {key: "amount", title: "amount", right: true}, {key: "currency", title: ""},
	{key: "reason", title: "reason"}, {key: "order_no", title: "order no."}, {key: "customer_account", title: "customer"},
	{key: "requested_at", title: "requested"}, {key: "confirmed_at", title: "confirmed", wide: true}, {key: "paid_at", title: "paid", wide: true},
	{key: "requested_by", title: "by"}, {key: "entry", title: "entry", wide: true}, {key: "confirm_method", title: "confirmed by", wide: true},
	{key: "rail", title: "rail", wide: true}, {key: "rail_ref", title: "reference", wide: true}, {key: "external", title: "external"},
	{key: "order_total", title: "order total", right: true, wide: true}, {key: "order_refunded", title: "refunded", right: true, wide: true},
	{key: "revision", title: "revision", right: true, wide: true}, {key: "event_id", title: "event", wide: true},
	{key: "position", title: "position", right: true, wide: true},
}

func (r record) cells() []string {
	return []string{
		r.Payout, r.Merchant, r.Status, r.FailureCode, r.Amount, r.Currency, r.Reason, r.OrderNo, r.Customer,
		r.RequestedAt, r.ConfirmedAt, r.PaidAt, r.RequestedBy, r.Entry, r.ConfirmMethod, r.Rail, r.RailRef, r.External,
		r.OrderTotal, r.OrderRefunded, number(r.Revision), r.EventID, number(r.Position),
	}
}

// recordFilter is what the flags of listings and exports choose.
type recordFilter struct {
	from, to, search, order, agent    string
	statuses, reasons, codes, entries []string
}

func (f *recordFilter) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.from, "from", "", "asked for at this `time` or later: 2011-03-27 or 2011-03-27T09:41:00Z")
	flags.StringVar(&f.to, "to", "", "asked for before this `time`")
	flags.StringVar(&f.search, "search", "", "payout no., order no. or your own `number`")
	flags.StringVar(&f.order, "order", "", "order `no.`")
	flags.StringVar(&f.agent, "agent", "", "asked for by this agent `id`")
	flags.StringSliceVar(&f.statuses, "status", nil, "`status`, such as PAID or REFUSED")
	flags.StringSliceVar(&f.reasons, "reason", nil, "`reason` of the payout")
	flags.StringSliceVar(&f.codes, "failure", nil, "first failing rule or the rail's `code`, such as QUOTA_EXCEEDED")
}

// states are what --status may be.
var states = []domain.PayoutState{
	domain.Requested, domain.AwaitingSMS, domain.AwaitingApproval, domain.Authorized, domain.Submitted, domain.Unknown,
	domain.Paid, domain.Failed, domain.Cancelled, domain.Expired, domain.Rejected, domain.Returned, domain.Refused,
}

func (f *recordFilter) filter(merchant string) (records.Filter, error) {
	out := records.Filter{
		Merchant: merchant, Search: f.search, Order: f.order, Agent: f.agent, Reasons: f.reasons, FailureCodes: f.codes,
	}
	for _, s := range f.statuses {
		known := false
		for _, state := range states {
			known = known || string(state) == strings.ToUpper(s)
		}
		if !known {
			return out, usage("--status %s: it is one of %v", s, states)
		}
		out.Statuses = append(out.Statuses, strings.ToUpper(s))
	}
	for _, bound := range []struct {
		text string
		to   *time.Time
	}{{f.from, &out.From}, {f.to, &out.To}} {
		if bound.text == "" {
			continue
		}
		var err error
		if *bound.to, err = parseTime(bound.text); err != nil {
			return out, err
		}
	}
	return out, nil
}

// parseTime reads a time of a flag: RFC 3339, or a date, which is midnight UTC.
func parseTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usage("%q is not a time, such as 2011-03-27 or 2011-03-27T09:41:00Z", s)
}

// tableRows is how many records a table shows unless --limit says otherwise: more
// than a screen, and a short wait. Scripts get all of them.
const tableRows = 100

func (a *app) payoutsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "payouts", Short: "Payouts and refused requests", GroupID: "look", RunE: needsVerb, Args: cobra.ArbitraryArgs}
	var f recordFilter
	var limit int
	ls := &cobra.Command{
		Use: "ls", Short: "List records, the latest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			filter, err := f.filter(a.merchant)
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("limit") && a.format == asTable {
				limit = tableRows
			}
			if limit < 0 {
				return usage("--limit %d: it can't be negative", limit)
			}
			return a.look(cmd.Context(), func(ctx context.Context, l *looking) error {
				return a.payoutsList(ctx, l, filter, limit)
			})
		},
	}
	f.flags(ls)
	ls.Flags().IntVar(&limit, "limit", 0, "at most so many `records`, 0 for all (default 100 in tables)")
	show := &cobra.Command{
		Use: "show [NUMBER]", Short: "Tell the whole story of one payout",
		Long: "Tell the whole story of one payout or refused request, event by event. NUMBER is its payout no.,\n" +
			"or an order no. or your own number, if only one payout has it.",
		Args: cobra.MaximumNArgs(1),
	}
	payout := show.Flags().String("payout", "", "the payout `no.`, in place of NUMBER")
	show.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case *payout == "" && len(args) == 1:
			*payout = args[0]
		case *payout == "" || len(args) == 1:
			return usage("name one payout, as NUMBER or with --payout")
		}
		return a.look(cmd.Context(), func(ctx context.Context, l *looking) error { return a.payoutsShow(ctx, l, *payout) })
	}
	cmd.AddCommand(ls, show)
	return cmd
}

func (a *app) payoutsList(ctx context.Context, l *looking, f records.Filter, limit int) error {
	ask := limit
	if limit > 0 {
		ask++ // one more tells whether there are more
	}
	rows := pages(ask, func(o projections.PageOptions) (projections.Page[records.Record], error) {
		return records.Find(ctx, l.db, f, o)
	})
	more := false
	err := listing[record]{
		columns: recordColumns, cells: record.cells, empty: a.words.say("none.payouts"),
		rows: func(yield func(record, error) bool) {
			shown := 0
			for r, err := range rows {
				if limit > 0 && shown == limit {
					more = true
					return
				}
				var out record
				if err == nil {
					out, err = l.record(ctx, r)
				}
				shown++
				if !yield(out, err) {
					return
				}
			}
		},
	}.show(a)
	if more && a.format == asTable {
		a.note("%s", a.words.say("payouts.more"))
	}
	return err
}
