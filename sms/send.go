package sms

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"unicode"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/ledger"
)

// Bounds of what a provider says, so that no provider can write a report that the
// ledger must refuse as malformed.
const (
	maxIDBytes  = 64
	maxWhyBytes = 400
)

// message makes the message of a challenge, but for the number that it goes to.
// The request, which says what the code is bound to, may be at hand already.
func (d *Dispatcher) message(ctx context.Context, e *eventstore.Recorded, memo any) (Message, error) {
	decoded, err := domain.Decode(e.Type, e.Version, e.Data)
	if err != nil {
		return Message{}, err
	}
	issued, ok := decoded.(domain.SMSChallengeIssued)
	if !ok {
		return Message{}, fmt.Errorf("event %s issues no challenge", e.Type)
	}
	if r, ok := memo.(*request); ok {
		decoded, err := domain.Decode(typeRequested, r.version, r.data)
		if err != nil {
			return Message{}, err
		}
		if requested, ok := decoded.(domain.PayoutRequested); ok && requested.Payout == issued.Payout {
			return compose(d.o.Codes, e, issued, requested)
		}
	}
	requested, err := findRequest(ctx, d.o.Store, e.Stream, e.Revision, issued.Payout)
	if err != nil {
		return Message{}, err
	}
	return compose(d.o.Codes, e, issued, requested)
}

// compose derives the code of a challenge, whose event e is.
func compose(codes *Codes, e *eventstore.Recorded, issued domain.SMSChallengeIssued, r domain.PayoutRequested) (Message, error) {
	merchant, ok := domain.MerchantOfStream(e.Stream)
	if !ok {
		return Message{}, fmt.Errorf("stream %s is not a merchant's", e.Stream)
	}
	meta, _, err := domain.DecodeMeta(e.Meta)
	if err != nil {
		return Message{}, err
	}
	in := ledger.CodeInput{
		Merchant: merchant, Payout: issued.Payout, Challenge: issued.Challenge, Send: issued.Send,
		Money: r.Money, Digits: issued.Digits,
	}
	if r.Customer != nil {
		in.Customer = r.Customer.Pseudonym
	}
	return Message{
		Reference: reference(issued.Challenge, issued.Send), Code: codes.Code(in),
		Merchant: merchant, Payout: issued.Payout, Money: r.Money,
		Challenge: issued.Challenge, Send: issued.Send, Phone: issued.Phone,
		IssuedAt: meta.EffectiveAt, ExpiresAt: issued.ExpiresAt,
	}, nil
}

// findRequest reads a merchant's stream backwards to the request of a payout.
func findRequest(ctx context.Context, store eventstore.Store, stream string, from int64, payout string) (domain.PayoutRequested, error) {
	for e, err := range store.ReadStream(ctx, stream, from, eventstore.ReadOptions{Backwards: true}) {
		if err != nil {
			return domain.PayoutRequested{}, fmt.Errorf("find request of payout %s: %w", payout, err)
		}
		if e.Type != typeRequested {
			continue
		}
		decoded, err := domain.Decode(e.Type, e.Version, e.Data)
		if err != nil {
			return domain.PayoutRequested{}, fmt.Errorf("find request of payout %s: %w", payout, err)
		}
		if requested, ok := decoded.(domain.PayoutRequested); ok && requested.Payout == payout {
			return requested, nil
		}
	}
	return domain.PayoutRequested{}, fmt.Errorf("find request of payout %s in %s: not there: %w", payout, stream, eventstore.ErrCorrupt)
}

// reveal puts the number into the message.
func (d *Dispatcher) reveal(ctx context.Context, m *Message) (err error) {
	if m.To, _, err = d.o.Phones.Reveal(ctx, m.Phone); err != nil {
		return fmt.Errorf("reveal phone: %w", err)
	}
	return nil
}

// send calls the sender, whose code is somebody else's: it may be slow, panic, or
// say more in its errors than it should.
func (d *Dispatcher) send(ctx context.Context, m *Message) (id string, err error) {
	ctx, cancel := context.WithTimeout(ctx, d.o.SendTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			said := redact(m, fmt.Sprint(p))
			d.o.Log.Error("sender panicked", "message", *m, "panic", said, "stack", string(debug.Stack()))
			err = errors.New("sender panicked: " + said)
		}
	}()
	id, err = d.o.Sender.Send(ctx, *m)
	if err != nil {
		err = &sendError{redact(m, err.Error()), err}
	}
	return id, err
}

// redact takes code and number out of a text that is going to be kept.
func redact(m *Message, text string) string {
	text = strings.ReplaceAll(text, m.Code, "[code]")
	if m.To != "" {
		text = strings.ReplaceAll(text, m.To, "[phone]")
	}
	return text
}

// sendError is a sender's error in words that may be kept.
type sendError struct {
	text  string
	cause error
}

func (e *sendError) Error() string { return e.text }
func (e *sendError) Unwrap() error { return e.cause }

// clean makes text of a provider fit for an event: printable, valid UTF-8, bounded.
func clean(s string, maxBytes int) string {
	s = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "?"))
	if s = strings.TrimSpace(s); len(s) > maxBytes {
		s = strings.ToValidUTF8(s[:maxBytes], "") // without half a character at the end
	}
	return s
}
