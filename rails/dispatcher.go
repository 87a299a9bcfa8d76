package rails

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/follow"
	"github.com/amends-ledger/amends/ledger"
)

// Ledger takes the dispatcher's commands; see ledger.Ledger.
type Ledger interface {
	Do(ctx context.Context, r ledger.Request) (ledger.Receipt, error)
}

// Options are the parts of a Dispatcher. The first four are required.
type Options struct {
	Ledger Ledger
	Store  eventstore.Store
	Keeper follow.Keeper // of the dispatcher's checkpoint
	Rail   Rail          // new payouts go to it

	// Others are rails that payouts were submitted to earlier; they are finished
	// there, under the reference that they have there.
	Others []Rail

	Workers     int           // payouts worked on at once; default follow.DefaultWorkers
	CallTimeout time.Duration // of one call of a rail; default DefaultCallTimeout
	// AskFirst and AskMax bound the delay before a rail is asked again for an
	// outcome; it doubles from one to the other. Defaults DefaultAskFirst and
	// DefaultAskMax.
	AskFirst, AskMax time.Duration
	Log              *slog.Logger // default: none
}

const (
	// DefaultCallTimeout is longer than any payment API takes when it works.
	DefaultCallTimeout = 30 * time.Second
	// DefaultAskFirst: most lost answers are known a second later.
	DefaultAskFirst = time.Second
	// DefaultAskMax: a rail that was down for hours is asked soon after it is
	// back, and is not kept busy by payouts that it can't tell of.
	DefaultAskMax = 5 * time.Minute

	// ledgerTimeout bounds one command. A command that takes longer is given
	// again under the same key.
	ledgerTimeout = 30 * time.Second
)

// processor is whom the dispatcher acts as.
var processor = domain.Actor{Role: domain.RoleProcessor}

// Dispatcher follows the log from its own checkpoint and brings every authorised
// payout to its rail: PayoutAuthorized is answered by SubmitPayout, and only when
// PayoutSubmitted is durable is the rail called; its answer goes back as
// RecordPaid, RecordFailed or RecordUnknown. It reports by commands alone, whose
// keys follow from the payout, so whatever it does twice counts once.
//
// A payout stays open work from PayoutAuthorized until the log has its end. A
// crash at any moment therefore leaves one of these:
//
//   - before PayoutSubmitted is durable: the rail was not called, SubmitPayout is
//     given again;
//   - after it: the rail may have been called. The next process asks it first,
//     and pays only under the same reference, which a rail pays once.
//
// A payout that is held back waits, as a pointer into the log, for ArrearsCleared
// or ServiceResumed of its merchant.
//
// Handle does the work of one event and keeps nothing between calls, so it can
// as well be called by workers behind a job queue.
type Dispatcher struct {
	o        Options
	rails    map[string]Rail
	follower *follow.Follower
}

// NewDispatcher is a dispatcher that is ready to Run.
func NewDispatcher(o Options) *Dispatcher {
	if o.CallTimeout <= 0 {
		o.CallTimeout = DefaultCallTimeout
	}
	if o.AskFirst <= 0 {
		o.AskFirst = DefaultAskFirst
	}
	if o.AskMax <= 0 {
		o.AskMax = DefaultAskMax
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &Dispatcher{o: o, rails: make(map[string]Rail)}
	for _, r := range append(o.Others, o.Rail) {
		d.rails[r.Name()] = r
	}
	d.follower = follow.New(follow.Options{
		Name: "rails", Store: o.Store, Keeper: o.Keeper, Workers: o.Workers, Log: o.Log,
		Filter: eventstore.Filter{StreamPrefix: domain.MerchantStream(""), Types: followed},
	}, d)
	return d
}

// Run dispatches until ctx ends or the store closes; see follow.Follower.Run.
func (d *Dispatcher) Run(ctx context.Context) error { return d.follower.Run(ctx) }

// Stats tells how far the dispatcher is. Parked payouts are held back.
func (d *Dispatcher) Stats() follow.Stats { return d.follower.Stats() }

// Handle implements follow.Handler.
func (d *Dispatcher) Handle(ctx context.Context, w follow.Work) (follow.Answer, error) {
	merchant, ok := domain.MerchantOfStream(w.Event.Stream)
	if !ok {
		return follow.Answer{}, fmt.Errorf("stream %s is not a merchant's", w.Event.Stream)
	}
	meta, _, err := domain.DecodeMeta(w.Event.Meta)
	if err != nil {
		return follow.Answer{}, err
	}
	j := job{d: d, payout: w.Key, merchant: merchant, at: meta.EffectiveAt}
	switch w.Event.Type {
	case typeAuthorized:
		return j.submit(ctx, "submit:"+w.Key)
	case typeCleared, typeResumed:
		return j.submit(ctx, fmt.Sprintf("submit:%s:%d", w.Key, w.Event.Revision))
	}
	e, err := domain.Decode(w.Event.Type, w.Event.Version, w.Event.Data)
	if err != nil {
		return follow.Answer{}, err
	}
	submitted, ok := e.(domain.PayoutSubmitted)
	if !ok {
		return follow.Answer{}, fmt.Errorf("event %s calls for nothing", w.Event.Type)
	}
	return j.settle(ctx, submitted, w)
}

// job is the work on one event of a payout.
type job struct {
	d        *Dispatcher
	payout   string
	merchant string
	at       time.Time // effective time of the event, and so of everything that answers it
}

// submit asks the ledger for the right to call the rail. If it gives it, or holds
// the payout back, the log says so, and the next event is the next work.
func (j job) submit(ctx context.Context, key string) (follow.Answer, error) {
	receipt, err := j.do(ctx, key, domain.SubmitPayout{Payout: j.payout, Rail: j.d.o.Rail.Name()})
	switch {
	case errors.Is(err, ledger.ErrKeyReused): // submitted already, to the rail that was in use then
		return follow.Answer{}, nil
	case err != nil:
		return follow.Answer{}, err
	case len(receipt.Events) == 0: // nothing new: it is still held back
		return follow.Answer{Outcome: follow.Aside}, nil
	}
	return follow.Answer{}, nil // also when refused: the payout was cancelled meanwhile
}

func (j job) do(ctx context.Context, key string, c domain.Command) (ledger.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, ledgerTimeout)
	defer cancel()
	return j.d.o.Ledger.Do(ctx, ledger.Request{
		Merchant: j.merchant, Key: key, Actor: processor, EffectiveAt: j.at, Command: c,
	})
}
