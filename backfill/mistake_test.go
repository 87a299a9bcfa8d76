package backfill

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/internal/yamlnode"
)

// Every mistake has its place, and a plan with one is not run.
func TestMistakes(t *testing.T) {
	const plan, rows, orders = "p/plan.yaml", "d/rows.csv", "p/orders.csv"
	for _, c := range []struct {
		name, file, old, new string
		want                 string // all mistakes
	}{
		// the plan
		{"unknown key", plan, "timezone:", "timezome:", "p/plan.yaml:19:1: unknown key \"timezome\" in the plan; it has orders, payouts, merchant, agent, timezone, policy, quota, wallet|p/plan.yaml:1:1: key \"timezone\" is missing in the plan"},
		{"unknown policy key", plan, "amount_max", "amount_mx", "p/plan.yaml:23:3: unknown key \"amount_mx\" in policy; it has amount_min, amount_max, order_count_max, order_percent_max, order_window_days, reasons_allowed, reasons_denied, merchant_daily_amount, customer_daily_amount, customer_count_max, customer_count_days, duplicate_minutes, sms_exempt_max, sms_exempt_daily_count, sms_exempt_daily_amount"},
		{"key twice", plan, "  id: no\n", "  id: no\n  id: at\n", "p/plan.yaml:4:3: key \"id\" stands twice in orders, first on line 3"},
		{"missing key", plan, "  requested_at: at\n", "", "p/plan.yaml:7:1: key \"requested_at\" is missing in payouts"},
		{"wrong type", plan, "id: no", "id: [no]", `p/plan.yaml:3:7: orders.id: a value expected, found a list`},
		{"nothing", plan, "id: no", "id:", `p/plan.yaml:3:6: orders.id: a value expected, found nothing`},
		{"value for keys", plan, "{column: shop}", "shop", `p/plan.yaml:17:11: merchant: keys and values expected, found "shop"`},
		{"list of one", plan, "[fee]", "fee", `p/plan.yaml:21:19: policy.reasons_denied: a list of values expected, such as [a, b], found "fee"`},
		{"empty list", plan, "[fee]", "[]", `p/plan.yaml:21:19: policy.reasons_denied: a list of values expected, such as [a, b], found an empty one`},
		{"alias", plan, "{column: shop}", "*x", "p/plan.yaml:1:1: not YAML: unknown anchor 'x' referenced"},
		{"column and id", plan, "{column: shop}", "{column: shop, id: M}", `p/plan.yaml:17:1: merchant: either column or id is needed`},
		{"default without column", plan, "{column: who, default: nobody}", "{id: x, default: nobody}", `p/plan.yaml:18:25: agent: default stands in for an empty column, and there is none`},
		{"zone", plan, "Europe/London", "Europe/Londom", `p/plan.yaml:19:11: timezone: "Europe/Londom" is not an IANA time zone, such as Europe/London`},
		{"local zone", plan, "Europe/London", "Local", `p/plan.yaml:19:11: timezone: "Local" is not an IANA time zone, such as Europe/London`},
		{"amount", plan, `"50.00"`, "fifty", `p/plan.yaml:23:15: policy.amount_max: "fifty" is not an amount, such as 12.30`},
		{"negative amount", plan, `"150.00"`, "-1.00", `p/plan.yaml:27:17: quota.daily_amount: "-1.00" is not an amount, such as 12.30`},
		{"zero amount", plan, `"150.00"`, "0.00", `p/plan.yaml:27:17: quota.daily_amount must be more than zero`},
		{"digits of the currency", plan, `"50.00"`, `"50.001"`, `p/plan.yaml:23:15: policy.amount_max: "50.001" has more than the 2 decimal digits of GBP`},
		{"percent", plan, "12.5", "12,5", `p/plan.yaml:24:22: policy.order_percent_max: "12,5" is not a percentage, such as 30 or 12.5`},
		{"percent of nothing", plan, "12.5", "0", `p/plan.yaml:24:22: policy.order_percent_max is not over 0 and up to 1000 percent`},
		{"days", plan, "90", "90.5", `p/plan.yaml:22:22: policy.order_window_days: "90.5" is not a whole number from 1 to 100000`},
		{"no days", plan, "90", "0", `p/plan.yaml:22:22: policy.order_window_days: "0" is not a whole number from 1 to 100000`},
		{"reason twice", plan, "[fee]", "[fee, fee]", `p/plan.yaml:21:20: policy.reasons_denied "fee" is there twice`},
		{"min over max", plan, "  amount_max", "  amount_min: \"60\"\n  amount_max", `p/plan.yaml:23:15: policy.amount_min is over amount_max`},
		{"half a limit", plan, "  amount_max", "  customer_count_max: 3\n  amount_max", `p/plan.yaml:20:1: policy.customer_count_days and customer_count_max need each other`},
		{"window without times", plan, "  placed_at: at\n", "", `p/plan.yaml:21:22: policy.order_window_days: orders.placed_at is missing`},
		{"percent without totals", plan, "  total: total\n", "", `p/plan.yaml:23:22: policy.order_percent_max: orders.total is missing`},
		{"currency", plan, "currency: currency", "currency: {value: GBX}", `p/plan.yaml:14:21: payouts.currency: "GBX" is not an ISO 4217 code, such as CNY`},
		{"month", plan, "2011-05", "2011-13", `p/plan.yaml:32:15: wallet: "2011-13" is not a month, such as 2010-12`},
		{"month order", plan, "2011-05", "2011-02", `p/plan.yaml:32:15: wallet.last_month: 2011-02 is before first_month, 2011-03`},
		{"no month", plan, "  last_month: 2011-05\n", "", "p/plan.yaml:28:1: key \"last_month\" is missing in wallet"},
		{"months without top-up", plan, "  topup: \"10.00\"\n", "", `p/plan.yaml:30:16: wallet.first_month: there is no topup|p/plan.yaml:31:15: wallet.last_month: there is no topup`},
		{"credits over the largest", plan, `"10.00"`, "9999999999999.00", `p/plan.yaml:30:10: wallet: a merchant's credits come to more than the largest amount, GBP 9999999999999.99`},
		{"where without values", plan, `[paid, "yes"]`, "paid", `p/plan.yaml:16:18: payouts.where.state: a list of values expected, such as [a, b], found "paid"`},
		{"empty where", plan, `{state: [paid, "yes"]}`, "{}", `p/plan.yaml:16:3: payouts.where: name a column and its values, such as {status: [paid]}`},
		{"empty plan", plan, plainPlan, "# nothing\n", `p/plan.yaml:1:1: the plan is empty`},
		{"no plan", plan, plainPlan, "- a\n", `p/plan.yaml:1:1: the plan: keys and values expected, found a list`},
		{"second document", plan, "orders:", "a: b\n---\norders:", `p/plan.yaml:2:1: a second document; the plan is one`},
		{"no YAML", plan, "  id: no", "  id: no: x", `p/plan.yaml:3:1: not YAML: mapping values are not allowed in this context`},
		{"no UTF-8", plan, "id: no", "id: äé\xff", `p/plan.yaml:3:9: not UTF-8`},
		// files and columns: where the plan names them
		{"missing file", plan, "orders.csv", "order.csv", `p/plan.yaml:2:9: there is no file p/order.csv`},
		{"missing column", plan, "requested_at: at", "requested_at: when", `p/plan.yaml:10:17: d/rows.csv has no column "when"; it has id, at, order, customer, amount, currency, reason, state, shop, who`},
		{"missing merchant column", plan, "{column: shop}", "{column: store}", `p/plan.yaml:17:20: d/rows.csv has no column "store"; it has id, at, order, customer, amount, currency, reason, state, shop, who`},
		{"missing where column", plan, "{state:", "{status:", `p/plan.yaml:16:11: d/rows.csv has no column "status"; it has id, at, order, customer, amount, currency, reason, state, shop, who`},
		{"missing order column", plan, "total: total", "total: sum", `p/plan.yaml:6:10: p/orders.csv has no column "sum"; it has no, at, customer, total, shop`},
		// rows
		{"bad amount", rows, "1.00,GBP", "1.0.0,GBP", `d/rows.csv:2:36: "1.0.0" is not an amount, such as 12.30`},
		{"exponent", rows, "1.00,GBP", "1e2,GBP", `d/rows.csv:2:36: "1e2" is not an amount, such as 12.30`},
		{"negative row", rows, "1.00,GBP", "-1.00,GBP", `d/rows.csv:2:36: "-1.00" is not an amount, such as 12.30`},
		{"digits", rows, "1.00,GBP", "1.001,GBP", `d/rows.csv:2:36: "1.001" has more than the 2 decimal digits of GBP`},
		{"too large", rows, "1.00,GBP", "99999999999999.00,GBP", `d/rows.csv:2:36: "99999999999999.00" is over the largest amount`},
		{"sum too large", rows, "0.00,GBP,goods,paid,D", "9999999999999.99,GBP,goods,paid,A", `d/rows.csv:5:21: the amounts up to here add up to more than the largest amount`},
		{"characters count", rows, "c1,1.00,GBP", "çé,x,GBP", `d/rows.csv:2:36: "x" is not an amount, such as 12.30`},
		{"bad date", rows, "r2,2011-03-28", "r2,2011-02-30", `d/rows.csv:3:4: "2011-02-30" is not a time, such as 2011-03-27T09:41:00+01:00, 2011-03-27T09:41 or 2011-03-27`},
		{"year", rows, "r2,2011-03-28", "r2,0001-01-01", `d/rows.csv:3:4: the year of "0001-01-01" is not from 1900 to 2200`},
		{"unknown currency", rows, "GBP", "GBX", `d/rows.csv:2:41: "GBX" is not an ISO 4217 code, such as CNY`},
		{"second currency", rows, "2.50,GBP", "2.50,EUR", `d/rows.csv:3:24: EUR, but the rows before are in GBP; a plan has one currency`},
		{"empty reason", rows, "GBP,goods", "GBP,", `d/rows.csv:2:45: the reason is empty`},
		{"empty id", rows, "r1,", ",", `d/rows.csv:2:1: the row's own number is empty`},
		{"long merchant", rows, "paid,A", "paid," + strings.Repeat("m", 61), `d/rows.csv:2:56: the merchant is longer than 60 bytes`},
		{"control character", rows, "r1,", "r\x011,", `d/rows.csv:2:1: the row's own number holds a character that can't be printed`},
		{"too few columns", rows, ",goods,yes", ",yes", `d/rows.csv:3:1: the row has 9 columns, the header 10`},
		{"too many columns", rows, ",goods,yes", ",a,goods,yes", `d/rows.csv:3:1: the row has 11 columns, the header 10`},
		{"bare quote", rows, "goods,yes", `go"ods,yes`, `d/rows.csv:3:30: not CSV: a quote inside a field that does not begin with one`},
		{"open quote", rows, "goods,yes", `"goods,yes`, `d/rows.csv:3:1: not CSV: a quoted field of this row does not end with a quote and a comma`},
		{"row not UTF-8", rows, "c1,1.00", "c\xff,1.00", `d/rows.csv:2:33: not UTF-8`},
		{"column twice in the header", rows, "id,at,order", "id,at,at", `d/rows.csv:1:7: column "at" stands twice in the header, first as column 2`},
		{"no header", rows, plainRows, "", `d/rows.csv:1:1: the file is empty; a header with the names of the columns is expected`},
		{"no rows", rows, plainRows[strings.Index(plainRows, "\n")+1:], "", `p/plan.yaml:14:13: no row says which currency; write {value: CODE}`},
		{"cut gzip", rows, plainRows, string(cutGzip(plainRows)), `d/rows.csv:9:1: the gzip data end too early: the file is cut off`},
		{"bad gzip", rows, plainRows, "\x1f\x8b\x00\x00\x00", `d/rows.csv:1:1: not a gzip file: unexpected EOF`},
		// orders
		{"order twice", orders, "o2,", "o1,", `p/orders.csv:3:1: order "o1" stands twice, first on line 2`},
		{"order without number", orders, "o2,", ",", `p/orders.csv:3:1: the order number is empty`},
		{"order total", orders, "10.00", "ten", `p/orders.csv:2:18: "ten" is not an amount, such as 12.30`},
		{"order time", orders, "2011-03-01", "1 March", `p/orders.csv:2:4: "1 March" is not a time, such as 2011-03-27T09:41:00+01:00, 2011-03-27T09:41 or 2011-03-27`},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, err := plain().with(t, c.file, c.old, c.new).load()
			var mistakes *Mistakes
			if !errors.As(err, &mistakes) || in != nil {
				t.Fatalf("input %v, error %v", in, err)
			}
			if diff := cmp.Diff(strings.Split(c.want, "|"), strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
		})
	}
}

// cutGzip leaves out the end of a compressed text, so that what is left unpacks
// to the whole text without its checksum.
func cutGzip(text string) []byte {
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	gz.Write([]byte(text))
	gz.Close()
	return b.Bytes()[:b.Len()-4]
}

func TestMistakesWithoutWhere(t *testing.T) {
	f := plain().with(t, "p/plan.yaml", "  where: {state: [paid, \"yes\"]}\n", "")
	_, err := f.load()
	want := `d/rows.csv:5:21: "0.00": an amount must be more than zero
d/rows.csv:6:21: "" is not an amount, such as 12.30`
	if diff := cmp.Diff(want, fmt.Sprint(err)); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}

func TestManyMistakesAreCounted(t *testing.T) {
	rows := "id,at,order,customer,amount,currency,reason,state,shop,who\n" + strings.Repeat("r,x,o,c,y,GBP,g,paid,A,w\n", 20)
	_, err := plain().with(t, "d/rows.csv", plainRows, rows).load()
	var mistakes *Mistakes
	if !errors.As(err, &mistakes) {
		t.Fatal(err)
	}
	if len(mistakes.First) != yamlnode.MaxMistakes || mistakes.More != 30 {
		t.Errorf("%d mistakes and %d more", len(mistakes.First), mistakes.More)
	}
	if !strings.HasSuffix(err.Error(), "\nand 30 more mistakes") {
		t.Errorf("error ends %q", err)
	}
}

func TestLoadMissingPlan(t *testing.T) {
	_, err := files{}.load()
	if want := "p/plan.yaml:1:1: there is no file p/plan.yaml"; fmt.Sprint(err) != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
