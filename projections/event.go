package projections

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
)

// Event is one event of the log, decoded once for all views.
type Event struct {
	Position eventstore.Position
	Stream   string
	Merchant string // of whose stream it is; empty for other streams
	Revision int64
	ID       uuid.UUID
	Type     string
	Actor    domain.Actor

	EffectiveAt, RecordedAt time.Time

	// Body is nil where no view of the runner reads the type.
	Body domain.Event

	fault error // why it could not be decoded
}

// decode reads r. An event that can't be read is no error of the runner: it
// stops the views that would have read it. The result shares no memory with r.
func decode(r eventstore.Recorded, body bool) Event {
	e := Event{
		Position: r.Position, Stream: r.Stream, Revision: r.Revision,
		ID: r.ID, Type: r.Type, RecordedAt: r.RecordedAt,
	}
	if !body {
		return e
	}
	e.Merchant, _ = domain.MerchantOfStream(r.Stream)
	meta, _, err := domain.DecodeMeta(r.Meta)
	if err != nil {
		e.fault = err
		return e
	}
	e.Actor, e.EffectiveAt = meta.Actor, meta.EffectiveAt
	e.Body, e.fault = domain.Decode(r.Type, r.Version, r.Data)
	return e
}

// Decode reads one stored event in full, e.g. to feed an Evaluator. The result
// shares no memory with r.
func Decode(r eventstore.Recorded) (Event, error) {
	e := decode(r, true)
	if e.fault != nil {
		return Event{}, fmt.Errorf("%s revision %d: %w", r.Stream, r.Revision, e.fault)
	}
	return e, nil
}

// Instant is a time in a column: nanoseconds since 1970-01-01 UTC. Zero means
// "none" and is NULL in the database.
type Instant int64

// InstantOf is the instant of t; the zero time is none. A time that
// nanoseconds in 64 bits can't hold (before 1678, after 2261) becomes the
// nearest that they can.
func InstantOf(t time.Time) Instant {
	switch {
	case t.IsZero():
		return 0
	case t.Year() < 1678:
		return minInstant
	case t.Year() > 2261:
		return maxInstant
	}
	return Instant(t.UnixNano())
}

const (
	minInstant = -1 << 63
	maxInstant = 1<<63 - 1
)

// Time is the instant in UTC; the zero time for none.
func (i Instant) Time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(i)).UTC()
}
