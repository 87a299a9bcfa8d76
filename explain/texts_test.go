package explain

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/internal/domaindoc"
)

// loaded takes a while, and nobody changes what it returns.
var loaded = sync.OnceValues(func() (*domaindoc.Domain, error) { return domaindoc.Load("../domain") })

// source is what the code of package domain says that there must be words for.
func source(t *testing.T) *domaindoc.Domain {
	t.Helper()
	d, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// entries are all texts of a language by where they stand.
func (c *catalog) entries() map[string]string {
	all := map[string]string{}
	for rule, title := range c.titles {
		all["title "+rule] = title
	}
	for rule, r := range c.refusals {
		all["what "+rule], all["why "+rule], all["try "+rule] = r.what, r.why, r.try
	}
	for event, step := range c.steps {
		all["step "+event] = step
	}
	for kind, labels := range c.labels {
		for code, label := range labels {
			all["label "+string(kind)+" "+code] = label
		}
	}
	for key, heading := range c.columns {
		all["column "+key] = heading
	}
	for key, phrase := range c.phrases {
		all["phrase "+key] = phrase
	}
	return all
}

// TestLanguagesSayTheSame: a text that one language has, all have, about the same
// figures and with the same commands. A figure with or without its unit (#) is the
// same one.
func TestLanguagesSayTheSame(t *testing.T) {
	want := english.entries()
	for _, l := range []Lang{Simplified, Traditional} {
		got := texts(l).entries()
		for key := range want {
			text, ok := got[key]
			if !ok {
				t.Errorf("%s lacks: %s", l, key)
				continue
			}
			if diff := gocmp.Diff(figures(want[key]), figures(text)); diff != "" {
				t.Errorf("%s: %s is about other things (-en +%s):\n%s", l, key, l, diff)
			}
		}
		for key := range got {
			if _, ok := want[key]; !ok {
				t.Errorf("%s alone has: %s", l, key)
			}
		}
	}
}

func figures(template string) []string {
	all := places(template)
	for i := range all {
		all[i] = strings.TrimSuffix(all[i], "#")
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestTextsAreWellFormed: brackets match, every text says something, none ends in
// a period or a space.
func TestTextsAreWellFormed(t *testing.T) {
	for _, l := range Langs() {
		for key, text := range texts(l).entries() {
			depth := 0
			for _, r := range text {
				switch {
				case r == '[' || r == '{':
					depth++
				case r == ']' || r == '}':
					depth--
				}
				if depth < 0 || depth > 2 {
					t.Errorf("%s: %s: brackets don't match: %s", l, key, text)
					break
				}
			}
			switch {
			case text == "" || depth != 0 || strings.Count(text, "[") != strings.Count(text, "]"):
				t.Errorf("%s: %s is empty or its brackets don't match: %q", l, key, text)
			case strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "no.") || strings.HasSuffix(text, "。"):
				t.Errorf("%s: %s ends in a period: %s", l, key, text)
			case text != strings.TrimSpace(text) && key != "phrase comma" || strings.Contains(text, "  "):
				t.Errorf("%s: %s has spaces too many: %q", l, key, text)
			}
		}
	}
}

// TestScripts: Simplified has no character that GB 2312 lacks and Traditional none
// that Big5 lacks, so neither was copied from the other.
func TestScripts(t *testing.T) {
	for l, script := range map[Lang]encoding.Encoding{Simplified: simplifiedchinese.HZGB2312, Traditional: traditionalchinese.Big5} {
		han := 0
		for key, text := range texts(l).entries() {
			for _, r := range text {
				if !unicode.Is(unicode.Han, r) {
					continue
				}
				han++
				if _, err := script.NewEncoder().String(string(r)); err != nil {
					t.Errorf("%s: %s: %c is of the other script: %s", l, key, r, text)
				}
			}
		}
		if han < 3000 {
			t.Errorf("%s: only %d Chinese characters: the test does not see them", l, han)
		}
	}
	for key, text := range english.entries() {
		if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("en: %s: %s", key, text)
		}
	}
}

// TestEveryRuleHasWords: each rule has a title and a refusal, and each limit of a
// rule that has several is told apart.
func TestEveryRuleHasWords(t *testing.T) {
	known := map[string]bool{unknownRule: true, string(KeyReused): true}
	for _, r := range domain.Rules() {
		known[string(r)] = true
	}
	for _, l := range Langs() {
		c := texts(l)
		for rule := range known {
			if _, ok := c.refusals[rule]; !ok {
				t.Errorf("%s: no words for %s", l, rule)
			}
			if _, ok := c.titles[rule]; !ok && rule != unknownRule {
				t.Errorf("%s: no title for %s", l, rule)
			}
		}
		for key := range c.refusals {
			if rule, _, _ := strings.Cut(key, "/"); !known[rule] {
				t.Errorf("%s: words for %s, which is no rule", l, key)
			}
		}
		for _, r := range source(t).Rules {
			shared := map[string]bool{} // limits that are told in the same words
			for _, f := range r.Failures {
				if _, ok := c.refusals[r.Code+"/"+f.Name]; !ok && !f.Varying {
					shared[f.Name] = true
				}
			}
			if len(shared) > 1 {
				t.Errorf("%s: %s has no words of their own for %v", l, r.Code, sortedKeys(shared))
			}
		}
	}
}

func TestEveryEventHasWords(t *testing.T) {
	known := map[string]bool{}
	for _, e := range source(t).Events {
		known[e.Name] = true
		for _, l := range Langs() {
			if texts(l).steps[e.Name] == "" {
				t.Errorf("%s: no words for %s", l, e.Name)
			}
		}
	}
	if len(known) < 50 {
		t.Fatalf("only %d event types found: the test does not see them", len(known))
	}
	for key := range english.steps {
		if event, _, _ := strings.Cut(key, "."); !known[event] {
			t.Errorf("words for %s, which is no event type", key)
		}
	}
}

// TestEveryCodeHasALabel, and no label is of something that is gone.
func TestEveryCodeHasALabel(t *testing.T) {
	d := source(t)
	var commandNames []string
	for _, c := range d.Commands {
		commandNames = append(commandNames, c.Name)
	}
	for kind, codes := range map[Kind][]string{
		Reason:       d.Constants("Reason"),
		State:        d.Values("PayoutState"),
		ServiceState: d.Values("ServiceState"),
		Entry:        domain.Entries,
		Confirm:      d.Constants("Confirm"),
		Role:         d.Values("Role"),
		Permission:   d.Constants("Permission"),
		OrderState:   d.Constants("Order"),
		Mode:         d.Constants("Mode"),
		EntityType:   d.Constants("Entity"),
		Outcome:      {domain.DisputeUpheld, domain.DisputeDismissed},
		CommandName:  commandNames,
		QuotaState:   {"none", "enabled", "disabled"},
		WalletEntry:  {"credit", "debit", "hold", "release", "pay", "return"},
	} {
		if len(codes) < 2 {
			t.Errorf("%s: only %v found: the test does not see them", kind, codes)
		}
		for _, l := range Langs() {
			labels := texts(l).labels[kind]
			for _, code := range codes {
				if labels[code] == "" {
					t.Errorf("%s: no label for %s %q", l, kind, code)
				}
			}
			for code := range labels {
				if !slices.Contains(codes, code) {
					t.Errorf("%s: a label for %s %q, which is not there", l, kind, code)
				}
			}
		}
	}
	for _, role := range d.Values("Role") {
		for _, l := range Langs() {
			if texts(l).phrases["actor."+role] == "" {
				t.Errorf("%s: no words for somebody who acts as %s", l, role)
			}
		}
	}
}

// exported are the columns of an export of payouts: a contract with who reads them.
var exported = []string{
	"payout_no", "order_no", "customer_account", "reason", "reason_label", "status", "failure_code", "amount", "currency",
	"requested_at", "confirmed_at", "paid_at", "requested_by", "entry", "confirm_method", "rail", "rail_ref", "order_total",
	"order_refunded", "revision", "event_id", "position",
}

func TestExportsHaveHeaders(t *testing.T) {
	for _, l := range Langs() {
		headers := map[string]string{}
		for _, key := range exported {
			header := Header(l, "payouts", key)
			if header == key || header == "" {
				t.Errorf("%s: no header for %s", l, key)
			}
			if other := headers[header]; other != "" {
				t.Errorf("%s: %s and %s are both called %s", l, other, key, header)
			}
			headers[header] = key
		}
	}
	for _, c := range []struct {
		l            Lang
		listing, key string
		column, head string
	}{
		{English, "payouts", "payout_no", "payout no.", "Payout no."},
		{Traditional, "payouts", "customer_account", "客戶賬號", "客戶賬號"},
		{English, "wallet", "effective_at", "last change", "Last change"},
		{English, "entries", "effective_at", "effective", "Effective"},
		{English, "payouts", "no_such_key", "no_such_key", "No_such_key"},
		{"fr", "payouts", "reason", "reason", "Reason"},
	} {
		if column, head := Column(c.l, c.listing, c.key), Header(c.l, c.listing, c.key); column != c.column || head != c.head {
			t.Errorf("%s %s.%s: %q, %q; want %q, %q", c.l, c.listing, c.key, column, head, c.column, c.head)
		}
	}
}

// TestCommandsAreUsed: a command that no text names is one that nobody corrects.
func TestCommandsAreUsed(t *testing.T) {
	used := map[string]bool{}
	for _, text := range english.entries() {
		for _, place := range places(text) {
			if name, ok := strings.CutPrefix(place, "do:"); ok {
				used[name] = true
				if _, ok := commands[name]; !ok {
					t.Errorf("command %q is not listed", name)
				}
			}
		}
	}
	for name := range commands {
		if !used[name] {
			t.Errorf("no text names the command %q", name)
		}
	}
	lines := Commands()
	if len(lines) != len(commands) {
		t.Errorf("%d of %d commands", len(lines), len(commands))
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "amends ") || strings.ContainsAny(line, "{}|") {
			t.Errorf("command line %q", line)
		}
	}
}

// sortedKeys is for golden files.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
