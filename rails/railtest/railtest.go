// Package railtest is the conformance suite of rails: what rails.Rail promises is
// tried on each of them.
package railtest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/rails"
)

// Target is a rail on trial.
type Target struct {
	// New is a rail (an account of the provider's test system) whose payments
	// come out as Paid, at once or after a while.
	New func(t *testing.T) rails.Rail
	// Restart closes a rail and opens it again on the same account. nil: the
	// client keeps nothing that a restart could lose.
	Restart func(t *testing.T, r rails.Rail) rails.Rail
	// Failing is content that this rail refuses for good; nil: it has none. Its
	// reference is replaced.
	Failing *rails.Payment
	// Currency of the payments; default CNY.
	Currency domain.Currency
	// Settles is how long a Pending payment may take; default 10 s.
	Settles time.Duration
}

// callers race for one reference.
const callers = 32

// Run tries all that a rail promises.
func Run(t *testing.T, target Target) {
	if target.Currency == "" {
		target.Currency = "CNY"
	}
	if target.Settles == 0 {
		target.Settles = 10 * time.Second
	}
	s := &suite{Target: target}
	t.Run("name is fixed", s.name)
	t.Run("pays, and says so again", s.payTwice)
	t.Run("another content is an error", s.otherContent)
	t.Run("unknown reference is not found", s.notFound)
	t.Run("one reference is paid once in a race", s.race)
	t.Run("different references don't disturb each other", s.many)
	t.Run("smallest and long values", s.values)
	t.Run("nonsense is never paid", s.nonsense)
	t.Run("ended context", s.ended)
	t.Run("failure is final", s.failure)
	t.Run("book survives a restart", s.restart)
}

type suite struct {
	Target
	mu   sync.Mutex
	last int
}

// payment is one with a reference of its own.
func (s *suite) payment() rails.Payment {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	return rails.Payment{
		Reference: fmt.Sprintf("PRAILTEST%08dX%04d", time.Now().UnixMilli()%100_000_000, s.last),
		Merchant:  "merchant 7", Money: domain.Money{Minor: 1230, Currency: s.Currency}, Payee: "cu_0123456789ABCDEF", Note: "補差價",
	}
}

// settled is the final result of a payment.
func (s *suite) settled(t *testing.T, r rails.Rail, p rails.Payment) rails.Result {
	t.Helper()
	result, err := r.Pay(t.Context(), p)
	if err != nil {
		t.Fatalf("pay: %v", err)
	}
	for end := time.Now().Add(s.Settles); result.State == rails.Pending && time.Now().Before(end); {
		time.Sleep(s.Settles / 100)
		if result, err = r.Query(t.Context(), p.Reference); err != nil {
			t.Fatalf("query: %v", err)
		}
	}
	return result
}

func (s *suite) name(t *testing.T) {
	r := s.New(t)
	if n := r.Name(); n == "" || n != r.Name() || n != s.New(t).Name() {
		t.Errorf("name %q", n)
	}
}

func (s *suite) payTwice(t *testing.T) {
	r, p := s.New(t), s.payment()
	first := s.settled(t, r, p)
	if first.State != rails.Paid || first.RailID == "" {
		t.Fatalf("paid: %+v", first)
	}
	again, err := r.Pay(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	queried, err := r.Query(t.Context(), p.Reference)
	if err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string]rails.Result{"second pay": again, "query": queried} {
		if diff := cmp.Diff(first, got); diff != "" {
			t.Errorf("%s (-first +now):\n%s", what, diff)
		}
	}
}

func (s *suite) otherContent(t *testing.T) {
	r, p := s.New(t), s.payment()
	first := s.settled(t, r, p)
	for what, change := range map[string]func(*rails.Payment){
		"amount": func(p *rails.Payment) { p.Money.Minor++ },
		"payee":  func(p *rails.Payment) { p.Payee = "cu_FEDCBA9876543210" },
	} {
		other := p
		change(&other)
		if got, err := r.Pay(t.Context(), other); err == nil {
			t.Errorf("same reference, other %s: %+v", what, got)
		}
	}
	if got, err := r.Query(t.Context(), p.Reference); err != nil || got != first {
		t.Errorf("the first payment became %+v, %v", got, err)
	}
}

func (s *suite) notFound(t *testing.T) {
	got, err := s.New(t).Query(t.Context(), s.payment().Reference)
	if err != nil || got.State != rails.NotFound {
		t.Errorf("query: %+v, %v", got, err)
	}
}

func (s *suite) race(t *testing.T) {
	r, p := s.New(t), s.payment()
	ids := make([]string, callers)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			got, err := r.Pay(context.Background(), p)
			if err != nil {
				t.Error(err)
			}
			ids[i] = got.RailID
		})
	}
	wg.Wait()
	final := s.settled(t, r, p)
	for _, id := range ids {
		if id != "" && id != final.RailID {
			t.Fatalf("one reference was paid as %s and as %s", id, final.RailID)
		}
	}
}

func (s *suite) many(t *testing.T) {
	r := s.New(t)
	var mu sync.Mutex
	by := map[string]string{}
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			p := s.payment()
			p.Money.Minor += int64(i)
			got := s.settled(t, r, p)
			mu.Lock()
			defer mu.Unlock()
			if other, twice := by[got.RailID]; twice || got.State != rails.Paid {
				t.Errorf("%s is %+v; the number is also that of %q", p.Reference, got, other)
			}
			by[got.RailID] = p.Reference
		})
	}
	wg.Wait()
}

func (s *suite) values(t *testing.T) {
	r := s.New(t)
	p := s.payment()
	p.Money.Minor = 1
	p.Payee, p.Note = "", ""
	if got := s.settled(t, r, p); got.State != rails.Paid {
		t.Errorf("one minor unit, no payee, no note: %+v", got)
	}
	p = s.payment()
	p.Reference = (p.Reference + "ABCDEFGHIJKLMNOPQRSTUVWXYZ")[:32]
	p.Note = "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二" // 32 characters
	if got := s.settled(t, r, p); got.State != rails.Paid {
		t.Errorf("the longest reference and note: %+v", got)
	}
}

func (s *suite) nonsense(t *testing.T) {
	r := s.New(t)
	for what, change := range map[string]func(*rails.Payment){
		"zero":               func(p *rails.Payment) { p.Money.Minor = 0 },
		"a negative amount":  func(p *rails.Payment) { p.Money.Minor = -5 },
		"no currency":        func(p *rails.Payment) { p.Money.Currency = "" },
		"no such currency":   func(p *rails.Payment) { p.Money.Currency = "XYZ" },
		"no reference":       func(p *rails.Payment) { p.Reference = "" },
		"too long reference": func(p *rails.Payment) { p.Reference += "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" },
	} {
		p := s.payment()
		change(&p)
		if got, err := r.Pay(t.Context(), p); err == nil && got.State != rails.Failed {
			t.Errorf("%s: %+v", what, got)
		}
		if got, err := r.Query(t.Context(), p.Reference); err == nil && got.State == rails.Paid {
			t.Errorf("%s: afterwards it is paid", what)
		}
	}
}

func (s *suite) ended(t *testing.T) {
	r, p := s.New(t), s.payment()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		if got, err := r.Pay(ctx, p); err == nil && got.State == rails.Failed {
			t.Errorf("an ended context is taken for a failure: %+v", got)
		}
		_, _ = r.Query(ctx, p.Reference) // only has to return
	}()
	select {
	case <-returned:
	case <-time.After(10 * time.Second):
		t.Fatal("pay or query goes on although its context has ended")
	}
	// Whatever became of it: the same reference leads to one payment.
	if got := s.settled(t, r, p); got.State != rails.Paid {
		t.Errorf("paid again: %+v", got)
	}
}

func (s *suite) failure(t *testing.T) {
	if s.Failing == nil {
		t.Skip("this rail has nothing that it refuses for good")
	}
	r, p := s.New(t), *s.Failing
	p.Reference = s.payment().Reference
	first := s.settled(t, r, p)
	if first.State != rails.Failed || first.Code == "" {
		t.Fatalf("pay: %+v", first)
	}
	if again := s.settled(t, r, p); again != first {
		t.Errorf("the second pay: %+v, the first: %+v", again, first)
	}
	if got, err := r.Query(t.Context(), p.Reference); err != nil || got != first {
		t.Errorf("query: %+v, %v", got, err)
	}
}

func (s *suite) restart(t *testing.T) {
	if s.Restart == nil {
		t.Skip("this rail's client keeps nothing")
	}
	r, p := s.New(t), s.payment()
	first := s.settled(t, r, p)
	r = s.Restart(t, r)
	if got, err := r.Query(t.Context(), p.Reference); err != nil || got != first {
		t.Errorf("query after a restart: %+v, %v", got, err)
	}
	if got, err := r.Pay(t.Context(), p); err != nil || got != first {
		t.Errorf("pay after a restart: %+v, %v; before: %+v", got, err, first)
	}
	if got := s.settled(t, r, s.payment()); got.State != rails.Paid || got.RailID == first.RailID {
		t.Errorf("another payment after a restart: %+v; before: %+v", got, first)
	}
}
