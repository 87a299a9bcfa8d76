package projections

import (
	"context"
	"fmt"
	"time"

	"github.com/amends-ledger/amends/eventstore"
)

// track is a view at work: its writer and how far its rows are.
type track struct {
	view       *View
	writer     Writer
	types      map[string]bool
	generation *generation
}

func newTrack(v *View, g *generation) *track {
	t := &track{view: v, writer: v.New(), generation: g, types: map[string]bool{}}
	for _, typ := range v.Types {
		t.types[typ] = true
	}
	return t
}

func (t *track) reset() {
	for _, c := range t.writer.Caches() {
		c.Reset()
	}
}

// step is where a track comes to with a batch.
type step struct {
	to      mark
	stopped string
}

// fold applies the events of the batch that the view reads, writes its rows and
// moves its mark, all in tx. A poison event is where the view stops: everything
// before it is applied, it and what follows is not.
func (t *track) fold(tx *Tx, batch []Event, end mark) (step, error) {
	tx = tx.of(t.generation.number)
	var events []Event
	var poison *Event
	for i := range batch {
		e := &batch[i]
		if e.Position <= t.generation.position || !t.types[e.Type] {
			continue
		}
		if e.fault != nil {
			poison = e
			break
		}
		events = append(events, *e)
	}
	reason := error(nil)
	if poison != nil {
		reason = poison.fault
	}
	if good, err := t.apply(tx, events); err != nil {
		if *tx.fault != nil {
			return step{}, *tx.fault
		}
		poison, reason = &events[good], err
		events = events[:good]
	}
	for _, c := range t.writer.Caches() {
		if err := c.Flush(tx); err != nil {
			return step{}, err
		}
	}
	s := step{to: end}
	if poison != nil {
		s.to = t.generation.mark
		if n := len(events); n > 0 {
			s.to = markOf(&events[n-1])
		}
		s.stopped = fmt.Sprintf("event %d (%s, %s revision %d): %v", poison.Position, poison.Type, poison.Stream, poison.Revision, reason)
	}
	return s, tx.advance(t.generation, s.to, s.stopped)
}

// apply lets the writer fold events. If one can't be applied, the rows in memory
// are those of the good events before it, whose number is returned.
func (t *track) apply(tx *Tx, events []Event) (good int, err error) {
	if len(events) == 0 {
		return 0, nil
	}
	if err = t.try(tx, events); err == nil || *tx.fault != nil {
		return len(events), err
	}
	t.reset()
	for good = range events { // one by one: which is it?
		if err = t.try(tx, events[good:good+1]); err != nil {
			break
		}
	}
	if err == nil {
		return len(events), nil
	}
	t.reset() // what the bad event did before it failed
	if good > 0 {
		if again := t.try(tx, events[:good]); again != nil {
			t.reset()
			return 0, again
		}
	}
	return good, err
}

// try calls the writer. A panic is the writer's bug; it must not take the others
// down with it, so it stops the view like any event that can't be applied.
func (t *track) try(tx *Tx, events []Event) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return t.writer.Apply(tx, events)
}

// applyBatch applies a batch to the tracks and commits rows and marks at once.
// end is the mark of the batch's end. Nobody else may move these tracks
// meanwhile: those that the tail feeds are moved under r.applying alone.
func (r *Runner) applyBatch(ctx context.Context, tracks []*track, batch []Event, end mark) error {
	var at []*track
	for _, t := range tracks {
		if t.generation.stopped == "" && t.generation.position < end.position {
			at = append(at, t)
		}
	}
	if len(at) == 0 {
		return nil
	}
	steps := make([]step, len(at))
	err := r.db.write(ctx, func(tx *Tx) error {
		for i, t := range at {
			var err error
			if steps[i], err = t.fold(tx, batch, end); err != nil {
				return fmt.Errorf("apply events up to position %d to view %s: %w", end.position, t.view.Name, err)
			}
		}
		return nil
	})
	if err != nil {
		for _, t := range at {
			t.reset()
		}
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, t := range at {
		t.generation.mark, t.generation.stopped = steps[i].to, steps[i].stopped
		if steps[i].stopped != "" {
			r.o.Log.Error("view stopped", "view", t.view.Name, "position", uint64(steps[i].to.position), "reason", steps[i].stopped)
		}
	}
	r.rate.add(len(batch), time.Now())
	r.broadcast()
	return nil
}

// fits tells whether the log has the mark's event where the mark says.
func fits(ctx context.Context, store eventstore.Store, m mark) (bool, error) {
	if m.stream == "" {
		return m.position == 0, nil
	}
	for e, err := range store.ReadStream(ctx, m.stream, m.revision, eventstore.ReadOptions{Limit: 1}) {
		if err != nil {
			return false, err
		}
		return e.ID == m.id && e.Position == m.position && e.Revision == m.revision, nil
	}
	return false, nil
}
