package timers

import (
	"context"
	"testing"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore/follow"
	"github.com/amends-ledger/amends/eventstore/segment"
	"github.com/amends-ledger/amends/internal/clock"
	"github.com/amends-ledger/amends/internal/vfs"
	"github.com/amends-ledger/amends/ledger"
	"github.com/amends-ledger/amends/ledger/keyindex"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

type world struct {
	t     *testing.T
	store *segment.Log
	clock *clock.Manual
	*ledger.Ledger
}

type noCold struct{}

func (noCold) Put(string, int64, []domain.Cold) error { return nil }
func (noCold) Get(string, domain.ColdKey) (domain.Cold, bool, error) {
	return domain.Cold{}, false, nil
}

type noCodes struct{}

func (noCodes) Code(ledger.CodeInput) string { return "123456" }

func newWorld(t *testing.T) *world {
	fs := vfs.NewMem()
	store, err := segment.Open(t.Context(), segment.Options{Dir: "/log", FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	keys, err := keyindex.Open(keyindex.Options{FS: fs, Dir: "/keys"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keys.Close() })
	w := &world{t: t, store: store, clock: clock.NewManual(noon)}
	w.Ledger, err = ledger.Open(t.Context(), ledger.Options{
		Store: store, Keys: keys, Cold: noCold{}, Codes: noCodes{}, Clock: w.clock,
		FingerprintKey: []byte("a key of thirty-two bytes, or so"),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Ledger.Close() })
	w.do("policy", "", domain.RolePlatform, domain.PublishPolicy{Name: "test", Policy: domain.Policy{}})
	w.do("register", "m", domain.RolePlatform, domain.RegisterMerchant{
		Profile: domain.Profile{Zone: "UTC", Currency: "CNY", Policy: "test"},
		Owner:   domain.Operator{ID: "boss", Phone: domain.Subject{Pseudonym: "ph_1"}},
	})
	w.do("open", "m", domain.RoleOwner, domain.OpenService{Agreement: "v1"})
	w.do("credit", "m", domain.RolePlatform, domain.CreditWallet{Money: domain.Money{Minor: 100_00, Currency: "CNY"}, Reference: "bank"})
	return w
}

func (w *world) do(key, merchant string, role domain.Role, c domain.Command) ledger.Receipt {
	w.t.Helper()
	actor := domain.Actor{Role: role}
	if role == domain.RoleOwner {
		actor.ID = "boss"
	}
	r, err := w.Do(w.t.Context(), ledger.Request{Merchant: merchant, Key: key, Actor: actor, Command: c})
	if err != nil {
		w.t.Fatal(err)
	}
	if no := r.Refusal(); no != nil {
		w.t.Fatalf("%s: %+v", key, no)
	}
	return r
}

func (w *world) request(key string) (payout string) {
	w.t.Helper()
	return w.do(key, "m", domain.RoleOwner, domain.RequestPayout{PayoutTerms: domain.PayoutTerms{
		Money: domain.Money{Minor: 10_00, Currency: "CNY"}, Reason: "shipping", Entry: "cli",
	}}).Payout()
}

func (w *world) look(payout string) (state domain.PayoutState, at time.Time, held int64) {
	w.t.Helper()
	if err := w.View(w.t.Context(), "m", func(m *domain.Merchant) {
		state, at, held = m.Payouts[payout].State, m.Payouts[payout].ChangedAt, m.Wallet.Held
	}); err != nil {
		w.t.Fatal(err)
	}
	return state, at, held
}

// A payout whose code was not handed in for half an hour expires at its deadline,
// not at the later moment when somebody looked, and releases its money.
func TestFireDue(t *testing.T) {
	w := newWorld(t)
	first := w.request("a")
	w.clock.Advance(10 * time.Minute)
	second := w.request("b")
	w.clock.Set(noon.Add(29 * time.Minute))
	if n, err := FireDue(t.Context(), w, "m", w.clock.Now()); n != 0 || err != nil {
		t.Fatalf("before the deadline: %d expired, %v", n, err)
	}
	w.clock.Set(noon.Add(35 * time.Minute))
	if n, err := FireDue(t.Context(), w, "m", w.clock.Now()); n != 1 || err != nil {
		t.Fatalf("after the first deadline: %d expired, %v", n, err)
	}
	if state, at, held := w.look(first); state != domain.Expired || !at.Equal(noon.Add(30*time.Minute)) || held != 10_00 {
		t.Errorf("the first is %s at %v, %d held", state, at, held)
	}
	if state, _, _ := w.look(second); state != domain.AwaitingSMS {
		t.Errorf("the second is %s", state)
	}
	if n, err := FireDue(t.Context(), w, "m", w.clock.Now()); n != 0 || err != nil {
		t.Errorf("again: %d expired, %v", n, err)
	}
}

// A dispatcher that starts after the deadline finds the payout in the log, and
// leaves alone what is over.
func TestDispatcherAfterARestart(t *testing.T) {
	w := newWorld(t)
	due, cancelled := w.request("a"), w.request("b")
	w.do("cancel", "m", domain.RoleOwner, domain.CancelPayout{Payout: cancelled})
	w.clock.Advance(time.Hour)
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	expired := make(chan string, 8)
	d := New(Options{Ledger: watched{w.Ledger, expired}, Store: w.store, Keeper: &follow.Memory{}, Clock: w.clock})
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	select {
	case no := <-expired:
		if no != due {
			t.Errorf("expired %s, want %s", no, due)
		}
	case <-ctx.Done():
		t.Fatal("nothing expired")
	}
	if state, _, held := w.look(due); state != domain.Expired || held != 0 {
		t.Errorf("the payout is %s, %d held", state, held)
	}
	if state, _, _ := w.look(cancelled); state != domain.Cancelled {
		t.Errorf("the cancelled payout is %s", state)
	}
	stop()
	<-ended
	if len(expired) > 0 {
		t.Errorf("%s was given as well", <-expired)
	}
}

// watched tells which payouts were given ExpirePayout, after it was carried out.
type watched struct {
	*ledger.Ledger
	expired chan<- string
}

func (w watched) Do(ctx context.Context, r ledger.Request) (ledger.Receipt, error) {
	receipt, err := w.Ledger.Do(ctx, r)
	if c, ok := r.Command.(domain.ExpirePayout); ok && err == nil {
		w.expired <- c.Payout
	}
	return receipt, err
}
