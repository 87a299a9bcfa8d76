package projtest_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/exposure"
	"github.com/amends-ledger/amends/projections/projtest"
	"github.com/amends-ledger/amends/projections/quota"
	"github.com/amends-ledger/amends/projections/records"
	"github.com/amends-ledger/amends/projections/refusals"
	"github.com/amends-ledger/amends/projections/statistics"
	"github.com/amends-ledger/amends/projections/wallet"
)

func views() []*projections.View {
	return []*projections.View{wallet.View(), quota.View(), records.View(), exposure.View(), refusals.View(), statistics.View()}
}

func story(t testing.TB, seed uint64, merchants, commands int) (*projtest.Log, *projtest.Story) {
	t.Helper()
	log := projtest.NewLog()
	s, err := projtest.NewStory(seed, log, merchants)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Play(commands); err != nil {
		t.Fatal(err)
	}
	return log, s
}

func TestMain(m *testing.M) {
	code := m.Run()
	projtest.StopPostgres()
	os.Exit(code)
}

func TestPostgresIncremental(t *testing.T) {
	projtest.Postgres(t) // skip before the story is told
	log, _ := story(t, 1, 3, 1000)
	projtest.Incremental(t, log, views(), projtest.Postgres, 1)
}

// The same queries, the same pages, the same cursors.
func TestPostgresAnswersAsSQLite(t *testing.T) {
	postgres := projtest.Postgres(t)(t, projections.Options{})
	log, s := story(t, 2, 3, 800)
	sqlite := projtest.SQLite(t)(t, projections.Options{})
	projtest.Run(t, log, postgres, views(), projections.RunnerOptions{})
	projtest.Run(t, log, sqlite, views(), projections.RunnerOptions{})
	merchant := s.Merchants()[1].ID
	at := s.Merchants()[1].At
	for _, f := range []records.Filter{
		{}, {Merchant: merchant}, {From: at.AddDate(0, 0, -20), To: at.AddDate(0, 0, -5)}, {Statuses: []string{"PAID", "REFUSED"}, Reasons: []string{"quality"}},
		{Agent: "=bob", MinAmount: 5_00, MaxAmount: 50_00}, {Search: "o-7"}, {Search: "=1+1"}, {After: 1000, Currency: "CNY", Entries: []string{"batch", "cli"}},
		{FailureCodes: []string{"QUOTA_EXCEEDED"}}, {External: "claim 9", RequestedBy: "agent/ann"}, {Order: "o-3"}, {Customer: "cu-o-3"},
	} {
		same(t, "records", sqlite, postgres, func(db *projections.DB, o projections.PageOptions) (projections.Page[records.Record], error) {
			return records.Find(t.Context(), db, f, o)
		})
	}
	for _, m := range []string{"", merchant} {
		same(t, "balances", sqlite, postgres, func(db *projections.DB, o projections.PageOptions) (projections.Page[wallet.Balance], error) {
			return wallet.Balances(t.Context(), db, m, o)
		})
		same(t, "entries", sqlite, postgres, func(db *projections.DB, o projections.PageOptions) (projections.Page[wallet.Entry], error) {
			return wallet.Entries(t.Context(), db, wallet.EntryFilter{Merchant: m, Kinds: []string{wallet.Hold, wallet.Pay}, From: at.AddDate(0, 0, -30)}, o)
		})
		same(t, "holds", sqlite, postgres, func(db *projections.DB, o projections.PageOptions) (projections.Page[wallet.Reservation], error) {
			return wallet.Holds(t.Context(), db, m, o)
		})
		same(t, "arrears", sqlite, postgres, func(db *projections.DB, o projections.PageOptions) (projections.Page[wallet.Debt], error) {
			return wallet.Arrears(t.Context(), db, m, o)
		})
		same(t, "standings", sqlite, postgres, func(db *projections.DB, o projections.PageOptions) (projections.Page[quota.Standing], error) {
			return quota.Standings(t.Context(), db, quota.Filter{Merchant: m, Agents: true, Present: true}, at, o)
		})
		same(t, "uses", sqlite, postgres, func(db *projections.DB, o projections.PageOptions) (projections.Page[quota.Use], error) {
			return quota.Uses(t.Context(), db, quota.UseFilter{Merchant: m, Kind: quota.Daily, From: "2024-03-29", To: "2024-05-01"}, o)
		})
	}
	for _, m := range []string{"", merchant} {
		same(t, "orders", sqlite, postgres, func(db *projections.DB, o projections.PageOptions) (projections.Page[exposure.Order], error) {
			return exposure.Orders(t.Context(), db, exposure.Filter{Merchant: m, Over: m == ""}, o)
		})
		same(t, "refusals", sqlite, postgres, func(db *projections.DB, o projections.PageOptions) (projections.Page[refusals.Count], error) {
			return refusals.Daily(t.Context(), db, refusals.Filter{Merchant: m, From: "2024-04-01"}, o)
		})
		same(t, "rules", sqlite, postgres, func(db *projections.DB, o projections.PageOptions) (projections.Page[refusals.Total], error) {
			rows, asOf, err := refusals.ByRule(t.Context(), db, refusals.Filter{Merchant: m})
			return projections.Page[refusals.Total]{Rows: rows, AsOf: asOf}, err
		})
		same(t, "statistics", sqlite, postgres, func(db *projections.DB, o projections.PageOptions) (projections.Page[statistics.Day], error) {
			return statistics.Days(t.Context(), db, statistics.Filter{Merchant: m, Reasons: []string{"quality", "other"}}, o)
		})
		for _, by := range []string{statistics.ByDay, statistics.ByReason, statistics.ByRequester, statistics.ByMerchant} {
			same(t, "statistics by "+by, sqlite, postgres, func(db *projections.DB, o projections.PageOptions) (projections.Page[statistics.Day], error) {
				rows, asOf, err := statistics.Sum(t.Context(), db, statistics.Filter{Merchant: m}, by)
				return projections.Page[statistics.Day]{Rows: rows, AsOf: asOf}, err
			})
		}
	}
	for no := range s.Merchants()[1].Payouts {
		one, err1 := records.Show(t.Context(), sqlite, merchant, no)
		two, err2 := records.Show(t.Context(), postgres, merchant, no)
		if diff := cmp.Diff(one, two); diff != "" || err1 != nil || err2 != nil {
			t.Errorf("payout %s: %v, %v\n%s", no, err1, err2, diff)
		}
	}
}

// same walks through both lists page by page.
func same[R any](t *testing.T, what string, sqlite, postgres *projections.DB, list func(*projections.DB, projections.PageOptions) (projections.Page[R], error)) {
	t.Helper()
	rows := 0
	for o := (projections.PageOptions{Limit: 13}); ; {
		one, err := list(sqlite, o)
		if err != nil {
			t.Fatalf("%s on SQLite: %v", what, err)
		}
		two, err := list(postgres, o)
		if err != nil {
			t.Fatalf("%s on PostgreSQL: %v", what, err)
		}
		if diff := cmp.Diff(one, two); diff != "" {
			t.Fatalf("%s (-SQLite +PostgreSQL):\n%s", what, diff)
		}
		rows += len(one.Rows)
		if o.Cursor = one.Next; o.Cursor == "" {
			break
		}
	}
	if rows == 0 {
		t.Logf("%s: no rows", what)
	}
}

// A server that cuts its connections stops nothing for good.
func TestPostgresConnectionLoss(t *testing.T) {
	db := projtest.Postgres(t)(t, projections.Options{})
	log, s := story(t, 3, 2, 100)
	r, stop := projtest.Start(t, log, db, views(), projections.RunnerOptions{Gather: -1, Batch: 5})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for range 4 {
		if err := s.Play(30); err != nil {
			t.Fatal(err)
		}
		projtest.CutPostgres(t)
	}
	tail, _ := log.Tail(ctx)
	if err := r.WaitFor(ctx, tail); err != nil {
		t.Fatal(err)
	}
	stop()
	projtest.Same(t, log, db, views())
}

// What analysts' tools see: amounts with their decimal point, times as times.
func TestPostgresReports(t *testing.T) {
	db := projtest.Postgres(t)(t, projections.Options{})
	log, _ := story(t, 2, 3, 400)
	projtest.Run(t, log, db, views(), projections.RunnerOptions{})
	type line struct{ Payout, Amount, Total, RequestedAt, PaidAt string }
	err := db.Read(t.Context(), records.Name, func(r *projections.Reader) error {
		for _, v := range views() {
			for _, s := range v.Tables {
				rows, err := r.Count(s.Name)
				reported, err2 := r.Count(s.Name + "_report")
				if err != nil || err2 != nil || rows != reported {
					t.Errorf("%s has %d rows, its report %d; %v, %v", s.Name, rows, reported, err, err2)
				}
			}
		}
		lines := map[string]line{}
		for l, err := range projections.Select(r, func(l *line) []any { return []any{&l.Payout, &l.Amount, &l.Total, &l.RequestedAt, &l.PaidAt} },
			"SELECT payout_no, amount::text, coalesce(order_total::text, ''), to_char(requested_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),"+
				" coalesce(to_char(paid_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), '') FROM records_payouts_report") {
			if err != nil {
				return err
			}
			lines[l.Payout] = l
		}
		_, err := records.Each(t.Context(), db, records.Filter{}, func(rec records.Record) error {
			at := func(i projections.Instant) string {
				if i == 0 {
					return ""
				}
				return i.Time().Format("2006-01-02 15:04:05.000000")
			}
			want := line{rec.Payout, domain.Money{Minor: rec.Amount, Currency: domain.Currency(rec.Currency)}.Amount(), "", at(rec.RequestedAt), at(rec.PaidAt)}
			if rec.OrderTotal.Valid {
				want.Total = domain.Money{Minor: rec.OrderTotal.V, Currency: domain.Currency(rec.Currency)}.Amount()
			}
			if lines[rec.Payout] != want {
				t.Errorf("report has %+v, want %+v", lines[rec.Payout], want)
			}
			return nil
		})
		for currency, want := range map[string]string{"CNY": "12.34", "JPY": "1234", "KWD": "1.234", "CLF": "0.1234"} {
			var got []string
			got, err2 := projections.Collect(projections.Select(r, func(s *string) []any { return []any{s} },
				"SELECT ("+projections.ReportAmount("n")+")::text FROM (SELECT 1234::bigint AS n, ?::text AS currency) AS x", currency))
			if err2 != nil || len(got) != 1 || got[0] != want {
				t.Errorf("1234 minor units of %s are %v (%v), want %s", currency, got, err2, want)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPostgresKill(t *testing.T) {
	projtest.Postgres(t)
	log, _ := story(t, 7, 1, 150)
	projtest.Kill(t, log, views()[:3], projtest.Postgres, 7, kills(1))
}

func TestIncremental(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(3) {
		log, _ := story(t, seed, 3, 1000)
		t.Logf("seed %d: %d events", seed, log.Len())
		projtest.Incremental(t, log, views(), projtest.SQLite, seed)
		for typ, n := range log.Types() {
			seen[typ] += n
		}
	}
	for _, v := range views() {
		for _, typ := range v.Types {
			if seen[typ] == 0 {
				t.Errorf("no story has a %s, which view %s reads", typ, v.Name)
			}
		}
	}
}

// kills is how often each kind of statement is killed at; with AMENDS_TORTURE
// every statement is.
func kills(times int) int {
	if os.Getenv("AMENDS_TORTURE") != "" {
		return 0
	}
	return times
}

func TestKill(t *testing.T) {
	log, _ := story(t, 7, 1, 150)
	projtest.Kill(t, log, views(), projtest.SQLite, 7, kills(1))
}

func TestKillRebuild(t *testing.T) {
	log, _ := story(t, 8, 1, 120)
	projtest.KillRebuild(t, log, records.View(), projtest.SQLite, 8, kills(1))
}

func TestPostgresKillRebuild(t *testing.T) {
	projtest.Postgres(t)
	log, _ := story(t, 8, 1, 120)
	projtest.KillRebuild(t, log, wallet.View(), projtest.Postgres, 8, kills(1))
}

// Who reads for long holds up a rebuild, but neither other readers nor the tail.
func TestPostgresRebuildBesideALongReader(t *testing.T) {
	db := projtest.Postgres(t)(t, projections.Options{})
	log, s := story(t, 8, 1, 120)
	r, stop := projtest.Start(t, log, db, views(), projections.RunnerOptions{})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tail, _ := log.Tail(ctx)
	if err := r.WaitFor(ctx, tail); err != nil {
		t.Fatal(err)
	}
	rebuilt := make(chan error, 1)
	err := db.Read(ctx, records.Name, func(reader *projections.Reader) error {
		if _, err := reader.Count("records_payouts"); err != nil {
			return err
		}
		go func() { rebuilt <- r.Rebuild(ctx, records.Name) }()
		for began := time.Now(); time.Since(began) < 2*time.Second; {
			if err := s.Play(1); err != nil {
				return err
			}
			tail, _ := log.Tail(ctx)
			if err := r.WaitFor(ctx, tail); err != nil {
				return err
			}
			if _, err := records.Find(ctx, db, records.Filter{}, projections.PageOptions{}); err != nil {
				return err
			}
		}
		select {
		case err := <-rebuilt:
			t.Errorf("the rebuild took over under a reader: %v", err)
		default:
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-rebuilt; err != nil {
		t.Fatal(err)
	}
	tail, _ = log.Tail(ctx)
	if err := r.WaitFor(ctx, tail); err != nil {
		t.Fatal(err)
	}
	stop()
	projtest.Same(t, log, db, views())
}

// A third opinion: the state that decisions were taken in.
func TestViewsEqualTheDomain(t *testing.T) {
	log, s := story(t, 11, 3, 1500)
	db := projtest.SQLite(t)(t, projections.Options{})
	projtest.Run(t, log, db, views(), projections.RunnerOptions{})
	for _, m := range s.Merchants() {
		balances, err := wallet.Balances(t.Context(), db, m.ID, projections.PageOptions{})
		if err != nil || len(balances.Rows) != 1 {
			t.Fatalf("balances of %s: %v, %v", m.ID, balances.Rows, err)
		}
		b, w := balances.Rows[0], m.Wallet
		if b.Available != w.Available || b.Held != w.Held || b.Credited != w.Credited || b.Debited != w.Debited ||
			b.Paid != w.Paid || b.Returned != w.Returned || b.Currency != string(m.Profile.Currency) {
			t.Errorf("wallet of %s: view %+v, domain %+v", m.ID, b, w)
		}
		debts, err := wallet.Arrears(t.Context(), db, m.ID, projections.PageOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if owed := m.Arrears; len(debts.Rows) == 1 && debts.Rows[0].Amount != owed || len(debts.Rows) == 0 && owed != 0 {
			t.Errorf("arrears of %s: view %v, domain %d", m.ID, debts.Rows, owed)
		}
		standings, err := quota.Standings(t.Context(), db, quota.Filter{Merchant: m.ID}, m.At, projections.PageOptions{})
		if err != nil || len(standings.Rows) != len(m.Agents)+1 {
			t.Fatalf("quotas of %s: %d rows, %v", m.ID, len(standings.Rows), err)
		}
		for _, row := range standings.Rows {
			a := &m.Owner
			if row.Role == quota.Agent {
				a = m.Agents[row.Account.Account]
			}
			if row.Day != a.Day.Period || row.DayAmount != a.Day.Amount || row.DayCount != int64(a.Day.Count) ||
				row.Month != a.Month.Period || row.MonthAmount != a.Month.Amount || row.MonthCount != int64(a.Month.Count) {
				t.Errorf("use of %s by %s: view %+v, domain %+v %+v", m.ID, row.Account.Account, row.Account, a.Day, a.Month)
			}
			if enabled := a.Quota != nil && a.Quota.Enabled; (row.State == quota.Enabled) != enabled {
				t.Errorf("quota of %s for %s: view %s, domain %+v", m.ID, row.Account.Account, row.State, a.Quota)
			}
		}
		for no, p := range m.Payouts {
			story, err := records.Show(t.Context(), db, m.ID, no)
			if err != nil {
				t.Fatal(err)
			}
			if story.Status != string(p.State) || story.Amount != p.Money.Minor || story.OrderNo != p.Order || story.Dispute != p.Dispute ||
				story.Recovered != p.Recovered || !story.RequestedAt.Time().Equal(p.RequestedAt) || (story.HeldBack != "") != p.HeldBack {
				t.Errorf("payout %s: view %+v, domain %+v", no, story.Record, p)
			}
			if last := story.Steps[len(story.Steps)-1]; last.Status != story.Status {
				t.Errorf("payout %s is %s, its history ends with %s", no, story.Status, last.Status)
			}
		}
	}
}
