package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/internal/domaindoc"
)

// validate holds a JSON value against the keywords that schemas here use; at says
// where in the value. closed reports members that the schema does not name, also
// where it leaves them open.
func validate(s, root map[string]any, v any, at string, closed bool) (faults []string) {
	wrong := func(format string, args ...any) {
		faults = append(faults, at+": "+fmt.Sprintf(format, args...))
	}
	if ref, ok := s["$ref"].(string); ok {
		defs, _ := root["$defs"].(map[string]any)
		target, ok := defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
		if !ok {
			wrong("%s leads nowhere", ref)
			return faults
		}
		return validate(target, root, v, at, closed)
	}
	if types := words(s["type"]); !slices.ContainsFunc(types, func(typ string) bool { return isType(v, typ) }) {
		wrong("%v is not of type %v", v, types)
		return faults
	}
	switch v := v.(type) {
	case string:
		if pattern, ok := s["pattern"].(string); ok && !regexp.MustCompile(pattern).MatchString(v) {
			wrong("%q is not %s", v, pattern)
		}
		if _, err := time.Parse(time.RFC3339, v); s["format"] == "date-time" && err != nil {
			wrong("%q is no date-time", v)
		}
		if enum := words(s["enum"]); len(enum) > 0 && !slices.Contains(enum, v) {
			wrong("%q is none of %v", v, enum)
		}
	case []any:
		for i, item := range v {
			faults = append(faults, validate(s["items"].(map[string]any), root, item, fmt.Sprintf("%s[%d]", at, i), closed)...)
		}
	case map[string]any:
		properties, _ := s["properties"].(map[string]any)
		for _, name := range words(s["required"]) {
			if _, ok := v[name]; !ok {
				wrong("%s is missing", name)
			}
		}
		for name, member := range v {
			inner, ok := properties[name].(map[string]any)
			if !ok {
				inner, ok = s["additionalProperties"].(map[string]any)
			}
			switch {
			case ok:
				faults = append(faults, validate(inner, root, member, at+"."+name, closed)...)
			case closed || s["additionalProperties"] == false:
				wrong("%s is not in the schema", name)
			}
		}
	}
	return faults
}

func words(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, one.(string))
		}
		return all
	}
	return nil
}

func isType(v any, typ string) bool {
	switch v := v.(type) {
	case nil:
		return typ == "null"
	case string:
		return typ == "string"
	case bool:
		return typ == "boolean"
	case float64:
		return typ == "integer" && v == float64(int64(v))
	case []any:
		return typ == "array"
	case map[string]any:
		return typ == "object"
	}
	return false
}

func schemaIn(t *testing.T, pages map[string][]byte, typ domaindoc.Type) map[string]any {
	t.Helper()
	var s map[string]any
	if err := json.Unmarshal(pages[reference+"/"+schemaOf(typ)], &s); err != nil {
		t.Fatalf("%s: %v", typ.Name, err)
	}
	if s["$schema"] != draft {
		t.Fatalf("%s: schema of %v", typ.Name, s["$schema"])
	}
	return s
}

func inAnyJSON(t *testing.T, v any) (out any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// commands are all commands, for what encodes them. TestCommandsAreAll keeps it.
var commands = []domain.Command{
	domain.RegisterMerchant{}, domain.UpdateMerchantProfile{}, domain.InviteMerchant{}, domain.PublishPolicy{},
	domain.OpenService{}, domain.SuspendService{}, domain.ResumeService{}, domain.CloseService{},
	domain.AddAgent{}, domain.GrantPermissions{}, domain.RemoveAgent{}, domain.ChangePhone{},
	domain.SetQuota{}, domain.EnableQuota{}, domain.DisableQuota{}, domain.RemoveQuota{}, domain.SetSMSExemption{},
	domain.CreditWallet{}, domain.DebitWallet{}, domain.RecordArrears{}, domain.ClearArrears{},
	domain.RequestPayout{}, domain.ApprovePayout{}, domain.RejectPayout{}, domain.CancelPayout{}, domain.ExpirePayout{},
	domain.ConfirmSMS{}, domain.CompareSMS{}, domain.ResendSMS{}, domain.CountPhoneSend{}, domain.RecordSMSSent{}, domain.RecordSMSFailed{},
	domain.SubmitPayout{}, domain.RecordPaid{}, domain.RecordFailed{}, domain.RecordUnknown{}, domain.RecordReturned{},
	domain.ObserveRefund{}, domain.OpenDispute{}, domain.ResolveDispute{}, domain.RaiseFinding{}, domain.CloseFinding{},
	domain.RevealPersonalData{}, domain.ErasePersonalData{},
}

func TestCommandsAreAll(t *testing.T) {
	var here, there []string
	for _, c := range commands {
		here = append(here, domain.CommandName(c))
	}
	for _, c := range load(t).Commands {
		there = append(there, c.Name)
	}
	slices.Sort(here)
	if !slices.Equal(here, there) {
		t.Errorf("this test knows %v\npackage domain has %v", here, there)
	}
}

// TestSchemasAreHowGoEncodes: what Go makes of a command or event that says
// everything has exactly the members of its schema; what it makes of one that says
// nothing has those that are required.
func TestSchemasAreHowGoEncodes(t *testing.T) {
	pages, d := pagesOf(t), load(t)
	check := func(typ domaindoc.Type, zero any) {
		s := schemaIn(t, pages, typ)
		full := reflect.New(reflect.TypeOf(zero)).Elem()
		fill(full)
		encoded := inAnyJSON(t, full.Interface()).(map[string]any)
		for _, fault := range validate(s, s, encoded, typ.Name, true) {
			t.Error(fault)
		}
		for name := range s["properties"].(map[string]any) {
			if _, ok := encoded[name]; !ok {
				t.Errorf("%s: the schema has %s, the encoding has not", typ.Name, name)
			}
		}
		var always []string
		for name := range inAnyJSON(t, zero).(map[string]any) {
			always = append(always, name)
		}
		required := words(s["required"])
		slices.Sort(always)
		slices.Sort(required)
		if !slices.Equal(always, required) {
			t.Errorf("%s: always encoded are %v, required %v", typ.Name, always, required)
		}
	}
	for _, c := range commands {
		typ, _ := find(d.Commands, domain.CommandName(c))
		check(typ, c)
	}
	for _, typ := range d.Events {
		e, err := domain.Decode(typ.Name, typ.Version, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		check(typ, e)
	}
}

// fill gives every exported field a value.
func fill(v reflect.Value) {
	switch v.Type() {
	case reflect.TypeOf(domain.Money{}):
		v.Set(reflect.ValueOf(domain.Money{Minor: -5, Currency: "CNY"}))
		return
	case reflect.TypeOf(time.Time{}):
		v.Set(reflect.ValueOf(time.Date(2011, 3, 27, 16, 0, 0, 1, time.UTC)))
		return
	case reflect.TypeOf(domain.PayoutState("")):
		v.SetString(string(domain.AwaitingSMS))
		return
	case reflect.TypeOf(domain.Currency("")):
		v.SetString("CNY")
		return
	case reflect.TypeOf(domain.Rule("")):
		v.SetString("QUOTA_EXCEEDED")
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Int, reflect.Int64:
		v.SetInt(125_000) // of a percentage 12.5
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"x": "y"}))
	case reflect.Slice:
		one := reflect.New(v.Type().Elem()).Elem()
		fill(one)
		v.Set(reflect.Append(v, one))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	}
}

// TestStoredExamplesFitTheirSchemas: what is in a log since the first release.
func TestStoredExamplesFitTheirSchemas(t *testing.T) {
	pages, d := pagesOf(t), load(t)
	examples, err := readExamples(root + "/domain/testdata/events")
	if err != nil {
		t.Fatal(err)
	}
	fitted := 0
	for _, typ := range d.Events {
		ex, ok := examples[keyOf(typ.Name, typ.Version)]
		if !ok {
			continue
		}
		fitted++
		s := schemaIn(t, pages, typ)
		var v any
		if err := json.Unmarshal(ex.Data, &v); err != nil {
			t.Fatal(err)
		}
		for _, fault := range validate(s, s, v, typ.Name, true) {
			t.Error(fault)
		}
	}
	if fitted != len(examples) {
		t.Errorf("%d examples, %d of them of known event types", len(examples), fitted)
	}
}

// TestValidateBites: the validator that the tests above trust finds faults.
func TestValidateBites(t *testing.T) {
	s := schemaIn(t, pagesOf(t), domaindoc.Type{Name: "CreditWallet"})
	for text, want := range map[string]string{
		`{"money":{"amount":"12.30","currency":"CNY"},"reference":"r"}`:         "",
		`{"money":{"amount":12.30,"currency":"CNY"},"reference":"r"}`:           "x.money.amount: 12.3 is not of type [string]",
		`{"money":{"amount":"12.","currency":"CNY"},"reference":"r"}`:           "is not ^",
		`{"money":{"amount":"12.30","currency":"cny"},"reference":"r"}`:         `x.money.currency: "cny" is not`,
		`{"money":{"amount":"12.30","currency":"CNY","x":1},"reference":"r"}`:   "x.money: x is not in the schema",
		`{"money":{"amount":"12.30","currency":"CNY"}}`:                         "x: reference is missing",
		`{"money":{"amount":"12.30","currency":"CNY"},"reference":"r","why":1}`: "x: why is not in the schema",
		`[]`: "x: [] is not of type [object]",
	} {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(validate(s, s, v, "x", false), "; "); got != want && (want == "" || !strings.Contains(got, want)) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
