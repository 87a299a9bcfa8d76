package backfill

import (
	"context"
	"errors"
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
	"github.com/amends-ledger/amends/sms"
	"github.com/amends-ledger/amends/sms/inbox"
	"github.com/amends-ledger/amends/vault"
)

// harness is a ledger in memory with everything running, and books that a test
// can falsify.
type harness struct {
	Parts
	bank *sandbox.Bank
	db   *projections.DB
	// What a test makes of the books before they are compared.
	falsifyWallet func(*Wallet)
	falsifyRecord func(*Record)
	falsifyRail   func(payout string, m *domain.Money)
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
	codes, err := sms.NewCodes([]byte("a third key of thirty-two bytes!"))
	must(err)
	l, err := ledger.Open(ctx, ledger.Options{
		Store: store, Keys: keys, Cold: coldAdapter{cold}, Codes: codes, Clock: clock.Real{},
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
	in := inbox.New(sms.Codebook{Store: store, Codes: codes}, 0)
	h.Parts = Parts{Store: store, Ledger: l, Subjects: v, Inbox: in, Books: testBooks{h, runner}}

	var running sync.WaitGroup
	payer := rails.NewDispatcher(rails.Options{
		Ledger: l, Store: store, Keeper: &follow.Memory{}, Rail: h.bank, AskFirst: time.Millisecond, AskMax: time.Millisecond,
	})
	sender := sms.NewDispatcher(sms.Options{Ledger: l, Store: store, Keeper: &follow.Memory{}, Sender: in, Codes: codes, Phones: v})
	for _, run := range []func(context.Context) error{runner.Run, payer.Run, sender.Run} {
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
		if b.h.falsifyWallet != nil {
			b.h.falsifyWallet(&w)
		}
		all = append(all, w)
	}
	return all, nil
}

func (b testBooks) Records(ctx context.Context, each func(Record) error) error {
	_, err := records.Each(ctx, b.h.db, records.Filter{}, func(r records.Record) error {
		rec := Record{r.Payout, domain.PayoutState(r.Status), domain.Money{Minor: r.Amount, Currency: domain.Currency(r.Currency)}}
		if b.h.falsifyRecord != nil {
			b.h.falsifyRecord(&rec)
		}
		return each(rec)
	})
	return err
}

func (b testBooks) Settled(ctx context.Context, each func(string, domain.Money) error) error {
	for e, err := range b.h.bank.Entries(ctx) {
		if err != nil {
			return err
		}
		m := e.Money
		if b.h.falsifyRail != nil {
			b.h.falsifyRail(e.Reference, &m)
		}
		if e.State == "paid" && m.Minor > 0 { // a test takes an entry out by making it zero
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
