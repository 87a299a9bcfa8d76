package policy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/domain"
)

const head = "name: standard\ncurrency: CNY\n" // mistakes behind it start in line 3

func TestParse(t *testing.T) {
	const document = `# limits
name: spring sale
currency: JPY
rollout: true
self_after_sales_required: false
amount_min: "1"
order_percent_max: "12.5"
order_count_max: 2
agreement_version: "2"
reasons_allowed: [shipping, quality]
approval_rules:
  - AMOUNT_ABOVE_MAX
label: 小額打款
reason_labels: {quality: 商品質量}
`
	name, p, mistakes := Parse("p.yaml", []byte(document))
	percent := domain.Percent(125_000)
	want := domain.Policy{
		Rollout: true, AmountMin: &domain.Money{Minor: 1, Currency: "JPY"}, OrderPercentMax: &percent, OrderCountMax: 2,
		AgreementVersion: "2", ReasonsAllowed: []string{"shipping", "quality"}, ApprovalRules: []domain.Rule{domain.RuleAmountAboveMax},
		Label: "小額打款", ReasonLabels: map[string]string{"quality": "商品質量"},
	}
	if name != "spring sale" || len(mistakes) > 0 {
		t.Errorf("name %q, mistakes %v", name, mistakes)
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
}

func TestMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		document string
		want     []string
	}{
		"empty":                 {"", []string{"p.yaml:1:1: the policy is empty"}},
		"a list":                {"- name\n", []string{"p.yaml:1:1: the policy: keys and values expected, found a list"}},
		"too long":              {"#" + strings.Repeat(" ", MaxBytes), []string{"p.yaml:1:1: a policy has at most 60000 bytes"}},
		"no name":               {"currency: CNY\n", []string{`p.yaml:1:1: key "name" is missing in the policy`}},
		"name is a number":      {"name: 7\n", []string{`p.yaml:1:7: name: a text expected: put it in quotes, "7"`}},
		"name too long":         {"name: " + strings.Repeat("n", domain.MaxIDBytes+1) + "\n", []string{"p.yaml:1:7: name is longer than 60 bytes"}},
		"currency":              {"name: a\ncurrency: RMB\namount_max: \"1.00\"\n", []string{`p.yaml:2:11: currency: "RMB" is not an ISO 4217 code, such as CNY`}},
		"no currency":           {"name: a\namount_max: \"1.00\"\n", []string{"p.yaml:2:13: amount_max: the policy names no currency: add currency: CNY"}},
		"unknown key":           {head + "amount_maximum: \"1.00\"\n", []string{`p.yaml:3:1: unknown key "amount_maximum" in the policy; did you mean amount_max?`}},
		"twice":                 {head + "rollout: true\nrollout: false\n", []string{`p.yaml:4:1: key "rollout" stands twice in the policy, first on line 3`}},
		"amount without quotes": {head + "amount_max: 200.00\n", []string{`p.yaml:3:13: amount_max: an amount stands in quotes: "200.00"`}},
		"amount without scale":  {head + "amount_max: \"200\"\n", []string{`p.yaml:3:13: amount_max: "200" has not the 2 decimal digits of CNY: write "200.00"`}},
		"amount, scale 0":       {"name: a\ncurrency: JPY\namount_max: \"200.00\"\n", []string{`p.yaml:3:13: amount_max: "200.00" has more than the 0 decimal digits of JPY`}},
		"amount, scale 3":       {"name: a\ncurrency: KWD\namount_max: \"2.00\"\n", []string{`p.yaml:3:13: amount_max: "2.00" has not the 3 decimal digits of KWD: write "2.000"`}},
		"amount, words":         {head + "amount_max: \"lots\"\n", []string{`p.yaml:3:13: amount_max: "lots" is not an amount, such as 12.30`}},
		"amount, minus":         {head + "amount_max: \"-1.00\"\n", []string{`p.yaml:3:13: amount_max: "-1.00" is not an amount, such as 12.30`}},
		"amount, zero":          {head + "amount_max: \"0.00\"\n", []string{`p.yaml:3:13: amount_max must be more than zero`}},
		"amount, nothing":       {head + "amount_max:\n", []string{`p.yaml:3:12: amount_max: a value expected, found nothing`}},
		"amount, a mapping":     {head + "amount_max: {amount: \"1.00\"}\n", []string{`p.yaml:3:13: amount_max: a value expected, found keys and values`}},
		"percent, no quotes":    {head + "order_percent_max: 30\n", []string{`p.yaml:3:20: order_percent_max: a percentage stands in quotes: "30"`}},
		"percent, its sign":     {head + "order_percent_max: \"30%\"\n", []string{`p.yaml:3:20: order_percent_max: "30%" is not a percentage, such as 30 or 12.5`}},
		"percent, too much":     {head + "order_percent_max: \"1000.1\"\n", []string{`p.yaml:3:20: order_percent_max is not over 0 and up to 1000 percent`}},
		"count in quotes":       {head + "order_count_max: \"3\"\n", []string{`p.yaml:3:18: order_count_max: a number stands without quotes: 3`}},
		"count, half":           {head + "order_count_max: 2.5\n", []string{`p.yaml:3:18: order_count_max: "2.5" is not a whole number, such as 3`}},
		"count, octal":          {head + "order_count_max: 010\n", []string{`p.yaml:3:18: order_count_max: "010" is not a whole number, such as 3`}},
		"count, minus":          {head + "order_count_max: -1\n", []string{`p.yaml:3:18: order_count_max: "-1" is not a whole number, such as 3`}},
		"count, zero":           {head + "order_count_max: 0\n", []string{`p.yaml:3:18: order_count_max is 0: leave the key out for no such limit`}},
		"count, zero, built in": {head + "sms_tries: 0\n", []string{`p.yaml:3:12: sms_tries is 0: leave the key out for 5 tries`}},
		"count, huge":           {head + "order_count_max: 99999999999999999999\n", []string{`p.yaml:3:18: order_count_max: "99999999999999999999" is not a whole number, such as 3`}},
		"count, out of range":   {head + "sms_digits: 3\n", []string{`p.yaml:3:13: sms_digits is not between 4 and 10`}},
		"flag":                  {head + "rollout: yes\n", []string{`p.yaml:3:10: rollout: "yes" is neither true nor false`}},
		"flag in quotes":        {head + "rollout: \"true\"\n", []string{`p.yaml:3:10: rollout: "true" is neither true nor false`}},
		"codes, one":            {head + "reasons_allowed: shipping\n", []string{`p.yaml:3:18: reasons_allowed: a list of values expected, such as [a, b], found "shipping"`}},
		"codes, none":           {head + "reasons_allowed: []\n", []string{`p.yaml:3:18: reasons_allowed: a list of values expected, such as [a, b], found an empty one`}},
		"codes, twice":          {head + "reasons_allowed: [a, b, a]\n", []string{`p.yaml:3:25: reasons_allowed: "a" is there twice`}},
		"codes, truth":          {head + "reasons_allowed: [a, true]\n", []string{`p.yaml:3:22: reasons_allowed: a text expected: put it in quotes, "true"`}},
		"rules, not overridable": {head + "approval_rules: [INSUFFICIENT_BALANCE]\n", []string{`p.yaml:3:18: approval_rules: "INSUFFICIENT_BALANCE" is not a rule that approval may override; those are ` +
			"ORDER_WINDOW_CLOSED, AMOUNT_ABOVE_MAX, ORDER_COUNT_EXCEEDED, ORDER_AMOUNT_EXCEEDED, DUPLICATE_SUSPECTED, QUOTA_EXCEEDED, MERCHANT_LIMIT_EXCEEDED, CUSTOMER_LIMIT_EXCEEDED"}},
		"version without quotes": {head + "agreement_version: 1.0\n", []string{`p.yaml:3:20: agreement_version: a text expected: put it in quotes, "1.0"`}},
		"label too long":         {head + "label: " + strings.Repeat("打", domain.MaxLabelChars+1) + "\n", []string{"p.yaml:3:8: label is longer than 60 characters"}},
		"labels, a list":         {head + "reason_labels: [a]\n", []string{"p.yaml:3:16: reason_labels: keys and values expected, found a list"}},
		"labels, none":           {head + "reason_labels: {}\n", []string{"p.yaml:3:1: reason_labels: a code and its name expected on each line, such as quality: 商品質量"}},
		"labels, number":         {head + "reason_labels: {quality: 1}\n", []string{`p.yaml:3:26: reason_labels.quality: a text expected: put it in quotes, "1"`}},
		"labels, number as key":  {head + "reason_labels: {1: a}\n", []string{`p.yaml:3:17: reason_labels: a text expected: put it in quotes, "1"`}},
		"least over most":        {head + "amount_max: \"1.00\"\namount_min: \"2.00\"\n", []string{"p.yaml:4:13: amount_min is over amount_max"}},
		"alone":                  {head + "customer_count_max: 3\n", []string{"p.yaml:1:1: customer_count_days and customer_count_max need each other"}},
		"in order of reading": {head + "order_count_max: none\namount_max: 1\namount: 1\n", []string{
			`p.yaml:5:1: unknown key "amount" in the policy; did you mean amount_min?`,
			`p.yaml:3:18: order_count_max: "none" is not a whole number, such as 3`,
			`p.yaml:4:13: amount_max: an amount stands in quotes: "1.00"`,
		}},
		"several that the domain finds": {head + "sms_digits: 3\nsms_tries: 99\namount_max: \"0.00\"\ncustomer_count_days: 1\n", []string{
			"p.yaml:5:13: amount_max must be more than zero",
			"p.yaml:3:13: sms_digits is not between 4 and 10",
			"p.yaml:4:12: sms_tries is not between 1 and 20",
			"p.yaml:6:22: customer_count_days and customer_count_max need each other",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, mistakes := Parse("p.yaml", []byte(c.document))
			var got []string
			for _, m := range mistakes {
				got = append(got, m.String())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	template, err := Template("CNY")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(template)
	f.Add([]byte(head + "amount_max: \"1.00\"\nreason_labels: {a: b}\n"))
	f.Add([]byte("name: &a *a\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		name, p, mistakes := Parse("f", data)
		if len(mistakes) > 0 {
			return
		}
		if err := p.Validate(); err != nil {
			t.Fatalf("no mistake, but the policy is not valid: %v", err)
		}
		again, q, mistakes := Parse("f", Format(name, p))
		if again != name || len(mistakes) > 0 {
			t.Fatalf("%q reads back as %q, %v:\n%s", name, again, mistakes, Format(name, p))
		}
		if diff := cmp.Diff(p, q); diff != "" {
			t.Fatalf("(-before +after):\n%s", diff)
		}
	})
}
