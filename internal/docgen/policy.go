package main

import (
	"fmt"
	"strings"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/policy"
)

// templateCurrency is the one that the defaults are meant in.
const templateCurrency domain.Currency = "CNY"

func writePolicy(_ *input, pages map[string][]byte) error {
	template, err := policy.Template(templateCurrency)
	if err != nil {
		return fmt.Errorf("write policy: %w", err)
	}
	pages["policy.yaml"] = template
	p := newPage("Policies",
		"A policy is a set of limits. The rules are code, the limits are data. The platform publishes a policy under a name; its versions count "+
			"from 1. Before the first decision that uses a new version, it is copied in full into the merchant's stream "+
			"([PolicyAdopted](events.md#policyadopted)), so that the stream explains itself.",
		"A policy is written as a YAML document. It is the whole policy: a limit that it leaves out never fires, whatever its default is here. "+
			"Amounts stand in quotes with all decimal digits of the currency, percentages in quotes, other numbers without. Unknown and duplicate "+
			"keys are mistakes; each mistake is told with its line and column. [policy.yaml](policy.yaml) is the default policy as such a document, "+
			"with every key explained.")
	p.line("")
	p.line("```yaml\n%s```", policy.Format("standard", short()))
	p.table([]string{"key", "type", "default", "meaning"}, [][]string{
		{code("name"), "text", "always there", "Merchants are put under a policy by its name."},
		{code("currency"), "currency code", "where there is an amount", "Of every amount in the policy; merchants under it have wallets in it."},
	})
	defaults, section := domain.DefaultPolicy(templateCurrency), ""
	var rows [][]string
	flush := func() {
		p.table([]string{"key", "type", "default", "meaning"}, rows)
		rows = nil
	}
	for _, k := range policy.Keys() {
		if k.Section != section {
			flush()
			section = k.Section
			p.heading(2, section)
		}
		rows = append(rows, []string{code(k.Name), typeOfKey(k), defaultOfKey(k, defaults), meaningOfKey(k)})
	}
	flush()
	pages["policy.md"] = p.Bytes()
	return nil
}

// short is a policy that shows how one is written.
func short() domain.Policy {
	percent := domain.Percent(1_000_000)
	return domain.Policy{
		ReasonsAllowed:  []string{domain.ReasonPriceDifference, domain.ReasonShipping},
		AmountMax:       &domain.Money{Minor: 20_000, Currency: templateCurrency},
		OrderCountMax:   3,
		OrderPercentMax: &percent,
	}
}

func typeOfKey(k policy.Key) string {
	switch k.Kind() {
	case policy.Amount:
		return "amount"
	case policy.Percent:
		return "percentage"
	case policy.Count:
		least, most := k.Range()
		return fmt.Sprintf("%s, %d to %d", k.Unit, least, most)
	case policy.Flag:
		return "true or false"
	case policy.Codes:
		return "list of codes"
	case policy.Rules:
		return "list of [rules](refusals.md)"
	case policy.Labels:
		return "texts by code"
	}
	return "text"
}

func defaultOfKey(k policy.Key, defaults domain.Policy) string {
	if !k.Given(&defaults) {
		return "left out"
	}
	return k.Value(&defaults)
}

func meaningOfKey(k policy.Key) string {
	text := k.Meaning
	if k.BuiltIn > 0 {
		text += fmt.Sprintf(" Left out, it is %d.", k.BuiltIn)
	}
	if k.Reason != "" {
		text += " *Why:* " + k.Reason + "."
	}
	return strings.TrimSpace(text)
}
