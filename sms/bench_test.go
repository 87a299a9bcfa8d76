package sms_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/follow"
	"github.com/amends-ledger/amends/ledger"
	"github.com/amends-ledger/amends/sms"
	"github.com/amends-ledger/amends/sms/inbox"
)

type yes struct{}

func (yes) View(context.Context, string, func(*domain.Merchant)) error { return nil }

func (yes) Do(context.Context, ledger.Request) (ledger.Receipt, error) { return ledger.Receipt{}, nil }

// BenchmarkDispatch is what one code costs beside the ledger's work.
func BenchmarkDispatch(b *testing.B) {
	codes, err := sms.NewCodes([]byte("a key of thirty-two bytes, or so"))
	if err != nil {
		b.Fatal(err)
	}
	d := sms.NewDispatcher(sms.Options{
		Ledger: yes{}, Keeper: &follow.Memory{}, Sender: inbox.New(sms.Codebook{}, 0), Codes: codes, Phones: phones{},
	})
	no := domain.PayoutNo([16]byte{1, 2, 3})
	var events []eventstore.Recorded
	for n, e := range []domain.Event{
		domain.PayoutRequested{Payout: no, Confirm: domain.ConfirmBySMS, Day: "2011-03-27", Month: "2011-03", PayoutTerms: domain.PayoutTerms{
			Money: cny(1230), Reason: "shipping", Entry: "backfill", OrderNo: "536365", Customer: &domain.Subject{Pseudonym: "cu_0123456789ABCDEF"},
			Order: &domain.OrderFacts{ID: "536365", Total: cny(10000), PlacedAt: day(0), Customer: "cu_0123456789ABCDEF"},
		}},
		domain.SMSChallengeIssued{Payout: no, Challenge: domain.ChallengeID(no, 1), Send: 1, Phone: "ph_0123456789ABCDEF", Digits: 6, ExpiresAt: day(1)},
		domain.SMSSent{Payout: no, Challenge: domain.ChallengeID(no, 1), Send: 1, Provider: "inbox", MessageID: "inbox-1"},
		domain.SMSConfirmed{Payout: no, Challenge: domain.ChallengeID(no, 1), Attempt: 1},
	} {
		s, err := domain.Encode(e, domain.Meta{EffectiveAt: day(1), Actor: owner, Key: "k"}, 0, 1)
		if err != nil {
			b.Fatal(err)
		}
		events = append(events, eventstore.Recorded{
			Event:  eventstore.Event{Type: s.Type, Version: s.Version, Data: s.Data, Meta: s.Meta},
			Stream: "merchant-m", Revision: int64(n), Position: eventstore.Position(n + 1),
		})
	}
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
