package export

import (
	"bytes"
	"context"
	"io"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/projections"
)

// EventFilter chooses events; an empty field chooses all.
type EventFilter struct {
	Merchant string              `json:"merchant,omitempty"`
	Types    []string            `json:"types,omitempty"`
	After    eventstore.Position `json:"after,omitempty"` // only events behind it
}

var eventTable = table[eventstore.Recorded]{
	name: "events",
	columns: []Column{
		{"position", Integer}, {"stream", ID}, {"merchant", ID}, {"revision", Integer}, {"event_id", ID}, {"type", Text}, {"version", Integer},
		{"effective_at", Time}, {"recorded_at", Time}, {"actor", ID}, {"data", Text},
	},
	amount: -1, status: 5,
	cells: func(e eventstore.Recorded, into []Cell) {
		merchant, known := domain.MerchantOfStream(e.Stream)
		meta, _, err := domain.DecodeMeta(e.Meta)
		effective := instant(projections.InstantOf(meta.EffectiveAt))
		effective.None = effective.None || err != nil
		copy(into, []Cell{
			{Int: int64(e.Position)}, {Text: e.Stream}, {Text: merchant, None: !known}, {Int: e.Revision}, {Text: e.ID.String()},
			{Text: e.Type}, {Int: int64(e.Version)}, effective, instant(projections.InstantOf(e.RecordedAt)),
			{Text: meta.Actor.String(), None: err != nil}, {Text: string(e.Data)},
		})
	},
}

// Events writes the events of the log to w, in order, with their data as the JSON
// that is stored. It ends with the log's last event as of the call; the manifest's
// position is the Filter.After of the next export.
func Events(ctx context.Context, store eventstore.Store, w io.Writer, f EventFilter, o Options) (Manifest, error) {
	filter := eventstore.Filter{Types: f.Types}
	if f.Merchant != "" {
		filter.StreamPrefix = domain.MerchantStream(f.Merchant)
	}
	return eventTable.write(w, func(each func(eventstore.Recorded) error) (eventstore.Position, error) {
		tail, err := store.Tail(ctx)
		if err != nil {
			return 0, err
		}
		for e, err := range store.ReadAll(ctx, f.After, filter, 0) {
			switch {
			case err != nil:
				return 0, err
			case e.Position > tail:
				return tail, nil
			case f.Merchant != "" && e.Stream != filter.StreamPrefix: // another merchant whose name begins alike
				continue
			}
			e.Data, e.Meta = bytes.Clone(e.Data), bytes.Clone(e.Meta) // they outlive the iteration's step
			if err := each(e); err != nil {
				return 0, err
			}
		}
		return max(tail, f.After), nil
	}, f, o)
}
