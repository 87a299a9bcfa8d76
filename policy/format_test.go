package policy

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/amends-ledger/amends/domain"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestTemplate: the documented defaults are the ones that hold, in any currency.
func TestTemplate(t *testing.T) {
	for _, c := range []domain.Currency{"CNY", "JPY", "KWD", "CLF"} {
		document, err := Template(c)
		if err != nil {
			t.Fatal(err)
		}
		name, p, mistakes := Parse("template", document)
		if name != TemplateName || len(mistakes) > 0 {
			t.Errorf("%s: name %q, mistakes %v", c, name, mistakes)
		}
		if diff := cmp.Diff(domain.DefaultPolicy(c), p); diff != "" {
			t.Errorf("%s (-default +template):\n%s", c, diff)
		}
		for _, k := range Keys() {
			if n := strings.Count("\n"+string(document), "\n"+k.Name+":") + strings.Count(string(document), "\n# "+k.Name+":"); n != 1 {
				t.Errorf("%s: key %s stands there %d times", c, k.Name, n)
			}
		}
	}
	if _, err := Template("RMB"); err == nil {
		t.Error("a template in RMB")
	}
}

// TestTemplateCommentsWork: what stands there as a comment can be let in.
func TestTemplateCommentsWork(t *testing.T) {
	document, err := Template("CNY")
	if err != nil {
		t.Fatal(err)
	}
	let := string(document)
	for _, k := range Keys() {
		let = strings.Replace(let, "\n# "+k.Name+":", "\n"+k.Name+":", 1)
	}
	_, p, mistakes := Parse("template", []byte(let))
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	for _, k := range Keys() {
		if !k.Given(&p) {
			t.Errorf("%s is not in it:\n%s", k.Name, let)
		}
	}
}

func TestTemplateGolden(t *testing.T) {
	document, err := Template("CNY")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/template.yaml", document)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is not what is written now; look, then go test ./policy -update (-file +now):\n%s", name, diff)
	}
}

func TestFormat(t *testing.T) {
	p := domain.DefaultPolicy("CNY")
	for _, k := range Keys() {
		if k.Kind() == Codes || k.Kind() == Rules || k.Section == sectionSMS {
			k.clear(&p)
		}
	}
	p.ReasonLabels = map[string]string{"yes": "no", "a: b": "[c]", "b": "打款"}
	golden(t, "testdata/format.yaml", Format("10", p))
}

// drawPolicy draws any policy that can be published.
func drawPolicy(t *rapid.T) (string, domain.Policy) {
	var p domain.Policy
	currency := rapid.SampledFrom([]domain.Currency{"CNY", "JPY", "KWD", "CLF"}).Draw(t, "currency")
	code := rapid.StringMatching(`[a-zA-Z0-9 :#'"\[\]{}*&!|>%@~\\,_.-]{1,12}|true|null|打款|1e3|0x1F|2011-03-27|é`)
	for _, k := range Keys() {
		if !rapid.Bool().Draw(t, k.Name+" is given") {
			continue
		}
		switch f := k.field(&p).(type) {
		case **domain.Money:
			*f = &domain.Money{Minor: rapid.Int64Range(1, domain.MaxMinor).Draw(t, k.Name), Currency: currency}
		case **domain.Percent:
			percent := domain.Percent(rapid.Int64Range(1, int64(domain.MaxPercent)).Draw(t, k.Name))
			*f = &percent
		case *int:
			least, most := k.Range()
			*f = rapid.IntRange(least, most).Draw(t, k.Name)
		case *bool:
			*f = true
		case *[]string:
			*f = rapid.SliceOfNDistinct(code, 1, 4, rapid.ID).Draw(t, k.Name)
		case *[]domain.Rule:
			*f = rapid.SliceOfNDistinct(rapid.SampledFrom(domain.Overridable), 1, 4, rapid.ID).Draw(t, k.Name)
		case *string:
			*f = code.Draw(t, k.Name)
		case *map[string]string:
			*f = rapid.MapOfN(code, code, 1, 4).Draw(t, k.Name)
		}
	}
	if p.AmountMin != nil && p.AmountMax != nil && p.AmountMin.Minor > p.AmountMax.Minor {
		p.AmountMin, p.AmountMax = p.AmountMax, p.AmountMin
	}
	if p.CustomerCountMax == 0 || p.CustomerCountDays == 0 {
		p.CustomerCountMax, p.CustomerCountDays = 0, 0
	}
	if p.ApprovalPercent == nil {
		p.ApprovalFloor = nil
	}
	if p.SMSPhoneHourMax > p.SMSPhoneDayMax && p.SMSPhoneDayMax > 0 {
		p.SMSPhoneHourMax = p.SMSPhoneDayMax
	}
	if err := p.Validate(); err != nil {
		t.Fatalf("drew a policy that can't be: %v", err)
	}
	return code.Draw(t, "name"), p
}

func TestFormatReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, p := drawPolicy(t)
		document := Format(name, p)
		again, q, mistakes := Parse("p", document)
		if again != name || len(mistakes) > 0 {
			t.Fatalf("%q reads back as %q, %v:\n%s", name, again, mistakes, document)
		}
		if diff := cmp.Diff(p, q); diff != "" {
			t.Fatalf("(-before +after):\n%s\n%s", diff, document)
		}
		if changes := Diff(p, q); len(changes) > 0 {
			t.Fatalf("the same policy differs in %v", changes)
		}
	})
}
