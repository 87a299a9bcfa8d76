package policy

import (
	"slices"
	"strconv"
	"strings"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/internal/yamlnode"
)

// set reads the value of a key that the document has.
func (d *document) set(k Key) {
	switch f := k.field(&d.policy).(type) {
	case **domain.Money:
		*f = d.amount(k)
	case **domain.Percent:
		*f = d.percent(k)
	case *int:
		*f = d.count(k)
	case *bool:
		*f = d.flag(k)
	case *[]string:
		*f = d.words(k)
	case *[]domain.Rule:
		for _, code := range d.words(k) {
			*f = append(*f, domain.Rule(code))
		}
	case *string:
		*f, _ = d.word(d.top.Text(k.Name), k.Name)
	case *map[string]string:
		*f = d.labels(k)
	}
}

func (d *document) wrong(t yamlnode.Text, format string, args ...any) {
	d.reader.Mistakes.Add(t.Place, format, args...)
}

// amount reads a decimal amount in quotes with all digits of the currency: who
// writes "200" of a currency with cents may have meant 200 cents.
func (d *document) amount(k Key) *domain.Money {
	text := d.top.Text(k.Name)
	switch {
	case !text.Given():
		return nil
	case !d.top.Has(keyCurrency):
		d.wrong(text, "%s: the policy names no currency: add currency: CNY", k.Name)
		return nil
	case d.currency == "":
		return nil // noted at the currency
	}
	m, err := domain.ParseMoney(text.Value, d.currency)
	if err != nil {
		d.wrong(text, "%s: %s", k.Name, why(err))
		return nil
	}
	if text.Kind != yamlnode.Str {
		d.wrong(text, "%s: an amount stands in quotes: %q", k.Name, m.Amount())
		return nil
	}
	if m.Amount() != text.Value {
		scale, _ := d.currency.Scale()
		d.wrong(text, "%s: %q has not the %d decimal digits of %s: write %q", k.Name, text.Value, scale, d.currency, m.Amount())
		return nil
	}
	return &m
}

func (d *document) percent(k Key) *domain.Percent {
	text := d.top.Text(k.Name)
	if !text.Given() {
		return nil
	}
	p, err := domain.ParsePercent(text.Value)
	if err != nil {
		d.wrong(text, "%s: %s", k.Name, why(err))
		return nil
	}
	if text.Kind != yamlnode.Str {
		d.wrong(text, "%s: a percentage stands in quotes: %q", k.Name, p.String())
		return nil
	}
	return &p
}

// count reads a whole number from 1 on: zero would be an absent limit.
func (d *document) count(k Key) int {
	text := d.top.Text(k.Name)
	if !text.Given() {
		return 0
	}
	n, err := strconv.Atoi(text.Value)
	switch {
	case text.Kind == yamlnode.Str && err == nil:
		d.wrong(text, "%s: a number stands without quotes: %d", k.Name, n)
	case err != nil || strconv.Itoa(n) != text.Value || n < 0:
		d.wrong(text, "%s: %q is not a whole number, such as 3", k.Name, text.Value)
	case n == 0 && k.BuiltIn > 0:
		d.wrong(text, "%s is 0: leave the key out for %s", k.Name, k.counted(k.BuiltIn))
	case n == 0:
		d.wrong(text, "%s is 0: leave the key out for no such limit", k.Name)
	default:
		return n
	}
	return 0
}

func (d *document) flag(k Key) bool {
	text := d.top.Text(k.Name)
	if text.Given() && (text.Kind != yamlnode.Bool || text.Value != "true" && text.Value != "false") {
		d.wrong(text, "%s: %q is neither true nor false", k.Name, text.Value)
	}
	return text.Value == "true"
}

// words reads a list of codes, each once.
func (d *document) words(k Key) []string {
	var all []string
	for _, item := range d.top.List(k.Name) {
		word, ok := d.word(item, k.Name)
		switch {
		case !ok:
		case slices.Contains(all, word):
			d.wrong(item, "%s: %q is there twice", k.Name, word)
		case k.Kind() == Rules && !slices.Contains(domain.Overridable, domain.Rule(word)):
			d.wrong(item, "%s: %q is not a rule that approval may override; those are %s", k.Name, word, overridable())
		default:
			all = append(all, word)
		}
	}
	return all
}

func overridable() string {
	var all []string
	for _, r := range domain.Overridable {
		all = append(all, string(r))
	}
	return strings.Join(all, ", ")
}

func (d *document) labels(k Key) map[string]string {
	inner, ok := d.top.In(k.Name, nil)
	if !ok {
		return nil
	}
	all := map[string]string{}
	for _, code := range inner.Keys {
		word, wordOK := d.word(code, k.Name)
		label, labelOK := d.word(inner.Text(code.Value), inner.Path(code.Value))
		if wordOK && labelOK {
			all[word] = label
		}
	}
	if len(inner.Keys) == 0 {
		d.reader.Mistakes.Add(inner.At, "%s: a code and its name expected on each line, such as quality: 商品質量", k.Name)
	}
	return all
}
