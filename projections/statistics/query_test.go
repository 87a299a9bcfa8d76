package statistics_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/projtest"
	"github.com/amends-ledger/amends/projections/records"
	"github.com/amends-ledger/amends/projections/statistics"
)

// The sums are those of the records, whichever way they are grouped.
func TestSumsEqualTheRecords(t *testing.T) {
	log := projtest.NewLog()
	story, err := projtest.NewStory(13, log, 3)
	if err != nil {
		t.Fatal(err)
	}
	if err := story.Play(1200); err != nil {
		t.Fatal(err)
	}
	db := projtest.SQLite(t)(t, projections.Options{})
	projtest.Run(t, log, db, []*projections.View{statistics.View(), records.View()}, projections.RunnerOptions{})
	one := story.Merchants()[0].ID
	for _, tc := range []struct {
		by     string
		filter statistics.Filter
		group  func(r records.Record) string
		keep   func(r records.Record) bool
	}{
		{statistics.ByReason, statistics.Filter{}, func(r records.Record) string { return r.Reason }, nil},
		{statistics.ByRequester, statistics.Filter{Merchant: one}, func(r records.Record) string { return r.RequestedBy },
			func(r records.Record) bool { return r.Merchant == one }},
		{statistics.ByMerchant, statistics.Filter{Reasons: []string{"quality", "other"}, Currency: "CNY"}, func(r records.Record) string { return r.Merchant },
			func(r records.Record) bool {
				return (r.Reason == "quality" || r.Reason == "other") && r.Currency == "CNY"
			}},
	} {
		t.Run(tc.by, func(t *testing.T) {
			want := map[string]*statistics.Day{}
			if _, err := records.Each(t.Context(), db, records.Filter{}, func(r records.Record) error {
				if tc.keep != nil && !tc.keep(r) {
					return nil
				}
				k := tc.group(r) + "/" + r.Currency
				d := want[k]
				if d == nil {
					d = &statistics.Day{}
					want[k] = d
				}
				add := func(into *statistics.Tally) { into.Count, into.Amount = into.Count+1, into.Amount+r.Amount }
				outcomes := map[string]*statistics.Tally{
					"REFUSED": &d.Refused, "PAID": &d.Paid, "FAILED": &d.Failed, "CANCELLED": &d.Cancelled,
					"REJECTED": &d.Rejected, "EXPIRED": &d.Expired, "RETURNED": &d.Returned,
				}
				if into := outcomes[r.Status]; into != nil {
					add(into)
				} else {
					add(&d.Open)
				}
				if r.Status != "REFUSED" {
					add(&d.Accepted)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			rows, _, err := statistics.Sum(t.Context(), db, tc.filter, tc.by)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]*statistics.Day{}
			for _, d := range rows {
				k := d.Day + d.Reason + d.RequestedBy + d.Merchant + "/" + d.Currency
				d.Day, d.Reason, d.RequestedBy, d.Merchant, d.Currency = "", "", "", "", ""
				got[k] = &d
			}
			if len(want) < 2 {
				t.Fatalf("%d groups prove little", len(want))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-records +statistics:\n%s", diff)
			}
		})
	}
	if _, _, err := statistics.Sum(t.Context(), db, statistics.Filter{}, "1; DROP TABLE x"); err == nil {
		t.Error("a grouping that is none was accepted")
	}
	days, err := statistics.Days(t.Context(), db, statistics.Filter{Merchant: one, From: "2024-04-01", To: "2024-04-30"}, projections.PageOptions{})
	if err != nil || len(days.Rows) == 0 {
		t.Fatalf("days of April: %v, %v", days.Rows, err)
	}
	for _, d := range days.Rows {
		if d.Merchant != one || d.Day < "2024-04-01" || d.Day > "2024-04-30" {
			t.Errorf("the filter let through %+v", d)
		}
		if sum := d.Open.Count + d.Paid.Count + d.Failed.Count + d.Cancelled.Count + d.Rejected.Count + d.Expired.Count + d.Returned.Count; sum != d.Accepted.Count {
			t.Errorf("outcomes of %+v add up to %d", d, sum)
		}
	}
}
