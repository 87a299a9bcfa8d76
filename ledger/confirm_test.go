package ledger

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

func newMem() *vfs.Mem { return vfs.NewMem() }

// brokenStore fails appends from the n-th on.
type brokenStore struct {
	eventstore.Store
	mu    sync.Mutex
	err   error
	after int
}

func (b *brokenStore) fail(err error) { b.failAfter(err, 0) }

func (b *brokenStore) failAfter(err error, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err, b.after = err, n
}

func (b *brokenStore) AppendBatch(ctx context.Context, ws []eventstore.Write) []eventstore.Result {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		if b.after--; b.after < 0 {
			out := make([]eventstore.Result, len(ws))
			for i := range out {
				out[i].Err = b.err
			}
			return out
		}
	}
	return b.Store.AppendBatch(ctx, ws)
}

func confirm(key, payout, code string) Request {
	return Request{Merchant: "m", Key: key, Actor: owner, EffectiveAt: day(1), Command: domain.ConfirmSMS{Payout: payout, Code: code}}
}

func (h *harness) tries(payout string) (tries int, state domain.PayoutState) {
	h.t.Helper()
	if err := h.View(context.Background(), "m", func(m *domain.Merchant) {
		tries, state = m.Payouts[payout].Challenge.Tries, m.Payouts[payout].State
	}); err != nil {
		h.t.Fatal(err)
	}
	return tries, state
}

func TestConfirmSMS(t *testing.T) {
	h := newHarness(t)
	h.merchant("m", 100_00, 0)
	no := h.do(payout("m", "a", 10_00)).Payout()
	wrong, err := h.Do(context.Background(), confirm("c1", no, "000000"))
	if err != nil {
		t.Fatal(err)
	}
	if r := wrong.Refusal(); r == nil || r.Outcome() != domain.RuleSMSWrong {
		t.Fatalf("a wrong code: %+v", wrong.Events)
	}
	if tries, state := h.tries(no); tries != 1 || state != domain.AwaitingSMS {
		t.Errorf("%d tries, state %s", tries, state)
	}
	// The same key again is the same try, with whatever code.
	again, err := h.Do(context.Background(), confirm("c1", no, "001001"))
	if err != nil || again.Refusal() == nil || !again.Repeated {
		t.Errorf("the repeat of a wrong try: %+v, %v", again, err)
	}
	if tries, _ := h.tries(no); tries != 1 {
		t.Errorf("a repeat counted: %d tries", tries)
	}
	h.do(confirm("c2", no, "001001"))
	if _, state := h.tries(no); state != domain.Authorized {
		t.Errorf("state %s after the right code", state)
	}
	h.reopen()
	if r := h.do(confirm("c2", no, "001001")); !r.Repeated || r.Payout() == "" {
		t.Errorf("the repeat after a restart: %+v", r)
	}
}

// The power goes between the counted try and the comparison: the try is used
// up, and the same key finishes it without counting another.
func TestConfirmIsFinishedAfterACrash(t *testing.T) {
	broken := &brokenStore{}
	h := &harness{t: t, fs: newMem(), wrap: func(s eventstore.Store) eventstore.Store { broken.Store = s; return broken }}
	h.open()
	t.Cleanup(h.shut)
	h.merchant("m", 100_00, 0)
	no := h.do(payout("m", "a", 10_00)).Payout()
	broken.failAfter(eventstore.ErrUnavailable, 1)
	if _, err := h.Do(context.Background(), confirm("c", no, "001001")); !errors.Is(err, eventstore.ErrUnavailable) {
		t.Fatalf("got %v", err)
	}
	broken.fail(nil)
	h.reopen()
	if tries, state := h.tries(no); tries != 1 || state != domain.AwaitingSMS {
		t.Fatalf("after the crash: %d tries, state %s", tries, state)
	}
	h.do(confirm("c", no, "001001"))
	if tries, state := h.tries(no); tries != 1 || state != domain.Authorized {
		t.Errorf("after the retry: %d tries, state %s", tries, state)
	}
}

// lostAck carries out one append and says that it does not know.
type lostAck struct {
	eventstore.Store
	once sync.Once
	on   bool
}

func (l *lostAck) AppendBatch(ctx context.Context, ws []eventstore.Write) []eventstore.Result {
	out := l.Store.AppendBatch(ctx, ws)
	if l.on {
		l.once.Do(func() {
			for i := range out {
				out[i] = eventstore.Result{Err: eventstore.ErrUnknownOutcome}
			}
		})
	}
	return out
}

// An append whose answer was lost may have happened. The same key finds out, at
// once and after a restart, and nothing is paid for twice.
func TestUnknownOutcomeIsFoundAfterARestart(t *testing.T) {
	lossy := &lostAck{}
	h := &harness{t: t, fs: newMem(), wrap: func(s eventstore.Store) eventstore.Store { lossy.Store = s; return lossy }}
	h.open()
	t.Cleanup(h.shut)
	h.merchant("m", 100_00, 50_00)
	lossy.on = true
	if _, err := h.Do(context.Background(), payout("m", "a", 10_00)); !errors.Is(err, eventstore.ErrUnknownOutcome) {
		t.Fatalf("got %v", err)
	}
	h.do(payout("m", "b", 1_00)) // others go on, and reach the index
	if err := h.keys.Flush(); err != nil {
		t.Fatal(err)
	}
	h.reopen()
	if r := h.do(payout("m", "a", 10_00)); !r.Repeated {
		t.Error("the stored answer was not found: the key was decided again")
	}
	if w := h.wallet("m"); w.Held != 11_00 {
		t.Errorf("%d held, want 11.00", w.Held)
	}
}
