package domain

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

// unfingerprinted are the fields that may differ between tries of one command.
var unfingerprinted = []string{
	"ConfirmSMS.Code", ".Commitment", // never stored; differs from vault to vault
	"RequestPayout.PayoutTerms.Order.", // from another source
}

// TestFingerprint changes each field of each command, at any depth: the bytes
// change, but for the fields that are left out on purpose.
func TestFingerprint(t *testing.T) {
	seen := map[string]string{}
	for _, c := range allCommands {
		v := reflect.New(reflect.TypeOf(c)).Elem()
		fill(v, "")
		name := CommandName(c)
		base := fingerprint(t, v)
		if other, twice := seen[string(base)]; twice {
			t.Errorf("%s has the fingerprint of %s", name, other)
		}
		seen[string(base)] = name
		forEachField(v, name, func(path string, change func() (undo func())) {
			undo := change()
			changed := !bytes.Equal(base, fingerprint(t, v))
			undo()
			if want := !leftOut(path); changed != want {
				t.Errorf("a change of %s changes the fingerprint: %t, want %t", path, changed, want)
			}
		})
		if again := fingerprint(t, v); !bytes.Equal(base, again) {
			t.Errorf("%s has two fingerprints", name)
		}
	}
}

func leftOut(path string) bool {
	for _, f := range unfingerprinted {
		if strings.HasSuffix(path, f) || strings.HasPrefix(path, f) {
			return true
		}
	}
	return false
}

func fingerprint(t *testing.T, command reflect.Value) []byte {
	t.Helper()
	b, err := AppendFingerprint([]byte("prefix"), command.Interface().(Command))
	if err != nil {
		t.Fatal(err)
	}
	b, ok := bytes.CutPrefix(b, []byte("prefix"))
	if !ok {
		t.Fatal("it does not append")
	}
	return b
}

// forEachField calls f for each leaf of a filled value, with a change of it.
func forEachField(v reflect.Value, path string, f func(path string, change func() (undo func()))) {
	switch v.Interface().(type) {
	case Money, Percent:
	default:
		switch v.Kind() {
		case reflect.Struct:
			if v.Type().PkgPath() == "time" {
				break
			}
			for i := range v.NumField() {
				forEachField(v.Field(i), path+"."+v.Type().Field(i).Name, f)
			}
			return
		case reflect.Pointer:
			forEachField(v.Elem(), path, f)
			return
		case reflect.Slice:
			forEachField(v.Index(0), path, f)
			return
		}
	}
	f(path, func() func() {
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		switch v.Kind() {
		case reflect.String:
			v.SetString(v.String() + "x")
		default:
			v.SetZero()
		}
		return func() { v.Set(old) }
	})
}

// Two requests whose texts run together differently have different bytes.
func TestFingerprintFieldsDoNotMerge(t *testing.T) {
	a := RequestPayout{PayoutTerms{Reason: "ab", Entry: "c"}}
	b := RequestPayout{PayoutTerms{Reason: "a", Entry: "bc"}}
	if bytes.Equal(fingerprint(t, reflect.ValueOf(a)), fingerprint(t, reflect.ValueOf(b))) {
		t.Error("the same bytes")
	}
}

// Keys are remembered for ever, so the bytes must never change.
func TestFingerprintStays(t *testing.T) {
	c := RequestPayout{PayoutTerms{
		Money: Money{1230, "CNY"}, Reason: "shipping", Entry: "cli", OrderNo: "O1",
		Customer: &Subject{"c1", "secret"}, BuyerNote: "hi",
	}}
	const want = "\rRequestPayout" + "\x00\x00\x00\x00\x00\x00\x04\xce" + "\x03CNY" + "\bshipping" + "\x03cli" + "\x02O1" + "\x02c1" +
		"\x00" + "\x02hi" + "\x00" + "\x00" + "\x00"
	if got := fingerprint(t, reflect.ValueOf(c)); string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
	const cancel = "\fCancelPayout" + `{"payout_no":"P1","why":"x"}`
	if got := fingerprint(t, reflect.ValueOf(CancelPayout{"P1", "x"})); string(got) != cancel {
		t.Errorf("got %q, want %q", got, cancel)
	}
}
