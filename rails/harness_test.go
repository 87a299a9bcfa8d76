package rails_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/follow"
	"github.com/amends-ledger/amends/eventstore/segment"
	"github.com/amends-ledger/amends/internal/clock"
	"github.com/amends-ledger/amends/internal/vfs"
	"github.com/amends-ledger/amends/ledger"
	"github.com/amends-ledger/amends/ledger/keyindex"
	"github.com/amends-ledger/amends/rails"
	"github.com/amends-ledger/amends/rails/sandbox"
)

// world is a real ledger on files in memory, with the sandbox bank beside it.
type world struct {
	t      *testing.T
	store  eventstore.Store
	ledger *ledger.Ledger
	bank   *sandbox.Bank
	log    *logged
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, log: &logged{}}
	ctx := context.Background()
	fs := vfs.NewMem()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	w.store, err = segment.Open(ctx, segment.Options{Dir: "/log", FS: fs})
	must(err)
	keys, err := keyindex.Open(keyindex.Options{FS: fs, Dir: "/keys"})
	must(err)
	w.ledger, err = ledger.Open(ctx, ledger.Options{
		Store: w.store, Keys: keys, Cold: &cold{}, Codes: noCodes{}, Clock: clock.NewManual(day(40)),
		FingerprintKey: []byte("a key of thirty-two bytes, or so"),
	})
	must(err)
	w.bank, err = sandbox.OpenMemory()
	must(err)
	t.Cleanup(func() {
		for _, c := range []interface{ Close() error }{w.ledger, keys, w.store, w.bank} {
			must(c.Close())
		}
	})
	return w
}

// cold is a ledger.Cold in memory.
type cold struct{ m sync.Map }

func (c *cold) Put(merchant string, _ int64, items []domain.Cold) error {
	for _, it := range items {
		c.m.Store([3]string{merchant, it.Kind, it.ID}, it)
	}
	return nil
}

func (c *cold) Get(merchant string, key domain.ColdKey) (domain.Cold, bool, error) {
	it, ok := c.m.Load([3]string{merchant, key.Kind, key.ID})
	if !ok {
		return domain.Cold{}, false, nil
	}
	return it.(domain.Cold), true, nil
}

type noCodes struct{}

func (noCodes) Code(ledger.CodeInput) string { return "" }

// logged is a log that tests look into.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

var (
	platform = domain.Actor{Role: domain.RolePlatform}
	owner    = domain.Actor{Role: domain.RoleOwner, ID: "boss"}
)

func cny(minor int64) domain.Money { return domain.Money{Minor: minor, Currency: "CNY"} }

// day is noon UTC of the n-th day of the tests' calendar.
func day(n int) time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, n) }

// give hands in a command that must be accepted.
func (w *world) give(merchant, key string, by domain.Actor, at time.Time, c domain.Command) ledger.Receipt {
	w.t.Helper()
	receipt, err := w.ledger.Do(context.Background(), ledger.Request{Merchant: merchant, Key: key, Actor: by, EffectiveAt: at, Command: c})
	if err == nil && receipt.Refusal() != nil {
		err = receipt.Refusal()
	}
	if err != nil {
		w.t.Fatalf("%s %s: %v", domain.CommandName(c), key, err)
	}
	return receipt
}

// merchant sets one up that may pay without SMS.
func (w *world) merchant(id string) {
	w.t.Helper()
	limit := cny(1_000_00)
	w.give("", "policy", platform, day(0), domain.PublishPolicy{
		Name: "test", Policy: domain.Policy{SMSExemptMax: &limit, AgreementVersion: "v1"},
	})
	w.give(id, "register", platform, day(0), domain.RegisterMerchant{
		Profile: domain.Profile{Zone: "Asia/Shanghai", Currency: "CNY", Policy: "test", WalletOpen: true, SelfAfterSales: true},
		Owner:   domain.Operator{ID: "boss", Phone: domain.Subject{Pseudonym: "ph_1"}},
	})
	w.give(id, "open", owner, day(0), domain.OpenService{Agreement: "v1"})
	w.give(id, "exempt", owner, day(0), domain.SetSMSExemption{Max: limit})
	w.give(id, "credit", platform, day(0), domain.CreditWallet{Money: cny(1_000_000_00), Reference: "bank-1"})
}

// request asks for a payout, which is authorised at once, and tells its number.
func (w *world) request(merchant, key string, minor int64) string {
	w.t.Helper()
	return w.give(merchant, key, owner, day(1), domain.RequestPayout{PayoutTerms: domain.PayoutTerms{
		Money: cny(minor), Reason: "shipping", Entry: "cli", OrderNo: "o-" + key, RailNote: "note " + key,
		Customer: &domain.Subject{Pseudonym: "cu_" + key},
	}}).Payout()
}

// options are a dispatcher's, with delays for tests.
func (w *world) options() rails.Options {
	return rails.Options{
		Ledger: w.ledger, Store: w.store, Keeper: &follow.Memory{}, Rail: w.bank,
		AskFirst: time.Millisecond, AskMax: 5 * time.Millisecond, Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
}

// dispatch runs a dispatcher until stop is called or the test ends.
func (w *world) dispatch(o rails.Options) (d *rails.Dispatcher, stop func()) {
	d = rails.NewDispatcher(o)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.Run(ctx)
	}()
	stop = func() {
		cancel()
		<-ended
	}
	w.t.Cleanup(stop)
	return d, stop
}

// story is all that the log says of a payout: types of events, in order, and the
// key of the command behind the last.
func (w *world) story(merchant, payout string) (types []string, lastKey string) {
	w.t.Helper()
	for e, err := range w.store.ReadStream(context.Background(), domain.MerchantStream(merchant), 0, eventstore.ReadOptions{}) {
		if err != nil {
			w.t.Fatal(err)
		}
		meta, _, err := domain.DecodeMeta(e.Meta)
		if err != nil {
			w.t.Fatal(err)
		}
		if strings.Contains(string(e.Data), payout) {
			types, lastKey = append(types, e.Type), meta.Key
		}
	}
	return types, lastKey
}

// wait waits until the last event of a payout has this type.
func (w *world) wait(merchant, payout, typ string) {
	w.t.Helper()
	last := ""
	w.eventually(func() string { return fmt.Sprintf("payout %s to be %s; it is %s", payout, typ, last) }, func() bool {
		types, _ := w.story(merchant, payout)
		last = types[len(types)-1]
		return last == typ
	})
}

func (w *world) eventually(what func() string, ok func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("waited for %s\n%s", what(), w.log)
		}
	}
}

// state folds a merchant's stream.
func (w *world) state(merchant string) *domain.Merchant {
	w.t.Helper()
	m := domain.NewMerchant(merchant)
	for e, err := range w.store.ReadStream(context.Background(), domain.MerchantStream(merchant), 0, eventstore.ReadOptions{}) {
		if err != nil {
			w.t.Fatal(err)
		}
		meta, _, err := domain.DecodeMeta(e.Meta)
		if err != nil {
			w.t.Fatal(err)
		}
		decoded, err := domain.Decode(e.Type, e.Version, e.Data)
		if err != nil {
			w.t.Fatal(err)
		}
		domain.Apply(m, decoded, meta, e.Revision)
	}
	return m
}

// agree compares the bank's book with the wallets, to the cent.
func (w *world) agree(merchants ...string) {
	w.t.Helper()
	var wallets domain.Wallet
	for _, id := range merchants {
		m := w.state(id)
		wallets.Paid += m.Wallet.Paid
		wallets.Held += m.Wallet.Held
	}
	totals, err := w.bank.Totals(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	if wallets.Held != 0 || totals["CNY"].Minor != wallets.Paid {
		w.t.Errorf("the wallets paid %d and hold %d, the bank's book has %d", wallets.Paid, wallets.Held, totals["CNY"].Minor)
	}
}

// calls is a rail that notes what it is asked.
type calls struct {
	rails.Rail
	mu   sync.Mutex
	list []string
}

func (c *calls) note(s string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, s)
}

func (c *calls) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.list...)
}

func (c *calls) Pay(ctx context.Context, p rails.Payment) (rails.Result, error) {
	c.note("pay " + p.Reference)
	return c.Rail.Pay(ctx, p)
}

func (c *calls) Query(ctx context.Context, reference string) (rails.Result, error) {
	c.note("query " + reference)
	return c.Rail.Query(ctx, reference)
}
