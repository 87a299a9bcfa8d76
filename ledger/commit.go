package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/ledger/keyindex"
)

// commit appends the round's writes with one call, then answers. It returns the
// tasks to decide again, because another writer was first.
//
// A crash before the append returns leaves nothing or the whole command; a crash
// after it leaves a stored answer that the caller gets by its key.
func (lp *loop) commit(ctx context.Context) (again []*task) {
	r := &lp.round
	if len(r.tasks) == 0 {
		return lp.settle(nil)
	}
	token := lp.l.o.Keys.Begin()
	results := lp.l.o.Store.AppendBatch(ctx, r.writes)
	entries := make([]keyindex.Entry, 0, len(r.tasks))
	var highest eventstore.Position
	for i, t := range r.tasks {
		if results[i].Err == nil {
			entries = append(entries, keyindex.Entry{ID: t.meta.ID, Revision: t.decided.first})
			highest = max(highest, results[i].Position)
		}
	}
	if slices.ContainsFunc(results, outcomeUnknown) {
		// Events that are not known to be there may be there: the index must not
		// call itself complete behind them, so the first token stays open, and
		// the next start reads the log from before them.
		token = lp.l.o.Keys.Begin()
	}
	indexErr := lp.l.o.Keys.End(token, entries, highest)
	for i, t := range r.tasks {
		switch err := results[i].Err; {
		case err == nil && indexErr != nil:
			// The events are durable, but a second use of the key might not be
			// noticed: stop using the state and say so. The key stays safe, since
			// a reopened ledger rebuilds the index from the log.
			lp.forget(t.stream)
			t.done <- Result{Err: fmt.Errorf("index key of %s: %w: %w", t.stream, eventstore.ErrUnknownOutcome, indexErr)}
		case err == nil:
			lp.committed(t, results[i].Commit)
		case isConflict(err) && t.tries < maxTries:
			lp.forget(t.stream)
			t.tries++
			again = append(again, t)
		default:
			lp.forget(t.stream)
			t.done <- Result{Err: fmt.Errorf("%s: %w", t.name(), err)}
		}
	}
	return lp.settle(again)
}

// settle answers what had nothing to write, unless the state that it saw did not
// become durable, and sends followers back: their key has a stored answer now.
func (lp *loop) settle(again []*task) []*task {
	for _, t := range lp.round.idle {
		if el, ok := lp.states[t.stream]; ok && el.Value.(*state) == t.decided.st {
			t.answer(eventstore.Commit{})
		} else if t.tries++; t.tries < maxTries {
			again = append(again, t)
		} else {
			t.done <- Result{Err: fmt.Errorf("%s: %w", t.name(), eventstore.ErrUnavailable)}
		}
	}
	for _, f := range lp.round.followers {
		again = append(again, f.t)
	}
	return again
}

func (lp *loop) committed(t *task, c eventstore.Commit) {
	lp.l.appended.Add(int64(len(t.decided.events)))
	if t.stream == domain.PlatformStream {
		lp.l.adopt(t.decided.st.m)
	}
	t.answer(c)
	if err := lp.l.retire(t.decided.st.m); err != nil {
		// What left memory and was not kept comes back with the next fold.
		lp.forget(t.stream)
	}
}

// answer gives the receipt of a decision that is stored, or that needs no storing.
func (t *task) answer(c eventstore.Commit) {
	d := &t.decided
	if t.look != nil {
		t.look(d.st.m)
	}
	last := d.first + int64(len(d.events)) - 1
	if len(d.events) == 0 {
		last = -1
	}
	t.done <- Result{Receipt: Receipt{
		Merchant: t.merchant, Stream: t.stream, ID: t.meta.ID,
		First: d.first, Last: last, Position: c.Position, Events: d.events,
		EffectiveAt: d.meta.EffectiveAt, RecordedAt: d.meta.RecordedAt,
	}}
}

func outcomeUnknown(r eventstore.Result) bool { return errors.Is(r.Err, eventstore.ErrUnknownOutcome) }

func isConflict(err error) bool {
	var conflict *eventstore.Conflict
	return errors.As(err, &conflict)
}
