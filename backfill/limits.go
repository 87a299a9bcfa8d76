package backfill

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/amends-ledger/amends/domain"
)

// limit is one entry of policy or quota, as it stands in the plan.
type limit struct {
	key    limitKey
	values []text // one, or those of a list
}

// limits is what a plan's entries of policy and quota come to.
type limits struct {
	policy domain.Policy
	quota  domain.Quota
}

// limitKey is a key of policy or quota. set puts its values where they belong;
// amounts are in currency c.
type limitKey struct {
	name string
	list bool
	set  func(to *limits, values []text, c domain.Currency) error
}

var policyLimits = []limitKey{
	amountKey("amount_min", func(l *limits) **domain.Money { return &l.policy.AmountMin }),
	amountKey("amount_max", func(l *limits) **domain.Money { return &l.policy.AmountMax }),
	countKey("order_count_max", func(l *limits) *int { return &l.policy.OrderCountMax }),
	percentKey("order_percent_max", func(l *limits) **domain.Percent { return &l.policy.OrderPercentMax }),
	countKey("order_window_days", func(l *limits) *int { return &l.policy.OrderWindowDays }),
	listKey("reasons_allowed", func(l *limits) *[]string { return &l.policy.ReasonsAllowed }),
	listKey("reasons_denied", func(l *limits) *[]string { return &l.policy.ReasonsDenied }),
	amountKey("merchant_daily_amount", func(l *limits) **domain.Money { return &l.policy.MerchantDailyAmount }),
	amountKey("customer_daily_amount", func(l *limits) **domain.Money { return &l.policy.CustomerDailyAmount }),
	countKey("customer_count_max", func(l *limits) *int { return &l.policy.CustomerCountMax }),
	countKey("customer_count_days", func(l *limits) *int { return &l.policy.CustomerCountDays }),
	countKey("duplicate_minutes", func(l *limits) *int { return &l.policy.DuplicateMinutes }),
	amountKey("sms_exempt_max", func(l *limits) **domain.Money { return &l.policy.SMSExemptMax }),
	countKey("sms_exempt_daily_count", func(l *limits) *int { return &l.policy.SMSExemptDailyCount }),
	amountKey("sms_exempt_daily_amount", func(l *limits) **domain.Money { return &l.policy.SMSExemptDailyAmount }),
}

var quotaLimits = []limitKey{
	amountKey("per_payout", func(l *limits) **domain.Money { return &l.quota.PerPayout }),
	amountKey("daily_amount", func(l *limits) **domain.Money { return &l.quota.DailyAmount }),
	countKey("daily_count", func(l *limits) *int { return &l.quota.DailyCount }),
	amountKey("monthly_amount", func(l *limits) **domain.Money { return &l.quota.MonthlyAmount }),
}

func amountKey(name string, field func(*limits) **domain.Money) limitKey {
	return limitKey{name: name, set: func(to *limits, values []text, c domain.Currency) error {
		m, err := parseAmount(values[0].Value, c)
		*field(to) = &m
		return err
	}}
}

func percentKey(name string, field func(*limits) **domain.Percent) limitKey {
	return limitKey{name: name, set: func(to *limits, values []text, _ domain.Currency) error {
		p, err := domain.ParsePercent(values[0].Value)
		*field(to) = &p
		return err
	}}
}

// maxCount bounds counts and days; a hundred years have fewer days.
const maxCount = 100_000

// countKey reads a whole number from 1 on: zero would be an absent limit.
func countKey(name string, field func(*limits) *int) limitKey {
	return limitKey{name: name, set: func(to *limits, values []text, _ domain.Currency) error {
		n, err := strconv.Atoi(values[0].Value)
		if err != nil || n < 1 || n > maxCount || strconv.Itoa(n) != values[0].Value {
			return fmt.Errorf("%q is not a whole number from 1 to %d", values[0].Value, maxCount)
		}
		*field(to) = n
		return nil
	}}
}

func listKey(name string, field func(*limits) *[]string) limitKey {
	return limitKey{name: name, list: true, set: func(to *limits, values []text, _ domain.Currency) error {
		for _, v := range values {
			*field(to) = append(*field(to), v.Value)
		}
		return nil
	}}
}

// limits reads the mapping of limits under section, and tells where it is.
func (m section) limits(section string, keys []limitKey) ([]limit, Place) {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = key.name
	}
	inner, ok := m.in(section, names...)
	if !ok {
		return nil, m.At
	}
	var found []limit
	for _, key := range keys {
		var values []text
		if key.list {
			values = inner.List(key.name)
		} else if t := inner.Text(key.name); t.Given() {
			values = []text{t}
		}
		if len(values) > 0 {
			found = append(found, limit{key, values})
		}
	}
	return found, inner.At
}

// limitPlace is where a limit of policy or quota stands, or else its section.
func (p *plan) limitPlace(section, name string) Place {
	entries, at := p.limits, p.policyAt
	if section == "quota" {
		entries, at = p.quota, p.quotaAt
	}
	for _, l := range entries {
		if l.key.name == name {
			return l.values[0].Place
		}
	}
	return at
}

// resolve turns the plan's entries into limits in c.
func (p *plan) resolve(c domain.Currency, mistakes *Mistakes) limits {
	var to limits
	for _, section := range []struct {
		name    string
		entries []limit
	}{{"policy", p.limits}, {"quota", p.quota}} {
		for _, l := range section.entries {
			if err := l.key.set(&to, l.values, c); err != nil {
				mistakes.Add(l.values[0].Place, "%s.%s: %s", section.name, l.key.name, why(err))
			}
		}
	}
	to.quota.Enabled = true
	return to
}

// walletAmounts are initial and topup in c; zero where the plan has none.
func (p *plan) walletAmounts(c domain.Currency, mistakes *Mistakes) (initial, topup domain.Money) {
	for _, amount := range []struct {
		name string
		text
		to *domain.Money
	}{{"initial", p.initial, &initial}, {"topup", p.topup, &topup}} {
		if !amount.Given() {
			continue
		}
		var err error
		if *amount.to, err = parseAmount(amount.Value, c); err != nil {
			mistakes.Add(amount.Place, "wallet.%s: %s", amount.name, why(err))
		}
	}
	return initial, topup
}

// widest has four decimal digits, as many as any currency. It stands in while the
// rows have not yet named theirs.
const widest domain.Currency = "CLF"

// anyDecimal is what may be an amount in some currency.
var anyDecimal = regexp.MustCompile(`^(0|[1-9][0-9]*)(\.[0-9]+)?$`)

// parseAmount reads an amount of the plan. In widest only what is no amount in
// any currency is an error; what the true one makes of it is seen later.
func parseAmount(s string, c domain.Currency) (domain.Money, error) {
	m, err := domain.ParseMoney(s, c)
	if err != nil && c == widest && anyDecimal.MatchString(s) {
		return domain.Money{Currency: c}, nil
	}
	return m, err
}

// checkLimits notes every mistake in limits that shows without the data.
func (p *plan) checkLimits(mistakes *Mistakes) {
	c := domain.Currency(p.payouts.currency.fixed.Value)
	if _, ok := c.Scale(); !ok {
		c = widest
	}
	l := p.resolve(c, mistakes)
	p.walletAmounts(c, mistakes)
	if p.orders != nil && l.policy.OrderWindowDays > 0 && !p.orders.placed.Given() {
		mistakes.Add(p.limitPlace("policy", "order_window_days"), "policy.order_window_days: orders.placed_at is missing")
	}
	if p.orders != nil && l.policy.OrderPercentMax != nil && !p.orders.total.Given() {
		mistakes.Add(p.limitPlace("policy", "order_percent_max"), "policy.order_percent_max: orders.total is missing")
	}
}

// why is the reason of an *Invalid without the field, which the mistake names.
func why(err error) string {
	if invalid, ok := err.(*domain.Invalid); ok {
		return invalid.Why
	}
	return err.Error()
}
