package sms

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/ledger"
)

// limits is how often a phone may be texted, as a merchant's policy has it. 0 is
// no limit.
type limits struct{ hour, day int }

// limitsCache remembers merchants' limits, so that a send does not wait for the
// merchant's loop. It has an entry per merchant, and loses it when the merchant
// adopts a policy.
type limitsCache struct {
	mu      sync.Mutex
	of      map[string]limits
	changes int // so that what was read before a change is not kept after it
}

func (c *limitsCache) forget(merchant string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.of, merchant)
	c.changes++
}

func (d *Dispatcher) limitsOf(ctx context.Context, merchant string) (limits, error) {
	c := &d.limits
	c.mu.Lock()
	known, ok := c.of[merchant]
	before := c.changes
	c.mu.Unlock()
	if ok {
		return known, nil
	}
	var l limits
	if err := d.o.Ledger.View(ctx, merchant, func(m *domain.Merchant) {
		p := &m.Adopted.Policy
		l = limits{p.SMSPhoneHourMax, p.SMSPhoneDayMax}
	}); err != nil {
		return limits{}, fmt.Errorf("look up phone limits of merchant %s: %w", merchant, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes == before {
		if c.of == nil {
			c.of = map[string]limits{}
		}
		c.of[merchant] = l
	}
	return l, nil
}

// count asks the phone's own stream for leave to send: whichever merchants ask, a
// phone is texted so often an hour and a day. It is durable before the message
// goes out, and counts a challenge once, so a crash in between costs nothing.
// When the phone has had enough, later is the time from which it may be texted.
func (d *Dispatcher) count(ctx context.Context, m *Message) (later time.Time, refused bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, ledgerTimeout)
	defer cancel()
	l, err := d.limitsOf(ctx, m.Merchant)
	if err != nil || l == (limits{}) {
		return time.Time{}, false, err
	}
	receipt, err := d.o.Ledger.Do(ctx, ledger.Request{
		Phone: d.o.Codes.PhoneHash(m.To), Key: "count:" + m.Reference, Actor: sender, EffectiveAt: m.IssuedAt,
		Command: domain.CountPhoneSend{
			Merchant: m.Merchant, Payout: m.Payout, Challenge: m.Challenge, HourMax: l.hour, DayMax: l.day,
		},
	})
	if errors.Is(err, ledger.ErrKeyReused) { // asked before under other limits, and counted or refused then
		return time.Time{}, false, nil
	}
	if err != nil {
		return time.Time{}, false, fmt.Errorf("count message to a phone: %w", err)
	}
	refusal := receipt.Refusal()
	if refusal == nil {
		return time.Time{}, false, nil
	}
	for _, f := range refusal.Failures {
		if f.ResetsAt.After(later) {
			later = f.ResetsAt
		}
	}
	return later, true, nil
}

// PhoneHash names the stream of a phone: a keyed hash, since there are few enough
// numbers to try them all against a plain one.
func (c *Codes) PhoneHash(number string) string {
	mac := hmac.New(sha256.New, c.key)
	mac.Write([]byte("amends phone stream 1\x00" + number))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
