package explain

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/amends-ledger/amends/domain"
)

// filled is an event of a type in which everything that can be said is said.
func filledEvent(t *testing.T, name string, version int) domain.Event {
	t.Helper()
	e, err := domain.Decode(name, version, []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	v := reflect.New(reflect.TypeOf(e)).Elem()
	fill(v, "")
	return v.Interface().(domain.Event)
}

// fill gives every exported field a value that is told by its name.
func fill(v reflect.Value, name string) {
	switch v.Type() {
	case reflect.TypeOf(domain.Money{}):
		v.Set(reflect.ValueOf(domain.Money{Minor: 1230, Currency: "CNY"}))
		return
	case reflect.TypeOf(time.Time{}):
		v.Set(reflect.ValueOf(time.Date(2011, 3, 27, 16, 0, 0, 0, time.UTC)))
		return
	case reflect.TypeOf(domain.PayoutState("")):
		v.SetString(string(domain.AwaitingSMS))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.ToLower(name))
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), name)
	case reflect.Slice:
		one := reflect.New(v.Type().Elem()).Elem()
		fill(one, name)
		v.Set(reflect.Append(v, one))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), v.Type().Field(i).Name)
			}
		}
	}
}

var amy = domain.Actor{Role: domain.RoleAgent, ID: "amy"}

// TestFactsOfTellsAll: what a sentence has a place for, FactsOf takes from the
// event. A phone it leaves to the caller.
func TestFactsOfTellsAll(t *testing.T) {
	for _, e := range source(t).Events {
		f := FactsOf(filledEvent(t, e.Name, e.Version), amy)
		if f.Type != e.Name || f.Actor != amy {
			t.Errorf("%s: facts of %s by %v", e.Name, f.Type, f.Actor)
		}
		for _, place := range places(english.steps[e.Name]) {
			if place != "phone" && english.fact(f, place, nil) == "" {
				t.Errorf("%s: the sentence has a place for %s, and FactsOf does not fill it: %s", e.Name, place, english.steps[e.Name])
			}
		}
	}
}

// TestStepsGolden shows what people read: every event with everything that it can
// say, and with nothing.
func TestStepsGolden(t *testing.T) {
	var b bytes.Buffer
	said := map[string]bool{}
	show := func(f Facts) {
		said[f.variant()] = true
		fmt.Fprintf(&b, "%s\n", f.variant())
		for _, l := range Langs() {
			sentence := Step(l, f, shanghai(t))
			checkLine(t, l, f.Type, sentence)
			fmt.Fprintf(&b, "  %-7s  %s\n", l, sentence)
		}
		for _, l := range Langs() {
			checkLine(t, l, f.Type, Step(l, Facts{Type: f.Type, Actor: domain.Actor{Role: domain.RoleOwner}, Confirm: f.Confirm, Outcome: f.Outcome,
				Rail: "sandbox", Money: f.Money, Account: "amy", Name: "n", Finding: "F-7", About: "wallet", Permissions: f.Permissions,
				Quota: f.Quota, Command: "AddAgent", State: f.State, Send: 1, Attempt: 1, Tries: 5, Version: "1", Refunded: f.Refunded,
				Compensated: f.Compensated, Dispute: "D1", Reference: f.Reference}, nil))
		}
	}
	for _, e := range source(t).Events {
		f := FactsOf(filledEvent(t, e.Name, e.Version), amy)
		f.Phone, f.Confirm, f.Outcome, f.Command = "138****1234", "", "", "SetQuota"
		if len(f.Permissions) > 0 {
			f.Permissions = []string{"view", "export"}
		}
		show(f)
		switch e.Name {
		case "PayoutAuthorized":
			for _, f.Confirm = range []string{domain.ConfirmBySMS, domain.ConfirmExempt, domain.ConfirmByApproval} {
				show(f)
			}
		case "DisputeResolved":
			for _, f.Outcome = range []string{domain.DisputeUpheld, domain.DisputeDismissed} {
				show(f)
			}
		case "SMSExemptionSet":
			f.Money = domain.Money{}
			show(f)
		case "PermissionsGranted":
			f.Permissions = nil
			show(f)
		}
	}
	for key := range english.steps {
		if !said[key] {
			t.Errorf("%s was not shown", key)
		}
	}
	golden(t, "testdata/steps.txt", b.Bytes())
}

func TestStep(t *testing.T) {
	for _, c := range []struct {
		facts Facts
		want  string
	}{
		{Facts{Type: "PayoutPaid", Rail: "sandbox"}, "paid by sandbox"},
		{Facts{Type: "PayoutPaid", Rail: "sandbox", RailID: "S-1"}, "paid by sandbox, its number is S-1"},
		{Facts{Type: "PayoutFailed", Rail: "sandbox", Why: "[sic] {why}"}, "failed at sandbox, [sic] {why}; the money is back in the wallet"},
		{Facts{Type: "PayoutCancelled", Actor: domain.Actor{Role: "ghost", ID: "1"}}, "cancelled by ghost/1; the money is back in the wallet"},
		{Facts{Type: "WeatherChanged"}, "WeatherChanged"},
		{Facts{Type: "DisputeResolved", Dispute: "P1-D1", Outcome: "postponed"}, "dispute P1-D1 resolved"},
		{Facts{Type: "QuotaSet", Account: "amy", Quota: domain.Quota{PerPayout: &domain.Money{Minor: 5000, Currency: "JPY"}, DailyCount: 1}},
			"quota of agent amy set: JPY 5000 a payout, 1 payout a day"},
	} {
		if got := Step(English, c.facts, nil); got != c.want {
			t.Errorf("%s: %q, want %q", c.facts.Type, got, c.want)
		}
	}
}
