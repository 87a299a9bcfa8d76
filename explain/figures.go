package explain

import (
	"strconv"
	"strings"
	"time"

	"github.com/amends-ledger/amends/domain"
)

// figure is a figure of a failure with its unit: "CNY 12.30", "3 payouts", "90 days".
func (c *catalog) figure(text, unit string) string {
	if text == "" {
		return ""
	}
	switch unit {
	case "":
		return text
	case domain.UnitPayouts, domain.UnitDays, domain.UnitTries, domain.UnitSends:
		return c.counted(bare(text), unit)
	}
	return unit + " " + text
}

// bare is a count without the letter that days end in.
func bare(text string) string { return strings.TrimSuffix(text, "d") }

// counted is a count with its unit, in the singular where the language has one.
func (c *catalog) counted(number, unit string) string {
	key := "unit." + unit
	if number == "1" {
		key += ".one"
	}
	return c.render(c.phrases[key], func(string) string { return number })
}

// left is how much of a limit is still free; "" if that is nothing, or not plain.
func (c *catalog) left(f domain.Failure) string {
	used := f.Used
	if used == "" {
		used = "0"
	}
	if _, ok := domain.Currency(f.Unit).Scale(); !ok {
		limit, err := strconv.Atoi(bare(f.Limit))
		taken, errUsed := strconv.Atoi(bare(used))
		if err != nil || errUsed != nil || taken >= limit {
			return ""
		}
		return c.figure(strconv.Itoa(limit-taken), f.Unit)
	}
	limit, err := domain.ParseMoney(f.Limit, domain.Currency(f.Unit))
	taken, errUsed := domain.ParseMoney(used, domain.Currency(f.Unit))
	if err != nil || errUsed != nil || taken.Minor >= limit.Minor {
		return ""
	}
	limit.Minor -= taken.Minor
	return limit.String()
}

// moment is a time in the merchant's zone: "2011-03-28 00:00 (Asia/Shanghai)". It
// is to the minute, or to the second where it is not a full minute; what is
// between seconds is rounded up, since before then nothing has changed yet.
func moment(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	if zone == nil {
		zone = time.UTC
	}
	if whole := t.Truncate(time.Second); whole.Before(t) {
		t = whole.Add(time.Second)
	}
	layout := "2006-01-02 15:04"
	if t.Second() != 0 {
		layout += ":05"
	}
	return t.In(zone).Format(layout) + " (" + zone.String() + ")"
}

// money is an amount, "" for none.
func money(m domain.Money) string {
	if m == (domain.Money{}) {
		return ""
	}
	return m.String()
}

// number is a count; "" for none.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
