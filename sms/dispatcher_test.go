package sms_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/follow"
	"github.com/amends-ledger/amends/sms"
)

// The code that is sent is the one that the ledger wants to see.
func TestCodesAreSentAndConfirm(t *testing.T) {
	w := newWorld(t)
	w.dispatch(w.options())
	payouts := map[string]string{}
	for m := range 5 {
		id := fmt.Sprint("merchant no. ", m)
		w.merchant(id, fmt.Sprint("ph_", m))
		for n := range 10 {
			payouts[w.request(id, fmt.Sprint(n), int64(100*m+n+1))] = id
		}
	}
	for payout, id := range payouts {
		w.wait(id, payout, "SMSSent")
		types, key := w.story(id, payout)
		if diff := cmp.Diff([]string{"PayoutRequested", "SMSChallengeIssued", "SMSSent"}, types); diff != "" {
			t.Fatalf("story (-want +got):\n%s", diff)
		}
		if want := "sms-sent:" + payout + "-1:1"; key != want {
			t.Errorf("the report has key %q, want %q", key, want)
		}
	}
	messages := w.inbox.Messages()
	if len(messages) != len(payouts) {
		t.Fatalf("%d messages for %d payouts", len(messages), len(payouts))
	}
	for _, m := range messages {
		if payouts[m.Payout] != m.Merchant || m.To != "+86138"+m.Phone || !m.IssuedAt.Equal(day(1)) ||
			m.ExpiresAt.Sub(m.IssuedAt) != 5*time.Minute || m.Money.Minor == 0 {
			t.Errorf("message %#v", m)
		}
		if got := w.confirm(m.Merchant, m.Payout, m.Code); got != "PayoutAuthorized" {
			t.Errorf("confirming with the code of the inbox gives %s", got)
		}
	}
}

// What follows from a challenge carries its effective time.
func TestReportsRunOnEffectiveTime(t *testing.T) {
	w := newWorld(t)
	w.dispatch(w.options())
	w.merchant("m", "ph_1")
	payout := w.request("m", "a", 100)
	w.wait("m", payout, "SMSSent")
	for e := range w.store.ReadStream(t.Context(), "merchant-m", 0, eventstore.ReadOptions{}) {
		if e.Type != "SMSSent" {
			continue
		}
		meta, _, err := domain.DecodeMeta(e.Meta)
		if err != nil {
			t.Fatal(err)
		}
		if !meta.EffectiveAt.Equal(day(1)) || meta.Actor.Role != domain.RoleSender {
			t.Errorf("SMSSent is effective at %v, by %v", meta.EffectiveAt, meta.Actor)
		}
	}
}

// However old the checkpoint, nothing is sent twice that the log says was sent,
// and nothing that nobody waits for any more.
func TestRestartSendsOnlyWhatIsOpen(t *testing.T) {
	w := newWorld(t)
	w.merchant("m", "ph_1")
	_, stop := w.dispatch(w.options())
	sent := w.request("m", "sent", 100)
	w.wait("m", sent, "SMSSent")
	stop()

	confirmed, locked, cancelled, open := w.request("m", "b", 200), w.request("m", "c", 300), w.request("m", "d", 400), w.request("m", "e", 500)
	m, err := w.book().Last(t.Context(), "m", confirmed)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.confirm("m", confirmed, m.Code); got != "PayoutAuthorized" {
		t.Fatalf("confirming gives %s", got)
	}
	if got := w.confirm("m", locked, "not a code"); got != "SMSChallengeLocked" && got != "CommandRefused" {
		t.Fatalf("confirming wrongly gives %s", got)
	}
	w.give("m", "cancel", owner, day(1), domain.CancelPayout{Payout: cancelled})

	sender := &script{}
	o := w.options()
	o.Sender, o.Keeper = sender, &follow.Memory{} // no checkpoint
	d, _ := w.dispatch(o)
	w.idle(d)
	var got []string
	for _, m := range sender.all() {
		got = append(got, m.Payout)
	}
	if diff := cmp.Diff([]string{open}, got); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	want, err := w.book().Last(t.Context(), "m", open)
	if err != nil {
		t.Fatal(err)
	}
	if first := sender.all()[0]; first.Code != want.Code || first.Money != cny(500) {
		t.Errorf("what was read back is %#v", first)
	}
}

func fails(err error) func(context.Context, sms.Message) (string, error) {
	return func(context.Context, sms.Message) (string, error) { return "", err }
}

func TestOutcomesOfSending(t *testing.T) {
	for _, tt := range []struct {
		name    string
		answers []func(context.Context, sms.Message) (string, error)
		phone   string
		tries   int // messages that reach the sender
		last    string
		why     string // in SMSSendFailed
	}{
		{name: "at once", tries: 1, last: "SMSSent"},
		{
			name: "third try", tries: 3, last: "SMSSent",
			answers: []func(context.Context, sms.Message) (string, error){fails(errors.New("busy")), fails(errors.New("busy"))},
		},
		{
			name: "never", tries: 5, last: "SMSSendFailed", why: "no 5",
			answers: []func(context.Context, sms.Message) (string, error){
				fails(errors.New("no 1")), fails(errors.New("no 2")), fails(errors.New("no 3")), fails(errors.New("no 4")), fails(errors.New("no 5")),
			},
		},
		{
			name: "rejected", tries: 1, last: "SMSSendFailed", why: "no such number",
			answers: []func(context.Context, sms.Message) (string, error){fails(fmt.Errorf("no such number: %w", sms.ErrRejected))},
		},
		{
			name: "panic", tries: 2, last: "SMSSent",
			answers: []func(context.Context, sms.Message) (string, error){
				func(_ context.Context, m sms.Message) (string, error) { panic("secret " + m.Code + " for " + m.To) },
			},
		},
		{
			name: "hangs", tries: 2, last: "SMSSent",
			answers: []func(context.Context, sms.Message) (string, error){
				func(ctx context.Context, _ sms.Message) (string, error) {
					<-ctx.Done()
					return "", ctx.Err()
				},
			},
		},
		{
			name: "talks too much", tries: 1, last: "SMSSendFailed", why: "code [code] to [phone]",
			answers: []func(context.Context, sms.Message) (string, error){
				func(_ context.Context, m sms.Message) (string, error) {
					return "", fmt.Errorf("code %s to %s \x00%s: %w", m.Code, m.To, strings.Repeat("長", 999), sms.ErrRejected)
				},
			},
		},
		{name: "erased phone", phone: "ph_gone", tries: 0, last: "SMSSendFailed", why: "reveal phone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			sender := &script{answers: tt.answers}
			o := w.options()
			o.Sender, o.SendTimeout = sender, 100*time.Millisecond
			w.dispatch(o)
			phone := "ph_1"
			if tt.phone != "" {
				phone = tt.phone
			}
			w.merchant("m", phone)
			payout := w.request("m", "a", 1234)
			w.wait("m", payout, tt.last)
			sent := sender.all()
			if len(sent) != tt.tries {
				t.Errorf("%d tries, want %d", len(sent), tt.tries)
			}
			for _, m := range sent {
				if m != sent[0] {
					t.Errorf("another try sends another message: %#v, %#v", sent[0], m)
				}
			}
			w.noSecrets(sent)
			for e := range w.store.ReadStream(t.Context(), "merchant-m", 0, eventstore.ReadOptions{}) {
				if e.Type == "SMSSendFailed" && !strings.Contains(string(e.Data), tt.why) {
					t.Errorf("the failure is recorded as %s", e.Data)
				}
			}
		})
	}
}

// noSecrets looks for codes and numbers in the process's log and in the events.
func (w *world) noSecrets(sent []sms.Message) {
	w.t.Helper()
	texts := w.log.String()
	for e, err := range w.store.ReadAll(context.Background(), 0, eventstore.Filter{}, 0) {
		if err != nil {
			w.t.Fatal(err)
		}
		texts += string(e.Data) + string(e.Meta)
	}
	for _, m := range sent {
		if strings.Contains(texts, `"`+m.Code) || strings.Contains(texts, m.Code+" ") || strings.Contains(texts, m.To) {
			w.t.Errorf("code %s or number %s was written down:\n%s", m.Code, m.To, texts)
		}
	}
}

// A message never shows its secrets by being printed.
func TestMessagesPrintWithoutSecrets(t *testing.T) {
	m := sms.Message{Reference: "P1-1:1", To: "+8613812345678", Code: "123456", Payout: "P1", Merchant: "m", Phone: "ph_1"}
	for _, text := range []string{fmt.Sprint(m), fmt.Sprintf("%v %+v %s", m, &m, m), m.LogValue().String()} {
		if strings.Contains(text, m.Code) || strings.Contains(text, m.To) {
			t.Errorf("printed as %s", text)
		}
	}
}

// A process that dies at any step sends the same code again or not at all, and
// what was sent is recorded once.
func TestDeathAtEveryStep(t *testing.T) {
	for n := int64(1); ; n++ {
		w := newWorld(t)
		w.merchant("m", "ph_1")
		payouts := []string{w.request("m", "a", 100), w.request("m", "b", 200), w.request("m", "c", 300)}
		sender := &script{}
		died := w.live(newFuse(n), sender)
		if w.live(newFuse(1<<40), sender) {
			t.Fatal("the second life has no fuse")
		}
		codes := map[string]string{}
		for _, m := range sender.all() {
			if code, known := codes[m.Payout]; known && code != m.Code {
				t.Fatalf("death at step %d: payout %s was sent %s and %s", n, m.Payout, code, m.Code)
			}
			codes[m.Payout] = m.Code
		}
		for _, p := range payouts {
			types, _ := w.story("m", p)
			if diff := cmp.Diff([]string{"PayoutRequested", "SMSChallengeIssued", "SMSSent"}, types); diff != "" || codes[p] == "" {
				t.Fatalf("death at step %d: code %q, story (-want +got):\n%s", n, codes[p], diff)
			}
		}
		if extra := len(sender.all()) - len(payouts); extra > len(payouts) || !died && extra != 0 {
			t.Errorf("death at step %d (died: %v): %d messages for %d payouts", n, died, len(sender.all()), len(payouts))
		}
		if !died {
			if n < 10 {
				t.Errorf("all was done in %d steps: the fuse sees too few", n)
			}
			return
		}
	}
}

func (w *world) live(f *fuse, s sms.Sender) (died bool) {
	o := w.options()
	o.Ledger, o.Sender, o.Workers = fusedLedger{f, w.ledger}, fusedSender{f, s}, 2
	d, stop := w.dispatch(o)
	w.eventually(func() string { return fmt.Sprintf("all done or dead: %+v", d.Stats()) }, func() bool {
		select {
		case <-f.blown:
			died = true
			return true
		default:
		}
		tail, _ := w.store.Tail(context.Background())
		return d.Stats() == follow.Stats{Position: tail}
	})
	stop()
	return died
}
