package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
)

// event is a stored event as it is, without a word changed.
type event struct {
	Position    eventstore.Position `json:"position"`
	Stream      string              `json:"stream"`
	Revision    int64               `json:"revision"`
	Type        string              `json:"type"`
	Version     int                 `json:"version"`
	ID          string              `json:"id"`
	EffectiveAt string              `json:"effective_at"`
	RecordedAt  string              `json:"recorded_at"`
	Actor       string              `json:"actor"`
	Data        json.RawMessage     `json:"data"`
	Meta        json.RawMessage     `json:"meta"`
}

// Widths fit what backfills and people make; a wider value pushes its own line only.
var eventColumns = []column{
	{key: "position", title: "position", right: true, width: 9}, {key: "effective_at", title: "effective", width: 20},
	{key: "recorded_at", title: "recorded", width: 30}, {key: "stream", title: "stream", width: 28},
	{key: "revision", title: "revision", right: true, width: 8}, {key: "type", title: "type", width: 20},
	{key: "version", title: "version", wide: true}, {key: "id", title: "id", wide: true}, {key: "actor", title: "by", wide: true},
	{key: "data", title: "data"}, {key: "meta", title: "meta", wide: true},
}

func (e event) cells() []string {
	return []string{
		fmt.Sprint(e.Position), e.EffectiveAt, e.RecordedAt, e.Stream, number(e.Revision), e.Type,
		fmt.Sprint(e.Version), e.ID, e.Actor, string(e.Data), string(e.Meta),
	}
}

func (a *app) eventsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "events", Short: "The events of the log", GroupID: "look", RunE: needsVerb, Args: cobra.ArbitraryArgs}
	var after uint64
	var limit int
	var types []string
	ls := &cobra.Command{
		Use: "ls", Short: "List every event as it is stored, the first one first", Args: cobra.NoArgs,
		Long: "List every event as it is stored, the first one first, while it is read: a log may be long.\n" +
			"There is no limit unless --limit sets one.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 0 {
				return usage("--limit %d: it can't be negative", limit)
			}
			return a.look(cmd.Context(), func(ctx context.Context, l *looking) error {
				return a.eventsList(ctx, l, eventstore.Position(after), types, limit)
			})
		},
	}
	ls.Flags().Uint64Var(&after, "after", 0, "only events behind this `position`")
	ls.Flags().StringSliceVar(&types, "type", nil, "only events of this `type`, such as PayoutPaid")
	ls.Flags().IntVar(&limit, "limit", 0, "at most so many `events`, 0 for all")
	cmd.AddCommand(ls)
	return cmd
}

func (a *app) eventsList(ctx context.Context, l *looking, after eventstore.Position, types []string, limit int) error {
	filter := eventstore.Filter{Types: types}
	stream := ""
	if a.merchant != "" {
		stream = domain.MerchantStream(a.merchant)
		filter.StreamPrefix = stream // of which other merchants' streams may begin as well
	}
	return listing[event]{
		columns: eventColumns, cells: event.cells, empty: a.words.say("events.none"),
		rows: func(yield func(event, error) bool) {
			shown := 0
			for rec, err := range l.store.ReadAll(ctx, after, filter, 0) {
				if err == nil && stream != "" && rec.Stream != stream {
					continue
				}
				var e event
				if err == nil {
					e, err = eventOf(rec)
				}
				if !yield(e, err) {
					return
				}
				if shown++; limit > 0 && shown == limit {
					return
				}
			}
		},
	}.show(a)
}

func eventOf(rec eventstore.Recorded) (event, error) {
	meta, _, err := domain.DecodeMeta(rec.Meta)
	if err != nil {
		return event{}, fmt.Errorf("revision %d of %s: %w", rec.Revision, rec.Stream, err)
	}
	return event{
		Position: rec.Position, Stream: rec.Stream, Revision: rec.Revision, Type: rec.Type, Version: rec.Version, ID: rec.ID.String(),
		EffectiveAt: moment(meta.EffectiveAt), RecordedAt: moment(rec.RecordedAt), Actor: meta.Actor.String(),
		Data: slices.Clone(rec.Data), Meta: slices.Clone(rec.Meta),
	}, nil
}
