// Package smstest is the conformance suite of SMS senders: what sms.Sender
// promises is tried on each of them.
package smstest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/sms"
)

// Target is a sender on trial.
type Target struct {
	// New is a sender, on an account of the provider's test system or a server
	// that behaves like it, which takes messages.
	New func(t *testing.T) sms.Sender
	// Delivered are the texts, or the codes alone, that reached a number through
	// this sender. nil: the provider does not tell.
	Delivered func(t *testing.T, s sms.Sender, number string) []string
	// Broken is a sender whose provider can't be reached or answers with faults.
	// nil: this one has no provider.
	Broken func(t *testing.T) sms.Sender
	// Rejected is a number that the provider will never take; empty: it has none.
	Rejected string
	// Number takes messages; default +8613800138000.
	Number string
}

// senders is how many messages are under way at once.
const senders = 32

// Run tries all that a sender promises.
func Run(t *testing.T, target Target) {
	if target.Number == "" {
		target.Number = "+8613800138000"
	}
	s := &suite{Target: target}
	t.Run("name is fixed", s.name)
	t.Run("takes a message and numbers it", s.send)
	t.Run("the same message again", s.again)
	t.Run("many at once", s.many)
	t.Run("ended context", s.ended)
	t.Run("fault is an error without secrets", s.fault)
	t.Run("rejected number", s.rejected)
}

type suite struct {
	Target
	mu   sync.Mutex
	last int
}

func (s *suite) message() sms.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	challenge := fmt.Sprintf("PSMSTEST%08dX%04d-1", time.Now().UnixMilli()%100_000_000, s.last)
	return sms.Message{
		Reference: challenge + ":1", To: s.Number, Code: fmt.Sprintf("%06d", 730_000+s.last),
		Merchant: "merchant 7", Payout: strings.TrimSuffix(challenge, "-1"), Money: domain.Money{Minor: 1230, Currency: "CNY"},
		Challenge: challenge, Send: 1, Phone: "ph_0123456789ABCDEF",
		IssuedAt: time.Now(), ExpiresAt: time.Now().Add(5 * time.Minute),
	}
}

func (s *suite) name(t *testing.T) {
	if n := s.New(t).Name(); n == "" || n != s.New(t).Name() || len(n) > domain.MaxIDBytes {
		t.Errorf("name %q", n)
	}
}

func (s *suite) send(t *testing.T) {
	sender := s.New(t)
	first, second := s.message(), s.message()
	a, err := sender.Send(t.Context(), first)
	if err != nil || a == "" {
		t.Fatalf("send: %q, %v", a, err)
	}
	b, err := sender.Send(t.Context(), second)
	if err != nil || b == a {
		t.Fatalf("another message: %q, %v; the first has %q", b, err, a)
	}
	s.delivered(t, sender, first.Code, second.Code)
}

// delivered checks that each code reached the number, where the provider tells.
func (s *suite) delivered(t *testing.T, sender sms.Sender, codes ...string) {
	t.Helper()
	if s.Delivered == nil {
		return
	}
	texts := strings.Join(s.Delivered(t, sender, s.Number), "\n")
	for _, code := range codes {
		if !strings.Contains(texts, code) {
			t.Errorf("code %s is not in what was delivered:\n%s", code, texts)
		}
	}
}

// again: a crash between sending and recording brings the very same message. It
// must be taken, whether or not the provider sends it twice.
func (s *suite) again(t *testing.T) {
	sender, m := s.New(t), s.message()
	for range 3 {
		if id, err := sender.Send(t.Context(), m); err != nil || id == "" {
			t.Fatalf("send: %q, %v", id, err)
		}
	}
	s.delivered(t, sender, m.Code)
}

func (s *suite) many(t *testing.T) {
	sender := s.New(t)
	var mu sync.Mutex
	ids, codes := map[string]bool{}, []string{}
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() {
			m := s.message()
			id, err := sender.Send(context.Background(), m)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || ids[id] {
				t.Errorf("send: %q (known: %v), %v", id, ids[id], err)
			}
			ids[id] = true
			codes = append(codes, m.Code)
		})
	}
	wg.Wait()
	s.delivered(t, sender, codes...)
}

func (s *suite) ended(t *testing.T) {
	sender := s.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	result := make(chan error, 1)
	go func() {
		_, err := sender.Send(ctx, s.message())
		result <- err
	}()
	select {
	case err := <-result:
		if err == nil {
			t.Error("a message is taken although the context has ended")
		}
		if errors.Is(err, sms.ErrRejected) {
			t.Error("an ended context is taken for a rejection")
		}
	case <-time.After(10 * time.Second):
		t.Fatal("send goes on although its context has ended")
	}
}

func (s *suite) fault(t *testing.T) {
	if s.Broken == nil {
		t.Skip("this sender has no provider that could fail")
	}
	m := s.message()
	_, err := s.Broken(t).Send(t.Context(), m)
	if err == nil || errors.Is(err, sms.ErrRejected) {
		t.Fatalf("send through a broken provider: %v", err)
	}
	withoutSecrets(t, err, m)
}

func (s *suite) rejected(t *testing.T) {
	if s.Rejected == "" {
		t.Skip("this sender rejects nothing")
	}
	m := s.message()
	m.To = s.Rejected
	_, err := s.New(t).Send(t.Context(), m)
	if !errors.Is(err, sms.ErrRejected) {
		t.Fatalf("send to a number that does not exist: %v", err)
	}
	withoutSecrets(t, err, m)
}

func withoutSecrets(t *testing.T, err error, m sms.Message) {
	t.Helper()
	if strings.Contains(err.Error(), m.Code) || strings.Contains(err.Error(), m.To) {
		t.Errorf("the error tells the code or the number: %v", err)
	}
}
