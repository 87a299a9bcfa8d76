package records_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/projtest"
	"github.com/amends-ledger/amends/projections/records"
)

// played is a view of a story, and all its records in the order of the log.
func played(t *testing.T) (*projections.DB, []records.Record) {
	t.Helper()
	log := projtest.NewLog()
	s, err := projtest.NewStory(5, log, 3)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Play(1200); err != nil {
		t.Fatal(err)
	}
	db := projtest.SQLite(t)(t, projections.Options{})
	projtest.Run(t, log, db, []*projections.View{records.View()}, projections.RunnerOptions{})
	var all []records.Record
	asOf, err := records.Each(t.Context(), db, records.Filter{}, func(r records.Record) error {
		all = append(all, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if tail, _ := log.Tail(t.Context()); asOf != tail || len(all) < 200 {
		t.Fatalf("%d records as of %d, the log ends at %d", len(all), asOf, tail)
	}
	return db, all
}

func TestFilters(t *testing.T) {
	db, all := played(t)
	mid := all[len(all)/2]
	known := all[slices.IndexFunc(all, func(r records.Record) bool { return r.Customer != "" })]
	from, to := mid.RequestedAt.Time(), mid.RequestedAt.Time().Add(30*24*time.Hour)
	for _, tc := range []struct {
		name   string
		filter records.Filter
		want   func(r records.Record) bool
	}{
		{"all", records.Filter{}, func(records.Record) bool { return true }},
		{"merchant", records.Filter{Merchant: mid.Merchant}, func(r records.Record) bool { return r.Merchant == mid.Merchant }},
		{"time", records.Filter{From: from, To: to}, func(r records.Record) bool {
			at := r.RequestedAt.Time()
			return !at.Before(from) && at.Before(to)
		}},
		{"status", records.Filter{Statuses: []string{"PAID", "REFUSED"}}, func(r records.Record) bool {
			return r.Status == "PAID" || r.Status == "REFUSED"
		}},
		{"failure code", records.Filter{FailureCodes: []string{"AMOUNT_ABOVE_MAX"}}, func(r records.Record) bool { return r.FailureCode == "AMOUNT_ABOVE_MAX" }},
		{"reason", records.Filter{Reasons: []string{"quality"}}, func(r records.Record) bool { return r.Reason == "quality" }},
		{"entry", records.Filter{Entries: []string{"batch"}}, func(r records.Record) bool { return r.Entry == "batch" }},
		{"agent", records.Filter{Agent: "=bob"}, func(r records.Record) bool { return r.RequestedBy == "agent/=bob" }},
		{"requested by", records.Filter{RequestedBy: "owner/boss"}, func(r records.Record) bool { return r.RequestedBy == "owner/boss" }},
		{"customer", records.Filter{Customer: known.Customer}, func(r records.Record) bool { return r.Customer == known.Customer }},
		{"currency", records.Filter{Currency: "USD"}, func(r records.Record) bool { return r.Currency == "USD" }},
		{"amount", records.Filter{MinAmount: 10_00, MaxAmount: 20_00}, func(r records.Record) bool { return r.Amount >= 10_00 && r.Amount <= 20_00 }},
		{"payout", records.Filter{Payout: mid.Payout}, func(r records.Record) bool { return r.Payout == mid.Payout }},
		{"order", records.Filter{Order: "o-7"}, func(r records.Record) bool { return r.OrderNo == "o-7" }},
		{"external", records.Filter{External: "=1+1"}, func(r records.Record) bool { return r.External == "=1+1" }},
		{"search for an order", records.Filter{Search: "o-7"}, func(r records.Record) bool { return r.OrderNo == "o-7" }},
		{"search for a payout", records.Filter{Search: mid.Payout}, func(r records.Record) bool { return r.Payout == mid.Payout }},
		{"search for a claim", records.Filter{Search: "+CLAIM-7"}, func(r records.Record) bool { return r.External == "+CLAIM-7" }},
		{"behind a position", records.Filter{After: 900}, func(r records.Record) bool { return r.Position > 900 }},
		{"several", records.Filter{Merchant: mid.Merchant, Statuses: []string{"PAID"}, MaxAmount: 30_00}, func(r records.Record) bool {
			return r.Merchant == mid.Merchant && r.Status == "PAID" && r.Amount <= 30_00
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var want []records.Record
			for _, r := range all {
				if tc.want(r) {
					want = append(want, r)
				}
			}
			if len(want) == 0 {
				t.Fatal("the story has no such record: the case proves nothing")
			}
			var streamed []records.Record
			_, err := records.Each(t.Context(), db, tc.filter, func(r records.Record) error {
				streamed = append(streamed, r)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, streamed); diff != "" {
				t.Errorf("streamed (-want +got):\n%s", diff)
			}
			// As pages: the latest application first.
			slices.SortFunc(want, func(a, b records.Record) int {
				if a.RequestedAt != b.RequestedAt {
					return int(min(max(b.RequestedAt-a.RequestedAt, -1), 1))
				}
				return int(b.RequestedPosition - a.RequestedPosition)
			})
			var paged []records.Record
			for o := (projections.PageOptions{Limit: 17}); ; {
				page, err := records.Find(t.Context(), db, tc.filter, o)
				if err != nil {
					t.Fatal(err)
				}
				paged = append(paged, page.Rows...)
				if o.Cursor = page.Next; o.Cursor == "" {
					break
				}
			}
			if diff := cmp.Diff(want, paged); diff != "" {
				t.Errorf("paged (-want +got):\n%s", diff)
			}
		})
	}
}

func TestShow(t *testing.T) {
	db, all := played(t)
	statuses := map[string]bool{}
	for _, r := range all {
		statuses[r.Status] = true
		s, err := records.Show(t.Context(), db, r.Merchant, r.Payout)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, s.Record); diff != "" {
			t.Fatalf("record of %s (-list +show):\n%s", r.Payout, diff)
		}
		if s.Steps[0].Position != r.RequestedPosition || s.Steps[0].Actor != r.RequestedBy {
			t.Errorf("%s begins with %+v", r.Payout, s.Steps[0])
		}
		for i, step := range s.Steps[1:] {
			if step.Position <= s.Steps[i].Position || step.EffectiveAt < s.Steps[i].EffectiveAt {
				t.Errorf("%s: step %+v is not after %+v", r.Payout, step, s.Steps[i])
			}
		}
	}
	for _, want := range []string{"PAID", "FAILED", "CANCELLED", "EXPIRED", "REJECTED", "RETURNED", "REFUSED"} {
		if !statuses[want] {
			t.Errorf("the story has no record that is %s", want)
		}
	}
	paid := all[slices.IndexFunc(all, func(r records.Record) bool { return r.Status == "PAID" && r.ConfirmMethod == "sms" })]
	s, err := records.Show(t.Context(), db, "", paid.Payout)
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, step := range s.Steps {
		types = append(types, step.Type)
	}
	for _, want := range []string{"PayoutRequested", "SMSChallengeIssued", "SMSAttempted", "SMSConfirmed", "PayoutAuthorized", "PayoutSubmitted", "PayoutPaid"} {
		if !slices.Contains(types, want) {
			t.Errorf("the story of %s has no %s: %v", paid.Payout, want, types)
		}
	}
	if _, err := records.Show(t.Context(), db, "another", paid.Payout); !errors.Is(err, records.ErrNotFound) {
		t.Errorf("another merchant's payout: got %v, want %v", err, records.ErrNotFound)
	}
	if _, err := records.Show(t.Context(), db, "", "P0"); !errors.Is(err, records.ErrNotFound) {
		t.Errorf("a payout that never was: got %v, want %v", err, records.ErrNotFound)
	}
}
