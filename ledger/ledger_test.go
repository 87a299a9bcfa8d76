package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
)

// The same key gets the same answer: at once, after others, and after a restart.
func TestSameKeySameAnswer(t *testing.T) {
	h := newHarness(t)
	h.merchant("m", 100_00, 50_00)
	accepted := h.do(payout("m", "a", 10_00))
	refused, err := h.Do(context.Background(), payout("m", "b", 500_00))
	if err != nil || refused.Refusal() == nil {
		t.Fatalf("want a refusal for want of balance, got %+v, %v", refused, err)
	}
	if got := refused.Refusal().Outcome(); got != domain.RuleInsufficientBalance {
		t.Fatalf("refused by %s", got)
	}
	h.do(Request{Merchant: "m", Key: "more", Actor: platform, EffectiveAt: day(2), Command: domain.CreditWallet{Money: cny(1_000_00), Reference: "bank-2"}})
	check := func(when string) {
		t.Helper()
		head := h.head("merchant-m")
		for _, want := range []Receipt{accepted, refused} {
			r := payout("m", "a", 10_00)
			if want.ID == refused.ID {
				r = payout("m", "b", 500_00)
			}
			r.EffectiveAt = day(5) // a retry is later; it is still the same request
			got, err := h.Do(context.Background(), r)
			if err != nil {
				t.Fatalf("%s: %v", when, err)
			}
			want.Repeated = true
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: the repeat differs (-first +repeat):\n%s", when, diff)
			}
		}
		if now := h.head("merchant-m"); now != head {
			t.Errorf("%s: repeats appended %d events", when, now-head)
		}
	}
	check("at once")
	h.reopen()
	check("after a restart")
}

func TestKeyReusedForAnotherRequest(t *testing.T) {
	h := newHarness(t)
	h.merchant("m", 100_00, 50_00)
	h.do(payout("m", "a", 10_00))
	before := h.wallet("m")
	for name, r := range map[string]Request{
		"another amount":  payout("m", "a", 10_01),
		"another command": {Merchant: "m", Key: "a", Actor: owner, Command: domain.CancelPayout{Payout: "P1"}},
		"another actor":   func() Request { r := payout("m", "a", 10_00); r.Actor.ID = "else"; return r }(),
	} {
		if _, err := h.Do(context.Background(), r); !errors.Is(err, ErrKeyReused) {
			t.Errorf("%s under a used key: %v, want ErrKeyReused", name, err)
		}
	}
	if diff := cmp.Diff(before, h.wallet("m")); diff != "" {
		t.Errorf("the wallet changed:\n%s", diff)
	}
	// The scope of a key is its merchant.
	h.merchant("other", 100_00, 50_00)
	if r := h.do(payout("other", "a", 10_01)); r.Repeated {
		t.Error("another merchant's key counted as a repeat")
	}
}

// Many callers on one wallet: exactly as many are accepted as it holds, the
// same key is one payout, and every receipt is of its own command.
func TestConcurrentRequestsOnOneWallet(t *testing.T) {
	h := newHarness(t)
	h.merchant("m", 100_00, 50_00)
	const callers, perCaller = 32, 20
	var (
		mu       sync.Mutex
		accepted = map[string]int{}
		wg       sync.WaitGroup
	)
	for c := range callers {
		wg.Go(func() {
			for i := range perCaller {
				r := payout("m", fmt.Sprintf("k-%d-%d", c/2, i), 1_00) // two callers share each key
				receipt, err := h.Do(context.Background(), r)
				if err != nil {
					t.Error(err)
					return
				}
				if receipt.Refusal() == nil {
					mu.Lock()
					accepted[receipt.Payout()]++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	if len(accepted) != 100 {
		t.Errorf("%d payouts of 1.00 were accepted on a wallet of 100.00", len(accepted))
	}
	for no, n := range accepted {
		if n != 2 {
			t.Errorf("payout %s was answered %d times, want the two callers of its key", no, n)
		}
	}
	w := h.wallet("m")
	if w.Available != 0 || w.Held != 100_00 {
		t.Errorf("wallet has %d available and %d held", w.Available, w.Held)
	}
	h.reopen()
	if diff := cmp.Diff(w, h.wallet("m")); diff != "" {
		t.Errorf("the wallet differs after a restart:\n%s", diff)
	}
}

func TestBatchKeepsOrderAndIndependence(t *testing.T) {
	h := newHarness(t)
	h.merchant("m", 30_00, 50_00)
	h.merchant("n", 30_00, 50_00)
	var rs []Request
	for i := range 5 {
		rs = append(rs, payout("m", fmt.Sprint("k", i), 10_00), payout("n", fmt.Sprint("k", i), 10_00))
	}
	rs = append(rs, payout("m", "", 1_00), payout("m", "k0", 10_00))
	var got []string
	for _, r := range h.DoBatch(context.Background(), rs) {
		switch {
		case r.Err != nil:
			got = append(got, "error")
		case r.Receipt.Refusal() != nil:
			got = append(got, "refused")
		case r.Receipt.Repeated:
			got = append(got, "repeat")
		default:
			got = append(got, "ok")
		}
	}
	want := []string{"ok", "ok", "ok", "ok", "ok", "ok", "refused", "refused", "refused", "refused", "error", "repeat"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A made-up merchant is refused in the unrouted stream and opens none of its own;
// the answer stays, also when the merchant exists later.
func TestUnknownMerchant(t *testing.T) {
	h := newHarness(t)
	first, err := h.Do(context.Background(), payout("ghost", "a", 1_00))
	if err != nil {
		t.Fatal(err)
	}
	if first.Stream != domain.UnroutedStream || first.Refusal().Outcome() != domain.RuleMerchantMissing {
		t.Fatalf("got %+v", first)
	}
	if refused := first.Events[0].(domain.PayoutRefused); refused.Merchant != "ghost" {
		t.Errorf("the refusal names merchant %q", refused.Merchant)
	}
	if rev := h.head("merchant-ghost"); rev != -1 {
		t.Errorf("its stream has revision %d", rev)
	}
	none, err := h.Do(context.Background(), payout("", "a", 1_00))
	if err != nil || none.Refusal().Outcome() != domain.RuleMerchantMissing {
		t.Errorf("without a merchant: %+v, %v", none, err)
	}
	h.merchant("ghost", 10_00, 50_00)
	h.reopen()
	again, err := h.Do(context.Background(), payout("ghost", "a", 1_00))
	if err != nil {
		t.Fatal(err)
	}
	first.Repeated = true
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("the stored answer differs:\n%s", diff)
	}
	h.do(payout("ghost", "b", 1_00))
}

func TestCheckIsADryRun(t *testing.T) {
	h := newHarness(t)
	h.merchant("m", 100_00, 50_00)
	tail, _ := h.store.Tail(context.Background())
	for _, minor := range []int64{10_00, 500_00} {
		r := payout("m", fmt.Sprint("k", minor), minor)
		dry, err := h.Check(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		if now, _ := h.store.Tail(context.Background()); now != tail {
			t.Fatalf("a dry run moved the tail from %d to %d", tail, now)
		}
		wet, err := h.Do(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wet.Events, dry.Events); diff != "" {
			t.Errorf("dry run and decision differ:\n%s", diff)
		}
		tail, _ = h.store.Tail(context.Background())
	}
}

// Another process wrote to the stream: decide again on what is there now.
func TestDecidesAgainAfterAConflict(t *testing.T) {
	h := newHarness(t)
	h.merchant("m", 100_00, 50_00)
	h.do(payout("m", "a", 60_00))
	meta := domain.Meta{Key: "foreign", Actor: platform, EffectiveAt: day(3), RecordedAt: day(3)}
	s, err := domain.Encode(domain.WalletDebited{Money: cny(40_00), Reference: "x"}, meta, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	head := h.head("merchant-m")
	if _, err := h.store.Append(context.Background(), eventstore.Write{
		Stream: "merchant-m", Expect: eventstore.At(head),
		Events: []eventstore.Event{{ID: meta.EventID(77), Type: s.Type, Version: s.Version, RecordedAt: day(3), Data: s.Data, Meta: s.Meta}},
	}); err != nil {
		t.Fatal(err)
	}
	receipt, err := h.Do(context.Background(), payout("m", "b", 10_00))
	if err != nil {
		t.Fatal(err)
	}
	if no := receipt.Refusal(); no == nil || no.Outcome() != domain.RuleInsufficientBalance {
		t.Errorf("decided on a balance that was spent: %+v", receipt)
	}
	if receipt.First != head+2 {
		t.Errorf("refusal at revision %d, want %d", receipt.First, head+2)
	}
}

// A store that fails leaves no trace in memory: what was decided but not stored
// is forgotten, and the key is free to be decided again.
func TestFailedAppendIsForgotten(t *testing.T) {
	h := &harness{t: t, fs: newMem()}
	broken := &brokenStore{}
	h.wrap = func(s eventstore.Store) eventstore.Store { broken.Store = s; return broken }
	h.open()
	t.Cleanup(h.shut)
	h.merchant("m", 100_00, 50_00)
	before := h.wallet("m")
	broken.fail(eventstore.ErrFull)
	if _, err := h.Do(context.Background(), payout("m", "a", 10_00)); !errors.Is(err, eventstore.ErrFull) {
		t.Fatalf("got %v, want ErrFull", err)
	}
	broken.fail(nil)
	if diff := cmp.Diff(before, h.wallet("m")); diff != "" {
		t.Errorf("the wallet remembers a payout that was not stored:\n%s", diff)
	}
	if r := h.do(payout("m", "a", 10_00)); r.Repeated {
		t.Error("a key that was never stored counts as used")
	}
}

func TestCloseAnswersWhatItTook(t *testing.T) {
	h := newHarness(t)
	h.merchant("m", 10_000_00, 50_00)
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			_, err := h.Do(context.Background(), payout("m", fmt.Sprint("k", i), 1))
			if err != nil && !errors.Is(err, ErrClosed) {
				t.Errorf("payout %d: %v", i, err)
			}
		})
	}
	h.Ledger.Close()
	wg.Wait()
	if _, err := h.Do(context.Background(), payout("m", "late", 1)); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestMalformedRequests(t *testing.T) {
	h := newHarness(t)
	h.merchant("m", 100_00, 50_00)
	tail, _ := h.store.Tail(context.Background())
	long := make([]byte, MaxKeyBytes+1)
	var invalid *domain.Invalid
	for name, try := range map[string]struct {
		r    Request
		want func(error) bool
	}{
		"no key":       {payout("m", "", 1), func(err error) bool { return errors.Is(err, ErrKeyMissing) }},
		"long key":     {payout("m", string(long), 1), func(err error) bool { return errors.Is(err, ErrKeyMissing) }},
		"long name":    {payout(string(long), "k", 1), func(err error) bool { return errors.As(err, &invalid) }},
		"zero amount":  {payout("m", "k", 0), func(err error) bool { return errors.As(err, &invalid) }},
		"ledger's own": {Request{Merchant: "m", Key: "k", Command: domain.CompareSMS{Matched: true}}, func(err error) bool { return errors.As(err, &invalid) }},
		"no such zone": {Request{Merchant: "n", Key: "k", Actor: platform, Command: domain.RegisterMerchant{
			Profile: domain.Profile{Zone: "Asia/Atlantis", Currency: "CNY"}, Owner: domain.Operator{ID: "o"}}}, func(err error) bool { return errors.As(err, &invalid) }},
	} {
		if _, err := h.Do(context.Background(), try.r); !try.want(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if now, _ := h.store.Tail(context.Background()); now != tail {
		t.Errorf("malformed requests left %d events", now-tail)
	}
}

// A merchant whose records leave memory at once decides as one that keeps them.
func TestRecordsThatLeftMemoryStillCount(t *testing.T) {
	h := &harness{t: t, fs: newMem(), idle: 4}
	h.open()
	t.Cleanup(h.shut)
	limit := cny(50_00)
	h.merchant("m", 10_000_00, 50_00)
	h.do(Request{Key: "policy-2", Actor: platform, EffectiveAt: day(0), Command: domain.PublishPolicy{
		Name: "test", Policy: domain.Policy{SMSExemptMax: &limit, OrderCountMax: 1, AgreementVersion: "v1"},
	}})
	settle := func(key string) string {
		no := h.do(payout("m", key, 1_00)).Payout()
		processor := domain.Actor{Role: domain.RoleProcessor}
		h.do(Request{Merchant: "m", Key: "s" + key, Actor: processor, EffectiveAt: day(1), Command: domain.SubmitPayout{Payout: no, Rail: "sandbox"}})
		h.do(Request{Merchant: "m", Key: "p" + key, Actor: processor, EffectiveAt: day(1), Command: domain.RecordPaid{Payout: no, RailID: "x"}})
		return no
	}
	var paid []string
	for i := range 40 {
		paid = append(paid, settle(fmt.Sprint("k", i)))
	}
	if err := h.View(context.Background(), "m", func(m *domain.Merchant) {
		if len(m.Payouts) > 8 || len(m.Orders) > 8 {
			t.Errorf("%d payouts and %d orders are in memory", len(m.Payouts), len(m.Orders))
		}
	}); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		r := payout("m", "again"+when, 1_00)
		terms := r.Command.(domain.RequestPayout)
		terms.OrderNo = "o-k3" // its payout left memory long ago
		r.Command = terms
		receipt, err := h.Do(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		if no := receipt.Refusal(); no == nil || no.Outcome() != domain.RuleOrderCountExceeded {
			t.Errorf("%s: a second payout on an order of one: %+v", when, receipt.Events)
		}
		cancel, err := h.Do(context.Background(), Request{Merchant: "m", Key: "c" + when, Actor: owner, Command: domain.CancelPayout{Payout: paid[3]}})
		if err != nil {
			t.Fatal(err)
		}
		if no := cancel.Refusal(); no == nil || no.Outcome() != domain.RulePayoutStateForbidden {
			t.Errorf("%s: a paid payout was cancelled: %+v", when, cancel.Events)
		}
	}
	check("live")
	// A return changes the payout's order as well, which only the payout names.
	h.do(Request{Merchant: "m", Key: "returned", Actor: domain.Actor{Role: domain.RoleProcessor}, EffectiveAt: day(2),
		Command: domain.RecordReturned{Payout: paid[7]}})
	h.reopen()
	check("after a restart")
}
