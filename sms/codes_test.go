package sms

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/ledger"
)

func testCodes(t testing.TB) *Codes {
	t.Helper()
	c, err := NewCodes(bytes.Repeat([]byte{3}, MinKeyBytes))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func input() ledger.CodeInput {
	return ledger.CodeInput{
		Merchant: "m", Payout: "P0", Challenge: "P0-1", Send: 1,
		Money: domain.Money{Minor: 1230, Currency: "CNY"}, Customer: "cu_1", Digits: 6,
	}
}

// The code of this input was computed by another program, in Python. It must not
// change: codes are on their way while a new release is installed.
func TestCodeIsFixed(t *testing.T) {
	if got := testCodes(t).Code(input()); got != "530511" {
		t.Errorf("code %s", got)
	}
}

func TestCodeIsBoundToEverything(t *testing.T) {
	c := testCodes(t)
	in := input()
	in.Digits = 10 // so that two codes are not equal by chance
	want := c.Code(in)
	if again := c.Code(in); again != want || !Match(want, again) {
		t.Fatalf("the same challenge has codes %s and %s", want, again)
	}
	for what, change := range map[string]func(*ledger.CodeInput){
		"merchant":  func(in *ledger.CodeInput) { in.Merchant = "n" },
		"payout":    func(in *ledger.CodeInput) { in.Payout = "P1" },
		"challenge": func(in *ledger.CodeInput) { in.Challenge = "P0-2" },
		"send":      func(in *ledger.CodeInput) { in.Send = 2 },
		"amount":    func(in *ledger.CodeInput) { in.Money.Minor++ },
		"currency":  func(in *ledger.CodeInput) { in.Money.Currency = "JPY" },
		"customer":  func(in *ledger.CodeInput) { in.Customer = "cu_2" },
		"shifted":   func(in *ledger.CodeInput) { in.Merchant, in.Payout = "mP", "0" }, // lengths tell them apart
	} {
		other := in
		change(&other)
		if got := c.Code(other); got == want || Match(want, got) {
			t.Errorf("another %s has the same code", what)
		}
	}
	key, err := NewCodes(bytes.Repeat([]byte{4}, MinKeyBytes))
	if err != nil {
		t.Fatal(err)
	}
	if key.Code(in) == want {
		t.Error("another key gives the same code")
	}
	if _, err := NewCodes(make([]byte, MinKeyBytes-1)); err == nil {
		t.Error("a short key is taken")
	}
}

func TestCodesHaveTheirDigits(t *testing.T) {
	c := testCodes(t)
	for digits := 4; digits <= 10; digits++ {
		zeros := false
		for n := range 200 {
			in := input()
			in.Digits, in.Send = digits, n
			code := c.Code(in)
			if len(code) != digits {
				t.Fatalf("%d digits: %q", digits, code)
			}
			zeros = zeros || code[0] == '0'
		}
		if !zeros {
			t.Errorf("no code of %d digits begins with 0", digits)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a code without digits is derived")
		}
	}()
	in := input()
	in.Digits = 0
	c.Code(in)
}

// Each digit in each place is about as frequent as the others: chi-squared with
// nine degrees of freedom stays below 33.7 but for one time in 10,000, and the
// input is fixed.
func TestCodesAreEven(t *testing.T) {
	c := testCodes(t)
	const n = 20_000
	var counts [6][10]int
	for i := range n {
		in := input()
		in.Payout = fmt.Sprint("P", i)
		for place, digit := range c.Code(in) {
			counts[place][digit-'0']++
		}
	}
	for place, count := range counts {
		chi := 0.0
		for _, k := range count {
			chi += math.Pow(float64(k)-n/10, 2) / (n / 10)
		}
		if chi > 33.7 {
			t.Errorf("place %d: %v, chi-squared %.1f", place, count, chi)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		code, typed string
		want        bool
	}{
		{"012345", "012345", true}, {"012345", "12345", false}, {"012345", "012346", false},
		{"012345", "", false}, {"012345", "0123450", false}, {"012345", "０１２３４５", false},
	} {
		if got := Match(tt.code, tt.typed); got != tt.want {
			t.Errorf("Match(%q, %q) = %v", tt.code, tt.typed, got)
		}
	}
}

func BenchmarkCode(b *testing.B) {
	c := testCodes(b)
	for b.Loop() {
		c.Code(input())
	}
}
