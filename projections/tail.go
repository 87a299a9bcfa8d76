package projections

import (
	"context"
	"time"

	"github.com/amends-ledger/amends/eventstore"
)

// tail subscribes behind the tail's mark and hands decoded events on. Decoding
// runs beside the writing, and the channel bounds how far it is ahead.
//
// It asks for all types: an event that no view reads still moves the marks, so
// that a reader who waits for its own command's position is always answered.
func (r *Runner) tail(ctx context.Context, events chan<- Event) error {
	r.applying.Lock()
	after := r.end.position
	r.applying.Unlock()
	return r.store.Subscribe(ctx, after, eventstore.Filter{}, func(ctx context.Context, n eventstore.Notice) error {
		if n.Kind != eventstore.EventNotice {
			return nil
		}
		select {
		case events <- decode(n.Event, r.reads[n.Event.Type]):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// write applies batches of what tail hands on, until ctx ends or a batch fails.
func (r *Runner) write(ctx context.Context, events <-chan Event) error {
	batch := make([]Event, 0, r.o.Batch)
	var last time.Time
	for {
		var err error
		if batch, err = r.gather(ctx, events, batch[:0], last); err != nil {
			return err
		}
		r.applying.Lock()
		end := markOf(&batch[len(batch)-1])
		if err = r.applyBatch(ctx, r.joined, batch, end); err == nil {
			r.end = end
		}
		r.applying.Unlock()
		if err != nil {
			return err
		}
		last = time.Now()
	}
}

// gather waits for an event and takes what else is there. If the last commit is
// only just over and no reader waits, it takes what comes until it is time for
// the next one.
func (r *Runner) gather(ctx context.Context, events <-chan Event, batch []Event, last time.Time) ([]Event, error) {
	select {
	case e := <-events:
		batch = append(batch, e)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if batch = r.drain(events, batch); len(batch) == r.o.Batch {
		return batch, nil
	}
	pause := r.o.Gather - time.Since(last)
	if pause <= 0 || r.waiting.Load() > 0 {
		return batch, nil
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for len(batch) < r.o.Batch {
		select {
		case e := <-events:
			batch = append(batch, e)
		case <-timer.C:
			return batch, nil
		case <-r.nudge:
			if r.waiting.Load() > 0 {
				return r.drain(events, batch), nil
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return batch, nil
}

// drain takes what is in the channel, as far as the batch has room.
func (r *Runner) drain(events <-chan Event, batch []Event) []Event {
	for len(batch) < r.o.Batch {
		select {
		case e := <-events:
			batch = append(batch, e)
		default:
			return batch
		}
	}
	return batch
}
