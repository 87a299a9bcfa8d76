package ledger

import (
	"context"
	"fmt"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
)

// repeat answers t from the log if its key was used before. The stored answer is
// the same for ever, refusals included.
func (l *Ledger) repeat(ctx context.Context, t *task) (done bool, err error) {
	rev, ok, err := l.o.Keys.Get(t.meta.ID)
	if err != nil {
		return false, fmt.Errorf("look up idempotency key: %w", err)
	}
	if !ok {
		return false, nil
	}
	// A merchant's key may have been answered before the merchant was known.
	for _, stream := range []string{t.stream, domain.UnroutedStream} {
		receipt, fingerprint, found, err := l.stored(ctx, t, stream, rev)
		if err != nil {
			return false, err
		}
		if !found {
			continue
		}
		if fingerprint != t.meta.Fingerprint {
			return false, fmt.Errorf("key %q: %w", t.meta.Key, ErrKeyReused)
		}
		t.done <- Result{Receipt: receipt}
		return true, nil
	}
	return false, fmt.Errorf("key index names revision %d of %s, which has another command: %w", rev, t.stream, eventstore.ErrCorrupt)
}

// stored reads the receipt of the command whose first event is at rev of stream.
func (l *Ledger) stored(ctx context.Context, t *task, stream string, rev int64) (r Receipt, fingerprint string, found bool, err error) {
	left := 1
	for rec, err := range l.o.Store.ReadStream(ctx, stream, rev, eventstore.ReadOptions{Limit: maxEventsOfCommand}) {
		if err != nil {
			return r, "", false, fmt.Errorf("read stored answer: %w", err)
		}
		n := len(r.Events)
		if rec.ID != t.meta.EventID(n) {
			return r, "", false, nil
		}
		meta, of, err := domain.DecodeMeta(rec.Meta)
		if err != nil {
			return r, "", false, err
		}
		e, err := domain.Decode(rec.Type, rec.Version, rec.Data)
		if err != nil {
			return r, "", false, err
		}
		if n == 0 {
			left, fingerprint = of, meta.Fingerprint
			r = Receipt{
				Merchant: t.merchant, Stream: stream, ID: t.meta.ID, First: rev, Repeated: true,
				EffectiveAt: meta.EffectiveAt, RecordedAt: rec.RecordedAt,
			}
		}
		r.Events, r.Last, r.Position = append(r.Events, e), rec.Revision, rec.Position
		if left--; left <= 0 {
			return r, fingerprint, true, nil
		}
	}
	return r, "", false, nil
}

// maxEventsOfCommand bounds what one command may lead to; closing a service with
// open payouts is the largest.
const maxEventsOfCommand = eventstore.MaxEventsPerWrite
