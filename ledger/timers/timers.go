// Package timers ends payouts that waited too long, so that nothing reserves
// money for ever: one that awaits its SMS code, its approval, or a submission
// that never came.
//
// A deadline is part of the merchant's folded state, so no timer is kept here
// that a restart could lose: the log says which payouts are open, and the state
// says until when. Whether a payout is really due is decided by the ledger, as
// every other command is (see domain.ExpirePayout).
package timers

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/follow"
	"github.com/amends-ledger/amends/ledger"
)

// Ledger takes the commands of the clock and shows states; see ledger.Ledger.
type Ledger interface {
	Do(ctx context.Context, r ledger.Request) (ledger.Receipt, error)
	View(ctx context.Context, merchant string, look func(*domain.Merchant)) error
}

// Clock is the wall clock.
type Clock interface{ Now() time.Time }

// Options are the parts of a Dispatcher; all but the last are required.
type Options struct {
	Ledger Ledger
	Store  eventstore.Store
	Keeper follow.Keeper // of the dispatcher's checkpoint
	Clock  Clock
	Log    *slog.Logger // default: none
}

const (
	// maxOpen bounds the payouts that wait for a person at one time, a hundred
	// bytes each. Beyond it reading pauses, and timers are late but not lost.
	maxOpen = 1_000_000
	// maxSleep bounds one wait, so that a wall clock that was set forward is
	// noticed within the hour.
	maxSleep = time.Hour
	// maxBatch bounds the payouts of one merchant that are looked up at once.
	maxBatch = 256
	// ledgerTimeout bounds one command; it is given again under the same key.
	ledgerTimeout = 30 * time.Second
)

var clockActor = domain.Actor{Role: domain.RoleClock}

// Dispatcher follows the log and gives ExpirePayout for each payout whose
// deadline has passed.
type Dispatcher struct {
	o        Options
	follower *follow.Follower
}

// New makes a dispatcher. It does nothing before Run.
func New(o Options) *Dispatcher {
	d := &Dispatcher{o: o}
	d.follower = follow.New(follow.Options{
		Name: "timers", Store: o.Store, Keeper: o.Keeper, MaxOpen: maxOpen, Log: o.Log,
		Filter: eventstore.Filter{StreamPrefix: domain.MerchantStream(""), Types: followed},
	}, d)
	return d
}

// Run works until ctx ends or the store closes; see follow.Follower.Run.
func (d *Dispatcher) Run(ctx context.Context) error { return d.follower.Run(ctx) }

var (
	opening = []string{domain.TypeName(domain.PayoutRequested{}), domain.TypeName(domain.PayoutAuthorized{})}
	closing = []string{
		domain.TypeName(domain.PayoutSubmitted{}), domain.TypeName(domain.PayoutCancelled{}), domain.TypeName(domain.PayoutRejected{}), domain.TypeName(domain.PayoutExpired{}),
	}
	followed = append(append([]string{}, opening...), closing...)
)

// Read implements follow.Handler: a payout is watched from its request until it
// is at a rail or over.
func (d *Dispatcher) Read(e *eventstore.Recorded) (follow.Change, error) {
	op := follow.Close
	for _, t := range opening {
		if e.Type == t {
			op = follow.Open
		}
	}
	payout, err := domain.PayoutOf(e.Data)
	return follow.Change{Op: op, Key: payout}, err
}

// Handle implements follow.Handler: expire the payout, or sleep until it may be
// due. The deadline moves when a code is sent again, so it is read anew each time.
func (d *Dispatcher) Handle(ctx context.Context, w follow.Work) (follow.Answer, error) {
	merchant, ok := domain.MerchantOfStream(w.Event.Stream)
	if !ok {
		return follow.Answer{}, fmt.Errorf("stream %s is not a merchant's", w.Event.Stream)
	}
	var deadline time.Time
	ctx, cancel := context.WithTimeout(ctx, ledgerTimeout)
	defer cancel()
	if err := d.o.Ledger.View(ctx, merchant, func(m *domain.Merchant) {
		if p := m.Payouts[w.Key]; p != nil {
			deadline = p.Deadline
		}
	}); err != nil {
		return follow.Answer{}, err
	}
	if deadline.IsZero() { // at a rail, or over: the event that says so comes
		return follow.Answer{}, nil
	}
	if left := deadline.Sub(d.o.Clock.Now()); left > 0 {
		return follow.Answer{Outcome: follow.Again, After: min(left, maxSleep)}, nil
	}
	return follow.Answer{}, expire(ctx, d.o.Ledger, merchant, w.Key, deadline)
}

// FireDue expires every payout of a merchant whose deadline is now or before, and
// returns how many. It is for a process that does not stay: one that runs for
// long has a Dispatcher.
func FireDue(ctx context.Context, l Ledger, merchant string, now time.Time) (fired int, err error) {
	for {
		var due []string
		deadlines := map[string]time.Time{}
		if err := l.View(ctx, merchant, func(m *domain.Merchant) {
			due = m.Due(now, maxBatch)
			for _, no := range due {
				deadlines[no] = m.Payouts[no].Deadline
			}
		}); err != nil {
			return fired, err
		}
		if len(due) == 0 {
			return fired, nil
		}
		for _, no := range due {
			if err := expire(ctx, l, merchant, no, deadlines[no]); err != nil {
				return fired, err
			}
			fired++
		}
	}
}

// expire gives the command at the deadline that it answers. The key names that
// deadline: one that was moved meanwhile makes the command do nothing, and the
// next deadline is another command.
func expire(ctx context.Context, l Ledger, merchant, payout string, deadline time.Time) error {
	receipt, err := l.Do(ctx, ledger.Request{
		Merchant: merchant, Key: fmt.Sprintf("expire:%s:%d", payout, deadline.UnixNano()), Actor: clockActor,
		EffectiveAt: deadline, Command: domain.ExpirePayout{Payout: payout},
	})
	if err != nil {
		return fmt.Errorf("expire payout %s: %w", payout, err)
	}
	if no := receipt.Refusal(); no != nil {
		return fmt.Errorf("expire payout %s: %w", payout, no)
	}
	return nil
}
