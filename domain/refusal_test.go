package domain

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestRefusalSays(t *testing.T) {
	one := &Refusal{Failures: []Failure{{Rule: RuleQuotaMissing}}}
	if got := one.Error(); got != "refused: QUOTA_MISSING" {
		t.Error(got)
	}
	three := &Refusal{Failures: []Failure{{Rule: RuleQuotaDisabled}, {Rule: RuleQuotaExceeded}, {Rule: RuleArrearsOutstanding}}}
	if got := three.Error(); got != "refused: QUOTA_DISABLED and 2 more" {
		t.Error(got)
	}
	if three.Outcome() != RuleQuotaDisabled {
		t.Error(three.Outcome())
	}
}

// Texts from outside are checked for length and shape, each under its own name.
func TestShapes(t *testing.T) {
	long := func(n int) string { return strings.Repeat("款", n) }
	terms := func(edit func(t *PayoutTerms)) Command {
		t := PayoutTerms{Money: Money{100, "CNY"}, Reason: "other", Entry: "cli", OrderNo: "O1"}
		edit(&t)
		return RequestPayout{t}
	}
	for _, x := range []struct {
		c    Command
		want string // "" is fine
	}{
		{terms(func(t *PayoutTerms) { t.BuyerNote = long(60) }), ""},
		{terms(func(t *PayoutTerms) { t.BuyerNote = long(61) }), "buyer_note: is longer than 60 characters"},
		{terms(func(t *PayoutTerms) { t.RailNote = long(32) }), ""},
		{terms(func(t *PayoutTerms) { t.RailNote = long(33) }), "rail_note: is longer than 32 characters"},
		{terms(func(t *PayoutTerms) { t.InternalNote = long(200) }), ""},
		{terms(func(t *PayoutTerms) { t.InternalNote = long(201) }), "internal_note: is longer than 200 characters"},
		{terms(func(t *PayoutTerms) { t.BuyerNote = "a\xff" }), "buyer_note: is not UTF-8"},
		{terms(func(t *PayoutTerms) { t.Reason = "" }), "reason: is empty"},
		{terms(func(t *PayoutTerms) { t.Reason = strings.Repeat("x", 64) }), ""},
		{terms(func(t *PayoutTerms) { t.Reason = strings.Repeat("x", 65) }), "reason: is longer than 64 bytes"},
		{terms(func(t *PayoutTerms) { t.Reason = "a\nb" }), "reason: holds a character that can't be printed"},
		{terms(func(t *PayoutTerms) { t.Reason = "a\x7fb" }), "reason: holds a character that can't be printed"},
		{terms(func(t *PayoutTerms) { t.OrderNo = "\xff" }), "order_no: holds a character that can't be printed"},
		{terms(func(t *PayoutTerms) { t.OrderNo = strings.Repeat("x", 128) }), ""},
		{terms(func(t *PayoutTerms) { t.OrderNo = strings.Repeat("x", 129) }), "order_no: is longer than 128 bytes"},
		{terms(func(t *PayoutTerms) { t.External = "\x01" }), "external: holds a character that can't be printed"},
		{terms(func(t *PayoutTerms) { t.Earlier = "\x01" }), "earlier: holds a character that can't be printed"},
		{terms(func(t *PayoutTerms) { t.Money = Money{MaxMinor + 1, "CNY"} }), "money: is not between zero and the largest amount"},
		{terms(func(t *PayoutTerms) { t.Money = Money{1, "cny"} }), `money: "cny" is not an ISO 4217 code, such as CNY`},
		{terms(func(t *PayoutTerms) { t.Money = Money{-1, "CNY"} }), "money: must be more than zero"},
		{terms(func(t *PayoutTerms) { t.Order = &OrderFacts{ID: "O2", Total: Money{1, "CNY"}} }), "order.id: is not the order that order_no names"},
		{terms(func(t *PayoutTerms) { t.Order = &OrderFacts{Total: Money{1, "CNY"}}; t.OrderNo = "" }), "order.id: is empty"},
		{terms(func(t *PayoutTerms) { t.Order = &OrderFacts{ID: "O1"} }), `order.total: "" is not an ISO 4217 code, such as CNY`},
		{terms(func(t *PayoutTerms) { t.Order = &OrderFacts{ID: "O1", Total: Money{1, "USD"}} }), "order.total: is in USD, but the merchant's currency is CNY"},
		{terms(func(t *PayoutTerms) { t.Order = &OrderFacts{ID: "O1", Total: Money{-1, "CNY"}} }), "order.total: is not between zero and the largest amount"},
		{terms(func(t *PayoutTerms) {
			t.Order = &OrderFacts{ID: "O1", Total: Money{1, "CNY"}, Refunded: Money{1, "USD"}}
		}), "order.refunded: is in USD, but the merchant's currency is CNY"},
		{terms(func(t *PayoutTerms) { t.Order = &OrderFacts{ID: "O1", Total: Money{0, "CNY"}} }), ""},
		{CancelPayout{Why: long(500)}, ""},
		{CancelPayout{Why: long(501)}, "why: is longer than 500 characters"},
		{CloseService{Why: long(501)}, "why: is longer than 500 characters"},
		{SuspendService{Why: long(501)}, "why: is longer than 500 characters"},
		{ApprovePayout{Why: long(501)}, "why: is longer than 500 characters"},
		{RejectPayout{Why: long(501)}, "why: is longer than 500 characters"},
		{OpenDispute{Why: long(501)}, "why: is longer than 500 characters"},
		{ResolveDispute{Outcome: DisputeUpheld, Why: long(501)}, "why: is longer than 500 characters"},
		{InviteMerchant{Why: long(501)}, "why: is longer than 500 characters"},
		{RecordFailed{Code: "X", Why: long(501)}, "why: is longer than 500 characters"},
		{RecordUnknown{Why: long(501)}, "why: is longer than 500 characters"},
		{RecordReturned{Why: long(501)}, "why: is longer than 500 characters"},
		{RecordReturned{Code: "\x01"}, "code: holds a character that can't be printed"},
		{RecordReturned{RailID: "\x01"}, "rail_id: holds a character that can't be printed"},
		{RecordPaid{RailID: "\x01"}, "rail_id: holds a character that can't be printed"},
		{RecordSMSFailed{Why: long(501)}, "why: is longer than 500 characters"},
		{RaiseFinding{Finding: "\x01"}, "finding: holds a character that can't be printed"},
		{RaiseFinding{Finding: "F", About: "x", Why: long(501)}, "why: is longer than 500 characters"},
		{CloseFinding{Why: long(501)}, "why: is longer than 500 characters"},
		{ErasePersonalData{Pseudonym: "", Why: "x"}, "pseudonym: is empty"},
		{ErasePersonalData{Pseudonym: "c", Why: long(501)}, "why: is longer than 500 characters"},
		{CreditWallet{Money: Money{1, "CNY"}, Reference: "\x01"}, "reference: holds a character that can't be printed"},
		{DebitWallet{Money: Money{1, "CNY"}, Reference: "\x01"}, "reference: holds a character that can't be printed"},
		{RecordArrears{Money: Money{1, "CNY"}, Reference: "\x01"}, "reference: holds a character that can't be printed"},
		{RecordArrears{}, "money: must be more than zero"},
		{ClearArrears{Reference: "\x01"}, "reference: holds a character that can't be printed"},
		{OpenService{Agreement: "\x01"}, "agreement: holds a character that can't be printed"},
		{AddAgent{Agent: Operator{ID: strings.Repeat("x", 61)}}, "agent.id: is longer than 60 bytes"},
		{AddAgent{Agent: Operator{ID: "x", Phone: Subject{Pseudonym: "\x01"}}}, "agent.phone: holds a character that can't be printed"},
		{ChangePhone{Account: "boss"}, "phone: is empty"},
		{CountPhoneSend{}, "challenge: is empty"},
		{CompareSMS{Payout: "x", Attempt: 21}, ""}, // no such payout: refused
		{UpdateMerchantProfile{Profile{Currency: "CNY"}}, "zone: is empty"},
		{UpdateMerchantProfile{Profile{Currency: "CNY", Zone: "UTC", Name: "\x01"}}, "name: holds a character that can't be printed"},
	} {
		w := newWorld(t)
		w.open(Policy{}, "100.00")
		_, _, err := Decide(w.m, x.c, w.meta(defaultActor(x.c), "x"), w.policy())
		if x.want == "" && err == nil {
			continue
		}
		var invalid *Invalid
		if !errors.As(err, &invalid) || err.Error() != x.want {
			t.Errorf("%s %+v: %v, want %q", CommandName(x.c), x.c, err, x.want)
		}
	}
}

func TestEventIDs(t *testing.T) {
	meta := Meta{ID: uuid.MustParse("00000000-0000-5000-80ff-fffffffffffe")}
	for n, want := range map[int]string{
		0: "00000000-0000-5000-80ff-fffffffffffe",
		1: "00000000-0000-5000-80ff-ffffffffffff",
		2: "00000000-0000-5000-8100-000000000000",
	} {
		if got := meta.EventID(n).String(); got != want {
			t.Errorf("event %d: %s, want %s", n, got, want)
		}
	}
}

func TestPayoutNo(t *testing.T) {
	seen := map[string]bool{}
	for i := range 1_000 {
		no := PayoutNo(commandID(itoa(i)))
		if len(no) != 21 || no[0] != 'P' || strings.Trim(no, "0123456789ABCDEFGHJKMNPQRSTVWXYZ") != "" || seen[no] {
			t.Fatalf("%s", no)
		}
		seen[no] = true
	}
	// Numbers are for ever: each character is five bits of the id, from the left.
	for id, want := range map[string]string{
		"00000000-0000-0000-0000-000000000000": "P00000000000000000000",
		"ffffffff-ffff-ffff-ffff-ffff00000000": "PZZZZZZZZZZZZZZZZZZZG",
		"00443214-c742-54b6-35cf-000000000000": "P0123456789ABCDEF0000",
	} {
		if got := PayoutNo(uuid.MustParse(id)); got != want {
			t.Errorf("%s has the number %s, want %s", id, got, want)
		}
	}
}

func TestActors(t *testing.T) {
	for text, a := range map[string]Actor{"platform": byPlatform, "owner/boss": byOwner, "agent/a/b": {RoleAgent, "a/b"}} {
		if got := a.String(); got != text {
			t.Errorf("%+v is %s", a, got)
		}
		if got := ParseActor(text); got != a {
			t.Errorf("%s is %+v", text, got)
		}
	}
}

// Effective time is raised to the merchant's last, and is in UTC without a
// monotonic clock, as it reads back.
func TestEffectiveTime(t *testing.T) {
	w := newWorld(t)
	w.open(Policy{}, "100.00")
	last := w.m.At
	for _, at := range []time.Time{last.Add(-time.Hour), last, last.Add(time.Hour).In(w.zone), time.Time{}} {
		meta := w.meta(byPlatform, "x")
		meta.EffectiveAt = at
		_, stamped, err := Decide(w.m, ClearArrears{}, meta, nil)
		want := at.UTC()
		if want.Before(last) {
			want = last
		}
		if err != nil || stamped.EffectiveAt != want {
			t.Errorf("%s became %s, want %s (%v)", at, stamped.EffectiveAt, want, err)
		}
	}
	now := time.Now()
	meta := w.meta(byPlatform, "x")
	meta.EffectiveAt = now
	if _, stamped, _ := Decide(w.m, ClearArrears{}, meta, nil); stamped.EffectiveAt == now || !stamped.EffectiveAt.Equal(now) {
		t.Error("the monotonic clock stayed")
	}
}

// Without a zone the calendar is UTC's.
func TestNoZone(t *testing.T) {
	w := newWorld(t)
	w.open(Policy{}, "100.00")
	meta := w.meta(byOwner, "x")
	meta.Zone, meta.EffectiveAt = nil, time.Date(2026, 3, 31, 23, 30, 0, 0, time.UTC) // April in Shanghai
	events, _, err := Decide(w.m, RequestPayout{w.terms("1.00")}, meta, w.policy())
	if err != nil {
		t.Fatal(err)
	}
	if p := events[0].(PayoutRequested); p.Day != "2026-03-31" || p.Month != "2026-03" {
		t.Errorf("counted on %s of %s", p.Day, p.Month)
	}
}

// A policy of an older version is not adopted again: a ledger that is behind on
// the platform's stream must not undo what a merchant was decided under.
func TestOlderPolicyIsNotAdopted(t *testing.T) {
	w := newWorld(t)
	w.open(Policy{OrderCountMax: 1}, "100.00")
	old := w.policy()
	w.do(PublishPolicy{Name: "p", Policy: Policy{OrderCountMax: 2}}, byPlatform)
	w.do(RequestPayout{w.terms("1.00")}, byOwner)
	if w.m.Adopted.Version != 2 {
		t.Fatalf("version %d is adopted", w.m.Adopted.Version)
	}
	for _, p := range []*PolicyPublished{old, nil} {
		events, _, err := Decide(w.m, RequestPayout{w.terms("1.00")}, w.meta(byOwner, "x"), p)
		if err != nil {
			t.Fatal(err)
		}
		if _, adopted := events[0].(PolicyAdopted); adopted {
			t.Errorf("%v was adopted", p)
		}
	}
	if !errors.Is(error(&Invalid{"a", "b"}), &Invalid{"a", "b"}) && (&Invalid{"a", "b"}).Error() != "a: b" {
		t.Error("Invalid says something else")
	}
}
