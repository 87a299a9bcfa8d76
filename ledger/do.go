package ledger

import (
	"context"
	"fmt"
	"hash/maphash"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
)

// Do carries out one command. When it returns a receipt, the events in it are
// durable. When ctx ends first, the outcome is unknown (ErrUnknownOutcome): call
// again with the same key and get the answer.
func (l *Ledger) Do(ctx context.Context, r Request) (Receipt, error) {
	results := l.DoBatch(ctx, []Request{r})
	return results[0].Receipt, results[0].Err
}

// DoBatch carries out commands with independent outcomes, those of one merchant
// in the order given. All of them share appends, and so syncs.
func (l *Ledger) DoBatch(ctx context.Context, rs []Request) []Result {
	results := make([]Result, len(rs))
	tasks := make([]*task, len(rs))
	for i, r := range rs {
		tasks[i], results[i].Err = l.hand(ctx, r)
	}
	for i, t := range tasks {
		if t == nil {
			continue
		}
		results[i] = l.await(ctx, t)
		if rs[i].Merchant != "" && results[i].Err == errUnknownMerchant {
			results[i] = l.refuseUnrouted(ctx, rs[i], t.meta)
		}
		if confirm, ok := rs[i].Command.(domain.ConfirmSMS); ok {
			results[i] = l.compare(ctx, t, confirm, results[i])
		}
	}
	return results
}

// Check is the dry run: the same decision on the same state, and nothing is
// recorded. The receipt has no position.
func (l *Ledger) Check(ctx context.Context, r Request) (Receipt, error) {
	t, err := l.stamp(r)
	if err != nil {
		return Receipt{}, err
	}
	t.dry = true
	if err := l.enqueue(ctx, t); err != nil {
		return Receipt{}, err
	}
	res := l.await(ctx, t)
	return res.Receipt, res.Err
}

// View calls look with the folded state of a merchant, between two decisions.
// look must return soon and must not keep or change what it sees. A merchant
// that does not exist shows as not registered.
func (l *Ledger) View(ctx context.Context, merchant string, look func(*domain.Merchant)) error {
	t := &task{merchant: merchant, stream: domain.MerchantStream(merchant), look: look, done: make(chan Result, 1)}
	if err := l.enqueue(ctx, t); err != nil {
		return err
	}
	return l.await(ctx, t).Err
}

// hand stamps a request and gives it to its loop.
func (l *Ledger) hand(ctx context.Context, r Request) (*task, error) {
	if err := l.checkZone(r.Command); err != nil {
		return nil, err
	}
	if _, ok := r.Command.(domain.CompareSMS); ok {
		return nil, &domain.Invalid{Field: "command", Why: "CompareSMS is given by the ledger alone"}
	}
	t, err := l.stamp(r)
	if err != nil {
		return nil, err
	}
	if err := l.enqueue(ctx, t); err != nil {
		return nil, err
	}
	return t, nil
}

// refuseUnrouted decides a command for a merchant that does not exist, in the
// stream that is there for such refusals: a made-up name must not open a stream.
func (l *Ledger) refuseUnrouted(ctx context.Context, r Request, meta domain.Meta) Result {
	t := &task{
		merchant: r.Merchant, stream: domain.UnroutedStream, unrouted: true,
		command: r.Command, meta: meta, done: make(chan Result, 1),
	}
	if err := l.enqueue(ctx, t); err != nil {
		return Result{Err: err}
	}
	return l.await(ctx, t)
}

var shardSeed = maphash.MakeSeed()

func (l *Ledger) loopOf(stream string) *loop {
	return l.loops[maphash.String(shardSeed, stream)%uint64(len(l.loops))]
}

// enqueue waits a bounded time for a place in the queue of t's loop.
func (l *Ledger) enqueue(ctx context.Context, t *task) error {
	l.inFlight.RLock()
	defer l.inFlight.RUnlock()
	select {
	case <-l.closing:
		return ErrClosed
	default:
	}
	queue := l.loopOf(t.stream).queue
	select {
	case queue <- t:
		return nil
	default:
	}
	timer := time.NewTimer(queueWait)
	defer timer.Stop()
	select {
	case queue <- t:
		return nil
	case <-timer.C:
		return ErrBusy
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrBusy, ctx.Err())
	}
}

func (l *Ledger) await(ctx context.Context, t *task) Result {
	select {
	case res := <-t.done:
		return res
	case <-ctx.Done():
		return Result{Err: fmt.Errorf("%s: %w: %w", t.name(), eventstore.ErrUnknownOutcome, ctx.Err())}
	}
}
