package policy

import (
	"errors"
	"strconv"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/internal/yamlnode"
)

// Mistake is one fault of a document: its String is FILE:LINE:COL: what.
type Mistake = yamlnode.Mistake

const (
	keyName     = "name"
	keyCurrency = "currency"

	// MaxBytes bounds a document. The default policy with all its comments has
	// a fifth of it, and a published policy must fit one event.
	MaxBytes = 60_000
)

// Parse reads a document. file is what mistakes call it. With mistakes, which are
// in the order of reading and at most yamlnode.MaxMistakes, the policy must not be
// used; without, it can be published as it is.
func Parse(file string, data []byte) (name string, p domain.Policy, mistakes []Mistake) {
	var noted yamlnode.Mistakes
	d := &document{reader: &yamlnode.Reader{File: file, Whole: "the policy", Mistakes: &noted}}
	if len(data) > MaxBytes {
		noted.Add(d.start(), "a policy has at most %d bytes", MaxBytes)
		return "", p, noted.First
	}
	d.read(data)
	return d.name, d.policy, noted.First
}

// document is one being read.
type document struct {
	reader   *yamlnode.Reader
	top      yamlnode.Mapping
	name     string
	currency domain.Currency // "" if none is named, or a wrong one
	policy   domain.Policy
}

func (d *document) start() yamlnode.Place {
	return yamlnode.Place{File: d.reader.File, Line: 1, Col: 1}
}

func (d *document) read(data []byte) {
	root := d.reader.Parse(data)
	if root == nil {
		return
	}
	known := []string{keyName, keyCurrency}
	byName := map[string]Key{}
	for _, k := range Keys() {
		known = append(known, k.Name)
		byName[k.Name] = k
	}
	var ok bool
	if d.top, ok = d.reader.Mapping(root, d.start(), "", known); !ok {
		return
	}
	d.top.Need(keyName)
	if name, ok := d.word(d.top.Text(keyName), keyName); ok {
		d.name = name
	}
	if d.top.Has(keyCurrency) {
		d.readCurrency()
	}
	for _, at := range d.top.Keys { // in the document's order, so that mistakes are
		if k, ok := byName[at.Value]; ok {
			d.set(k)
		}
	}
	if d.reader.Mistakes.Count() == 0 {
		d.validate()
	}
}

func (d *document) readCurrency() {
	text := d.top.Text(keyCurrency)
	if !text.Given() {
		return
	}
	if _, ok := domain.Currency(text.Value).Scale(); !ok {
		d.reader.Mistakes.Add(text.Place, "currency: %q is not an ISO 4217 code, such as CNY", text.Value)
		return
	}
	d.currency = domain.Currency(text.Value)
}

// validate asks the domain, which knows what can't be published. It names one
// fault at a time, so the field of each is put aside to find the next.
func (d *document) validate() {
	rest := d.policy
	for range len(Keys()) + 1 {
		_, _, err := domain.Decide(domain.NewMerchant(domain.PlatformStream), domain.PublishPolicy{Name: d.name, Policy: rest},
			domain.Meta{Actor: domain.Actor{Role: domain.RolePlatform}}, nil)
		if err == nil {
			return
		}
		var invalid *domain.Invalid
		if !errors.As(err, &invalid) {
			d.reader.Mistakes.Add(d.start(), "%v", err)
			return
		}
		d.reader.Mistakes.Add(d.top.Place(invalid.Field), "%s %s", invalid.Field, invalid.Why)
		again := true // a field that can't be put aside, or that is not at fault alone
		for _, k := range Keys() {
			if k.Name == invalid.Field && k.Given(&rest) {
				k.clear(&rest)
				again = false
			}
		}
		if again {
			return
		}
	}
}

// why is the reason of an *Invalid without its field, which the mistake names.
func why(err error) string {
	var invalid *domain.Invalid
	if errors.As(err, &invalid) {
		return invalid.Why
	}
	return err.Error()
}

// word is a text that YAML takes for a text: 1 and true stand in quotes.
func (d *document) word(t yamlnode.Text, path string) (string, bool) {
	if !t.Given() {
		return "", false
	}
	if t.Kind != yamlnode.Str {
		d.reader.Mistakes.Add(t.Place, "%s: a text expected: put it in quotes, %s", path, strconv.Quote(t.Value))
		return "", false
	}
	return t.Value, true
}
