package domaindoc

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/amends-ledger/amends/domain"
)

func load(t *testing.T) *Domain {
	t.Helper()
	d, err := Load("../../domain")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestRules(t *testing.T) {
	d := load(t)
	var codes []domain.Rule
	request := 0
	for _, r := range d.Rules {
		codes = append(codes, domain.Rule(r.Code))
		if r.Request {
			request++
		}
		if len(r.Failures) == 0 {
			t.Errorf("%s: nothing refuses with it, or the source has a shape that is not understood", r.Code)
		}
		if len(r.Commands) == 0 {
			t.Errorf("%s: no command can be refused with it", r.Code)
		}
	}
	if diff := cmp.Diff(domain.Rules(), codes); diff != "" {
		t.Errorf("(-domain.Rules +read):\n%s", diff)
	}
	if request != 27 || d.Rules[26].Code != string(domain.RuleArrearsOutstanding) {
		t.Errorf("%d rules of RequestPayout, the last is %s", request, d.Rules[request-1].Code)
	}
}

// TestFailures holds one refusal of each shape that the source has.
func TestFailures(t *testing.T) {
	rules := map[string]Rule{}
	for _, r := range load(t).Rules {
		rules[r.Code] = r
	}
	for code, want := range map[string][]Failure{
		"ROLLOUT_NOT_INVITED": {{}},              // a literal without figures
		"QUOTA_MISSING":       {{Varying: true}}, // in rules and commands, the same
		"ARREARS_OUTSTANDING": {{Name: "arrears", Limit: true, Used: true, Unit: "currency"}},
		"AMOUNT_ABOVE_MAX":    {{Name: "amount_max", Limit: true, Asked: true, Unit: "currency"}},
		"QUOTA_EXCEEDED": { // by functions that are told
			{Name: "daily_amount", Limit: true, Used: true, Asked: true, Resets: true, Unit: "currency"},
			{Name: "daily_count", Limit: true, Used: true, Asked: true, Resets: true, Unit: "payouts"},
			{Name: "monthly_amount", Limit: true, Used: true, Asked: true, Resets: true, Unit: "currency"},
			{Name: "per_payout", Limit: true, Asked: true, Unit: "currency"}, // nothing was used, ever
		},
		"ORDER_COUNT_EXCEEDED": {{Name: "order_count_max", Limit: true, Used: true, Asked: true, Unit: "payouts"}}, // never resets
		"DUPLICATE_SUSPECTED":  {{Name: "customer_and_amount", Earlier: true}, {Name: "order_and_reason", Earlier: true}},
		"SMS_RESEND_TOO_SOON":  {{Name: "sms_resend_seconds", Resets: true}},
		"ORDER_WINDOW_CLOSED":  {{Limit: true, Used: true, Unit: "days"}},
	} {
		if diff := cmp.Diff(want, rules[code].Failures, cmpopts.IgnoreUnexported(Failure{})); diff != "" {
			t.Errorf("%s (-want +read):\n%s", code, diff)
		}
	}
	if checks := rules["QUOTA_EXCEEDED"].Checks; len(checks) != 1 || !strings.HasPrefix(checks[0], "Reports every limit") {
		t.Errorf("QUOTA_EXCEEDED is checked by %q", checks)
	}
}

func TestSamples(t *testing.T) {
	for _, r := range load(t).Rules {
		samples := r.Samples()
		if len(samples) < len(r.Failures) {
			t.Errorf("%s: %d shapes, %d samples: a name that varies needs examples in varying", r.Code, len(r.Failures), len(samples))
		}
		for _, f := range samples {
			if string(f.Rule) != r.Code {
				t.Errorf("sample of %s: %+v", r.Code, f)
			}
		}
	}
	for rule := range varying {
		if !slices.Contains(domain.Rules(), rule) {
			t.Errorf("names of %s, which is no rule", rule)
		}
	}
}

// TestTypes holds fields of every kind; that all of them are how Go encodes them is
// held where the schemas are made.
func TestTypes(t *testing.T) {
	d := load(t)
	byName := func(all []Type) map[string]Type {
		m := map[string]Type{}
		for _, one := range all {
			m[one.Name] = one
		}
		return m
	}
	commands, events := byName(d.Commands), byName(d.Events)
	if len(commands) < 40 || len(events) < 50 {
		t.Fatalf("%d commands, %d events", len(commands), len(events))
	}
	want := []Field{
		{Name: "merchant", Stored: true, Type: "string"},
		{Name: "name", Stored: true, Optional: true, Type: "string"}, // embedded
		{Name: "mode", Stored: true, Optional: true, Type: "string", Doc: "cooperation mode, e.g. POP-SOP"},
	}
	if diff := cmp.Diff(want, events["MerchantRegistered"].Fields[:3]); diff != "" {
		t.Errorf("MerchantRegistered (-want +read):\n%s", diff)
	}
	if added := events["AgentAdded"]; added.Same != "AddAgent" || !slices.Equal(added.Fields, commands["AddAgent"].Fields) {
		t.Errorf("AgentAdded: %+v", added)
	}
	if code := commands["ConfirmSMS"].Fields[1]; code.Stored || code.Name != "Code" {
		t.Errorf("the code of ConfirmSMS: %+v", code)
	}
	if recorded := events["ArrearsRecorded"]; recorded.Doc != "Answers to the two commands." {
		t.Errorf("a type of a group: %q", recorded.Doc)
	}
	if got := d.Values("ServiceState"); !slices.Equal(got, []string{"", "open", "suspended", "closed"}) {
		t.Errorf("service states %q", got)
	}
	if got := d.Constants("Confirm"); !slices.Equal(got, []string{"sms", "exempt", "approval"}) {
		t.Errorf("ways to confirm %q", got)
	}
	if len(d.Meta.Fields) < 5 {
		t.Errorf("metadata %+v", d.Meta)
	}
}

// TestReachCoversTheScripts: whatever a script of the domain shows that a command
// leads to, or is refused with, was found in the source.
func TestReachCoversTheScripts(t *testing.T) {
	d := load(t)
	scripts, err := filepath.Glob("../../domain/testdata/scripts/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	answers := 0
	for _, name := range scripts {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for block := range strings.SplitSeq(string(text), "\n\n") {
			asked, answer, ok := strings.Cut(block, "\n----\n")
			if !ok {
				continue
			}
			lines := strings.Split(asked, "\n")
			command, _, _ := strings.Cut(lines[len(lines)-1], " ")
			i := slices.IndexFunc(d.Commands, func(c Type) bool { return c.Name == command })
			if i < 0 {
				continue // a directive, or the details of a command over several lines
			}
			refused := false // the rules that follow are an answer, not an approved excess
			for line := range strings.Lines(answer) {
				word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
				if line[0] != ' ' {
					refused = strings.HasSuffix(word, "Refused")
				}
				isEvent := slices.ContainsFunc(d.Events, func(e Type) bool { return e.Name == word })
				isRule := word != "" && slices.Contains(domain.Rules(), domain.Rule(word))
				answers += count(isEvent || isRule)
				switch {
				case isEvent && line[0] != ' ' && !slices.Contains(d.Commands[i].Events, word):
					t.Errorf("%s: %s leads to %s, which the source was not seen to do", filepath.Base(name), command, word)
				case isRule && refused && !slices.Contains(reachable(d, d.Commands[i]), word):
					t.Errorf("%s: %s is refused with %s, which the source was not seen to do", filepath.Base(name), command, word)
				}
			}
		}
	}
	if answers < 300 {
		t.Errorf("only %d answers in %d scripts: the test does not read them", answers, len(scripts))
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// reachable are the rules of a command, and of the second step that a script takes
// for ConfirmSMS at once.
func reachable(d *Domain, c Type) []string {
	rules := c.Rules
	if c.Name == "ConfirmSMS" {
		i := slices.IndexFunc(d.Commands, func(t Type) bool { return t.Name == "CompareSMS" })
		rules = slices.Concat(rules, d.Commands[i].Rules)
	}
	return rules
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct{ source, want string }{
		"nothing":   {"", "no Go files"},
		"no Go":     {"package domain\nfunc {\n", "expected"},
		"no rules":  {"package domain\n", "no constants of type Rule"},
		"no table":  {"package domain\ntype Rule string\nconst RuleA Rule = \"A\"\n", "there is no table payoutRules"},
		"no events": {"package domain\ntype Rule string\ntype rule struct{n Rule; f func()}\nconst RuleA Rule = \"A\"\nfunc f() {}\nvar payoutRules = []rule{{RuleA, f}}\n", "there is no list eventTypes"},
		"a rule that is none": {"package domain\ntype Rule string\ntype Failure struct{Rule Rule}\nconst RuleA Rule = \"A\"\nfunc f() { _ = Failure{Rule: \"B\"} }\n",
			`refuses with "B", which is no rule`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if c.source != "" {
				if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte(c.source), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
	if _, err := Root(t.TempDir()); err == nil {
		t.Error("a root outside any module")
	}
}
