package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/segment"
	"github.com/amends-ledger/amends/internal/vfs"
	"github.com/amends-ledger/amends/sms"
	"github.com/amends-ledger/amends/sms/smstest"
)

func newBook(t *testing.T) sms.Codebook {
	t.Helper()
	store, err := segment.Open(context.Background(), segment.Options{Dir: "/log", FS: vfs.NewMem()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	codes, err := sms.NewCodes([]byte("a key of thirty-two bytes, or so"))
	if err != nil {
		t.Fatal(err)
	}
	return sms.Codebook{Store: store, Codes: codes}
}

func TestConformance(t *testing.T) {
	smstest.Run(t, smstest.Target{
		New: func(t *testing.T) sms.Sender { return New(newBook(t), 0) },
		Delivered: func(t *testing.T, s sms.Sender, number string) (codes []string) {
			for _, m := range s.(*Inbox).Messages() {
				if m.To == number {
					codes = append(codes, m.Code)
				}
			}
			return codes
		},
	})
}

func TestKeepsTheLastMessages(t *testing.T) {
	in := New(newBook(t), 3)
	send := func(payout string, n int) {
		t.Helper()
		m := sms.Message{Reference: fmt.Sprint(payout, "-", n), Payout: payout, Send: n, Merchant: "m", Code: fmt.Sprint(payout, n)}
		if _, err := in.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	for _, payout := range []string{"A", "B", "C"} {
		send(payout, 1)
	}
	send("A", 2)
	send("A", 1) // an older code that arrives late
	send("D", 1)
	send("D", 1) // the same once more
	var got []string
	for _, m := range in.Messages() {
		got = append(got, m.Code)
	}
	if diff := cmp.Diff([]string{"D1", "A2", "C1"}, got); diff != "" {
		t.Errorf("kept, newest first (-want +got):\n%s", diff)
	}
	if code, err := in.Code(t.Context(), "m", "A"); code != "A2" || err != nil {
		t.Errorf("code of A: %s, %v", code, err)
	}
	if _, err := in.Code(t.Context(), "other", "A"); !errors.Is(err, sms.ErrNoChallenge) {
		t.Errorf("another merchant asks for A: %v", err)
	}
}

// log appends events to a merchant's stream.
func log(t *testing.T, store eventstore.Store, merchant string, events ...domain.Event) {
	t.Helper()
	w := eventstore.Write{Stream: domain.MerchantStream(merchant), Expect: eventstore.Expect{Kind: eventstore.Any}}
	for _, e := range events {
		data, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		name, version := domain.EventName(e)
		w.Events = append(w.Events, eventstore.Event{
			ID: uuid.New(), Type: name, Version: version, RecordedAt: time.Unix(1, 0),
			Data: data, Meta: []byte(`{"effective_at":"2026-03-02T12:00:00Z","actor":"owner/boss"}`),
		})
	}
	if _, err := store.Append(context.Background(), w); err != nil {
		t.Fatal(err)
	}
}

func requested(payout string, minor int64) domain.Event {
	return domain.PayoutRequested{Payout: payout, Confirm: domain.ConfirmBySMS, PayoutTerms: domain.PayoutTerms{
		Money: domain.Money{Minor: minor, Currency: "CNY"}, Customer: &domain.Subject{Pseudonym: "cu_1"},
	}}
}

func issued(payout string, n int) domain.Event {
	return domain.SMSChallengeIssued{Payout: payout, Challenge: domain.ChallengeID(payout, n), Send: n, Phone: "ph_1", Digits: 6}
}

// After a crash the inbox is empty, and tells the same codes.
func TestCodesComeBackFromTheLog(t *testing.T) {
	book := newBook(t)
	log(t, book.Store, "m", requested("P1", 100), issued("P1", 1))
	log(t, book.Store, "m", requested("P2", 200), issued("P2", 1))
	log(t, book.Store, "m", requested("P3", 300), issued("P3", 1), domain.SMSConfirmed{Payout: "P3", Challenge: "P3-1"})
	log(t, book.Store, "m", requested("P4", 400), issued("P4", 1), domain.PayoutCancelled{Payout: "P4", Money: domain.Money{Minor: 400, Currency: "CNY"}})
	log(t, book.Store, "m", requested("P5", 500), issued("P5", 1), domain.SMSChallengeLocked{Payout: "P5"})
	log(t, book.Store, "m", requested("P6", 600))
	log(t, book.Store, "m", issued("P1", 2)) // a second code voids the first
	log(t, book.Store, "m2", requested("P7", 700), issued("P7", 1))

	in := New(book, 0)
	for merchant, want := range map[string]string{"m": "P1-2:2 P2-1:1", "m2": "P7-1:1", "": "P1-2:2 P2-1:1 P7-1:1", "nobody": ""} {
		open, err := in.Open(t.Context(), merchant)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range open {
			got = append(got, m.Reference)
			code, err := in.Code(t.Context(), m.Merchant, m.Payout)
			if err != nil || code != m.Code || len(code) != 6 {
				t.Errorf("code of %s: %q, %v; listed: %q", m.Payout, code, err, m.Code)
			}
			if m.IssuedAt.IsZero() || m.Money.Minor == 0 {
				t.Errorf("listed: %#v", m)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("open codes of %q: %v, want %s", merchant, got, want)
		}
	}
	for _, payout := range []string{"P6", "P9"} {
		if _, err := in.Code(t.Context(), "m", payout); !errors.Is(err, sms.ErrNoChallenge) {
			t.Errorf("code of %s: %v", payout, err)
		}
	}
	// The amount is part of the code.
	other := newBook(t)
	log(t, other.Store, "m", requested("P1", 101), issued("P1", 1), issued("P1", 2))
	a, _ := book.Last(t.Context(), "m", "P1")
	b, _ := other.Last(t.Context(), "m", "P1")
	if a.Code == b.Code || a.Reference != b.Reference {
		t.Errorf("codes for 1.00 and 1.01: %s %s, %s %s", a.Reference, a.Code, b.Reference, b.Code)
	}
}
