package refusals_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/projtest"
	"github.com/amends-ledger/amends/projections/refusals"
)

func TestByRule(t *testing.T) {
	log := projtest.NewLog()
	story, err := projtest.NewStory(4, log, 3)
	if err != nil {
		t.Fatal(err)
	}
	if err := story.Play(1500); err != nil {
		t.Fatal(err)
	}
	db := projtest.SQLite(t)(t, projections.Options{})
	projtest.Run(t, log, db, []*projections.View{refusals.View()}, projections.RunnerOptions{})

	// Straight from the log: which rule decided how many requests, on what sum.
	want := map[string]refusals.Total{}
	for r, err := range log.ReadAll(t.Context(), 0, eventstore.Filter{Types: []string{"PayoutRefused"}}, 0) {
		if err != nil {
			t.Fatal(err)
		}
		e, err := projections.Decode(r)
		if err != nil {
			t.Fatal(err)
		}
		b := e.Body.(domain.PayoutRefused)
		rule, currency := string(b.Failures[0].Rule), string(b.Money.Currency)
		total := want[rule+currency]
		total.Rule, total.Currency = rule, currency
		total.Decided++
		total.Asked += b.Money.Minor
		want[rule+currency] = total
	}
	got, asOf, err := refusals.ByRule(t.Context(), db, refusals.Filter{Commands: []string{refusals.RequestPayout}})
	if err != nil {
		t.Fatal(err)
	}
	if tail, _ := log.Tail(t.Context()); asOf != tail {
		t.Errorf("as of %d, the log ends at %d", asOf, tail)
	}
	for i, g := range got {
		if i > 0 && g.Decided > got[i-1].Decided {
			t.Errorf("%s decided more often than %s before it", g.Rule, got[i-1].Rule)
		}
		if g.Listed < g.Decided {
			t.Errorf("%s decided %d times and was listed %d times", g.Rule, g.Decided, g.Listed)
		}
		w := want[g.Rule+g.Currency] // its zero value if it never decided
		w.Rule, w.Currency, w.Listed = g.Rule, g.Currency, g.Listed
		if diff := cmp.Diff(w, g); diff != "" {
			t.Errorf("-log +view:\n%s", diff)
		}
		delete(want, g.Rule+g.Currency)
	}
	if len(want) > 0 || len(got) < 5 {
		t.Errorf("%d rules, without %v", len(got), want)
	}

	// Filters cut what the days have.
	merchant := story.Merchants()[0].ID
	f := refusals.Filter{Merchant: merchant, From: "2024-04-01", To: "2024-06-30", Actor: "agent/ann", Rules: []string{"QUOTA_EXCEEDED", "DUPLICATE_SUSPECTED"}}
	all, err := refusals.Daily(t.Context(), db, refusals.Filter{}, projections.PageOptions{Limit: projections.MaxPage})
	if err != nil || all.Next != "" {
		t.Fatalf("%v, next %q", err, all.Next)
	}
	wantRows := slices.DeleteFunc(slices.Clone(all.Rows), func(c refusals.Count) bool {
		return c.Merchant != merchant || c.Day < f.From || c.Day > f.To || c.Actor != f.Actor || !slices.Contains(f.Rules, c.Rule)
	})
	some, err := refusals.Daily(t.Context(), db, f, projections.PageOptions{Limit: projections.MaxPage})
	if err != nil || len(wantRows) == 0 {
		t.Fatalf("%v; %d rows expected", err, len(wantRows))
	}
	if diff := cmp.Diff(wantRows, some.Rows); diff != "" {
		t.Errorf("filtered (-want +got):\n%s", diff)
	}
}
