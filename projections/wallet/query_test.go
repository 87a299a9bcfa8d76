package wallet_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/projtest"
	"github.com/amends-ledger/amends/projections/wallet"
)

// Entries tell each balance step by step, holds add up to what is held, and the
// equation of the books holds at every entry.
func TestBooks(t *testing.T) {
	log := projtest.NewLog()
	story, err := projtest.NewStory(6, log, 4)
	if err != nil {
		t.Fatal(err)
	}
	if err := story.Play(2000); err != nil {
		t.Fatal(err)
	}
	db := projtest.SQLite(t)(t, projections.Options{})
	projtest.Run(t, log, db, []*projections.View{wallet.View()}, projections.RunnerOptions{})

	all, err := wallet.Balances(t.Context(), db, "", projections.PageOptions{})
	if err != nil || len(all.Rows) != 4 {
		t.Fatalf("balances: %v, %v", all.Rows, err)
	}
	kinds := map[string]int{}
	for _, b := range all.Rows {
		var got wallet.Balance
		got.Merchant, got.Currency = b.Merchant, b.Currency
		sums := map[string]int64{}
		_, err := wallet.EachEntry(t.Context(), db, wallet.EntryFilter{Merchant: b.Merchant}, func(e wallet.Entry) error {
			kinds[e.Kind]++
			sums[e.Kind] += e.Amount
			if e.Position <= got.Position || e.Amount <= 0 {
				t.Errorf("entry %+v after position %d", e, got.Position)
			}
			available := sums["credit"] - sums["debit"] - sums["hold"] + sums["release"] + sums["return"]
			held := sums["hold"] - sums["release"] - sums["pay"]
			if e.Available != available || e.Held != held || available < 0 || held < 0 {
				t.Errorf("entry %+v: the entries up to it say available %d, held %d", e, available, held)
			}
			got.Available, got.Held, got.Position, got.Revision, got.EffectiveAt = e.Available, e.Held, e.Position, e.Revision, e.EffectiveAt
			got.Entries++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		got.Credited, got.Debited, got.Paid, got.Returned = sums["credit"], sums["debit"], sums["pay"], sums["return"]
		if diff := cmp.Diff(got, b); diff != "" {
			t.Errorf("balance of %s (-entries +balance):\n%s", b.Merchant, diff)
		}
		holds, err := wallet.Holds(t.Context(), db, b.Merchant, projections.PageOptions{Limit: projections.MaxPage})
		if err != nil {
			t.Fatal(err)
		}
		var held int64
		for _, h := range holds.Rows {
			held += h.Amount
		}
		if held != b.Held {
			t.Errorf("holds of %s add up to %d, its balance says %d", b.Merchant, held, b.Held)
		}
	}
	for _, k := range []string{wallet.Credit, wallet.Debit, wallet.Hold, wallet.Release, wallet.Pay, wallet.Return} {
		if kinds[k] == 0 {
			t.Errorf("the story has no %s", k)
		}
	}
}

func TestEntryFilter(t *testing.T) {
	log := projtest.NewLog()
	story, err := projtest.NewStory(6, log, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := story.Play(600); err != nil {
		t.Fatal(err)
	}
	db := projtest.SQLite(t)(t, projections.Options{})
	projtest.Run(t, log, db, []*projections.View{wallet.View()}, projections.RunnerOptions{})
	var all []wallet.Entry
	if _, err := wallet.EachEntry(t.Context(), db, wallet.EntryFilter{}, func(e wallet.Entry) error {
		all = append(all, e)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	mid := all[len(all)/2]
	for name, tc := range map[string]struct {
		f    wallet.EntryFilter
		want func(e wallet.Entry) bool
	}{
		"kinds":  {wallet.EntryFilter{Kinds: []string{"credit", "pay"}}, func(e wallet.Entry) bool { return e.Kind == "credit" || e.Kind == "pay" }},
		"time":   {wallet.EntryFilter{From: mid.EffectiveAt.Time()}, func(e wallet.Entry) bool { return e.EffectiveAt >= mid.EffectiveAt }},
		"until":  {wallet.EntryFilter{To: mid.EffectiveAt.Time()}, func(e wallet.Entry) bool { return e.EffectiveAt < mid.EffectiveAt }},
		"after":  {wallet.EntryFilter{After: 300}, func(e wallet.Entry) bool { return e.Position > 300 }},
		"payout": {wallet.EntryFilter{Payout: mid.Payout, Merchant: mid.Merchant}, func(e wallet.Entry) bool { return e.Payout == mid.Payout && e.Merchant == mid.Merchant }},
	} {
		var want, got []wallet.Entry
		for i := len(all) - 1; i >= 0; i-- { // the latest first, as pages are
			if tc.want(all[i]) {
				want = append(want, all[i])
			}
		}
		for o := (projections.PageOptions{Limit: 7}); ; {
			page, err := wallet.Entries(t.Context(), db, tc.f, o)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, page.Rows...)
			if o.Cursor = page.Next; o.Cursor == "" {
				break
			}
		}
		if len(want) == 0 || len(want) == len(all) {
			t.Errorf("%s: %d of %d entries: the case proves nothing", name, len(want), len(all))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
