package policy

import (
	"reflect"
	"strings"
	"testing"

	"github.com/amends-ledger/amends/domain"
)

// TestKeysAreTheFields: a limit that the domain gets shows here, once, under the
// name that events and refusals call it.
func TestKeysAreTheFields(t *testing.T) {
	keys := map[string]Key{}
	for _, k := range Keys() {
		if _, twice := keys[k.Name]; twice {
			t.Errorf("key %s is there twice", k.Name)
		}
		keys[k.Name] = k
	}
	var p domain.Policy
	value := reflect.ValueOf(&p).Elem()
	for i := range value.NumField() {
		name, _, _ := strings.Cut(value.Type().Field(i).Tag.Get("json"), ",")
		k, ok := keys[name]
		if !ok {
			t.Errorf("domain.Policy has %s, Keys has not", name)
			continue
		}
		if got := reflect.ValueOf(k.field(&p)).Pointer(); got != value.Field(i).Addr().Pointer() {
			t.Errorf("key %s points to another field", name)
		}
		delete(keys, name)
	}
	for name := range keys {
		t.Errorf("key %s is no field of domain.Policy", name)
	}
}

// TestKeysAreExplained: what a template and the reference are made of is there.
func TestKeysAreExplained(t *testing.T) {
	p := domain.DefaultPolicy("CNY")
	section, left := "", map[string]bool{}
	for _, k := range Keys() {
		if k.Section != section {
			left[section] = true
			section = k.Section
		}
		switch {
		case left[k.Section]:
			t.Errorf("%s: section %q is in two pieces", k.Name, k.Section)
		case k.Meaning == "" || !strings.HasSuffix(k.Meaning, "."):
			t.Errorf("%s: the meaning is no sentence: %q", k.Name, k.Meaning)
		case strings.HasSuffix(k.Reason, "."):
			t.Errorf("%s: the reason ends with a period: %q", k.Name, k.Reason)
		case (k.Kind() == Count) != (k.Unit != ""):
			t.Errorf("%s: unit %q of a value of kind %s", k.Name, k.Unit, k.Kind())
		case k.Unit != "" && singular[k.Unit] == "":
			t.Errorf("%s: unit %s has no singular", k.Name, k.Unit)
		case k.Given(&p) != (k.Example == ""):
			t.Errorf("%s: the default policy has it: %v; example %q", k.Name, k.Given(&p), k.Example)
		}
	}
}

// TestBuiltIn: what a policy without limits still has is what the keys say.
func TestBuiltIn(t *testing.T) {
	for _, k := range Keys() {
		if k.BuiltIn == 0 {
			continue
		}
		p := domain.DefaultPolicy("CNY")
		if got := *k.field(&p).(*int); got != k.BuiltIn {
			t.Errorf("%s: %d in the default policy, %d where it is left out", k.Name, got, k.BuiltIn)
		}
	}
}

func TestRange(t *testing.T) {
	for _, k := range Keys() {
		if k.Kind() != Count {
			continue
		}
		least, most := k.Range()
		for n, want := range map[int]bool{least - 1: false, least: true, most: true, most + 1: false} {
			p := domain.Policy{CustomerCountMax: 1, CustomerCountDays: 1}
			*k.field(&p).(*int) = n
			if err := p.Validate(); n != 0 && (err == nil) != want {
				t.Errorf("%s from %d to %d: %d is valid: %v", k.Name, least, most, n, err)
			}
		}
	}
}
