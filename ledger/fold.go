package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
)

// state is a folded stream in a loop's cache.
type state struct {
	stream string
	m      *domain.Merchant
	zone   *time.Location

	zoneName string // that zone was made from; the platform may move a merchant
}

// state is the cached fold of stream, or a new one from the log.
func (lp *loop) state(ctx context.Context, stream string) (*state, error) {
	if el, ok := lp.states[stream]; ok {
		lp.used.MoveToFront(el)
		st := el.Value.(*state)
		return st, lp.setZone(st)
	}
	id, _ := domain.MerchantOfStream(stream)
	m, err := lp.l.fold(ctx, stream, id)
	if err != nil {
		return nil, err
	}
	st := &state{stream: stream, m: m}
	if err := lp.setZone(st); err != nil {
		return nil, err
	}
	if err := lp.l.retire(m); err != nil {
		return nil, err
	}
	lp.states[stream] = lp.used.PushFront(st)
	return st, nil
}

// setZone resolves the calendar as soon as the merchant has one.
func (lp *loop) setZone(st *state) error {
	if !st.m.Registered {
		return nil
	}
	if st.zone != nil && st.zoneName == st.m.Profile.Zone {
		return nil
	}
	zone, err := lp.l.zone(st.m.Profile.Zone)
	if err != nil {
		return fmt.Errorf("calendar of %s: %w", st.stream, err)
	}
	st.zone, st.zoneName = zone, st.m.Profile.Zone
	return nil
}

// forget drops a state that may not be what is stored; the next use folds again.
func (lp *loop) forget(stream string) {
	if el, ok := lp.states[stream]; ok {
		lp.used.Remove(el)
		delete(lp.states, stream)
	}
}

// trim bounds the cache. It runs between rounds, when no decision is open.
func (lp *loop) trim() {
	for lp.used.Len() > lp.l.o.CachedMerchant {
		lp.forget(lp.used.Back().Value.(*state).stream)
	}
}

// fold replays a stream from its first event.
func (l *Ledger) fold(ctx context.Context, stream, id string) (*domain.Merchant, error) {
	m := domain.NewMerchant(id)
	for rec, err := range l.o.Store.ReadStream(ctx, stream, 0, eventstore.ReadOptions{}) {
		if err != nil {
			return nil, fmt.Errorf("fold %s: %w", stream, err)
		}
		meta, _, err := domain.DecodeMeta(rec.Meta)
		if err != nil {
			return nil, fmt.Errorf("fold %s at revision %d: %w", stream, rec.Revision, err)
		}
		e, err := domain.Decode(rec.Type, rec.Version, rec.Data)
		if err != nil {
			return nil, fmt.Errorf("fold %s at revision %d: %w", stream, rec.Revision, err)
		}
		meta.ID, meta.RecordedAt = rec.ID, rec.RecordedAt
		domain.Apply(m, e, meta, rec.Revision)
	}
	return m, nil
}
