package exposure_test

import (
	"errors"
	"testing"

	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/exposure"
	"github.com/amends-ledger/amends/projections/projtest"
)

// The view says what the domain's own guard says.
func TestExposureEqualsTheDomain(t *testing.T) {
	log := projtest.NewLog()
	story, err := projtest.NewStory(9, log, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := story.Play(2000); err != nil {
		t.Fatal(err)
	}
	db := projtest.SQLite(t)(t, projections.Options{})
	projtest.Run(t, log, db, []*projections.View{exposure.View()}, projections.RunnerOptions{})
	over, suspicious := 0, 0
	for _, m := range story.Merchants() {
		for no := range m.Orders {
			want, _ := m.Exposure(no)
			got, err := exposure.Show(t.Context(), db, m.ID, no)
			if err != nil {
				t.Fatal(err)
			}
			remaining, known := got.Remaining()
			if got.Paid != want.Paid.Minor || got.Refunded() != want.Refunded.Minor || got.Compensated != want.Compensated.Minor ||
				got.Order.Payouts != int64(want.Payouts) || known && remaining != want.Remaining.Minor {
				t.Errorf("order %s of %s: view %+v, domain %+v", no, m.ID, got.Order, want)
			}
			var compensated, refunded int64
			for _, p := range got.PayoutList {
				compensated += p.Amount
			}
			for _, r := range got.Refunds {
				refunded += r.Amount
			}
			if compensated != got.Compensated || refunded != got.Observed || len(got.PayoutList) != want.Payouts ||
				int64(len(got.Warnings)) != got.Suspicions {
				t.Errorf("order %s of %s does not add up: %+v", no, m.ID, got)
			}
			if known && remaining < 0 {
				over++
			}
			if got.Suspicions > 0 {
				suspicious++
			}
		}
	}
	for name, tc := range map[string]struct {
		f    exposure.Filter
		want int
	}{"over": {exposure.Filter{Over: true}, over}, "suspicious": {exposure.Filter{Suspicious: true}, suspicious}} {
		page, err := exposure.Orders(t.Context(), db, tc.f, projections.PageOptions{Limit: projections.MaxPage})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Rows) != tc.want || tc.want == 0 {
			t.Errorf("%s: %d orders, want %d (and some)", name, len(page.Rows), tc.want)
		}
	}
	if _, err := exposure.Show(t.Context(), db, "shop 0/甲", "none"); !errors.Is(err, exposure.ErrNotFound) {
		t.Errorf("an order that nobody knows: got %v", err)
	}
}
