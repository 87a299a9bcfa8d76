package follow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/amends-ledger/amends/eventstore"
)

// checkpoint is what a Keeper keeps: the fold at a position.
type checkpoint struct {
	Version    int                 `json:"version"`
	Subscriber string              `json:"subscriber"`
	Position   eventstore.Position `json:"position"`
	Last       lastEvent           `json:"last"`
	Open       []pointer           `json:"open"`
}

const checkpointVersion = 1

// restore takes up the kept checkpoint. One that is damaged, of another release's
// shape, of another subscriber or of another log is left alone: folding the log
// from its beginning gives the same open work.
func (f *Follower) restore(ctx context.Context) error {
	data, err := f.o.Keeper.Load()
	if err != nil && !errors.Is(err, ErrDamaged) {
		return err
	}
	if data == nil && err == nil {
		return nil
	}
	var c checkpoint
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err == nil {
		err = f.fits(ctx, c)
	}
	if errors.Is(err, eventstore.ErrUnavailable) || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	if err != nil {
		f.o.Log.Warn("checkpoint is not used, the log is read from its beginning", "subscriber", f.o.Name, "reason", err)
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.set, f.position, f.last = newOpenSet(c.Open), c.Position, c.Last
	return nil
}

// fits tells whether c is this subscriber's and was made from this log.
func (f *Follower) fits(ctx context.Context, c checkpoint) error {
	if c.Version != checkpointVersion || c.Subscriber != f.o.Name {
		return fmt.Errorf("it is version %d of subscriber %q", c.Version, c.Subscriber)
	}
	tail, err := f.o.Store.Tail(ctx)
	if err != nil {
		return err
	}
	if c.Position > tail {
		return fmt.Errorf("it is at position %d, the log ends at %d", c.Position, tail)
	}
	if c.Last.Stream == "" {
		return nil // no event had matched yet
	}
	e, err := f.readBack(ctx, c.Last.Stream, c.Last.Revision)
	if err != nil {
		return err
	}
	if e.ID != c.Last.ID {
		return fmt.Errorf("revision %d of %s is event %s, it was %s", e.Revision, e.Stream, e.ID, c.Last.ID)
	}
	return nil
}

// touch says that there is something to save. It needs the lock.
func (f *Follower) touch() {
	select {
	case f.dirty <- struct{}{}:
	default:
	}
}

// saveLoop saves some time after a change, until stop is closed. A checkpoint
// that can't be saved stops nothing: an older one is as right.
func (f *Follower) saveLoop(stop <-chan struct{}) {
	timer := time.NewTimer(f.o.SaveEvery)
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case <-f.dirty:
		case <-stop:
			return
		}
		timer.Reset(f.o.SaveEvery)
		select {
		case <-timer.C:
		case <-stop:
			return
		}
		if err := f.save(); err != nil {
			f.o.Log.Warn("checkpoint is not saved", "subscriber", f.o.Name, "error", err)
		}
	}
}

func (f *Follower) save() error {
	f.mu.Lock()
	c := checkpoint{checkpointVersion, f.o.Name, f.position, f.last, f.set.pointers()}
	f.mu.Unlock()
	data, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("save checkpoint: %w", err)
	}
	return f.o.Keeper.Save(data)
}
