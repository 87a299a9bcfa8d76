package domain

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// paidMerchant has n payouts that are paid, each on its own order and customer.
func paidMerchant(t testing.TB, n int) *world {
	w := newWorld(t)
	w.retire = 0 // the tests do it
	w.open(Policy{}, "100000.00")
	for i := range n {
		terms := PayoutTerms{
			Money: w.money("1.00"), Reason: "other", Entry: "cli", OrderNo: fmt.Sprint("O", i),
			Customer: &Subject{Pseudonym: fmt.Sprint("c", i)},
		}
		no, _ := w.request(fmt.Sprint("p", i), byOwner, terms)
		w.pay(no)
	}
	return w
}

func TestRetireOldestFirst(t *testing.T) {
	w := paidMerchant(t, 3)
	for i := range 3 {
		var got []string
		for _, c := range w.cold.Retire(3) {
			got = append(got, c.Kind+" "+strings.Replace(c.ID, PayoutNo(commandID(fmt.Sprint("p", i))), fmt.Sprint("p", i), 1))
		}
		want := fmt.Sprintf("[payout p%d order O%d customer c%d]", i, i, i)
		if fmt.Sprint(got) != want {
			t.Errorf("left: %v, want %s", got, want)
		}
	}
	if more := w.cold.Retire(3); more != nil {
		t.Errorf("left: %v, but nothing was there", more)
	}
	if n := len(w.cold.Payouts) + len(w.cold.Orders) + len(w.cold.Customers); n > 0 {
		t.Errorf("%d records stayed", n)
	}
}

// What was used lately gets a second turn; what is open does not leave, and does
// so once it is closed.
func TestRetireSparesWhatIsUsed(t *testing.T) {
	w := paidMerchant(t, 2)
	used := w.terms("1.00")
	used.Order, used.OrderNo, used.Customer = nil, "O0", &Subject{Pseudonym: "c0"}
	no, _ := w.request("again", byOwner, used)
	left := map[string]bool{}
	cold := w.cold.Retire(100)
	w.keep(cold)
	for _, c := range cold {
		left[c.Kind+" "+c.ID] = true
	}
	for name, want := range map[string]bool{
		"order O0": false, "customer c0": false, "order O1": true, "customer c1": true,
		"payout " + no: false, "payout " + PayoutNo(commandID("p0")): true,
	} {
		if left[name] != want {
			t.Errorf("%s left: %t, want %t", name, left[name], want)
		}
	}
	w.do(CancelPayout{Payout: no}, byOwner)
	cold = w.cold.Retire(100)
	if len(cold) != 3 {
		t.Errorf("%v left after it was closed, want payout, order and customer", cold)
	}
	w.keep(cold)
	w.recallAll()
}

// An order that nothing but refunds are known of leaves as well.
func TestRetireObservedRefund(t *testing.T) {
	w := paidMerchant(t, 0)
	w.do(ObserveRefund{OrderNo: "O7", Money: w.money("1.00"), Reference: "r1"}, byPlatform)
	cold := w.cold.Retire(10)
	if len(cold) != 1 || cold[0].ID != "O7" {
		t.Fatalf("%v left", cold)
	}
	w.keep(cold)
	w.do(ObserveRefund{OrderNo: "O7", Money: w.money("1.00"), Reference: "r2"}, byPlatform)
	if o := w.cold.Orders["O7"]; o == nil || o.Refunded != 200 {
		t.Errorf("after it came back: %+v", o)
	}
	if n := len(w.cold.Retire(10)) + len(w.cold.Retire(10)); n != 1 {
		t.Errorf("%d left again", n)
	}
}

func TestRecallTwice(t *testing.T) {
	w := paidMerchant(t, 1)
	cold := w.cold.Retire(100)
	if len(cold) != 3 {
		t.Fatalf("%d records left", len(cold))
	}
	for range 2 {
		for _, c := range cold {
			if err := w.cold.Recall(c); err != nil {
				t.Fatal(err)
			}
			if !w.cold.Holds(ColdKey{c.Kind, c.ID}) {
				t.Errorf("%s %s is not there", c.Kind, c.ID)
			}
		}
	}
	if w.cold.Idle() != 3 {
		t.Errorf("%d records can leave, want 3", w.cold.Idle())
	}
	if w.cold.Holds(ColdKey{"nonsense", "x"}) {
		t.Error("nonsense is in memory")
	}
}

// A merchant that has nothing in memory yet takes records back.
func TestRecallIntoNothing(t *testing.T) {
	w := paidMerchant(t, 1)
	m := NewMerchant("m1")
	for _, c := range w.cold.Retire(100) {
		if err := m.Recall(c); err != nil || !m.Holds(ColdKey{c.Kind, c.ID}) {
			t.Errorf("%s %s: %v", c.Kind, c.ID, err)
		}
	}
	if len(m.Payouts)+len(m.Orders)+len(m.Customers) != 3 {
		t.Errorf("%d payouts, %d orders, %d customers came back", len(m.Payouts), len(m.Orders), len(m.Customers))
	}
}

func TestRecallDamaged(t *testing.T) {
	m := NewMerchant("m1")
	for kind, want := range map[string]string{
		ColdPayout:   "recall payout x of merchant m1: unexpected end of JSON input",
		ColdOrder:    "recall order x of merchant m1: unexpected end of JSON input",
		ColdCustomer: "recall customer x of merchant m1: unexpected end of JSON input",
		"nonsense":   "recall nonsense x of merchant m1: no such kind of record",
	} {
		if err := m.Recall(Cold{kind, "x", []byte("{")}); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
		if m.Holds(ColdKey{kind, "x"}) {
			t.Errorf("a damaged %s came back", kind)
		}
	}
}

// The queue does not grow with what passes through it.
func TestRetireQueueIsBounded(t *testing.T) {
	var q retirees
	for i := range 100_000 {
		q.push(ColdKey{ColdOrder, fmt.Sprint(i)})
		if i >= 10 {
			if k, ok := q.pop(); !ok || k.ID != fmt.Sprint(i-10) {
				t.Fatalf("%d: %v %t", i, k, ok)
			}
		}
	}
	if cap(q.keys) > 100 {
		t.Errorf("ten waiting records need room for %d", cap(q.keys))
	}
}

// Customers forget what no window can ask for any more, and nothing else.
func TestCustomerIsPruned(t *testing.T) {
	var c Customer
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	pay := func(at time.Time) {
		c.add(&Payout{No: fmt.Sprint(at), Money: Money{1, "CNY"}, Day: at.Format(time.DateOnly)}, at)
		c.Open-- // paid at once
	}
	pay(at)
	pay(at.AddDate(0, 0, MaxWindowDays))
	if len(c.Recent) != 2 {
		t.Errorf("%d left, but the first is not older than the longest window", len(c.Recent))
	}
	pay(at.AddDate(0, 0, MaxWindowDays).Add(1))
	if len(c.Recent) != 2 {
		t.Errorf("%d left, want 2", len(c.Recent))
	}
	// Many in a short time: all that the duplicate check can ask for stay.
	c = Customer{}
	for i := range 3 * MaxWindowCount {
		pay(at.Add(time.Duration(i) * time.Second))
	}
	if len(c.Recent) != 3*MaxWindowCount {
		t.Errorf("%d left of the last hour", len(c.Recent))
	}
	c.Open = 5 // any of which may yet come to nothing
	pay(at.Add(2 * 24 * time.Hour))
	if want := MaxWindowCount + 6; len(c.Recent) != want {
		t.Errorf("%d left two days later, want %d: what a count can ask for, and those that are open", len(c.Recent), want)
	}
}
