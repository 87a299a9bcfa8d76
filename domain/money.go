package domain

import (
	"encoding/json"
	"fmt"
	"math/bits"
	"regexp"
	"strconv"

	"github.com/shopspring/decimal"
)

// Money is an amount in minor units (cents, fen) of a currency. In JSON it is
// {"amount":"12.30","currency":"CNY"}: a string with the currency's scale.
type Money struct {
	Minor    int64
	Currency Currency
}

// MaxMinor bounds every amount and balance: 15 digits, so that sums of a few
// thousand of them stay far from overflow and any JSON reader keeps them exact.
const MaxMinor = 999_999_999_999_999

// amountGrammar is checked before any number parser sees the text: no sign, no
// exponent, no leading zeros, no bare point. decimal alone would take 1e30.
var amountGrammar = regexp.MustCompile(`^(0|[1-9][0-9]{0,15})(\.[0-9]{1,4})?$`)

// ParseMoney reads a non-negative decimal amount with at most the currency's
// digits behind the point.
func ParseMoney(amount string, c Currency) (Money, error) {
	scale, ok := c.Scale()
	if !ok {
		return Money{}, &Invalid{"currency", fmt.Sprintf("%q is not an ISO 4217 code, such as CNY", c)}
	}
	if !amountGrammar.MatchString(amount) {
		return Money{}, &Invalid{"amount", fmt.Sprintf("%q is not an amount, such as 12.30", amount)}
	}
	d, err := decimal.NewFromString(amount)
	if err != nil {
		return Money{}, &Invalid{"amount", err.Error()}
	}
	minor := d.Shift(int32(scale))
	if !minor.IsInteger() || -d.Exponent() > int32(scale) {
		return Money{}, &Invalid{"amount", fmt.Sprintf("%q has more than the %d decimal digits of %s", amount, scale, c)}
	}
	if minor.GreaterThan(decimal.NewFromInt(MaxMinor)) {
		return Money{}, &Invalid{"amount", fmt.Sprintf("%q is over the largest amount", amount)}
	}
	return Money{minor.IntPart(), c}, nil
}

// Amount is the decimal text without the currency: "12.30", "-0.05".
func (m Money) Amount() string { return string(m.appendAmount(nil)) }

func (m Money) String() string { return string(m.Currency) + " " + m.Amount() }

// pow10 is indexed by scale, which ISO 4217 keeps at 4 or less.
var pow10 = [...]uint64{1, 10, 100, 1_000, 10_000}

func (m Money) appendAmount(b []byte) []byte {
	scale, _ := m.Currency.Scale()
	u := uint64(m.Minor)
	if m.Minor < 0 {
		b, u = append(b, '-'), -u
	}
	if scale == 0 {
		return strconv.AppendUint(b, u, 10)
	}
	unit := pow10[scale]
	b = append(strconv.AppendUint(b, u/unit, 10), '.')
	for rest, place := u%unit, unit/10; place > 0; place /= 10 {
		b = append(b, byte('0'+rest/place%10))
	}
	return b
}

// MarshalJSON writes {"amount":"12.30","currency":"CNY"}.
func (m Money) MarshalJSON() ([]byte, error) {
	b := append(make([]byte, 0, 48), `{"amount":"`...)
	b = append(m.appendAmount(b), `","currency":"`...)
	return append(append(b, m.Currency...), `"}`...), nil
}

// UnmarshalJSON reads what MarshalJSON writes; a JSON number is an error.
func (m *Money) UnmarshalJSON(b []byte) error {
	var v struct {
		Amount   string   `json:"amount"`
		Currency Currency `json:"currency"`
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	text, negative := v.Amount, false
	if len(text) > 0 && text[0] == '-' { // only stored balances can be negative
		text, negative = text[1:], true
	}
	parsed, err := ParseMoney(text, v.Currency)
	if err != nil {
		return err
	}
	if negative {
		parsed.Minor = -parsed.Minor
	}
	*m = parsed
	return nil
}

// addMinor adds amounts; ok is false if the sum leaves ±MaxMinor.
func addMinor(a, b int64) (sum int64, ok bool) {
	sum = a + b // neither operand is over 15 digits, so this cannot wrap
	return sum, sum <= MaxMinor && sum >= -MaxMinor
}

// Percent is a share in 1/10,000 of a percent: "30" is 300,000, "12.5" is 125,000.
type Percent int64

const percentUnit = 10_000

// ParsePercent reads a non-negative decimal with up to four digits behind the point.
func ParsePercent(s string) (Percent, error) {
	if !amountGrammar.MatchString(s) {
		return 0, &Invalid{"percent", fmt.Sprintf("%q is not a percentage, such as 30 or 12.5", s)}
	}
	d, err := decimal.NewFromString(s)
	if err != nil || d.GreaterThan(decimal.NewFromInt(1_000_000)) {
		return 0, &Invalid{"percent", fmt.Sprintf("%q is not a percentage", s)}
	}
	return Percent(d.Shift(4).IntPart()), nil
}

func (p Percent) String() string { return decimal.New(int64(p), -4).String() }

// Exceeds tells whether part is more than p of whole, exactly: both sides are
// 128 bits wide, nothing is rounded. Negative operands count as zero.
func (p Percent) Exceeds(part, whole int64) bool {
	ph, pl := bits.Mul64(uint64(max(part, 0)), 100*percentUnit)
	wh, wl := bits.Mul64(uint64(max(whole, 0)), uint64(p))
	return ph > wh || ph == wh && pl > wl
}
