package backfill

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	"github.com/amends-ledger/amends/ledger/coldstore"
	"github.com/amends-ledger/amends/ledger/keyindex"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/records"
	"github.com/amends-ledger/amends/projections/wallet"
	"github.com/amends-ledger/amends/rails"
	"github.com/amends-ledger/amends/rails/sandbox"
	"github.com/amends-ledger/amends/vault"
)

// harness is a ledger in memory with everything running, and books that a test
// can falsify.
type harness struct {
	Parts
	bank *sandbox.Bank
	db   *projections.DB
	fake func(*harness, string, *domain.Money) // of the rail's book
}

func newHarness(t *testing.T) *harness {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	h := &harness{}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	mem := vfs.NewMem()
	store, err := segment.Open(ctx, segment.Options{Dir: "/log", FS: mem})
	must(err)
	keys, err := keyindex.Open(keyindex.Options{FS: mem, Dir: "/keys"})
	must(err)
	cold, err := coldstore.Open("")
	must(err)
	l, err := ledger.Open(ctx, ledger.Options{
		Store: store, Keys: keys, Cold: coldAdapter{cold}, Codes: testCodes{}, Clock: clock.Real{},
		FingerprintKey: []byte("a key of thirty-two bytes, or so"),
	})
	must(err)
	v, err := vault.OpenMemory([]byte("another key of thirty-two bytes!"), nil)
	must(err)
	h.bank, err = sandbox.OpenMemory()
	must(err)
	h.db, err = projections.OpenMemory(projections.Options{})
	must(err)
	runner, err := projections.NewRunner(store, h.db, []*projections.View{wallet.View(), records.View()}, projections.RunnerOptions{})
	must(err)
	inbox := &testInbox{codes: map[string]string{}, ledger: l, store: store}
	h.Parts = Parts{Store: store, Ledger: l, Subjects: v, Inbox: inbox, Books: testBooks{h, runner}}

	var running sync.WaitGroup
	dispatcher := rails.NewDispatcher(rails.Options{Ledger: l, Store: store, Keeper: &follow.Memory{}, Rail: h.bank})
	for _, run := range []func(context.Context) error{runner.Run, dispatcher.Run, inbox.run} {
		running.Go(func() {
			if err := run(ctx); err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
	t.Cleanup(func() {
		stop()
		running.Wait()
		for _, c := range []func() error{l.Close, keys.Close, cold.Close, v.Close, h.bank.Close, h.db.Close, store.Close} {
			if err := c(); err != nil {
				t.Error(err)
			}
		}
	})
	return h
}

type coldAdapter struct{ store *coldstore.Store }

func (c coldAdapter) Put(merchant string, rev int64, items []domain.Cold) error {
	all := make([]coldstore.Item, len(items))
	for i, it := range items {
		all[i] = coldstore.Item{Kind: it.Kind, ID: it.ID, Data: it.Data}
	}
	return c.store.Put(merchant, rev, all...)
}

func (c coldAdapter) Get(merchant string, key domain.ColdKey) (domain.Cold, bool, error) {
	data, _, ok, err := c.store.Get(merchant, key.Kind, key.ID)
	return domain.Cold{Kind: key.Kind, ID: key.ID, Data: data}, ok, err
}

// testCodes derives a code that the inbox below can derive as well.
type testCodes struct{}

func (testCodes) Code(in ledger.CodeInput) string { return codeOf(in.Challenge, in.Digits) }

func codeOf(challenge string, digits int) string {
	sum := 0
	for _, c := range challenge {
		sum = sum*31 + int(c)
	}
	return fmt.Sprintf("%0*d", digits, sum&0xfffff)[:digits]
}

// testInbox sends SMS by putting the code into a map.
type testInbox struct {
	mu     sync.Mutex
	codes  map[string]string
	ledger *ledger.Ledger
	store  eventstore.Store
}

func (i *testInbox) Code(_ context.Context, _, payout string) (string, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.codes[payout], nil
}

func (i *testInbox) run(ctx context.Context) error {
	var sending sync.WaitGroup
	defer sending.Wait()
	filter := eventstore.Filter{Types: []string{"SMSChallengeIssued"}}
	return i.store.Subscribe(ctx, 0, filter, func(ctx context.Context, n eventstore.Notice) error {
		if n.Kind != eventstore.EventNotice {
			return nil
		}
		var e domain.SMSChallengeIssued
		if err := json.Unmarshal(n.Event.Data, &e); err != nil {
			return err
		}
		meta, _, err := domain.DecodeMeta(n.Event.Meta)
		if err != nil {
			return err
		}
		merchant, _ := domain.MerchantOfStream(n.Event.Stream)
		i.mu.Lock()
		i.codes[e.Payout] = codeOf(e.Challenge, e.Digits)
		i.mu.Unlock()
		sending.Go(func() {
			i.ledger.Do(ctx, ledger.Request{
				Merchant: merchant, Key: "sent:" + e.Challenge, Actor: domain.Actor{Role: domain.RoleSender}, EffectiveAt: meta.EffectiveAt,
				Command: domain.RecordSMSSent{Payout: e.Payout, Challenge: e.Challenge, Send: e.Send, Provider: "test"},
			})
		})
		return nil
	})
}

// testBooks reads the views and the bank.
type testBooks struct {
	h      *harness
	runner *projections.Runner
}

func (b testBooks) CaughtUp(ctx context.Context, p eventstore.Position) error {
	return b.runner.WaitFor(ctx, p)
}

func (b testBooks) Wallets(ctx context.Context, merchants []string) ([]Wallet, error) {
	var all []Wallet
	for _, m := range merchants {
		page, err := wallet.Balances(ctx, b.h.db, m, projections.PageOptions{})
		if err != nil {
			return nil, err
		}
		w := Wallet{}
		for _, r := range page.Rows {
			w = Wallet{r.Available, r.Held, r.Paid}
		}
		all = append(all, w)
	}
	return all, nil
}

func (b testBooks) Records(ctx context.Context, each func(Record) error) error {
	_, err := records.Each(ctx, b.h.db, records.Filter{}, func(r records.Record) error {
		return each(Record{r.Payout, domain.PayoutState(r.Status), domain.Money{Minor: r.Amount, Currency: domain.Currency(r.Currency)}})
	})
	return err
}

func (b testBooks) Settled(ctx context.Context, each func(string, domain.Money) error) error {
	for e, err := range b.h.bank.Entries(ctx) {
		if err != nil {
			return err
		}
		m := e.Money
		if b.h.fake != nil {
			b.h.fake(b.h, e.Reference, &m)
		}
		if e.State == "paid" && m.Minor > 0 {
			if err := each(e.Reference, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// within bounds a test.
func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}
