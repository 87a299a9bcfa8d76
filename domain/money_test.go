package domain

import (
	"encoding/json"
	"errors"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// amountGrammar says what scanAmount does by hand.
var amountGrammar = regexp.MustCompile(`^(0|[1-9][0-9]{0,15})(\.[0-9]{1,4})?$`)

// parseSlowly is ParseMoney by other means: a regular expression and decimal.
func parseSlowly(amount string, c Currency) (Money, bool) {
	scale, ok := c.Scale()
	if !ok || !amountGrammar.MatchString(amount) {
		return Money{}, false
	}
	d, err := decimal.NewFromString(amount)
	if err != nil || -d.Exponent() > int32(scale) {
		return Money{}, false
	}
	minor := d.Shift(int32(scale))
	if minor.GreaterThan(decimal.NewFromInt(MaxMinor)) {
		return Money{}, false
	}
	return Money{minor.IntPart(), c}, true
}

func checkParse(t rapid.TB, amount string, c Currency) {
	t.Helper()
	want, ok := parseSlowly(amount, c)
	got, err := ParseMoney(amount, c)
	if (err == nil) != ok || got != want {
		t.Fatalf("ParseMoney(%q, %s) = %v, %v; want %v, %t", amount, c, got, err, want, ok)
	}
	var invalid *Invalid
	if err != nil {
		if !errors.As(err, &invalid) {
			t.Fatalf("ParseMoney(%q, %s): %v is not an *Invalid", amount, c, err)
		}
		return
	}
	back, err := ParseMoney(got.Amount(), c)
	if err != nil || back != got {
		t.Fatalf("%v is written as %q, which reads as %v, %v", got, got.Amount(), back, err)
	}
}

var someCurrencies = []Currency{"CNY", "JPY", "KWD", "CLF", "XXX", "cny", ""}

func FuzzParseMoney(f *testing.F) {
	for _, amount := range []string{
		"0", "0.1", "12.30", "1", "999999999999999", "9999999999999.99", "10000000000000.00", "00", "01", ".5", "5.",
		"-1", "+1", "1e3", "1E3", "0x10", " 1", "1 ", "1,000", "１２", "0.00000", "12345678901234567", "Inf", "NaN",
	} {
		for i := range someCurrencies {
			f.Add(amount, uint8(i))
		}
	}
	f.Fuzz(func(t *testing.T, amount string, currency uint8) {
		checkParse(t, amount, someCurrencies[int(currency)%len(someCurrencies)])
	})
}

func TestParseMoneyLikeDecimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.OneOf(
			rapid.StringMatching(`[0-9]{1,18}(\.[0-9]{0,5})?`),
			rapid.StringMatching(`[-+. 0-9eE]{0,8}`),
			rapid.String(),
		).Draw(t, "amount")
		checkParse(t, amount, rapid.SampledFrom(someCurrencies).Draw(t, "currency"))
	})
}

func TestParseMoneySays(t *testing.T) {
	for _, x := range []struct {
		amount string
		c      Currency
		want   string
	}{
		{"1", "XXX", `currency: "XXX" is not an ISO 4217 code, such as CNY`},
		{"12345678901234567", "CNY", `amount: "12345678901234567" is not an amount, such as 12.30`},
		{"1e3", "CNY", `amount: "1e3" is not an amount, such as 12.30`},
		{"0.001", "CNY", `amount: "0.001" has more than the 2 decimal digits of CNY`},
		{"0.5", "JPY", `amount: "0.5" has more than the 0 decimal digits of JPY`},
		{"10000000000000.00", "CNY", `amount: "10000000000000.00" is over the largest amount`},
		{"9999999999999999", "CLF", `amount: "9999999999999999" is over the largest amount`},
	} {
		if _, err := ParseMoney(x.amount, x.c); err == nil || err.Error() != x.want {
			t.Errorf("%s %s: %v, want %s", x.amount, x.c, err, x.want)
		}
	}
}

func TestMoneyText(t *testing.T) {
	for _, x := range []struct {
		m    Money
		want string
	}{
		{Money{1230, "CNY"}, "12.30"},
		{Money{5, "CNY"}, "0.05"},
		{Money{-5, "CNY"}, "-0.05"},
		{Money{0, "CNY"}, "0.00"},
		{Money{1230, "JPY"}, "1230"},
		{Money{1230, "KWD"}, "1.230"},
		{Money{1, "CLF"}, "0.0001"},
		{Money{MaxMinor, "CNY"}, "9999999999999.99"},
	} {
		if got := x.m.Amount(); got != x.want {
			t.Errorf("%d %s is %q, want %q", x.m.Minor, x.m.Currency, got, x.want)
		}
		data, err := json.Marshal(x.m)
		if want := `{"amount":"` + x.want + `","currency":"` + string(x.m.Currency) + `"}`; err != nil || string(data) != want {
			t.Errorf("%v in JSON is %s, want %s (%v)", x.m, data, want, err)
		}
		var back Money
		if err := json.Unmarshal(data, &back); err != nil || back != x.m {
			t.Errorf("%s reads as %v, %v", data, back, err)
		}
	}
	if got := (Money{1230, "CNY"}).String(); got != "CNY 12.30" {
		t.Errorf("String: %s", got)
	}
}

func TestMoneyFromJSON(t *testing.T) {
	for data, want := range map[string]Money{
		`{"amount":"12.30","currency":"CNY"}`:             {1230, "CNY"},
		` { "currency" : "CNY", "amount" : "12.30" } `:    {1230, "CNY"},
		`{"amount":"12\u002e30","currency":"CNY"}`:        {1230, "CNY"},
		`{"amount":"12.30","currency":"C\u004eY"}`:        {1230, "CNY"},
		`{"amount":"-12.30","currency":"CNY"}`:            {-1230, "CNY"},
		`{"amount":"12.30","currency":"CNY","else":true}`: {1230, "CNY"},
	} {
		var got Money
		if err := json.Unmarshal([]byte(data), &got); err != nil || got != want {
			t.Errorf("%s: %v, %v", data, got, err)
		}
	}
	for _, data := range []string{
		`12.30`, `"12.30"`, `{"amount":12.30,"currency":"CNY"}`, `{"amount":"12.3.0","currency":"CNY"}`,
		`{"amount":"--1","currency":"CNY"}`, `{"amount":"1","currency":"CN"}`, `{"amount":"1","currency":"CN\""}`, `{}`,
		`{"amount":"1","currency":"CNY}`, `{"amount":"1","currency":"CNYY"}`, `{"amount":"0.001","currency":"CNY"}`,
	} {
		got := Money{7, "USD"}
		if err := json.Unmarshal([]byte(data), &got); err == nil {
			t.Errorf("%s was read as %v", data, got)
		}
	}
}

func TestPercent(t *testing.T) {
	for text, want := range map[string]Percent{"30": 300_000, "12.5": 125_000, "0.0001": 1, "100": 1_000_000, "0": 0} {
		p, err := ParsePercent(text)
		if err != nil || p != want || p.String() != text {
			t.Errorf("%s: %d, %v, written %s", text, p, err, p)
		}
		data, err := json.Marshal(&p)
		var back Percent
		if err != nil || string(data) != `"`+text+`"` || json.Unmarshal(data, &back) != nil || back != p {
			t.Errorf("%s in JSON is %s, reads as %d (%v)", text, data, back, err)
		}
	}
	for _, text := range []string{"", "-1", "1e2", "30%", "0.00001", "1000001", "1234567890123456"} {
		if p, err := ParsePercent(text); err == nil {
			t.Errorf("%q was read as %s", text, p)
		}
	}
	var p Percent
	if json.Unmarshal([]byte(`30`), &p) == nil {
		t.Error("a number was read as a percentage")
	}
}

// Exceeds and Of against numbers of any size.
func TestPercentExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.OneOf(rapid.Int64Range(-5, 1_000_000), rapid.Int64Range(-MaxMinor, MaxMinor), rapid.Just[int64](MaxMinor))
		part, whole := amount.Draw(t, "part"), amount.Draw(t, "whole")
		p := Percent(rapid.Int64Range(0, int64(MaxPercent)).Draw(t, "percent"))
		left := new(big.Int).Mul(big.NewInt(max(part, 0)), big.NewInt(100*percentUnit))
		right := new(big.Int).Mul(big.NewInt(max(whole, 0)), big.NewInt(int64(p)))
		if got, want := p.Exceeds(part, whole), left.Cmp(right) > 0; got != want {
			t.Fatalf("%d of %d is over %s %%: %t, want %t", part, whole, p, got, want)
		}
		of := new(big.Int).Div(right, big.NewInt(100*percentUnit))
		if of.Cmp(big.NewInt(MaxMinor)) > 0 {
			of.SetInt64(MaxMinor)
		}
		if got := p.Of(whole); got != of.Int64() {
			t.Fatalf("%s %% of %d is %d, want %s", p, whole, got, of)
		}
		// The limit that people are told is the largest amount that passes.
		if limit := p.Of(whole); limit < MaxMinor && (p.Exceeds(limit, whole) || !p.Exceeds(limit+1, whole)) {
			t.Fatalf("%d is not the limit of %s %% of %d", limit, p, whole)
		}
	})
	for _, whole := range []int64{1 << 62, 1_000_000 << 24} { // the second is the least that does not fit
		if got := Percent(1 << 40).Of(whole); got != MaxMinor {
			t.Errorf("a share beyond all bounds is %d", got)
		}
	}
}

func TestAddMinor(t *testing.T) {
	for _, x := range []struct {
		a, b, sum int64
		ok        bool
	}{
		{1, 2, 3, true}, {MaxMinor, 0, MaxMinor, true}, {MaxMinor, 1, MaxMinor + 1, false},
		{-MaxMinor, 0, -MaxMinor, true}, {-MaxMinor, -1, -MaxMinor - 1, false},
	} {
		if sum, ok := addMinor(x.a, x.b); sum != x.sum || ok != x.ok {
			t.Errorf("%d + %d = %d, %t", x.a, x.b, sum, ok)
		}
	}
}

func TestCurrencies(t *testing.T) {
	for c, want := range map[Currency]int{"CNY": 2, "JPY": 0, "KWD": 3, "CLF": 4, "EUR": 2, "ISK": 0} {
		if got, ok := c.Scale(); !ok || got != want {
			t.Errorf("%s has scale %d, %t", c, got, ok)
		}
	}
	for _, c := range []Currency{"", "cny", "XXX", "CN", "CNYY", "XAU"} {
		if _, ok := c.Scale(); ok {
			t.Errorf("%q is taken for a currency", c)
		}
	}
	if n := len(strings.Fields(scale0 + " " + scale2 + " " + scale3 + " " + scale4)); n != len(scales) {
		t.Errorf("%d codes are listed, %d are known: one stands twice", n, len(scales))
	}
}
