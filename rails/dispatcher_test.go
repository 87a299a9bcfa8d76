package rails_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/follow"
	"github.com/amends-ledger/amends/rails"
	"github.com/amends-ledger/amends/rails/sandbox"
)

func TestAuthorisedPayoutsArePaid(t *testing.T) {
	w := newWorld(t)
	rail := &calls{Rail: w.bank}
	o := w.options()
	o.Rail = rail
	w.dispatch(o)
	var merchants []string
	payouts := map[string]string{}
	for m := range 5 {
		id := fmt.Sprint("merchant no. ", m)
		merchants = append(merchants, id)
		w.merchant(id)
		for n := range 20 {
			payouts[w.request(id, fmt.Sprint(n), int64(100*m+n+1))] = id
		}
	}
	for payout, id := range payouts {
		w.wait(id, payout, "PayoutPaid")
		types, key := w.story(id, payout)
		if diff := cmp.Diff([]string{"PayoutRequested", "PayoutAuthorized", "PayoutSubmitted", "PayoutPaid"}, types); diff != "" {
			t.Fatalf("story (-want +got):\n%s", diff)
		}
		if want := "outcome:" + payout + ":paid"; key != want {
			t.Errorf("the outcome has key %q, want %q", key, want)
		}
	}
	w.agree(merchants...)
	if n := len(rail.all()); n != len(payouts) {
		t.Errorf("%d payouts took %d calls of the rail", len(payouts), n)
	}
	for e, err := range w.bank.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		p := w.state(e.Merchant).Payouts[e.Reference]
		if p == nil || e.Money != p.Money || e.Payee != p.Customer.Pseudonym || !strings.HasPrefix(e.Note, "note ") {
			t.Fatalf("the book has %+v, the ledger %+v", e, p)
		}
	}
}

// What follows from a payout carries the effective time of what it follows from.
func TestAnswersRunOnEffectiveTime(t *testing.T) {
	w := newWorld(t)
	w.dispatch(w.options())
	w.merchant("m")
	payout := w.request("m", "a", 100)
	w.wait("m", payout, "PayoutPaid")
	for e := range w.store.ReadStream(t.Context(), "merchant-m", 0, eventstore.ReadOptions{}) {
		meta, _, err := domain.DecodeMeta(e.Meta)
		if err != nil {
			t.Fatal(err)
		}
		switch e.Type {
		case "PayoutSubmitted", "PayoutPaid":
			if !meta.EffectiveAt.Equal(day(1)) || !e.RecordedAt.Equal(day(40)) || meta.Actor.Role != domain.RoleProcessor {
				t.Errorf("%s is effective at %v, recorded at %v, by %v", e.Type, meta.EffectiveAt, e.RecordedAt, meta.Actor)
			}
		}
	}
}

func TestOutcomes(t *testing.T) {
	const (
		submitted = "PayoutSubmitted"
		unknown   = "PayoutOutcomeUnknown"
		paid      = "PayoutPaid"
		failed    = "PayoutFailed"
	)
	for _, tt := range []struct {
		name   string
		faults []sandbox.Fault
		story  []string
		calls  string
	}{
		{"paid", nil, []string{submitted, paid}, "pay"},
		{"slow", []sandbox.Fault{{Delay: 20 * time.Millisecond}}, []string{submitted, paid}, "pay"},
		{"failed", []sandbox.Fault{{Kind: sandbox.Fail, Code: "ACCOUNT\nCLOSED", Why: strings.Repeat("長い", 400)}}, []string{submitted, failed}, "pay"},
		{"time-out, then paid", []sandbox.Fault{{Kind: sandbox.LosePaid}}, []string{submitted, unknown, paid}, "pay query"},
		{"time-out, then failed", []sandbox.Fault{{Kind: sandbox.LoseFailed}}, []string{submitted, unknown, failed}, "pay query"},
		{
			"request lost twice", []sandbox.Fault{{Kind: sandbox.LoseRequest}, {Kind: sandbox.LoseRequest}},
			[]string{submitted, unknown, paid}, "pay query pay query pay",
		},
		{"answer comes after the deadline", []sandbox.Fault{{Delay: time.Hour}}, []string{submitted, unknown, paid}, "pay query"},
		{"panic", []sandbox.Fault{{Kind: sandbox.Panic}}, []string{submitted, unknown, paid}, "pay query pay"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			rail := &calls{Rail: w.bank}
			o := w.options()
			o.Rail, o.CallTimeout = rail, 200*time.Millisecond
			w.bank.Script("", tt.faults...)
			w.dispatch(o)
			w.merchant("m")
			payout := w.request("m", "a", 1234)
			w.wait("m", payout, tt.story[len(tt.story)-1])
			types, _ := w.story("m", payout)
			if diff := cmp.Diff(append([]string{"PayoutRequested", "PayoutAuthorized"}, tt.story...), types); diff != "" {
				t.Errorf("story (-want +got):\n%s", diff)
			}
			if got := strings.ReplaceAll(strings.Join(rail.all(), " "), " "+payout, ""); got != tt.calls {
				t.Errorf("the rail was asked: %s; want: %s", got, tt.calls)
			}
			w.agree("m")
		})
	}
}

// A payment that the rail has not decided stays submitted: its outcome is not
// unknown, it is not there yet.
func TestPendingStaysSubmitted(t *testing.T) {
	w := newWorld(t)
	w.bank.Script("", sandbox.Fault{Kind: sandbox.Hold})
	rail := &calls{Rail: w.bank}
	o := w.options()
	o.Rail = rail
	w.dispatch(o)
	w.merchant("m")
	payout := w.request("m", "a", 1234)
	w.eventually(func() string { return "some questions" }, func() bool { return len(rail.all()) > 5 })
	if types, _ := w.story("m", payout); types[len(types)-1] != "PayoutSubmitted" {
		t.Errorf("meanwhile: %v", types)
	}
	if held := w.state("m").Wallet.Held; held != 1234 {
		t.Errorf("the wallet holds %d", held)
	}
	if _, err := w.bank.Settle(t.Context(), payout, true); err != nil {
		t.Fatal(err)
	}
	w.wait("m", payout, "PayoutPaid")
	w.agree("m")
	if list := rail.all(); slices.Contains(list[1:], "pay "+payout) {
		t.Errorf("it was paid again: %v", list)
	}
}

// While a rail is down, everything that was submitted keeps its hold, and is paid
// once when the rail is back.
func TestOutageReleasesNothing(t *testing.T) {
	w := newWorld(t)
	w.bank.SetDown(true)
	_, stop := w.dispatch(w.options())
	w.merchant("m")
	var payouts []string
	for n := range 20 {
		payouts = append(payouts, w.request("m", fmt.Sprint(n), 100))
	}
	for _, p := range payouts {
		w.wait("m", p, "PayoutOutcomeUnknown")
	}
	if held := w.state("m").Wallet.Held; held != 2000 {
		t.Errorf("the wallet holds %d", held)
	}
	stop() // and the process does not outlive the outage either
	w.dispatch(w.options())
	w.bank.SetDown(false)
	for _, p := range payouts {
		w.wait("m", p, "PayoutPaid")
		if types, _ := w.story("m", p); len(types) != 5 {
			t.Errorf("story %v", types)
		}
	}
	w.agree("m")
}

// A payout that is held back goes on when the reason has ended, also when there
// are two reasons, one after the other, and restarts in between.
func TestHeldBackPayoutsGoOn(t *testing.T) {
	w := newWorld(t)
	w.merchant("m")
	w.merchant("other")
	first, second := w.request("m", "a", 100), w.request("m", "b", 200)
	elsewhere := w.request("other", "a", 400)
	w.give("m", "arrears", platform, day(2), domain.RecordArrears{Money: cny(35_00), Reference: "ar-1"})
	w.give("other", "arrears", platform, day(2), domain.RecordArrears{Money: cny(35_00), Reference: "ar-1"})
	o := w.options()
	d, stop := w.dispatch(o)
	for merchant, payouts := range map[string][]string{"m": {first, second}, "other": {elsewhere}} {
		for _, p := range payouts {
			w.wait(merchant, p, "PayoutHeldBack")
		}
	}
	w.eventually(func() string { return fmt.Sprintf("three held back: %+v", d.Stats()) }, func() bool {
		return d.Stats() == follow.Stats{Position: d.Stats().Position, Parked: 3}
	})

	w.give("m", "suspend", owner, day(3), domain.SuspendService{})
	w.give("m", "cleared", platform, day(4), domain.ClearArrears{Reference: "ar-1"})
	w.eventually(func() string { return fmt.Sprintf("still held back, by the other reason: %+v", d.Stats()) }, func() bool {
		tail, _ := w.store.Tail(context.Background())
		return d.Stats() == follow.Stats{Position: tail, Parked: 3}
	})
	stop()
	if types, _ := w.story("m", first); types[len(types)-1] != "PayoutHeldBack" || len(types) != 3 {
		t.Errorf("held back twice: %v", types)
	}

	_, stop = w.dispatch(o)
	w.give("m", "resume", owner, day(5), domain.ResumeService{})
	w.wait("m", first, "PayoutPaid")
	w.wait("m", second, "PayoutPaid")
	stop()
	if types, _ := w.story("other", elsewhere); types[len(types)-1] != "PayoutHeldBack" {
		t.Errorf("another merchant's payout went on: %v", types)
	}
	if at := w.state("m").Payouts[first].ChangedAt; !at.Equal(day(5)) {
		t.Errorf("it went on at %v, not when the service was resumed", at)
	}

	// Without any checkpoint the next life finds the one that is still waiting.
	o.Keeper = &follow.Memory{}
	w.dispatch(o)
	w.give("other", "cleared", platform, day(6), domain.ClearArrears{Reference: "ar-1"})
	w.wait("other", elsewhere, "PayoutPaid")
	w.agree("m", "other")
}

func TestCancelledPayoutsAreNotSubmitted(t *testing.T) {
	w := newWorld(t)
	w.merchant("m")
	payout := w.request("m", "a", 100)
	w.give("m", "cancel", owner, day(1), domain.CancelPayout{Payout: payout})
	rail := &calls{Rail: w.bank}
	o := w.options()
	o.Rail = rail
	w.dispatch(o)
	w.wait("m", w.request("m", "b", 100), "PayoutPaid")
	if types, _ := w.story("m", payout); types[len(types)-1] != "PayoutCancelled" || len(rail.all()) != 1 {
		t.Errorf("story %v, the rail was asked %v", types, rail.all())
	}
}

// old is the sandbox under an earlier name.
type old struct{ rails.Rail }

func (old) Name() string { return "old-bank" }

// A payout is finished on the rail that it was submitted to, whatever rail is in
// use by then; and is not lost while that rail is not configured.
func TestPayoutsStayWithTheirRail(t *testing.T) {
	w := newWorld(t)
	w.merchant("m")
	o := w.options()
	o.Rail = old{w.bank}
	w.bank.Script("", sandbox.Fault{Kind: sandbox.Hold})
	_, stop := w.dispatch(o)
	payout := w.request("m", "a", 100)
	w.wait("m", payout, "PayoutSubmitted")
	stop()

	other, err := sandbox.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	o.Rail = other
	_, stop = w.dispatch(o)
	w.wait("m", w.request("m", "b", 100), "PayoutPaid")
	w.eventually(func() string { return "a complaint" }, func() bool {
		return strings.Contains(w.log.String(), `was submitted to rail \"old-bank\", which is not configured`)
	})
	stop()

	o.Others = []rails.Rail{old{w.bank}}
	w.dispatch(o)
	if _, err := w.bank.Settle(t.Context(), payout, true); err != nil {
		t.Fatal(err)
	}
	w.wait("m", payout, "PayoutPaid")
}

// late is a rail whose answers wait until they are let go.
type late struct {
	rails.Rail
	asked, letGo chan struct{}
}

func (l late) Pay(ctx context.Context, p rails.Payment) (rails.Result, error) {
	r, err := l.Rail.Pay(ctx, p)
	l.asked <- struct{}{}
	<-l.letGo
	return r, err
}

// When rail and ledger disagree, the ledger's outcome stands, somebody is told,
// and nothing is repeated for ever.
func TestDisagreementIsReported(t *testing.T) {
	w := newWorld(t)
	w.merchant("m")
	o := w.options()
	rail := late{w.bank, make(chan struct{}), make(chan struct{})}
	o.Rail = rail
	d, _ := w.dispatch(o)
	payout := w.request("m", "a", 100)
	<-rail.asked
	w.give("m", "operator", platform, day(1), domain.RecordFailed{Payout: payout, Code: "BY_HAND"})
	close(rail.letGo)
	w.eventually(func() string { return "no open work" }, func() bool { return d.Stats().Active == 0 })
	if got := w.state("m").Payouts[payout].State; got != domain.Failed {
		t.Errorf("the payout is %s", got)
	}
	if n := strings.Count(w.log.String(), "rail and ledger disagree"); n != 1 {
		t.Errorf("it was reported %d times:\n%s", n, w.log)
	}
}

// odd is a rail that breaks the contract.
type odd struct {
	rails.Rail
	result rails.Result
	err    error
}

func (o odd) Pay(context.Context, rails.Payment) (rails.Result, error) { return o.result, o.err }

// Whatever a rail answers, it must not look like proof of anything.
func TestContractBreachesAreUnknown(t *testing.T) {
	for _, answer := range []odd{
		{result: rails.Result{}},
		{result: rails.Result{State: rails.NotFound}},
		{result: rails.Result{State: 99}},
		{result: rails.Result{State: rails.Paid, RailID: "X"}, err: errors.New("both an answer and an error")},
		{err: errors.New("bell \a and " + strings.Repeat("long ", 1000))},
	} {
		w := newWorld(t)
		w.merchant("m")
		o := w.options()
		answer.Rail = w.bank
		o.Rail = answer
		o.AskFirst, o.AskMax = time.Hour, time.Hour
		_, stop := w.dispatch(o)
		payout := w.request("m", "a", 100)
		w.wait("m", payout, "PayoutOutcomeUnknown")
		if held := w.state("m").Wallet.Held; held != 100 {
			t.Errorf("the wallet holds %d", held)
		}
		stop()
	}
}
