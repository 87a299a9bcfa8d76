package quota

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/projtest"
)

// When a day begins, where clocks are changed: each answer is worked out by hand
// from the zone's rules.
func TestStartOfDay(t *testing.T) {
	for _, tc := range []struct {
		zone, date, want string
	}{
		{"UTC", "2024-02-29", "2024-02-29T00:00:00Z"},
		{"Asia/Shanghai", "2024-03-01", "2024-02-29T16:00:00Z"},
		{"Europe/London", "2011-03-27", "2011-03-27T00:00:00Z"},     // changes at 01:00
		{"Europe/London", "2011-03-28", "2011-03-27T23:00:00Z"},     // the day after
		{"Europe/London", "2011-10-30", "2011-10-29T23:00:00Z"},     // changes at 02:00
		{"Asia/Beirut", "2022-03-27", "2022-03-26T22:00:00Z"},       // 00:00 does not exist: 01:00 is the first
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"}, // likewise
		{"America/Havana", "2022-11-06", "2022-11-06T04:00:00Z"},    // 00:00 comes, then 01:00 turns back to 00:00
		{"America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z"}, // 24:00 turns back to 23:00: only then it begins
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},      // the 30th was left out
	} {
		zone, err := time.LoadLocation(tc.zone)
		if err != nil {
			t.Fatal(err)
		}
		date, _ := time.Parse(time.DateOnly, tc.date)
		got := startOfDay(date.Year(), date.Month(), date.Day(), zone).Format(time.RFC3339)
		if got != tc.want {
			t.Errorf("%s in %s begins at %s, want %s", tc.date, tc.zone, got, tc.want)
		}
	}
}

func limit(n int64) projections.Null { return projections.Null{V: n, Valid: true} }

func TestStanding(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	a := Account{
		DailyAmount: limit(100_00), DailyCount: limit(3),
		Day: "2024-03-31", DayAmount: 120_00, DayCount: 2, Month: "2024-03", MonthAmount: 300_00, MonthCount: 9,
	}
	at := time.Date(2024, 3, 31, 15, 59, 59, 0, time.UTC) // 23:59:59 in Shanghai
	s := stand(a, at, shanghai)
	want := Window{
		Period: "2024-03-31", Used: 120_00, Count: 2, Limit: limit(100_00), MaxCount: limit(3),
		ResetsAt: time.Date(2024, 3, 31, 16, 0, 0, 0, time.UTC),
	}
	if diff := cmp.Diff(want, s.Today); diff != "" {
		t.Errorf("today (-want +got):\n%s", diff)
	}
	if left, ok := s.Today.Left(); left != 0 || !ok { // the limit was lowered since
		t.Errorf("left %d, %v", left, ok)
	}
	if left, ok := s.Today.CountLeft(); left != 1 || !ok {
		t.Errorf("count left %d, %v", left, ok)
	}
	if _, ok := s.ThisMonth.Left(); ok || s.ThisMonth.Used != 300_00 || s.ThisMonth.ResetsAt != want.ResetsAt {
		t.Errorf("this month: %+v", s.ThisMonth)
	}
	s = stand(a, at.Add(time.Second), shanghai)
	if s.Today.Used != 0 || s.Today.Count != 0 || s.Today.Period != "2024-04-01" || s.ThisMonth.Used != 0 {
		t.Errorf("a second later: %+v, %+v", s.Today, s.ThisMonth)
	}
	if left, _ := s.Today.Left(); left != 100_00 {
		t.Errorf("a second later %d are left", left)
	}
	// The merchant moved to a zone further west: its latest day is tomorrow there,
	// and what was used of it counts.
	s = stand(a, time.Date(2024, 3, 31, 2, 0, 0, 0, time.UTC), time.FixedZone("west", -11*3600))
	if s.Today.Period != "2024-03-30" || s.Today.Used != 120_00 {
		t.Errorf("further west: %+v", s.Today)
	}
}

// What the windows say adds up with the history of periods.
func TestUsesAddUp(t *testing.T) {
	log := projtest.NewLog()
	story, err := projtest.NewStory(8, log, 3)
	if err != nil {
		t.Fatal(err)
	}
	if err := story.Play(1500); err != nil {
		t.Fatal(err)
	}
	db := projtest.SQLite(t)(t, projections.Options{})
	projtest.Run(t, log, db, []*projections.View{View()}, projections.RunnerOptions{})
	checked := 0
	for _, m := range story.Merchants() {
		page, err := Standings(t.Context(), db, Filter{Merchant: m.ID, Agents: true, Present: true}, m.At, projections.PageOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range page.Rows {
			if s.Role != Agent || s.Removed != 0 {
				t.Errorf("the filter let through %+v", s.Account)
			}
			for _, window := range []struct {
				kind string
				Window
			}{{Daily, s.Today}, {Monthly, s.ThisMonth}} {
				uses, err := Uses(t.Context(), db, UseFilter{
					Merchant: m.ID, Account: s.Account.Account, Kind: window.kind, From: window.Period,
				}, projections.PageOptions{})
				if err != nil {
					t.Fatal(err)
				}
				var amount, count int64
				for _, u := range uses.Rows {
					amount, count = u.Amount, u.Count
				}
				if amount != window.Used || count != window.Count {
					t.Errorf("%s of %s in %s: window says %d (%d), history %d (%d)",
						s.Account.Account, m.ID, window.Period, window.Used, window.Count, amount, count)
				}
				if count > 0 {
					checked++
				}
			}
		}
	}
	if checked == 0 {
		t.Error("nothing was used in any current period: the story proves nothing")
	}
}
