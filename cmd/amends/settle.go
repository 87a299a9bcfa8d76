package main

import (
	"context"
	"slices"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
)

// settleTime is how long a verb waits for what it started, unless --timeout says
// otherwise: a sender or a rail that takes longer is not about to answer, and the
// next process goes on with what is open.
const settleTime = 30 * time.Second

// motion is a payout that goes on by itself: nobody has to do anything for it.
type motion struct {
	payout string
	waits  string // what for, as a key of words
}

// motionOf is what a payout waits for that comes by itself; "" if it rests.
func motionOf(m *domain.Merchant, p *domain.Payout) string {
	c := &p.Challenge
	switch {
	case p.State == domain.AwaitingSMS && !c.Sent && !c.SendFailed && !c.Locked:
		return "waits.sms"
	case p.State == domain.Authorized && !p.HeldBack:
		return "waits.submission"
	case p.State == domain.Authorized && m.Service == domain.ServiceIsOpen && m.Arrears == 0: // nothing holds it back any more
		return "waits.submission"
	case p.State == domain.Submitted:
		return "waits.rail"
	}
	return ""
}

// settle waits until none of these payouts goes on by itself, and tells which
// still do when ctx ended first. It is woken by the log.
func (k *desk) settle(ctx context.Context, payouts []string) (left []motion, err error) {
	if len(payouts) == 0 {
		return nil, nil
	}
	tail, err := k.store.Tail(ctx) // before the first look: what comes behind it wakes
	if err != nil {
		return nil, err
	}
	watch, stop := context.WithCancel(ctx)
	woken, ended := make(chan struct{}, 1), make(chan error, 1)
	go func() {
		filter := eventstore.Filter{StreamPrefix: domain.MerchantStream(k.merchant)}
		ended <- k.store.Subscribe(watch, tail, filter, func(_ context.Context, n eventstore.Notice) error {
			if n.Kind == eventstore.EventNotice {
				select {
				case woken <- struct{}{}:
				default: // the look that is due sees this event too
				}
			}
			return nil
		})
	}()
	defer func() { stop(); <-ended }()
	for {
		now, err := k.motions(ctx, payouts)
		if err != nil {
			return left, err
		}
		if left = now; len(left) == 0 {
			return nil, nil
		}
		payouts = payouts[:0:0]
		for _, m := range left {
			payouts = append(payouts, m.payout)
		}
		select {
		case <-woken:
		case err := <-ended:
			ended <- err
			return left, err
		case <-ctx.Done():
			return left, ctx.Err()
		}
	}
}

func (k *desk) motions(ctx context.Context, payouts []string) (all []motion, err error) {
	err = k.ledger.View(ctx, k.merchant, func(m *domain.Merchant) {
		for _, no := range payouts {
			if p := m.Payouts[no]; p != nil {
				if waits := motionOf(m, p); waits != "" {
					all = append(all, motion{no, waits})
				}
			}
		}
	})
	return all, err
}

// started names the payouts that events are about.
func started(events []domain.Event) (payouts []string) {
	for _, e := range events {
		if _, warning := e.(domain.DuplicateSuspected); warning {
			continue
		}
		if no := payoutIn(e); no != "" && !slices.Contains(payouts, no) {
			payouts = append(payouts, no)
		}
	}
	return payouts
}

// held names the payouts that a command would let go on: those that wait for the
// end of arrears or of a pause. It is asked before the command is given, since they
// are on their way at once.
func (k *desk) held(ctx context.Context, c domain.Command) (payouts []string, err error) {
	switch c.(type) {
	case domain.ClearArrears, domain.ResumeService:
	default:
		return nil, nil
	}
	err = k.ledger.View(ctx, k.merchant, func(m *domain.Merchant) {
		for no, p := range m.Payouts {
			if p.State == domain.Authorized && p.HeldBack {
				payouts = append(payouts, no)
			}
		}
	})
	slices.Sort(payouts)
	return payouts, err
}
