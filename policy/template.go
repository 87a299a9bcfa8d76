package policy

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/amends-ledger/amends/domain"
)

// TemplateName is the name that Template gives the policy.
const TemplateName = "standard"

// templateWidth is how many characters a line of comment has at most.
const templateWidth = 100

// Template is a document with domain.DefaultPolicy in a currency, each key with
// what it means and why its default is what it is. What the default leaves out
// stands there as a comment. An *domain.Invalid error says that ISO 4217 does not
// list the currency.
func Template(c domain.Currency) ([]byte, error) {
	if _, ok := c.Scale(); !ok {
		return nil, &domain.Invalid{Field: "currency", Why: strconv.Quote(string(c)) + " is not an ISO 4217 code, such as CNY"}
	}
	p := domain.DefaultPolicy(c)
	var b bytes.Buffer
	for _, paragraph := range []string{
		"A policy of the platform: the limits that payouts are decided under.",
		"This is the whole policy. A key that is left out, or starts with #, sets no limit, whatever stands here " +
			"as its default; where something else holds then, it says so. Limits are inclusive: exactly at the limit passes.",
		"Amounts stand in quotes with all decimal digits of the currency, percentages in quotes, other numbers without.",
	} {
		comment(&b, paragraph)
		b.WriteString("#\n")
	}
	comment(&b, "Check it with   amends policy check FILE,   publish it with   amends policy publish FILE")
	if c != "CNY" {
		b.WriteString("#\n")
		comment(&b, "The amounts are meant in yuan. In "+string(c)+" they are the same numbers: look at each of them.")
	}
	b.WriteString("\n")
	comment(&b, "Merchants are put under a policy by its name. Its versions count from 1.")
	writeHead(&b, TemplateName, c)
	section := ""
	for _, k := range Keys() {
		if k.Section != section {
			section = k.Section
			fmt.Fprintf(&b, "\n# ---- %s ----\n", section)
		}
		b.WriteString("\n")
		k.explain(&b, k.Given(&p))
		if k.Given(&p) {
			k.write(&b, &p)
		} else {
			fmt.Fprintf(&b, "# %s: %s\n", k.Name, k.example(c))
		}
	}
	return b.Bytes(), nil
}

// explain writes what stands above a key.
func (k Key) explain(b *bytes.Buffer, given bool) {
	comment(b, k.Meaning)
	if k.Kind() == Count {
		least, most := k.Range()
		comment(b, fmt.Sprintf("A number of %s, %d to %d.%s", k.Unit, least, most, k.ifAbsent()))
	}
	switch {
	case k.Reason == "":
	case given:
		comment(b, "Why: "+k.Reason+".")
	default:
		comment(b, "Default: left out. Why: "+k.Reason+".")
	}
}

// ifAbsent says what holds where a count is left out, if something does.
func (k Key) ifAbsent() string {
	if k.BuiltIn == 0 {
		return ""
	}
	return " Left out, it is " + strconv.Itoa(k.BuiltIn) + "."
}

// example is a value for a key that the default leaves out. An example amount has
// two decimal digits; in the currency it has that currency's.
func (k Key) example(c domain.Currency) string {
	if k.Kind() != Amount {
		return k.Example
	}
	whole, _, _ := strings.Cut(strings.Trim(k.Example, `"`), ".")
	m, err := domain.ParseMoney(whole, c)
	if err != nil {
		panic("policy: the example of " + k.Name + " is no amount: " + err.Error())
	}
	return strconv.Quote(m.Amount())
}

// comment writes a paragraph as lines that start with #.
func comment(b *bytes.Buffer, paragraph string) {
	line := "#"
	for word := range strings.SplitSeq(paragraph, " ") {
		if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > templateWidth {
			b.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
}
