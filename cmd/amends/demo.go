package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/backfill"
	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/quota"
	"github.com/amends-ledger/amends/projections/records"
	"github.com/amends-ledger/amends/testdata"
)

// demoHome is where the demo keeps its ledger unless --home says otherwise: in
// sight, and easy to throw away. $AMENDS_HOME is not asked, so that nobody fills
// a ledger of their own with it.
const demoHome = "demo-data"

// demoMerchant is whose payouts the demo tells about: enough of them, and few
// enough to read.
const demoMerchant = "France"

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "demo", Short: "Fill a ledger with real data and show what is in it", GroupID: "fill", Args: cobra.NoArgs,
		Long: "Send a year of a UK retailer's real orders and credits through the ledger, into the folder " + demoHome + "\n" +
			"(or --home), and show outcomes, wallets, quotas and one payout's story. The data are in the program.\n" +
			"Run again, it adds nothing and shows the same. It pays with the demo rail: no real money.",
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context()) },
	}
}

func (a *app) demo(ctx context.Context) error {
	if a.home == "" {
		a.home = demoHome
	}
	in, err := a.load(backfill.Files{Open: openCarried, Plan: testdata.DemoPlan})
	if err != nil {
		return err
	}
	ctx, cancel := a.bounded(ctx)
	defer cancel()
	var tell demoReport
	result, err := a.run(ctx, in, a.openHome, func(ctx context.Context, m *machine) (err error) {
		l := &looking{home: home(a.home), store: m.store, db: m.db, vault: m.vault}
		tell, err = a.demoReport(ctx, l)
		return err
	})
	if err != nil {
		return err
	}
	if a.format != asTable {
		return a.printResult(in, result)
	}
	return a.tellDemo(a.out, in, result, tell)
}

// openCarried opens a file that the program carries.
func openCarried(name string) (io.ReadCloser, error) {
	return testdata.Demo.Open(path.Clean(filepath.ToSlash(name)))
}

// demoReport is what the views say for the report.
type demoReport struct {
	agents        []agentUse
	paid, refused *story
}

// agentUse is how an agent used its daily quota.
type agentUse struct {
	merchant, agent, busiest string
	payouts                  int64
	paid, most, limit        domain.Money
}

func (a *app) demoReport(ctx context.Context, l *looking) (r demoReport, err error) {
	if r.agents, err = agentUses(ctx, l.db); err != nil {
		return r, err
	}
	if r.paid, err = a.pick(ctx, l, records.Filter{Merchant: demoMerchant, Statuses: []string{string(domain.Paid)}},
		func(rec records.Record) bool { return rec.ConfirmMethod == domain.ConfirmBySMS }); err != nil {
		return r, err
	}
	r.refused, err = a.pick(ctx, l, records.Filter{FailureCodes: []string{string(domain.RuleQuotaExceeded)}},
		func(rec records.Record) bool { return len(failuresOf(rec)) > 1 })
	return r, err
}

func failuresOf(rec records.Record) []domain.Failure {
	var failures []domain.Failure
	if json.Unmarshal([]byte(rec.Failures), &failures) != nil {
		return nil
	}
	return failures
}

// pick tells the story of the first record that fits; nil if there is none.
func (a *app) pick(ctx context.Context, l *looking, f records.Filter, fits func(records.Record) bool) (*story, error) {
	payout := ""
	if _, err := records.Each(ctx, l.db, f, func(rec records.Record) error {
		if payout == "" && fits(rec) {
			payout = rec.Payout
		}
		return nil
	}); err != nil || payout == "" {
		return nil, err
	}
	s, err := a.story(ctx, l, payout)
	return &s, err
}

// agentUses adds up the days of every agent, the one who paid most first.
func agentUses(ctx context.Context, db *projections.DB) ([]agentUse, error) {
	by := map[[2]string]*agentUse{}
	days := pages(0, func(o projections.PageOptions) (projections.Page[quota.Use], error) {
		return quota.Uses(ctx, db, quota.UseFilter{Kind: quota.Daily}, o)
	})
	for u, err := range days {
		if err != nil {
			return nil, err
		}
		c := domain.Currency(u.Currency)
		use := by[[2]string{u.Merchant, u.Account}]
		if use == nil {
			use = &agentUse{merchant: u.Merchant, agent: u.Account}
			by[[2]string{u.Merchant, u.Account}] = use
		}
		use.payouts += u.Count
		use.paid = domain.Money{Minor: use.paid.Minor + u.Amount, Currency: c}
		if u.Amount > use.most.Minor {
			use.most, use.busiest = domain.Money{Minor: u.Amount, Currency: c}, u.Period
			use.limit = domain.Money{Minor: u.LimitAmount.V, Currency: c}
		}
	}
	var all []agentUse
	for _, u := range by {
		all = append(all, *u)
	}
	slices.SortFunc(all, func(a, b agentUse) int {
		return cmp.Or(cmp.Compare(b.paid.Minor, a.paid.Minor), cmp.Compare(a.merchant, b.merchant), cmp.Compare(a.agent, b.agent))
	})
	return all, nil
}

// demoLines is how many lines a list of the report shows.
const demoLines = 8

// tellDemo writes the report.
func (a *app) tellDemo(w io.Writer, in *backfill.Input, r *backfill.Result, d demoReport) error {
	paint := a.painter(w)
	title := func(s string) { fmt.Fprintf(w, "\n%s\n\n", paint.bold(s)) }
	fmt.Fprintf(w, "%s\n", paint.bold("A year of a UK retailer's orders, and the credits that it gave on them"))
	fmt.Fprintf(w, "%d requests of %d merchants (one per country), %s to %s, each decided as of then.\n",
		len(in.Rows), len(in.Merchants), in.Rows[0].At.Format(time.DateOnly), in.Rows[len(in.Rows)-1].At.Format(time.DateOnly))
	fmt.Fprintf(w, "%s, in the folder %s. %s.\n",
		a.words.say("backfill.appended", "events", number(r.Events), "seconds", fmt.Sprintf("%.1f", r.Seconds)),
		a.home, paint.good(a.words.say("demo.rail")))

	title("What became of them")
	a.reportOutcomes(w, r)
	title("Wallets")
	a.reportWallets(w, in, r)
	title(fmt.Sprintf("Quota use by agent (each may pay %v a day)", in.Quota.DailyAmount))
	reportAgents(w, paint, d.agents)
	if d.paid != nil {
		title("One payout, event by event")
		if err := a.tell(w, *d.paid); err != nil {
			return err
		}
	}
	if d.refused != nil {
		title("One that was refused, and why")
		if err := a.tell(w, *d.refused); err != nil {
			return err
		}
	}
	title("What to type next")
	payout := "NUMBER"
	if d.paid != nil {
		payout = d.paid.Payout
	}
	for _, line := range []string{
		"payouts ls --merchant " + demoMerchant, "payouts show " + payout, "wallet show", "quota ls --merchant " + demoMerchant,
		"events ls --merchant " + demoMerchant + " -o jsonl", "export payouts --format csv -f payouts.csv",
	} {
		fmt.Fprintf(w, "  %s %s --home %s\n", program(), line, a.home)
	}
	return nil
}

// reportWallets shows the wallets that paid most.
func (a *app) reportWallets(w io.Writer, in *backfill.Input, r *backfill.Result) {
	credited := in.Initial.Minor + in.TopUp.Minor*int64(len(in.TopUps))
	type line struct {
		merchant        string
		paid, available domain.Money
	}
	var all []line
	for _, m := range in.Merchants {
		available, err := domain.ParseMoney(r.Balances[m], in.Currency)
		if err != nil {
			panic("amends: the balance of a result is no amount: " + err.Error())
		}
		all = append(all, line{m, domain.Money{Minor: credited - available.Minor, Currency: in.Currency}, available})
	}
	slices.SortStableFunc(all, func(a, b line) int { return cmp.Compare(b.paid.Minor, a.paid.Minor) })
	t := newTable(a.painter(w))
	t.AppendHeader(table.Row{"merchant", "credited", "paid", "available", ""})
	t.SetColumnConfigs(rightColumns(2, 3, 4))
	for _, l := range all[:min(demoLines, len(all))] {
		t.AppendRow(table.Row{
			l.merchant, domain.Money{Minor: credited, Currency: in.Currency}.Amount(), l.paid.Amount(), l.available.Amount(),
			bar(int(l.paid.Minor), int(credited)),
		})
	}
	fmt.Fprintln(w, t.Render())
	if more := len(all) - demoLines; more > 0 {
		fmt.Fprintf(w, "… and %d more; each was credited %v a month\n", more, in.TopUp)
	}
}

func reportAgents(w io.Writer, paint painter, agents []agentUse) {
	t := newTable(paint)
	t.AppendHeader(table.Row{"merchant", "agent", "payouts", "paid", "busiest day", "used", "of its quota"})
	t.SetColumnConfigs(rightColumns(3, 4, 6))
	for _, u := range agents[:min(demoLines, len(agents))] {
		t.AppendRow(table.Row{
			u.merchant, u.agent, u.payouts, u.paid.Amount(), u.busiest, u.most.Amount(), bar(int(u.most.Minor), int(u.limit.Minor)),
		})
	}
	fmt.Fprintln(w, t.Render())
	if more := len(agents) - demoLines; more > 0 {
		fmt.Fprintf(w, "… and %d more\n", more)
	}
}

// program is what to type to run this program again: its name where the shell
// finds it by that, else the path that it was started by.
func program() string {
	started := os.Args[0]
	if found, err := exec.LookPath("amends"); err == nil && sameFile(found, started) {
		return "amends"
	}
	return started
}

func sameFile(a, b string) bool {
	if !strings.ContainsRune(b, os.PathSeparator) { // found by its name
		return filepath.Base(a) == b
	}
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}
