package domain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/bits"
	"strconv"
	"strings"

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

// maxWhole is the most digits before the point, so that a number of any length
// is refused before it is read. MaxMinor has one digit less.
const maxWhole = 16

// scanAmount reads a decimal number without sign, exponent, leading zeros or a
// bare point, of at most 16 digits before and 4 behind the point: digits is how
// many there are behind it, and fraction is them as a number.
func scanAmount(s string) (whole, fraction uint64, digits int, ok bool) {
	i := 0
	for ; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
		if i == maxWhole {
			return 0, 0, 0, false
		}
		whole = whole*10 + uint64(s[i]-'0')
	}
	if i == 0 || s[0] == '0' && i > 1 {
		return 0, 0, 0, false
	}
	if i == len(s) {
		return whole, 0, 0, true
	}
	if s[i] != '.' || i+1 == len(s) || len(s)-i-1 >= len(pow10) {
		return 0, 0, 0, false
	}
	for i++; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, 0, 0, false
		}
		fraction, digits = fraction*10+uint64(s[i]-'0'), digits+1
	}
	return whole, fraction, digits, true
}

// ParseMoney reads a non-negative decimal amount with at most the currency's
// digits behind the point.
func ParseMoney(amount string, c Currency) (Money, error) {
	scale, ok := c.Scale()
	if !ok {
		return Money{}, &Invalid{"currency", strconv.Quote(string(c)) + " is not an ISO 4217 code, such as CNY"}
	}
	whole, fraction, digits, ok := scanAmount(amount)
	switch {
	case !ok:
		return Money{}, &Invalid{"amount", strconv.Quote(amount) + " is not an amount, such as 12.30"}
	case digits > scale:
		return Money{}, &Invalid{"amount", strconv.Quote(amount) + " has more than the " +
			strconv.Itoa(scale) + " decimal digits of " + string(c)}
	}
	// 16 digits times 10⁴ could wrap, 15 can't.
	if whole > MaxMinor || whole*pow10[scale]+fraction*pow10[scale-digits] > MaxMinor {
		return Money{}, &Invalid{"amount", strconv.Quote(amount) + " is over the largest amount"}
	}
	return Money{int64(whole*pow10[scale] + fraction*pow10[scale-digits]), c}, nil
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
	amount, currency, ok := cutMoney(b)
	if !ok { // other spacing or order of fields
		var v struct {
			Amount   string   `json:"amount"`
			Currency Currency `json:"currency"`
		}
		if err := json.Unmarshal(b, &v); err != nil {
			return err
		}
		amount, currency = v.Amount, v.Currency
	}
	text, negative := strings.CutPrefix(amount, "-") // only stored balances can be negative
	parsed, err := ParseMoney(text, currency)
	if err != nil {
		return err
	}
	if negative {
		parsed.Minor = -parsed.Minor
	}
	*m = parsed
	return nil
}

// cutMoney reads the exact text that MarshalJSON writes. Every event has one, so
// a fold spends much of its time here.
func cutMoney(b []byte) (amount string, c Currency, ok bool) {
	const (
		head = `{"amount":"`
		mid  = `","currency":"`
		tail = `"}`
	)
	rest, ok := bytes.CutPrefix(b, []byte(head))
	if !ok {
		return "", "", false
	}
	a, rest, ok := bytes.Cut(rest, []byte(mid))
	if !ok || len(rest) != 3+len(tail) || string(rest[3:]) != tail || bytes.ContainsAny(b, `\`) {
		return "", "", false
	}
	return string(a), Currency(rest[:3]), true
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
	if _, _, _, ok := scanAmount(s); !ok {
		return 0, &Invalid{"percent", fmt.Sprintf("%q is not a percentage, such as 30 or 12.5", s)}
	}
	d, err := decimal.NewFromString(s)
	if err != nil || d.GreaterThan(decimal.NewFromInt(1_000_000)) {
		return 0, &Invalid{"percent", fmt.Sprintf("%q is not a percentage", s)}
	}
	return Percent(d.Shift(4).IntPart()), nil
}

func (p Percent) String() string { return decimal.New(int64(p), -4).String() }

// MarshalText and UnmarshalText make a percentage a string in JSON: "12.5".
func (p Percent) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what ParsePercent reads.
func (p *Percent) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePercent(string(text))
	return err
}

// Of is p of whole in whole minor units, rounded down: the largest part that does
// not exceed it. It is MaxMinor at most.
func (p Percent) Of(whole int64) int64 {
	const unit = 100 * percentUnit
	h, l := bits.Mul64(uint64(max(whole, 0)), uint64(p))
	if h >= unit {
		return MaxMinor
	}
	q, _ := bits.Div64(h, l, unit)
	return int64(min(q, MaxMinor))
}

// Exceeds tells whether part is more than p of whole, exactly: both sides are
// 128 bits wide, nothing is rounded. Negative operands count as zero.
func (p Percent) Exceeds(part, whole int64) bool {
	ph, pl := bits.Mul64(uint64(max(part, 0)), 100*percentUnit)
	wh, wl := bits.Mul64(uint64(max(whole, 0)), uint64(p))
	return ph > wh || ph == wh && pl > wl
}
