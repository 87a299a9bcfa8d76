package policy

import (
	"slices"
	"sort"
	"strconv"

	"github.com/amends-ledger/amends/domain"
)

// Kind says how the value of a key is written.
type Kind string

// Kinds of values.
const (
	Amount  Kind = "amount"  // "200.00", in the document's currency
	Percent Kind = "percent" // "30" or "12.5"
	Count   Kind = "count"   // a whole number from 1 on
	Flag    Kind = "flag"    // true or false
	Codes   Kind = "codes"   // a list of codes
	Rules   Kind = "rules"   // a list of rule codes
	Text    Kind = "text"    // a word or a few, in quotes where YAML would read something else
	Labels  Kind = "labels"  // a code and its name on each line
)

// Effect is what a change of a limit does to merchants.
type Effect string

// Effects. Of what only moves something, such as a label, there is none.
const (
	Looser  Effect = "looser"
	Tighter Effect = "tighter"
	Neutral Effect = ""
)

// Key is one limit of a policy.
type Key struct {
	Name    string // as in the document, in domain.Policy's JSON and in refusals
	Section string // what it belongs to, for people
	Unit    string // of a count: "days", "payouts", …
	Meaning string // what it does; sentences
	Reason  string // why the default is what it is; "" where there is nothing to say
	Example string // in YAML, for a key that the default policy leaves out
	More    Effect // of a greater value, or of one more entry

	// AbsentIsTightest says that leaving it out is the strictest, as of an
	// exemption. Otherwise what is left out does not limit.
	AbsentIsTightest bool
	// BuiltIn is what holds where a count is left out; 0 if nothing does.
	BuiltIn int

	field func(*domain.Policy) any // a pointer to the field
}

// Keys lists every key, in the order of documents.
func Keys() []Key {
	return slices.Concat(whoKeys, orderKeys, limitKeys, exemptionKeys, smsKeys, timeKeys, wordKeys)
}

// Kind of the key's value.
func (k Key) Kind() Kind {
	switch k.field(&domain.Policy{}).(type) {
	case **domain.Money:
		return Amount
	case **domain.Percent:
		return Percent
	case *int:
		return Count
	case *bool:
		return Flag
	case *[]string:
		return Codes
	case *[]domain.Rule:
		return Rules
	case *string:
		return Text
	case *map[string]string:
		return Labels
	}
	panic("policy: the field of key " + k.Name + " has a type that no kind of value stands for")
}

// Range is the least and the greatest value that a count may have.
func (k Key) Range() (least, most int) {
	allowed := func(n int) bool {
		p := domain.Policy{CustomerCountMax: 1, CustomerCountDays: 1} // they need each other
		*k.field(&p).(*int) = n
		return p.Validate() == nil
	}
	const enough = 1 << 30 // no count is allowed to be as large
	for least = 1; !allowed(least); least++ {
		if least == enough {
			panic("policy: no value of " + k.Name + " is allowed")
		}
	}
	return least, least + sort.Search(enough, func(n int) bool { return !allowed(least + n + 1) })
}

// Given tells whether the policy sets the key.
func (k Key) Given(p *domain.Policy) bool {
	switch f := k.field(p).(type) {
	case **domain.Money:
		return *f != nil
	case **domain.Percent:
		return *f != nil
	case *int:
		return *f != 0
	case *bool:
		return *f
	case *[]string:
		return len(*f) > 0
	case *[]domain.Rule:
		return len(*f) > 0
	case *string:
		return *f != ""
	case *map[string]string:
		return len(*f) > 0
	}
	return false
}

// clear takes the key out of the policy.
func (k Key) clear(p *domain.Policy) {
	switch f := k.field(p).(type) {
	case **domain.Money:
		*f = nil
	case **domain.Percent:
		*f = nil
	case *int:
		*f = 0
	case *bool:
		*f = false
	case *[]string:
		*f = nil
	case *[]domain.Rule:
		*f = nil
	case *string:
		*f = ""
	case *map[string]string:
		*f = nil
	}
}

// currencyOf is that of the policy's amounts; "" if it has none.
func currencyOf(p *domain.Policy) domain.Currency {
	for _, k := range Keys() {
		if f, ok := k.field(p).(**domain.Money); ok && *f != nil {
			return (*f).Currency
		}
	}
	return ""
}

// counted is a count with its unit: "1 payout", "90 days".
func (k Key) counted(n int) string {
	text := strconv.Itoa(n)
	switch {
	case k.Unit == "":
		return text
	case n == 1:
		return text + " " + singular[k.Unit]
	}
	return text + " " + k.Unit
}

// Units of counts.
const (
	days    = "days"
	hours   = "hours"
	minutes = "minutes"
	seconds = "seconds"
	payouts = "payouts"
	tries   = "tries"
	codes   = "codes"
	digits  = "digits"
)

var singular = map[string]string{
	days: "day", hours: "hour", minutes: "minute", seconds: "second", payouts: "payout", tries: "try", codes: "code", digits: "digit",
}
