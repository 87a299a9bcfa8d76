package projtest_test

import (
	"os"
	"testing"

	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/projtest"
	"github.com/amends-ledger/amends/projections/quota"
	"github.com/amends-ledger/amends/projections/records"
	"github.com/amends-ledger/amends/projections/wallet"
)

func views() []*projections.View {
	return []*projections.View{wallet.View(), quota.View(), records.View()}
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

// AMENDS_TORTURE kills at every statement instead of at every kind of statement.
func TestKill(t *testing.T) {
	log, _ := story(t, 7, 1, 150)
	projtest.Kill(t, log, views(), projtest.SQLite, 7, os.Getenv("AMENDS_TORTURE") != "")
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
