package explain

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/internal/domaindoc"
)

var update = flag.Bool("update", false, "write the golden files anew")

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
	if diff := gocmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is not what is said now; read it, then go test ./explain -update (-file +now):\n%s", name, diff)
	}
}

func shanghai(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// sampleContext is a request of agent amy of merchant m_8.
func sampleContext(t *testing.T, f domain.Failure) Context {
	c := Context{Merchant: "m_8", Agent: "amy", Payout: "P0BQ7ZK3M5N8R2T4V6X9A", Order: "O-1001", Zone: shanghai(t)}
	if f.Rule == domain.RuleRoleForbidden {
		c.Command = "CreditWallet"
	}
	return c
}

// TestRefusalsGolden shows what people read: every rule with every limit it has, in
// every language, with everything known and with nothing.
func TestRefusalsGolden(t *testing.T) {
	var b bytes.Buffer
	for _, r := range source(t).Rules {
		for _, f := range r.Samples() {
			fmt.Fprintf(&b, "%s %s\n", f.Rule, f.Name)
			for _, l := range Langs() {
				text := Failure(l, f, sampleContext(t, f))
				fmt.Fprintf(&b, "  %-7s  %s\n           %s\n           %s\n", l, text.What, text.Why, text.Try)
			}
			for _, l := range Langs() {
				bare := Failure(l, domain.Failure{Rule: f.Rule, Name: f.Name, Limit: f.Limit, Used: f.Used, Asked: f.Asked, Unit: f.Unit, Earlier: f.Earlier}, Context{})
				fmt.Fprintf(&b, "  %-7s  %s | %s\n", l, bare.What, bare.Try)
			}
			b.WriteString("\n")
		}
	}
	golden(t, "testdata/refusals.txt", b.Bytes())
}

// TestFiguresAreTold: every figure of a refusal is in its sentence.
func TestFiguresAreTold(t *testing.T) {
	told := 0
	for _, r := range source(t).Rules {
		for _, f := range r.Samples() {
			for _, l := range Langs() {
				text := Failure(l, f, sampleContext(t, f))
				want := map[string]string{
					"used": bare(f.Used), "asked": bare(f.Asked), "earlier": f.Earlier, "resets_at": moment(f.ResetsAt, shanghai(t)),
				}
				if f.Rule != domain.RuleArrearsOutstanding { // what may be owed is nothing
					want["limit"] = bare(f.Limit)
				}
				for figure, digits := range want {
					if digits != "" {
						told++
					}
					if !strings.Contains(text.What, digits) {
						t.Errorf("%s: %s %s does not tell %s, %s: %s", l, f.Rule, f.Name, figure, digits, text.What)
					}
				}
				for _, part := range []string{text.What, text.Why, text.Try} {
					checkLine(t, l, string(f.Rule), part)
				}
			}
		}
	}
	if told < 150 {
		t.Errorf("only %d figures looked for", told)
	}
}

// checkLine: nothing was left open, and no mark stands where a part was left out.
func checkLine(t *testing.T, l Lang, what, line string) {
	t.Helper()
	switch {
	case line == "", strings.ContainsAny(line, "[]{}|\n"), strings.Contains(line, "  "), line != strings.TrimSpace(line),
		strings.ContainsAny(line[:1], ",;:.)"), strings.HasSuffix(line, ":"):
		t.Errorf("%s: %s: %q", l, what, line)
	}
	for _, mark := range []string{"，", "；", "：", "、", "或", "。"} {
		if strings.HasPrefix(line, mark) || strings.HasSuffix(line, mark) {
			t.Errorf("%s: %s: %q", l, what, line)
		}
	}
	for _, marks := range []string{"，，", "；；", "，；", "；，", "：：", ", ,", "; ;", ": :", "，或，"} {
		if strings.Contains(line, marks) {
			t.Errorf("%s: %s: %q", l, what, line)
		}
	}
}

// TestAnythingMayBeMissing: whichever figures a failure lacks, its lines are whole.
func TestAnythingMayBeMissing(t *testing.T) {
	for _, r := range source(t).Rules {
		for _, f := range r.Samples() {
			for mask := range 1 << 4 {
				g, c := f, Context{}
				if mask&1 != 0 {
					g.ResetsAt = time.Time{}
				}
				if mask&2 != 0 {
					c = sampleContext(t, f)
				}
				if mask&4 != 0 && g.Limit != "" && g.Unit == "CNY" {
					g.Used = g.Limit // nothing is left
				}
				if mask&8 != 0 {
					c.Merchant, c.Payout = "", ""
				}
				for _, l := range Langs() {
					text := Failure(l, g, c)
					for _, part := range []string{text.What, text.Why, text.Try} {
						checkLine(t, l, string(f.Rule), part)
					}
				}
			}
		}
	}
}

// TestFailure holds single points that a golden file does not explain.
func TestFailure(t *testing.T) {
	zone := shanghai(t)
	daily := domain.Failure{
		Rule: domain.RuleQuotaExceeded, Name: "daily_amount", Unit: "CNY", Limit: "500.00", Used: "480.00", Asked: "50.00", ResetsAt: domaindoc.SampleReset,
	}
	for name, c := range map[string]struct {
		lang      Lang
		failure   domain.Failure
		context   Context
		what, try string
	}{
		"the example of the house": {
			English, domain.Failure{Rule: domain.RuleArrearsOutstanding, Name: "arrears", Unit: "CNY", Limit: "0.00", Used: "35.00"},
			Context{Merchant: "m_8"}, "merchant m_8 owes CNY 35.00", "amends wallet arrears --merchant m_8",
		},
		"the merchant's zone": {
			English, daily, Context{Agent: "amy", Merchant: "m_8", Zone: zone},
			"over the daily quota of agent amy: limit CNY 500.00, used CNY 480.00, asked CNY 50.00, resets 2011-03-28 00:00 (Asia/Shanghai)",
			"ask for CNY 20.00 or less; wait until 2011-03-28 00:00 (Asia/Shanghai); as the owner, raise it: amends quota set amy --merchant m_8",
		},
		"no zone is UTC": {
			Simplified, daily, Context{},
			"超出该子账号的每日配额：上限 CNY 500.00，已用 CNY 480.00，本次 CNY 50.00，2011-03-27 16:00 (UTC) 重置",
			"请填写不超过 CNY 20.00 的金额，或等到 2011-03-27 16:00 (UTC)，或由主账号调高配额：amends quota set AGENT --merchant MERCHANT",
		},
		"no decimals": {
			Traditional, domain.Failure{Rule: domain.RuleAmountAboveMax, Name: "amount_max", Unit: "JPY", Limit: "200", Asked: "250"}, Context{},
			"JPY 250 超過單筆最大金額 JPY 200", "請填寫不超過 JPY 200 的金額",
		},
		"three decimals": {
			English, domain.Failure{Rule: domain.RuleInsufficientBalance, Name: "available", Unit: "KWD", Limit: "1.500", Used: "0.000", Asked: "2.125"}, Context{},
			"the wallet of the merchant has KWD 1.500 available, KWD 2.125 is asked for", "top the wallet up, or ask for less: amends wallet show --merchant MERCHANT",
		},
		"no exemption at all": {
			English, domain.Failure{Rule: domain.RuleLimitAbovePolicy, Name: "sms_exempt_max", Unit: "CNY", Limit: "0.00", Asked: "5.00"}, Context{},
			"the policy allows no SMS exemption, CNY 5.00 is asked for", "see the policy: amends policy show",
		},
		"one is singular": {
			English, domain.Failure{Rule: domain.RuleOrderCountExceeded, Name: "order_count_max", Unit: domain.UnitPayouts, Limit: "1", Used: "1", Asked: "1"}, Context{Order: "O-1"},
			"order O-1 has had 1 payout already, 1 more is asked for, 1 is the most", "look at the payouts on the order: amends orders show O-1",
		},
		"names for a shell": {
			English, domain.Failure{Rule: domain.RuleQuotaMissing, Name: "it's me"}, Context{Merchant: "United Kingdom"},
			"agent it's me has no quota", `as the owner: amends quota set 'it'\''s me' --merchant 'United Kingdom'`,
		},
		"names are no templates": {
			English, domain.Failure{Rule: domain.RuleReasonNotAllowed, Name: "{limit} [x]"}, Context{},
			"the reason is not allowed: {limit} [x]", "choose another reason: amends policy show",
		},
		"Chinese names": {
			Simplified, domain.Failure{Rule: domain.RuleMerchantMissing}, Context{Merchant: "店1"},
			"商家 店1 未登记", "请核对商家编号，或先登记：amends merchant register --merchant '店1'",
		},
		"a limit that is not known by name": {
			English, domain.Failure{Rule: domain.RuleQuotaExceeded, Name: "yearly_amount", Unit: "CNY", Limit: "9.00", Used: "8.00", Asked: "2.00"}, Context{Agent: "amy"},
			"over the quota of agent amy: limit CNY 9.00, used CNY 8.00, asked CNY 2.00", "ask for CNY 1.00 or less; as the owner, raise it: amends quota set amy --merchant MERCHANT",
		},
		"a rule that is not known": {
			English, domain.Failure{Rule: "WEATHER_BAD", Name: "rain", Unit: "CNY", Limit: "1.00"}, Context{},
			"refused by WEATHER_BAD: rain, limit CNY 1.00", "use the release that wrote it",
		},
		"a language that is not known": {
			"tlh", domain.Failure{Rule: domain.RuleSMSExpired}, Context{Payout: "P1"}, "the code can't be used any more", "ask for another one: amends resend P1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := Failure(c.lang, c.failure, c.context)
			if got.Code != string(c.failure.Rule) || got.What != c.what || got.Try != c.try {
				t.Errorf("got  %s: %s\n     %s\nwant %s\n     %s", got.Code, got.What, got.Try, c.what, c.try)
			}
		})
	}
	all := Failures(English, []domain.Failure{{Rule: domain.RuleQuotaMissing}, daily}, Context{})
	if len(all) != 2 || all[0].Code != "QUOTA_MISSING" || all[1].Code != "QUOTA_EXCEEDED" {
		t.Errorf("Failures: %v", all)
	}
	if got := Title(Traditional, domain.RuleArrearsOutstanding); got != "商家有欠款" {
		t.Errorf("title %q", got)
	}
	if got := Title(English, "WEATHER_BAD"); got != "WEATHER_BAD" {
		t.Errorf("title %q", got)
	}
}

func TestMoment(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at   time.Time
		zone *time.Location
		want string
	}{
		{time.Time{}, newYork, ""},
		{time.Date(2011, 3, 13, 7, 0, 0, 0, time.UTC), newYork, "2011-03-13 03:00 (America/New_York)"}, // the first summer hour
		{time.Date(2011, 3, 13, 7, 0, 30, 0, time.UTC), nil, "2011-03-13 07:00:30 (UTC)"},
		{time.Date(2011, 3, 13, 7, 0, 30, 1, time.UTC), nil, "2011-03-13 07:00:31 (UTC)"}, // not a moment too soon
		{time.Date(2011, 12, 31, 23, 59, 59, 1, time.UTC), nil, "2012-01-01 00:00 (UTC)"},
	} {
		if got := moment(c.at, c.zone); got != c.want {
			t.Errorf("%v: %q, want %q", c.at, got, c.want)
		}
	}
}
