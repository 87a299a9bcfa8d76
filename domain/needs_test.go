package domain

import (
	"reflect"
	"slices"
	"testing"
)

// TestNeeds: whatever command names a payout or an order needs it.
func TestNeeds(t *testing.T) {
	for _, c := range allCommands {
		v := reflect.New(reflect.TypeOf(c)).Elem()
		fill(v, "")
		filled := v.Interface().(Command)
		var want []ColdKey
		if no := v.FieldByName("OrderNo"); no.IsValid() {
			want = append(want, ColdKey{ColdOrder, no.String()})
		}
		if customer := v.FieldByName("Customer"); customer.IsValid() {
			want = append(want, ColdKey{ColdCustomer, customer.Interface().(*Subject).Pseudonym})
		}
		if no := v.FieldByName("Payout"); no.IsValid() && CommandName(c) != "CountPhoneSend" { // in the phone's stream
			want = append(want, ColdKey{ColdPayout, no.String()})
		}
		if got := Needs(filled); !slices.Equal(got, want) {
			t.Errorf("%s needs %v, want %v", CommandName(c), got, want)
		}
		if got := Needs(c); slices.ContainsFunc(got, func(k ColdKey) bool { return k.ID == "" }) {
			t.Errorf("an empty %s needs %v", CommandName(c), got)
		}
	}
	facts := RequestPayout{PayoutTerms{Order: &OrderFacts{ID: "O7"}}} // named by its facts alone
	if got := Needs(facts); !slices.Equal(got, []ColdKey{{ColdOrder, "O7"}}) {
		t.Errorf("needs %v", got)
	}
}

// An order that was not recalled is the caller's mistake, and said so: guessing
// would lose what it used of its limits.
func TestNotRecalled(t *testing.T) {
	for _, c := range []Command{
		RecordReturned{Payout: PayoutNo(commandID("p1"))},
		ResolveDispute{Payout: PayoutNo(commandID("p1")), Dispute: DisputeID(PayoutNo(commandID("p1")), 1), Outcome: DisputeUpheld,
			Recovered: &Money{1, "CNY"}},
	} {
		w := newWorld(t)
		w.open(Policy{}, "100.00")
		no, _ := w.request("p1", byOwner, w.terms("5.00"))
		w.pay(no)
		w.do(OpenDispute{Payout: no}, byOwner)
		w.m.Retire(100)
		w.m.Retire(100)
		if w.m.Holds(ColdKey{ColdOrder, "O1"}) {
			t.Fatal("the order is still in memory")
		}
		p := w.kept[ColdKey{ColdPayout, no}]
		if p.Data == nil {
			t.Fatal("the payout was not retired")
		}
		if err := w.m.Recall(p); err != nil {
			t.Fatal(err)
		}
		if got, want := w.m.NeedsMore(c), []ColdKey{{ColdOrder, "O1"}}; !slices.Equal(got, want) {
			t.Errorf("needs %v more, want %v", got, want)
		}
		_, _, err := Decide(w.m, c, w.meta(byPlatform, "x"), nil)
		if want := "order O1 of payout " + no + " was not recalled"; err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", CommandName(c), err, want)
		}
	}
}
