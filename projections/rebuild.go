package projections

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// rebuildBatch is how many batches of the tail a rebuild takes at a time: nobody
// reads its rows yet, so only memory bounds it (some 40 MB).
const rebuildBatch = 4

// takeOverPause is between two tries to take over from a view that is being read:
// new readers get their turn.
const takeOverPause = time.Second

// ErrNotRunning says that the runner is not at work on a view right now.
var ErrNotRunning = errors.New("runner is not at work on the view")

// Rebuild makes a view anew from the log while the present one goes on and is
// read: a new generation of its tables is filled, gets its indexes, is compared
// with the view's evaluator, catches up with the tail and takes over in one step.
// Until then nobody sees it; if anything fails before, the present one stays. A
// crash leaves the present one, and the next Run clears the other away.
//
// The comparison keeps all of the view's rows in memory, twice. Rebuild needs a
// Run under way, and one rebuild of a view at a time.
func (r *Runner) Rebuild(ctx context.Context, view string) error {
	i := slices.IndexFunc(r.views, func(v *View) bool { return v.Name == view })
	if i < 0 {
		return fmt.Errorf("rebuild view %s: there is no such view", view)
	}
	if err := r.rebuild(ctx, r.views[i]); err != nil {
		return fmt.Errorf("rebuild view %s: %w", view, err)
	}
	return nil
}

func (r *Runner) rebuild(ctx context.Context, v *View) (err error) {
	old, fresh, err := r.beginBuild(ctx, v)
	if err != nil {
		return err
	}
	defer func() {
		r.mu.Lock()
		delete(r.builds, v.Name)
		r.mu.Unlock()
		if err != nil {
			err = errors.Join(err, r.drop(fresh.generation))
		}
	}()
	for {
		more, err := r.fill(ctx, fresh)
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if err := r.db.write(ctx, func(tx *Tx) error { return tx.index(v, fresh.generation.number) }); err != nil {
		return err
	}
	if err := r.checkBuild(ctx, fresh); err != nil {
		return err
	}
	for {
		over, err := r.takeOver(ctx, old, fresh)
		if err != nil && !r.db.busy(err) {
			return err
		}
		if over {
			break
		}
		if err != nil { // somebody reads; the tail goes on meanwhile
			select {
			case <-time.After(takeOverPause):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if _, err := r.fill(ctx, fresh); err != nil {
			return err
		}
	}
	if err := r.drop(old.generation); err != nil {
		r.o.Log.Warn("the old rows of a view are cleared away at the next start", "view", v.Name, "reason", err)
	}
	return nil
}

// beginBuild makes the empty generation.
func (r *Runner) beginBuild(ctx context.Context, v *View) (old, fresh *track, err error) {
	r.mu.Lock()
	old = r.tracks[v.Name]
	busy := r.builds[v.Name] != nil
	if old != nil && !busy {
		r.builds[v.Name] = &track{view: v, generation: &generation{view: v.Name}} // keeps others off
	}
	r.mu.Unlock()
	switch {
	case old == nil:
		return nil, nil, ErrNotRunning
	case busy:
		return nil, nil, errors.New("a rebuild is under way")
	}
	var g *generation
	err = r.db.write(ctx, func(tx *Tx) error {
		all, err := tx.generations()
		if err != nil {
			return err
		}
		last := int64(0)
		for _, other := range all {
			if other.view == v.Name {
				last = max(last, other.number)
			}
		}
		g, err = tx.begin(v, last+1, r.db.dialect)
		return err
	})
	if err == nil {
		fresh = newTrack(v, g)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		delete(r.builds, v.Name)
		return nil, nil, err
	}
	r.builds[v.Name] = fresh
	return old, fresh, nil
}

// fill applies the next events up to the tail's mark; more tells whether there
// were as many as it takes at a time.
func (r *Runner) fill(ctx context.Context, t *track) (more bool, err error) {
	r.applying.Lock()
	end := r.end
	r.applying.Unlock()
	limit := rebuildBatch * r.o.Batch
	batch, err := r.readBatch(ctx, t, end.position, limit)
	if err != nil {
		return false, err
	}
	if more = len(batch) == limit; more {
		end = markOf(&batch[len(batch)-1])
	}
	if err := r.applyBatch(ctx, []*track{t}, batch, end); err != nil {
		return false, err
	}
	if why := r.stopped(t); why != "" {
		return false, fmt.Errorf("%w: %s", ErrStopped, why)
	}
	return more, nil
}

// checkBuild compares the generation with the evaluator.
func (r *Runner) checkBuild(ctx context.Context, t *track) error {
	got := map[string][]Row{}
	err := r.db.look(ctx, func(rd *Reader) error {
		for _, s := range t.view.Tables {
			rows, err := rd.dump(s, s.physical(t.generation.number))
			if err != nil {
				return fmt.Errorf("read back %s: %w", s.Name, err)
			}
			got[s.Name] = rows
		}
		return nil
	})
	if err != nil {
		return err
	}
	want, err := Evaluate(ctx, r.store, t.view, t.generation.position)
	if err != nil {
		return err
	}
	if differences := Compare(t.view, got, want); len(differences) > 0 {
		return fmt.Errorf("the new rows are not what the evaluator says, in %d places; first: %s", len(differences), differences[0])
	}
	return nil
}

// takeOver applies what is between the new generation and the tail, if that is
// one batch at most, and puts it in the place of the old one, in one transaction
// and while the tail holds still.
func (r *Runner) takeOver(ctx context.Context, old, fresh *track) (bool, error) {
	r.applying.Lock()
	defer r.applying.Unlock()
	batch, err := r.readBatch(ctx, fresh, r.end.position, r.o.Batch)
	if err != nil || len(batch) == r.o.Batch {
		return false, err
	}
	if err := r.applyBatch(ctx, []*track{fresh}, batch, r.end); err != nil {
		return false, err
	}
	if why := r.stopped(fresh); why != "" {
		return false, fmt.Errorf("%w: %s", ErrStopped, why)
	}
	r.mu.Lock()
	current := r.tracks[fresh.view.Name]
	r.mu.Unlock()
	if current != old {
		return false, errors.New("the runner was restarted meanwhile")
	}
	err = r.db.write(ctx, func(tx *Tx) error {
		if err := tx.engine.patience(ctx); err != nil {
			return err
		}
		return tx.publish(fresh.view, fresh.generation.number, r.db.dialect)
	})
	if err != nil {
		return false, err
	}
	old.generation.current, fresh.generation.current = false, true
	r.joined = append(slices.DeleteFunc(r.joined, func(t *track) bool { return t == old }), fresh)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tracks[fresh.view.Name] = fresh
	r.broadcast()
	return true, nil
}

// drop clears away a generation that is not, or no more, the one in use. It must
// not hang on the caller's context, which may be why.
func (r *Runner) drop(g *generation) error {
	ctx, cancel := context.WithTimeout(context.Background(), rollbackTimeout)
	defer cancel()
	return r.db.write(ctx, func(tx *Tx) error {
		all, err := tx.generations()
		if err != nil {
			return err
		}
		for _, other := range all {
			if other.view == g.view && other.number == g.number && !other.current {
				return tx.drop(other)
			}
		}
		return nil
	})
}
