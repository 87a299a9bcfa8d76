package backfill

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
)

// followed are the event types that a row waits for.
var followed = []string{
	"SMSSent", "PayoutPaid", "PayoutFailed", "PayoutOutcomeUnknown", "PayoutHeldBack", "PayoutCancelled", "PayoutExpired",
}

// progress is what the log says of one payout after its request.
type progress struct {
	sent  bool   // a code is on its way to the operator
	stuck string // the last event that keeps it from being paid for now
	ended string // the event that ended it: PayoutPaid, PayoutFailed, …
}

// tracker follows the log with one subscription and wakes whoever waits for a
// payout. It begins at the start of the log: a run that was killed left payouts
// half way, and the log says how far each one is.
type tracker struct {
	streams map[string]bool // of the merchants of this run

	mu      sync.Mutex
	payouts map[string]*watched
	err     error // why the subscription ended
	over    chan struct{}
	caught  chan struct{} // closed when the log was read to its end once
	once    sync.Once
}

type watched struct {
	progress
	changed chan struct{} // closed at the next change; nil while nobody waits
}

func newTracker(streams map[string]bool) *tracker {
	return &tracker{
		streams: streams, payouts: map[string]*watched{},
		over: make(chan struct{}), caught: make(chan struct{}),
	}
}

// run follows store until ctx ends.
func (t *tracker) run(ctx context.Context, store eventstore.Store) {
	filter := eventstore.Filter{StreamPrefix: domain.MerchantStream(""), Types: followed}
	err := store.Subscribe(ctx, 0, filter, func(_ context.Context, n eventstore.Notice) error {
		switch n.Kind {
		case eventstore.EventNotice:
			return t.note(&n.Event)
		case eventstore.CaughtUpNotice:
			t.once.Do(func() { close(t.caught) })
		}
		return nil
	})
	t.mu.Lock()
	t.err = fmt.Errorf("follow payouts: %w", err)
	t.mu.Unlock()
	close(t.over)
}

func (t *tracker) note(e *eventstore.Recorded) error {
	if !t.streams[e.Stream] {
		return nil
	}
	no, err := domain.PayoutOf(e.Data)
	if err != nil {
		return fmt.Errorf("read %s at revision %d of %s: %w", e.Type, e.Revision, e.Stream, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	w := t.payouts[no]
	if w == nil {
		w = &watched{}
		t.payouts[no] = w
	}
	switch e.Type {
	case "SMSSent":
		w.sent = true
	case "PayoutOutcomeUnknown", "PayoutHeldBack":
		w.stuck = e.Type
	default:
		w.ended = strings.Clone(e.Type) // it may share the store's bytes
	}
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
	return nil
}

// wait returns as soon as enough holds for the payout's progress, or with an
// error when ctx ends or the log can't be followed any more.
func (t *tracker) wait(ctx context.Context, payout string, enough func(progress) bool) (progress, error) {
	for {
		t.mu.Lock()
		w := t.payouts[payout]
		if w == nil {
			w = &watched{}
			t.payouts[payout] = w
		}
		now := w.progress
		if w.changed == nil {
			w.changed = make(chan struct{})
		}
		changed := w.changed
		t.mu.Unlock()
		if enough(now) {
			return now, nil
		}
		select {
		case <-changed:
		case <-t.over:
			return now, t.err
		case <-ctx.Done():
			return now, ctx.Err()
		}
	}
}

// live waits until the log was read to its end once.
func (t *tracker) live(ctx context.Context) error {
	select {
	case <-t.caught:
		return nil
	case <-t.over:
		return t.err
	case <-ctx.Done():
		return fmt.Errorf("follow payouts: %w", ctx.Err())
	}
}

// done drops a payout that nobody will ask for again.
func (t *tracker) done(payout string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.payouts, payout)
}
