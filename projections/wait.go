package projections

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/amends-ledger/amends/eventstore"
)

// Lag says that a view is not where a reader needs it. Its cause is the
// context's, or ErrStopped.
type Lag struct {
	View     string
	Position eventstore.Position // of the view
	Wanted   eventstore.Position
	Cause    error
}

func (l *Lag) Error() string {
	return fmt.Sprintf("wait for position %d: view %s is at %d: %v", l.Wanted, l.View, l.Position, l.Cause)
}

func (l *Lag) Unwrap() error { return l.Cause }

// ErrStopped says that a view applies no more events; the error that wraps it
// tells which event it can't apply.
var ErrStopped = errors.New("view has stopped")

// WaitFor waits until the named views, or all if none is named, hold every event
// up to position. If ctx ends first, or a view has stopped before it, the error
// is a *Lag.
func (r *Runner) WaitFor(ctx context.Context, position eventstore.Position, views ...string) error {
	for _, name := range views {
		if !slices.ContainsFunc(r.views, func(v *View) bool { return v.Name == name }) {
			return fmt.Errorf("wait for position %d: there is no view %q", position, name)
		}
	}
	lag, changed := r.lag(position, views)
	if lag == nil || lag.Cause != nil {
		return lag.err()
	}
	r.waiting.Add(1)
	defer r.waiting.Add(-1)
	select {
	case r.nudge <- struct{}{}:
	default:
	}
	for {
		select {
		case <-changed:
		case <-ctx.Done():
			lag.Cause = ctx.Err()
			if err := r.lastFailure(); err != nil {
				lag.Cause = fmt.Errorf("%w (%w)", ctx.Err(), err)
			}
			return lag
		}
		if lag, changed = r.lag(position, views); lag == nil || lag.Cause != nil {
			return lag.err()
		}
	}
}

func (l *Lag) err() error {
	if l == nil {
		return nil
	}
	return l
}

func (r *Runner) lastFailure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failure
}

// lag finds a view that is short of position, a stopped one first.
func (r *Runner) lag(position eventstore.Position, views []string) (*Lag, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found *Lag
	for _, v := range r.views {
		if len(views) > 0 && !slices.Contains(views, v.Name) {
			continue
		}
		l := &Lag{View: v.Name, Wanted: position}
		if t := r.tracks[v.Name]; t != nil {
			l.Position = t.generation.position
			if t.generation.stopped != "" {
				l.Cause = fmt.Errorf("%w: %s", ErrStopped, t.generation.stopped)
			}
		}
		if l.Position < position && (found == nil || l.Cause != nil) {
			found = l
		}
	}
	return found, r.changed
}
