package projections

import (
	"context"
	"fmt"

	"github.com/amends-ledger/amends/eventstore"
)

// catchUp brings a view that is behind to where the tail is, beside the tail, and
// joins it there. The last few events are applied while the tail holds still, so
// that it goes on with the view included and none is missed.
func (r *Runner) catchUp(ctx context.Context, t *track) error {
	for {
		r.applying.Lock()
		end := r.end
		r.applying.Unlock()
		batch, err := r.readBatch(ctx, t, end.position, r.o.Batch)
		if err != nil {
			return err
		}
		if len(batch) == r.o.Batch {
			r.applying.Lock()
			err = r.applyBatch(ctx, []*track{t}, batch, markOf(&batch[len(batch)-1]))
			r.applying.Unlock()
			if err != nil {
				return err
			}
		} else if joined, err := r.join(ctx, t); joined || err != nil {
			return err
		}
		if r.stopped(t) != "" {
			return nil
		}
	}
}

// join applies what is between the view and the tail, if that is one batch at
// most, and adds the view to the tail.
func (r *Runner) join(ctx context.Context, t *track) (bool, error) {
	r.applying.Lock()
	defer r.applying.Unlock()
	batch, err := r.readBatch(ctx, t, r.end.position, r.o.Batch)
	if err != nil || len(batch) == r.o.Batch {
		return false, err // the tail has moved on by a whole batch meanwhile
	}
	if err := r.applyBatch(ctx, []*track{t}, batch, r.end); err != nil {
		return false, err
	}
	r.joined = append(r.joined, t)
	return true, nil
}

// readBatch reads events behind the view's mark up to a position, so many at most.
func (r *Runner) readBatch(ctx context.Context, t *track, to eventstore.Position, limit int) ([]Event, error) {
	r.mu.Lock()
	after := t.generation.position
	r.mu.Unlock()
	var batch []Event
	if after >= to {
		return nil, nil
	}
	for e, err := range r.store.ReadAll(ctx, after, eventstore.Filter{}, limit) {
		if err != nil {
			return nil, fmt.Errorf("read behind position %d: %w", after, err)
		}
		if e.Position > to {
			break
		}
		batch = append(batch, decode(e, t.types[e.Type]))
	}
	return batch, nil
}

func (r *Runner) stopped(t *track) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return t.generation.stopped
}
