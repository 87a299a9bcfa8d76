package sms_test

import (
	"context"
	"errors"
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
	"github.com/amends-ledger/amends/sms"
	"github.com/amends-ledger/amends/sms/inbox"
)

// world is a real ledger on files in memory, with an inbox for its codes.
type world struct {
	t      *testing.T
	store  eventstore.Store
	ledger *ledger.Ledger
	codes  *sms.Codes
	inbox  *inbox.Inbox
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
	w.codes, err = sms.NewCodes([]byte("a key of thirty-two bytes, or so"))
	must(err)
	w.ledger, err = ledger.Open(ctx, ledger.Options{
		Store: w.store, Keys: keys, Cold: &cold{}, Codes: w.codes, Clock: clock.NewManual(day(40)),
		FingerprintKey: []byte("a key of thirty-two bytes, or so"),
	})
	must(err)
	w.inbox = inbox.New(w.book(), 0)
	t.Cleanup(func() {
		for _, c := range []interface{ Close() error }{w.ledger, keys, w.store} {
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

func (w *world) book() sms.Codebook { return sms.Codebook{Store: w.store, Codes: w.codes} }

// phones is a vault for one kind of value.
type phones struct{}

func (phones) Reveal(_ context.Context, pseudonym string) (string, []byte, error) {
	if pseudonym == "ph_gone" {
		return "", nil, errors.New("personal value was erased")
	}
	return "+86138" + pseudonym, nil, nil
}

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

// merchant sets one up whose payouts need a code, which goes to this phone.
func (w *world) merchant(id, phone string) {
	w.t.Helper()
	w.give("", "policy", platform, day(0), domain.PublishPolicy{
		Name: "test", Policy: domain.Policy{AgreementVersion: "v1", SMSTries: 1},
	})
	w.give(id, "register", platform, day(0), domain.RegisterMerchant{
		Profile: domain.Profile{Zone: "Asia/Shanghai", Currency: "CNY", Policy: "test", WalletOpen: true, SelfAfterSales: true},
		Owner:   domain.Operator{ID: "boss", Phone: domain.Subject{Pseudonym: phone}},
	})
	w.give(id, "open", owner, day(0), domain.OpenService{Agreement: "v1"})
	w.give(id, "credit", platform, day(0), domain.CreditWallet{Money: cny(1_000_000_00), Reference: "bank-1"})
}

// request asks for a payout, which waits for its code, and tells its number.
func (w *world) request(merchant, key string, minor int64) string {
	w.t.Helper()
	return w.give(merchant, key, owner, day(1), domain.RequestPayout{PayoutTerms: domain.PayoutTerms{
		Money: cny(minor), Reason: "shipping", Entry: "cli", OrderNo: "o-" + key,
		Customer: &domain.Subject{Pseudonym: "cu_" + key},
	}}).Payout()
}

// confirm hands in a code and tells the type of the last event that it led to.
func (w *world) confirm(merchant, payout, code string) string {
	w.t.Helper()
	receipt, err := w.ledger.Do(context.Background(), ledger.Request{
		Merchant: merchant, Key: "confirm " + payout + code, Actor: owner, EffectiveAt: day(1), Command: domain.ConfirmSMS{Payout: payout, Code: code},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	name, _ := domain.EventName(receipt.Events[len(receipt.Events)-1])
	return name
}

// options are a dispatcher's, with delays for tests.
func (w *world) options() sms.Options {
	return sms.Options{
		Ledger: w.ledger, Store: w.store, Keeper: &follow.Memory{}, Sender: w.inbox, Codes: w.codes, Phones: phones{},
		RetryFirst: time.Millisecond, RetryMax: 5 * time.Millisecond, Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
}

// dispatch runs a dispatcher until stop is called or the test ends.
func (w *world) dispatch(o sms.Options) (d *sms.Dispatcher, stop func()) {
	d = sms.NewDispatcher(o)
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

// idle waits until a dispatcher has read the whole log and done all of its work.
func (w *world) idle(d *sms.Dispatcher) {
	w.t.Helper()
	w.eventually(func() string { return fmt.Sprintf("no open work: %+v", d.Stats()) }, func() bool {
		tail, _ := w.store.Tail(context.Background())
		return d.Stats() == follow.Stats{Position: tail}
	})
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

// script is a sender that notes what it is given and answers as it is told; with
// nothing left to tell, it takes the message.
type script struct {
	mu      sync.Mutex
	sent    []sms.Message
	answers []func(context.Context, sms.Message) (string, error)
}

func (s *script) Name() string { return "script" }

func (s *script) Send(ctx context.Context, m sms.Message) (string, error) {
	s.mu.Lock()
	s.sent = append(s.sent, m)
	answer := func(context.Context, sms.Message) (string, error) { return "id of " + m.Reference, nil }
	if len(s.answers) > 0 {
		answer, s.answers = s.answers[0], s.answers[1:]
	}
	s.mu.Unlock()
	return answer(ctx, m)
}

func (s *script) all() []sms.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]sms.Message(nil), s.sent...)
}
