package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/explain"
	"github.com/amends-ledger/amends/ledger/timers"
)

func (a *app) payoutsWatch() *cobra.Command {
	return &cobra.Command{
		Use: "watch PAYOUT", Short: "Follow a payout until it rests", Args: cobra.ExactArgs(1),
		Long: "Tell what happens to a payout as it happens, until it is over or waits for somebody: an SMS code,\n" +
			"an approval, arrears. The ledger is at work meanwhile. --timeout bounds it, 30s if it is not given.\n" +
			"Exit code 9 says that the rail has not told the outcome.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.act(cmd.Context(), false, func(ctx context.Context, k *desk) error {
				no, err := k.atPayout(ctx, args[0])
				if err != nil {
					return err
				}
				return k.watch(ctx, no)
			})
		},
	}
}

// happening is one event of a watched payout.
type happening struct {
	Position    eventstore.Position `json:"position"`
	Payout      string              `json:"payout_no"`
	Type        string              `json:"type"`
	EffectiveAt string              `json:"effective_at"`
	Actor       string              `json:"actor"`
	Words       string              `json:"words"`
}

// errRests ends a subscription: the payout goes on by itself no more.
var errRests = errors.New("payout rests")

// watch tells a payout's events from the first one on, and goes on until none can
// come by itself. With no --timeout it waits as long as a verb does.
func (k *desk) watch(ctx context.Context, no string) error {
	patience, cancel := ctx, context.CancelFunc(func() {})
	if k.a.timeout == 0 {
		patience, cancel = context.WithTimeout(ctx, settleTime)
	}
	defer cancel()
	if _, err := timers.FireDue(ctx, k.ledger, k.merchant, k.a.now()); err != nil {
		return err
	}
	live := false
	filter := eventstore.Filter{StreamPrefix: domain.MerchantStream(k.merchant)}
	var state domain.PayoutState
	err := k.store.Subscribe(patience, 0, filter, func(ctx context.Context, n eventstore.Notice) error {
		if n.Kind == eventstore.EventNotice {
			if told, err := k.happened(&n.Event, no); err != nil || !told && live {
				return err
			}
		} else if n.Kind == eventstore.CaughtUpNotice {
			live = true
		}
		if !live {
			return nil
		}
		rests, now, err := k.rests(ctx, no)
		if state = now; err == nil && rests {
			err = errRests
		}
		return err
	})
	switch {
	case errors.Is(err, errRests):
	case ctx.Err() == nil && patience.Err() != nil || errors.Is(err, context.DeadlineExceeded):
		k.a.note("… %s", k.a.words.say("watch.late", "payout", no, "status", explain.Label(k.a.lang(), explain.State, string(state))))
	default:
		return err
	}
	if state == domain.Unknown {
		return &problem{
			Exit: exitUnknown, Code: "OUTCOME_UNKNOWN", Message: "the rail has not said what became of " + no,
			Why: "the payout keeps its hold and its one reference until there is evidence", Try: k.a.hint("payouts watch", no),
		}
	}
	return nil
}

// happened tells an event if it is about the payout.
func (k *desk) happened(e *eventstore.Recorded, no string) (bool, error) {
	if e.Stream != domain.MerchantStream(k.merchant) || !strings.Contains(string(e.Data), no) {
		return false, nil
	}
	decoded, err := domain.Decode(e.Type, e.Version, e.Data)
	if err != nil {
		return false, err
	}
	if payoutIn(decoded) != no {
		return false, nil
	}
	meta, _, err := domain.DecodeMeta(e.Meta)
	if err != nil {
		return false, err
	}
	h := happening{
		Position: e.Position, Payout: no, Type: e.Type, EffectiveAt: k.local(meta.EffectiveAt), Actor: meta.Actor.String(),
		Words: explain.Step(k.a.lang(), explain.FactsOf(decoded, meta.Actor), k.zone),
	}
	if k.a.format == asTable || k.a.format == asCSV {
		_, err = fmt.Fprintf(k.a.out, "%s  %-18s  %s\n", h.EffectiveAt, h.Type, oneLine(h.Words))
		return true, err
	}
	return true, k.a.object(h)
}

// rests tells whether the payout goes on by itself no more. An unknown outcome is
// asked about again, so it does not rest.
func (k *desk) rests(ctx context.Context, no string) (rests bool, state domain.PayoutState, err error) {
	known := false
	err = k.ledger.View(ctx, k.merchant, func(m *domain.Merchant) {
		p := m.Payouts[no]
		if known = p != nil; known {
			state = p.State
			rests = motionOf(m, p) == "" && !slices.Contains([]domain.PayoutState{domain.Requested, domain.Unknown}, state)
		}
	})
	return rests || !known, state, err // one that left memory was over long ago
}
