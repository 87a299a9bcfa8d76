package backfill

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/domain"
)

// files are input files by name.
type files map[string]string

func (f files) open(name string) (io.ReadCloser, error) {
	content, ok := f[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return io.NopCloser(strings.NewReader(content)), nil
}

func (f files) load() (*Input, error) { return Load(Files{Open: f.open, Plan: "p/plan.yaml"}) }

// with replaces one piece of a file, which must be there.
func (f files) with(t *testing.T, name, old, new string) files {
	t.Helper()
	if !strings.Contains(f[name], old) {
		t.Fatalf("%s has no %q", name, old)
	}
	changed := files{}
	for k, v := range f {
		changed[k] = v
	}
	changed[name] = strings.Replace(f[name], old, new, 1)
	return changed
}

const plainPlan = `orders:
  file: orders.csv
  id: no
  placed_at: at
  customer: customer
  total: total
payouts:
  file: ../d/rows.csv
  id: id
  requested_at: at
  order: order
  customer: customer
  amount: amount
  currency: currency
  reason: reason
  where: {state: [paid, "yes"]}
merchant: {column: shop}
agent: {column: who, default: nobody}
timezone: Europe/London
policy:
  reasons_denied: [fee]
  order_window_days: 90
  amount_max: "50.00"
  order_percent_max: 12.5
  sms_exempt_max: 5.00
quota:
  daily_amount: "150.00"
wallet:
  initial: "1.00"
  topup: "10.00"
  first_month: 2011-03
  last_month: 2011-05
`

const plainOrders = `no,at,customer,total,shop
o1,2011-03-01,c1,10.00,A
o2,2011-03-02T10:00,,0.00,Z
`

const plainRows = `id,at,order,customer,amount,currency,reason,state,shop,who
r1,2011-03-27T00:30:00+00:00,o1,c1,1.00,GBP,goods,paid,A,x
r2,2011-03-28,o9,,2.50,GBP,goods,yes,B,
r3,2011-03-28,o1,c1,3.00,GBP,goods,refused,C,x
r4,2011-03-28,o1,c1,0.00,GBP,goods,paid,D,x
r5,2011-03-28,o1,c1,,GBP,goods,paid,D,x
r6,2011-03-27,o2,c2,4.00,GBP,fee,paid,B,x
r7,2011-03-29,o2,c2,5.00,GBP,fee,paid,,x
`

func plain() files {
	return files{"p/plan.yaml": plainPlan, "p/orders.csv": plainOrders, "d/rows.csv": plainRows}
}

func gbp(minor int64) domain.Money { return domain.Money{Minor: minor, Currency: "GBP"} }

func utc(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func TestLoad(t *testing.T) {
	in, err := plain().load()
	if err != nil {
		t.Fatal(err)
	}
	wantRows := []Row{
		{2, "r1", utc("2011-03-27T00:30:00Z"), "2011-03", gbp(100), "A", "x", "o1", "c1", "goods"},
		{3, "r2", utc("2011-03-27T23:00:00Z"), "2011-03", gbp(250), "B", "nobody", "o9", "", "goods"},
		{7, "r6", utc("2011-03-27T00:00:00Z"), "2011-03", gbp(400), "B", "x", "o2", "c2", "fee"},
		{8, "r7", utc("2011-03-28T23:00:00Z"), "2011-03", gbp(500), "", "x", "o2", "c2", "fee"},
	}
	if diff := cmp.Diff(wantRows, in.Rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	wantOrders := map[string]Order{
		"o1": {utc("2011-03-01T00:00:00Z"), "c1", gbp(1000)},
		"o2": {utc("2011-03-02T10:00:00Z"), "", gbp(0)},
	}
	if diff := cmp.Diff(wantOrders, in.Orders); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
	percent, max, exempt, daily := domain.Percent(125_000), gbp(5000), gbp(500), gbp(15000)
	wantPolicy := domain.Policy{
		AgreementVersion: agreement, CustomerRequired: true, OrderRequired: true, ReasonsDenied: []string{"fee"},
		OrderWindowDays: 90, AmountMax: &max, OrderPercentMax: &percent, SMSExemptMax: &exempt,
	}
	if diff := cmp.Diff(wantPolicy, in.Policy); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(domain.Quota{Enabled: true, DailyAmount: &daily}, in.Quota); diff != "" {
		t.Errorf("quota (-want +got):\n%s", diff)
	}
	wantTopUps := []TopUp{
		{"2011-03", utc("2011-03-01T00:00:00Z")}, {"2011-04", utc("2011-03-31T23:00:00Z")}, {"2011-05", utc("2011-04-30T23:00:00Z")},
	}
	if diff := cmp.Diff(wantTopUps, in.TopUps); diff != "" {
		t.Errorf("top-ups (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"A", "B", "Z"}, in.Merchants); diff != "" {
		t.Errorf("merchants (-want +got):\n%s", diff)
	}
	if in.Exemption != exempt || in.Initial != gbp(100) || in.TopUp != gbp(1000) || in.OwnerOnly || in.Zone != "Europe/London" {
		t.Errorf("exemption %v, initial %v, top-up %v, owner only %v, zone %s", in.Exemption, in.Initial, in.TopUp, in.OwnerOnly, in.Zone)
	}
	if want := utc("2011-03-01T00:00:00Z"); !in.Start.Equal(want) {
		t.Errorf("start %v, want %v", in.Start, want)
	}
	want := []string{"1 of 4 rows are earlier than their merchant's row before and are decided at the later time"}
	if diff := cmp.Diff(want, in.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// The same content in other clothes is the same run; other content is another.
func TestDigest(t *testing.T) {
	of := func(f files) Digest {
		t.Helper()
		in, err := f.load()
		if err != nil {
			t.Fatal(err)
		}
		return in.Digest
	}
	want := of(plain())
	var packed bytes.Buffer
	gz := gzip.NewWriter(&packed)
	gz.Write([]byte(plainRows))
	gz.Close()
	for name, same := range map[string]files{
		"comment":           plain().with(t, "p/plan.yaml", "orders:", "# remark\norders:"),
		"gzip":              plain().with(t, "d/rows.csv", plainRows, packed.String()),
		"byte order mark":   plain().with(t, "d/rows.csv", "id,at", "\ufeffid,at"),
		"CRLF":              plain().with(t, "d/rows.csv", plainRows, strings.ReplaceAll(plainRows, "\n", "\r\n")),
		"quotes":            plain().with(t, "d/rows.csv", "r1,2011-03-27T00:30:00+00:00", `"r1","2011-03-27T00:30:00+00:00"`),
		"a row passed over": plain().with(t, "d/rows.csv", "r3,2011-03-28", "r33,2011-03-29"),
		"column in braces":  plain().with(t, "p/plan.yaml", "  id: id", "  id: {column: id}"),
		"order of keys":     plain().with(t, "p/plan.yaml", "  id: no\n  placed_at: at", "  placed_at: at\n  id: no"),
	} {
		if of(same) != want {
			t.Errorf("%s: another digest", name)
		}
	}
	for name, other := range map[string]files{
		"amount":      plain().with(t, "d/rows.csv", "1.00,GBP", "1.01,GBP"),
		"row":         plain().with(t, "d/rows.csv", "r1,", "r0,"),
		"order total": plain().with(t, "p/orders.csv", "10.00", "10.01"),
		"policy":      plain().with(t, "p/plan.yaml", `"50.00"`, `"50.01"`),
		"quota":       plain().with(t, "p/plan.yaml", `"150.00"`, `"150.01"`),
		"zone":        plain().with(t, "p/plan.yaml", "Europe/London", "Europe/Lisbon"),
		"wallet":      plain().with(t, "p/plan.yaml", `"10.00"`, `"10.01"`),
		"agent":       plain().with(t, "p/plan.yaml", "default: nobody", "default: somebody"),
	} {
		if of(other) == want {
			t.Errorf("%s: the same digest", name)
		}
	}
}

// What is not said in a plan.
func TestLoadSmallPlan(t *testing.T) {
	f := files{
		"p/plan.yaml": `payouts:
  file: rows.csv
  id: id
  requested_at: at
  amount: amount
  currency: {value: JPY}
  reason: {value: other}
merchant: {id: M1}
agent: {column: who}
timezone: Asia/Shanghai
`,
		"p/rows.csv": "id,at,amount,who\n1,2020-01-01,120,\n2,2020-01-01,30,x\n",
	}
	in, err := f.load()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"M1"}, in.Merchants); diff != "" {
		t.Errorf("merchants (-want +got):\n%s", diff)
	}
	if a := in.Rows[0].Agent; a != "" {
		t.Errorf("a row without agent has %q", a)
	}
	if diff := cmp.Diff(domain.Policy{AgreementVersion: agreement}, in.Policy); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
	if p := in.Quota.PerPayout; p == nil || p.Minor != domain.MaxMinor {
		t.Errorf("a quota that limits nothing is %v", p)
	}
	if got := in.Rows[1].Money.String(); got != "JPY 30" {
		t.Errorf("amount %s", got)
	}
}

// The plans that the repository carries.
func TestLoadCarriedPlans(t *testing.T) {
	for name, want := range map[string]struct{ rows, orders, merchants, topUps int }{
		"retail-c": {4679, 19959, 38, 0},
		"retail-d": {4679, 19959, 38, 13},
		"tsa-t1":   {29128, 0, 382, 0},
	} {
		in, err := Load(Files{
			Open: func(name string) (io.ReadCloser, error) { return os.Open(name) },
			Plan: "../testdata/plans/" + name + ".yaml",
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(in.Rows) != want.rows || len(in.Orders) != want.orders || len(in.Merchants) != want.merchants ||
			len(in.TopUps) != want.topUps || len(in.Warnings) != 0 {
			t.Errorf("%s: %d rows, %d orders, %d merchants, %d top-ups, warnings %q; want %+v", name,
				len(in.Rows), len(in.Orders), len(in.Merchants), len(in.TopUps), in.Warnings, want)
		}
	}
}
