package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/amends-ledger/amends/domain"
)

// parsed is a policy with these lines.
func parsed(t *testing.T, lines string) domain.Policy {
	t.Helper()
	_, p, mistakes := Parse("p", []byte(head+lines))
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	return p
}

func TestDiff(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"the same":                {"amount_max: \"1.00\"", "amount_max: \"1.00\"", ""},
		"less":                    {"amount_max: \"200.00\"", "amount_max: \"150.00\"", "amount_max: CNY 150.00, was CNY 200.00 (tighter)"},
		"more":                    {"amount_max: \"200.00\"", "amount_max: \"250.00\"", "amount_max: CNY 250.00, was CNY 200.00 (looser)"},
		"more of a least":         {"amount_min: \"0.10\"", "amount_min: \"1.00\"", "amount_min: CNY 1.00, was CNY 0.10 (tighter)"},
		"a new limit":             {"", "order_window_days: 1", "order_window_days: 1 day, was no limit (tighter)"},
		"no limit more":           {"amount_min: \"0.10\"", "", "amount_min: no limit, was CNY 0.10 (looser)"},
		"an exemption":            {"", "sms_exempt_max: \"20.00\"", "sms_exempt_max: CNY 20.00, was none (looser)"},
		"no exemption":            {"sms_exempt_max: \"20.00\"", "", "sms_exempt_max: none, was CNY 20.00 (tighter)"},
		"a share":                 {"order_percent_max: \"100\"", "order_percent_max: \"12.5\"", "order_percent_max: 12.5 %, was 100 % (tighter)"},
		"built in, the same":      {"", "sms_tries: 5", "sms_tries: 5 tries, was 5 tries, as built in"},
		"built in, fewer":         {"", "sms_tries: 1", "sms_tries: 1 try, was 5 tries, as built in (tighter)"},
		"a longer window":         {"customer_count_max: 3\ncustomer_count_days: 30", "customer_count_max: 3\ncustomer_count_days: 60", "customer_count_days: 60 days, was 30 days (tighter)"},
		"on":                      {"", "rollout: true", "rollout: yes, was no (tighter)"},
		"off":                     {"rollout: true", "rollout: false", "rollout: no, was yes (looser)"},
		"another word":            {"agreement_version: \"1\"", "agreement_version: \"2\"", `agreement_version: "2", was "1"`},
		"only what is listed":     {"", "reasons_allowed: [a, b]", "reasons_allowed: a, b, was no list (tighter)"},
		"no list":                 {"reasons_allowed: [a, b]", "", "reasons_allowed: no list, was a, b (looser)"},
		"one more may":            {"reasons_allowed: [a]", "reasons_allowed: [b, a]", "reasons_allowed: with b, was a (looser)"},
		"one may not":             {"reasons_allowed: [a, b]", "reasons_allowed: [a]", "reasons_allowed: without b, was a, b (tighter)"},
		"one for another":         {"reasons_allowed: [a, b]", "reasons_allowed: [a, c]", "reasons_allowed: with c, without b, was a, b"},
		"one more is denied":      {"order_states_denied: [a]", "order_states_denied: [a, b]", "order_states_denied: with b, was a (tighter)"},
		"none is denied":          {"order_states_denied: [a]", "", "order_states_denied: none, was a (looser)"},
		"another order":           {"reasons_allowed: [a, b]", "reasons_allowed: [b, a]", ""},
		"eligible":                {"eligible_modes: [a]", "", "eligible_modes: no list, was a"},
		"approval":                {"", "approval_rules: [QUOTA_EXCEEDED]", "approval_rules: QUOTA_EXCEEDED, was none (looser)"},
		"a label":                 {"reason_labels: {a: b, c: d}", "reason_labels: {a: e, c: d}", "reason_labels: with a: e, without a: b, was a: b, c: d"},
		"a name":                  {"label: 商家直賠", "label: 小額打款", `label: "小額打款", was "商家直賠"`},
		"floor of an approval":    {"approval_percent: \"30\"", "approval_percent: \"30\"\napproval_floor: \"20.00\"", "approval_floor: CNY 20.00, was none (looser)"},
		"a time that things wait": {"return_days: 10", "", "return_days: 180 days, as built in, was 10 days"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			for _, change := range Diff(parsed(t, c.old), parsed(t, c.new)) {
				got += change.String()
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestDiffBack: the way back undoes every change, and is as loose as the way there
// is tight.
func TestDiffBack(t *testing.T) {
	opposite := map[Effect]Effect{Looser: Tighter, Tighter: Looser, Neutral: Neutral}
	rapid.Check(t, func(t *rapid.T) {
		_, a := drawPolicy(t)
		_, b := drawPolicy(t)
		there, back := Diff(a, b), Diff(b, a)
		var want, got []Change
		for _, c := range there {
			want = append(want, Change{Key: c.Key, Effect: opposite[c.Effect]})
		}
		for _, c := range back {
			got = append(got, Change{Key: c.Key, Effect: c.Effect})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}
