package sms

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
)

// Codebook derives the messages of challenges from the log alone: what a demo
// inbox shows after a crash, when its memory is gone. Whoever has one can confirm
// any payout, so there is none where real money moves.
type Codebook struct {
	Store eventstore.Store
	Codes *Codes
}

// ErrNoChallenge says that no code was ever issued for a payout.
var ErrNoChallenge = errors.New("no code was issued for the payout")

// Last is the message of a payout's last challenge, whether it was sent or not.
// To is empty. It reads the merchant's stream from its end.
func (b Codebook) Last(ctx context.Context, merchant, payout string) (Message, error) {
	stream := domain.MerchantStream(merchant)
	for e, err := range b.Store.ReadStream(ctx, stream, -1, eventstore.ReadOptions{Backwards: true}) {
		if err != nil {
			return Message{}, fmt.Errorf("find code of payout %s: %w", payout, err)
		}
		if e.Type != typeIssued && e.Type != typeRequested {
			continue
		}
		decoded, err := domain.Decode(e.Type, e.Version, e.Data)
		if err != nil {
			return Message{}, fmt.Errorf("find code of payout %s: %w", payout, err)
		}
		switch ev := decoded.(type) {
		case domain.PayoutRequested:
			if ev.Payout == payout { // its challenges would come after it
				return Message{}, fmt.Errorf("payout %s: %w", payout, ErrNoChallenge)
			}
		case domain.SMSChallengeIssued:
			if ev.Payout != payout {
				continue
			}
			requested, err := findRequest(ctx, b.Store, stream, e.Revision, payout)
			if err != nil {
				return Message{}, err
			}
			return compose(b.Codes, &e, ev, requested)
		}
	}
	return Message{}, fmt.Errorf("payout %s: %w", payout, ErrNoChallenge)
}

// Open lists the messages of all challenges that can still be confirmed as far as
// the log knows (codes expire by time), of one merchant or, with "", of all, in
// the order of their payouts. It reads the whole stream, or the whole log.
func (b Codebook) Open(ctx context.Context, merchant string) ([]Message, error) {
	requests := make(map[string]domain.PayoutRequested)
	open := make(map[string]Message) // by payout
	var order []string
	for e, err := range b.events(ctx, merchant) {
		if err != nil {
			return nil, fmt.Errorf("list open codes: %w", err)
		}
		decoded, err := domain.Decode(e.Type, e.Version, e.Data)
		if err != nil {
			return nil, fmt.Errorf("list open codes: %w", err)
		}
		over := ""
		switch ev := decoded.(type) {
		case domain.PayoutRequested:
			if ev.Confirm != domain.ConfirmExempt { // after an approval comes a code too
				requests[ev.Payout] = ev
			}
		case domain.SMSChallengeIssued:
			m, err := compose(b.Codes, &e, ev, requests[ev.Payout])
			if err != nil {
				return nil, fmt.Errorf("list open codes: %w", err)
			}
			open[ev.Payout] = m
			order = append(order, ev.Payout)
		case domain.SMSConfirmed:
			over = ev.Payout
		case domain.SMSChallengeLocked:
			delete(open, ev.Payout) // a new code may follow
		case domain.PayoutCancelled:
			over = ev.Payout
		case domain.PayoutExpired:
			over = ev.Payout
		}
		delete(open, over)
		delete(requests, over)
	}
	messages := make([]Message, 0, len(open))
	for _, payout := range order {
		if m, ok := open[payout]; ok {
			messages = append(messages, m)
			delete(open, payout) // listed: an earlier code of it stands in order too
		}
	}
	return messages, nil
}

func (b Codebook) events(ctx context.Context, merchant string) iter.Seq2[eventstore.Recorded, error] {
	if merchant == "" {
		return b.Store.ReadAll(ctx, 0, eventstore.Filter{StreamPrefix: domain.MerchantStream(""), Types: followed}, 0)
	}
	return func(yield func(eventstore.Recorded, error) bool) {
		for e, err := range b.Store.ReadStream(ctx, domain.MerchantStream(merchant), 0, eventstore.ReadOptions{}) {
			if (err != nil || slices.Contains(followed, e.Type)) && !yield(e, err) {
				return
			}
		}
	}
}
