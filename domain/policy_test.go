package domain

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The default policy is valid in every currency, and says what people were
// promised.
func TestDefaultPolicy(t *testing.T) {
	for c := range scales {
		p := DefaultPolicy(c)
		if err := p.Validate(); err != nil {
			t.Errorf("%s: %v", c, err)
		}
		if got := p.currency(); got != c {
			t.Errorf("the limits for %s are in %s", c, got)
		}
	}
	p := DefaultPolicy("CNY")
	for name, x := range map[string]struct{ got, want any }{
		"amount_min":              {p.AmountMin.Amount(), "0.10"},
		"amount_max":              {p.AmountMax.Amount(), "200.00"},
		"order_count_max":         {p.OrderCountMax, 3},
		"order_percent_max":       {p.OrderPercentMax.String(), "100"},
		"approval_percent":        {p.ApprovalPercent.String(), "30"},
		"approval_floor":          {p.ApprovalFloor.Amount(), "20.00"},
		"order_window_days":       {p.OrderWindowDays, 90},
		"merchant_daily_amount":   {p.MerchantDailyAmount.Amount(), "50000.00"},
		"customer_daily_amount":   {p.CustomerDailyAmount.Amount(), "2000.00"},
		"customer_count_max":      {p.CustomerCountMax, 3},
		"customer_count_days":     {p.CustomerCountDays, 30},
		"sms_digits":              {p.SMSDigits, 6},
		"sms_seconds":             {p.SMSSeconds, 300},
		"sms_tries":               {p.SMSTries, 5},
		"sms_resend_seconds":      {p.SMSResendSeconds, 60},
		"sms_sends_max":           {p.SMSSendsMax, 3},
		"sms_phone_hour_max":      {p.SMSPhoneHourMax, 5},
		"sms_phone_day_max":       {p.SMSPhoneDayMax, 10},
		"sms_phone_failures_max":  {p.SMSPhoneFailures, 20},
		"expire_sms_minutes":      {p.ExpireSMSMinutes, 30},
		"expire_approval_hours":   {p.ExpireApprovalHours, 24},
		"expire_authorized_hours": {p.ExpireAuthorizedHours, 72},
		"return_days":             {p.ReturnDays, 180},
		"sms_exempt_max":          {p.SMSExemptMax, (*Money)(nil)},
		"sms_exempt_daily_count":  {p.SMSExemptDailyCount, 10},
		"sms_exempt_daily_amount": {p.SMSExemptDailyAmount.Amount(), "100.00"},
		"sms_exempt_phone_hours":  {p.SMSExemptPhoneHours, 24},
		"duplicate_minutes":       {p.DuplicateMinutes, 10},
		"rollout":                 {p.Rollout, false},
	} {
		if x.got != x.want {
			t.Errorf("%s is %v, want %v", name, x.got, x.want)
		}
	}
	if q := SuggestedQuota("amy", "CNY"); q.PerPayout.Amount() != "50.00" || q.DailyAmount.Amount() != "500.00" ||
		q.DailyCount != 30 || q.MonthlyAmount.Amount() != "5000.00" || q.Agent != "amy" {
		t.Errorf("the suggested quota is %+v", q)
	}
	if got := DefaultPolicy("JPY").AmountMin.Amount(); got != "1" {
		t.Errorf("the smallest amount of yen is %s", got)
	}
	if got := DefaultPolicy("KWD").AmountMin.Amount(); got != "0.100" {
		t.Errorf("the smallest amount of dinars is %s", got)
	}
}

// Every field of a policy is validated by its JSON name: a value that can't be is
// found, and found under that name.
func TestPolicyFieldsAreValidated(t *testing.T) {
	typ := reflect.TypeFor[Policy]()
	for i := range typ.NumField() {
		field := typ.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		p := DefaultPolicy("CNY")
		v := reflect.ValueOf(&p).Elem().Field(i)
		switch v.Interface().(type) {
		case *Money:
			v.Set(reflect.ValueOf(&Money{-1, "CNY"}))
		case *Percent:
			over := MaxPercent + 1
			v.Set(reflect.ValueOf(&over))
		case int:
			v.SetInt(-1)
		case []string:
			v.Set(reflect.ValueOf([]string{"a", strings.Repeat("x", MaxReasonBytes+1)}))
		case []Rule:
			v.Set(reflect.ValueOf([]Rule{"NONSENSE"}))
		case string:
			v.SetString(strings.Repeat("x", MaxReferenceBytes+1))
		case map[string]string:
			v.Set(reflect.ValueOf(map[string]string{"a": strings.Repeat("x", MaxLabelChars+1)}))
		case bool:
			continue // both values are good
		default:
			t.Fatalf("the test does not know how %s can be wrong", name)
		}
		err := p.Validate()
		if invalid, ok := err.(*Invalid); !ok || invalid.Field != name {
			t.Errorf("a wrong %s gives %v", name, err)
		}
	}
	// Each amount that the policy has is one of amounts().
	var names []string
	for _, a := range new(Policy).amounts() {
		names = append(names, a.name)
	}
	for i := range typ.NumField() {
		name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		if typ.Field(i).Type == reflect.TypeFor[*Money]() && !slices.Contains(names, name) {
			t.Errorf("%s is not among the amounts", name)
		}
	}
}

// What numbers may be, at both ends.
func TestPolicyNumbers(t *testing.T) {
	set := func(field string, value int) error {
		p := Policy{CustomerCountMax: 1, CustomerCountDays: 1}
		reflect.ValueOf(&p).Elem().FieldByName(field).SetInt(int64(value))
		return p.Validate()
	}
	for field, x := range map[string][2]int{
		"OrderWindowDays": {1, 3660}, "OrderCountMax": {1, MaxOrderPayouts}, "DuplicateMinutes": {1, MaxDuplicateMinutes},
		"CustomerCountMax": {1, MaxWindowCount}, "CustomerCountDays": {1, MaxWindowDays},
		"SMSExemptDailyCount": {1, 1_000_000}, "SMSExemptPhoneHours": {1, 24 * 366},
		"SMSDigits": {4, 10}, "SMSSeconds": {30, 3_600}, "SMSTries": {1, MaxSMSTries}, "SMSResendSeconds": {1, 3_600},
		"SMSSendsMax": {1, 100}, "SMSPhoneHourMax": {1, 1_000}, "SMSPhoneDayMax": {1, 1_000}, "SMSPhoneFailures": {1, 1_000},
		"ExpireSMSMinutes": {1, 7 * 24 * 60}, "ExpireApprovalHours": {1, 24 * 366}, "ExpireAuthorizedHours": {1, 24 * 366},
		"ReturnDays": {1, 3660},
	} {
		for _, good := range x {
			if err := set(field, good); err != nil {
				t.Errorf("%s %d: %v", field, good, err)
			}
		}
		for _, bad := range []int{x[0] - 1, x[1] + 1} {
			if err := set(field, bad); bad != 0 && err == nil {
				t.Errorf("%s may be %d", field, bad)
			}
		}
	}
	// Limits that are equal to their neighbours are fine.
	p := Policy{
		AmountMin: &Money{100, "CNY"}, AmountMax: &Money{100, "CNY"}, SMSPhoneHourMax: 5, SMSPhoneDayMax: 5,
		OrderPercentMax: percent("1000"),
	}
	if err := p.Validate(); err != nil {
		t.Error(err)
	}
	zero := Percent(0)
	if err := (&Policy{OrderPercentMax: &zero}).Validate(); err == nil {
		t.Error("a share of nothing is a limit that nobody wants")
	}
	long := make([]string, maxListed+1)
	for i := range long {
		long[i] = itoa(i)
	}
	if err := (&Policy{ReasonsDenied: long[:maxListed]}).Validate(); err != nil {
		t.Error(err)
	}
	if err := (&Policy{ReasonsDenied: long}).Validate(); err == nil {
		t.Error("a list may be too long")
	}
	labels := map[string]string{}
	for _, l := range long {
		labels[l] = l
	}
	if err := (&Policy{ReasonLabels: labels}).Validate(); err == nil {
		t.Error("there may be too many labels")
	}
	if err := (&Policy{ReasonLabels: map[string]string{"": "x"}}).Validate(); err == nil {
		t.Error("a label may have no reason")
	}
}

func TestPolicyJSON(t *testing.T) {
	p := DefaultPolicy("CNY")
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var back Policy
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, back); diff != "" {
		t.Error(diff)
	}
	if data, err := json.Marshal(Policy{}); err != nil || string(data) != "{}" {
		t.Errorf("an empty policy is %s (%v)", data, err)
	}
}

// A policy must fit into one event of the store.
func TestPolicySize(t *testing.T) {
	list := make([]string, maxListed)
	for i := range list {
		list[i] = strings.Repeat("<", MaxReasonBytes-3) + itoa(i) // six bytes each in JSON
	}
	p := Policy{ReasonsDenied: list}
	if err := p.Validate(); err != nil {
		t.Error(err)
	}
	p.ReasonsAllowed = list
	err := p.Validate()
	if invalid, ok := err.(*Invalid); !ok || invalid.Field != "policy" {
		t.Errorf("a policy of twice that size: %v", err)
	}
}
