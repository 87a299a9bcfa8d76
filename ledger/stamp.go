package ledger

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/domain"
)

// stamp turns a request into what a loop works on: its stream, its id (a pure
// function of scope and key), its keyed fingerprint and its two times.
func (l *Ledger) stamp(r Request) (*task, error) {
	if r.Key == "" || len(r.Key) > MaxKeyBytes {
		return nil, fmt.Errorf("%s: %w: 1 to %d bytes", domain.CommandName(r.Command), ErrKeyMissing, MaxKeyBytes)
	}
	if len(r.Merchant) > domain.MaxIDBytes {
		return nil, &domain.Invalid{Field: "merchant", Why: fmt.Sprintf("longer than %d bytes", domain.MaxIDBytes)}
	}
	stream := route(r)
	fingerprint, err := l.fingerprint(r)
	if err != nil {
		return nil, err
	}
	now := l.o.Clock.Now().UTC()
	if r.EffectiveAt.IsZero() {
		r.EffectiveAt = now
	}
	scope := stream + "\x00" + r.Key
	return &task{
		merchant: r.Merchant,
		stream:   stream,
		command:  r.Command,
		meta: domain.Meta{
			ID: uuid.NewSHA1(idSpace, []byte(scope)), Key: r.Key, Fingerprint: fingerprint, Actor: r.Actor,
			EffectiveAt: r.EffectiveAt.UTC().Round(0), RecordedAt: now.Round(0),
		},
		done: make(chan Result, 1),
	}, nil
}

// route is the stream that a command is decided in.
func route(r Request) string {
	switch r.Command.(type) {
	case domain.PublishPolicy:
		return domain.PlatformStream
	case domain.CountPhoneSend:
		return domain.PhoneStream(r.Phone)
	}
	if r.Merchant == "" {
		return domain.UnroutedStream
	}
	return domain.MerchantStream(r.Merchant)
}

// fingerprint is a keyed hash of who asks for what, 128 bits of it. The time of
// the request and SMS codes are not in it: a retry is later, and a code secret.
func (l *Ledger) fingerprint(r Request) (string, error) {
	content, err := domain.AppendFingerprint(make([]byte, 0, 256), r.Command)
	if err != nil {
		return "", fmt.Errorf("fingerprint of %s: %w", domain.CommandName(r.Command), err)
	}
	mac := hmac.New(sha256.New, l.o.FingerprintKey)
	mac.Write([]byte(r.Actor.String()))
	mac.Write([]byte{0})
	mac.Write(content)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16]), nil
}

// zone is a merchant's calendar. The name was checked when it was stored; should
// a later system not know it any more, no decision is better than a wrong day.
func (l *Ledger) zone(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	if known, ok := l.zones.Load(name); ok {
		return known.(*time.Location), nil
	}
	zone, err := l.o.Zones(name)
	if err != nil {
		return nil, err
	}
	l.zones.Store(name, zone) // as many as the calendar has names
	return zone, nil
}

// checkZone refuses a zone that no calendar has, before it becomes an event.
func (l *Ledger) checkZone(c domain.Command) error {
	var name string
	switch c := c.(type) {
	case domain.RegisterMerchant:
		name = c.Zone
	case domain.UpdateMerchantProfile:
		name = c.Zone
	default:
		return nil
	}
	if name == "" || name == "Local" { // Local is wherever this machine is
		return &domain.Invalid{Field: "zone", Why: "name an IANA time zone, such as Asia/Shanghai"}
	}
	if _, err := l.zone(name); err != nil {
		return &domain.Invalid{Field: "zone", Why: fmt.Sprintf("%q is not an IANA time zone, such as Asia/Shanghai", name)}
	}
	return nil
}

// isInvalid tells malformed commands from faults.
func isInvalid(err error) bool {
	var invalid *domain.Invalid
	return errors.As(err, &invalid)
}
