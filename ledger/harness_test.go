package ledger

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/segment"
	"github.com/amends-ledger/amends/internal/vfs"
	"github.com/amends-ledger/amends/ledger/keyindex"
)

// harness is a ledger on files in memory that can be reopened.
type harness struct {
	t     *testing.T
	fs    *vfs.Mem
	store eventstore.Store
	keys  *keyindex.Index
	cold  *coldMap
	*Ledger
	wrap func(eventstore.Store) eventstore.Store
	idle int // 0: the default
}

func newHarness(t *testing.T) *harness {
	h := &harness{t: t, fs: vfs.NewMem()}
	h.open()
	t.Cleanup(h.shut)
	return h
}

func (h *harness) open() {
	h.t.Helper()
	ctx := context.Background()
	store, err := segment.Open(ctx, segment.Options{Dir: "/log", FS: h.fs})
	if err != nil {
		h.t.Fatal(err)
	}
	h.store = store
	if h.wrap != nil {
		h.store = h.wrap(store)
	}
	if h.keys, err = keyindex.Open(keyindex.Options{FS: h.fs, Dir: "/keys"}); err != nil {
		h.t.Fatal(err)
	}
	h.cold = &coldMap{items: map[string]domain.Cold{}}
	h.Ledger, err = Open(ctx, Options{
		Store: h.store, Keys: h.keys, Cold: h.cold, Codes: testCodes{}, Clock: testClock{},
		FingerprintKey: []byte("a key of thirty-two bytes, or so"), Loops: 2, IdleRecords: h.idle,
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *harness) shut() {
	for _, err := range []error{h.Ledger.Close(), h.keys.Close(), h.store.Close()} {
		if err != nil {
			h.t.Error(err)
		}
	}
}

// reopen is a clean restart.
func (h *harness) reopen() {
	h.t.Helper()
	h.shut()
	h.open()
}

type testClock struct{}

func (testClock) Now() time.Time { return day(40) }

// day is noon UTC of the n-th day of the tests' calendar.
func day(n int) time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, n) }

// testCodes derives a code that a test can compute: the payout's last digits.
type testCodes struct{}

func (testCodes) Code(in CodeInput) string { return fmt.Sprintf("%06d", in.Money.Minor+int64(in.Send)) }

// coldMap is a Cold in memory.
type coldMap struct {
	mu    sync.Mutex
	items map[string]domain.Cold
}

func (c *coldMap) Put(merchant string, rev int64, items []domain.Cold) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, it := range items {
		c.items[merchant+"\x00"+it.Kind+"\x00"+it.ID] = it
	}
	return nil
}

func (c *coldMap) Get(merchant string, key domain.ColdKey) (domain.Cold, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	it, ok := c.items[merchant+"\x00"+key.Kind+"\x00"+key.ID]
	return it, ok, nil
}

var (
	platform = domain.Actor{Role: domain.RolePlatform}
	owner    = domain.Actor{Role: domain.RoleOwner, ID: "boss"}
)

func cny(minor int64) domain.Money { return domain.Money{Minor: minor, Currency: "CNY"} }

// do fails the test on anything but an accepted command.
func (h *harness) do(r Request) Receipt {
	h.t.Helper()
	receipt, err := h.Do(context.Background(), r)
	if err != nil {
		h.t.Fatalf("%s %s: %v", domain.CommandName(r.Command), r.Key, err)
	}
	if no := receipt.Refusal(); no != nil {
		h.t.Fatalf("%s %s: %v: %+v", domain.CommandName(r.Command), r.Key, no, no.Failures)
	}
	return receipt
}

// merchant sets one up that may pay, with credit minor units in its wallet and
// payouts up to exempt without SMS.
func (h *harness) merchant(id string, credit, exempt int64) {
	h.t.Helper()
	limit := cny(1_000_00)
	h.do(Request{Key: "policy", Actor: platform, EffectiveAt: day(0), Command: domain.PublishPolicy{
		Name: "test", Policy: domain.Policy{SMSExemptMax: &limit, AgreementVersion: "v1"},
	}})
	for i, c := range []struct {
		by domain.Actor
		do domain.Command
	}{
		{platform, domain.RegisterMerchant{
			Profile: domain.Profile{Zone: "Asia/Shanghai", Currency: "CNY", Policy: "test", WalletOpen: true, SelfAfterSales: true},
			Owner:   domain.Operator{ID: "boss", Phone: domain.Subject{Pseudonym: "ph_1"}},
		}},
		{owner, domain.OpenService{Agreement: "v1"}},
		{owner, domain.SetSMSExemption{Max: cny(exempt)}},
		{platform, domain.CreditWallet{Money: cny(credit), Reference: "bank-1"}},
	} {
		h.do(Request{Merchant: id, Key: fmt.Sprint("setup-", i), Actor: c.by, EffectiveAt: day(0), Command: c.do})
	}
}

func payout(merchant, key string, minor int64) Request {
	return Request{
		Merchant: merchant, Key: key, Actor: owner, EffectiveAt: day(1),
		Command: domain.RequestPayout{PayoutTerms: domain.PayoutTerms{
			Money: cny(minor), Reason: "shipping", Entry: "cli", OrderNo: "o-" + key,
		}},
	}
}

func (h *harness) wallet(merchant string) (w domain.Wallet) {
	h.t.Helper()
	if err := h.View(context.Background(), merchant, func(m *domain.Merchant) { w = m.Wallet }); err != nil {
		h.t.Fatal(err)
	}
	return w
}

func (h *harness) head(stream string) int64 {
	h.t.Helper()
	rev, err := h.store.Head(context.Background(), stream)
	if err != nil {
		h.t.Fatal(err)
	}
	return rev
}
