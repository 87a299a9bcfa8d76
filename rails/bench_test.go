package rails_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/follow"
	"github.com/amends-ledger/amends/ledger"
	"github.com/amends-ledger/amends/rails"
)

// yes is a ledger and a rail that agree to everything at once.
type yes struct{}

func (yes) Name() string { return "yes" }

func (yes) Do(context.Context, ledger.Request) (ledger.Receipt, error) {
	return ledger.Receipt{Events: []domain.Event{domain.PayoutPaid{}}}, nil
}

func (yes) Pay(context.Context, rails.Payment) (rails.Result, error) {
	return rails.Result{State: rails.Paid, RailID: "SBX-0000000001"}, nil
}

func (yes) Query(context.Context, string) (rails.Result, error) { return rails.Result{}, nil }

// recorded are the events of one payout as a store has them.
func recorded(b *testing.B, events ...domain.Event) []eventstore.Recorded {
	b.Helper()
	var all []eventstore.Recorded
	for n, e := range events {
		s, err := domain.Encode(e, domain.Meta{EffectiveAt: day(1), Actor: owner, Key: "k"}, n, len(events))
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, eventstore.Recorded{
			Event:  eventstore.Event{Type: s.Type, Version: s.Version, Data: s.Data, Meta: s.Meta},
			Stream: "merchant-m", Revision: int64(n), Position: eventstore.Position(n + 1),
		})
	}
	return all
}

// BenchmarkDispatch is what one payout costs beside the ledger's and the rail's work.
func BenchmarkDispatch(b *testing.B) {
	d := rails.NewDispatcher(rails.Options{Ledger: yes{}, Keeper: &follow.Memory{}, Rail: yes{}})
	no := domain.PayoutNo([16]byte{1, 2, 3})
	events := recorded(b,
		domain.PayoutAuthorized{Payout: no, By: domain.ConfirmBySMS},
		domain.PayoutSubmitted{Payout: no, Rail: "yes", Reference: no, Money: cny(1230), Payee: "cu_0123456789ABCDEF", Note: "note"},
		domain.PayoutPaid{Payout: no, Rail: "yes", Money: cny(1230), RailID: "SBX-0000000001"},
	)
	for b.Loop() {
		for i := range events {
			c, err := d.Read(&events[i])
			if err != nil {
				b.Fatal(err)
			}
			if c.Op != follow.Open {
				continue
			}
			a, err := d.Handle(context.Background(), follow.Work{Key: c.Key, Event: events[i], Memo: c.Memo, Fresh: true})
			if err != nil || a.Outcome != follow.Done {
				b.Fatal(fmt.Sprint(a, err))
			}
		}
	}
}
