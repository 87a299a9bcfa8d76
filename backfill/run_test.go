package backfill

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/rails/sandbox"
)

// A carried plan comes to what is expected, also when it is stopped on the way,
// and a run after the end adds nothing.
func TestCarriedPlan(t *testing.T) {
	in, err := Load(Files{
		Open: func(name string) (io.ReadCloser, error) { return os.Open(name) }, Plan: "../testdata/plans/retail-d.yaml",
	})
	if err != nil {
		t.Fatal(err)
	}
	h := newHarness(t)
	ctx, stop := context.WithCancelCause(within(t, 2*time.Minute))
	enough := errors.New("enough for now")
	h.Progress = func(done int) {
		if done == 2_000 {
			stop(enough)
		}
	}
	if _, err := Run(ctx, in, h.Parts); !errors.Is(err, enough) {
		t.Fatalf("a run that was stopped: %v", err)
	}
	h.Progress = nil
	ctx = within(t, 2*time.Minute)
	first, err := Run(ctx, in, h.Parts)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("../testdata/plans/retail-d.expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var want, got map[string]any
	text, err := json.Marshal(first)
	if err := errors.Join(err, json.Unmarshal(data, &want), json.Unmarshal(text, &got)); err != nil {
		t.Fatal(err)
	}
	delete(got, "events")
	delete(got, "seconds")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
	second, err := Run(ctx, in, h.Parts)
	if err != nil {
		t.Fatal(err)
	}
	if second.Events != 0 {
		t.Errorf("a run after the end appends %d events", second.Events)
	}
	first.Events, first.Seconds, second.Seconds = 0, 0, 0
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the second result differs (-first +second):\n%s", diff)
	}
}

// outcomes runs files and returns the answer to each row, in order.
func outcomes(t *testing.T, h *harness, f files) (*Result, []string) {
	t.Helper()
	in, err := f.load()
	if err != nil {
		t.Fatal(err)
	}
	result, err := Run(within(t, time.Minute), in, h.Parts)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]string{}
	for e, err := range h.Store.ReadAll(context.Background(), 0, eventstore.Filter{Types: []string{"PayoutRequested", "PayoutRefused"}}, 0) {
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := domain.Decode(e.Type, e.Version, e.Data)
		if err != nil {
			t.Fatal(err)
		}
		meta, _, err := domain.DecodeMeta(e.Meta)
		if err != nil {
			t.Fatal(err)
		}
		at := " at " + meta.EffectiveAt.Format(time.RFC3339)
		switch d := decoded.(type) {
		case domain.PayoutRequested:
			by[d.External] = "ACCEPTED by " + meta.Actor.String() + ", " + d.Confirm + at
		case domain.PayoutRefused:
			by[d.External] = string(d.Failures[0].Rule) + " by " + meta.Actor.String() + at
		}
	}
	var all []string
	for _, r := range in.Rows {
		all = append(all, r.ID+" "+by[r.ID])
	}
	return result, all
}

// The rules of reading a plan that the carried ones do not try.
func TestRowsAsThePlanSays(t *testing.T) {
	h := newHarness(t)
	result, got := outcomes(t, h, files{
		"p/plan.yaml": `payouts:
  file: rows.csv
  id: id
  requested_at: at
  customer: customer
  amount: amount
  currency: {value: KWD}
  reason: {column: reason}
merchant: {column: shop}
agent: {column: who}
timezone: America/New_York
policy:
  reasons_allowed: [a, b]
  amount_min: "1.000"
  sms_exempt_max: "2.000"
quota:
  daily_amount: "10.000"
  daily_count: 3
wallet:
  initial: "1.000"
  topup: "10.000"
  first_month: 2024-03
  last_month: 2024-04
`,
		// 2024-03-10T02:30 was skipped in New York; the day ended at 04:00 UTC from then on.
		"p/rows.csv": `id,at,customer,amount,reason,shop,who
1,2024-03-01T00:00,c,11.000,a,S,x
2,2024-03-01,c,10.000,a,S,x
3,2024-03-10T02:30,c,0.999,b,S,x
4,2024-03-10T02:30,c,1.001,b,S,
5,2024-03-05,,1.000,c,S,y
6,2024-04-01T03:59:59Z,c,1.000,a,S,y
7,2024-04-01T04:00:00Z,c,2.001,a,S,y
8,2024-04-01T04:00:00Z,c,2.000,a,S,y
9,2024-04-01T05:00:00Z,c,1.000,a,S,y
10,2024-04-01T06:00:00Z,c,1.000,a,S,y
11,2024-04-02T06:00:00Z,c,1.000,a,,y
`,
	})
	want := []string{
		"1 QUOTA_EXCEEDED by agent/x at 2024-03-01T05:00:00Z",   // though the wallet has 11.000 by then
		"2 ACCEPTED by agent/x, sms at 2024-03-01T05:00:00Z",    // exactly the quota
		"3 AMOUNT_BELOW_MIN by agent/x at 2024-03-10T07:00:00Z", // the instant of the change
		"4 PERMISSION_MISSING by agent at 2024-03-10T07:00:00Z",
		"5 CUSTOMER_MISSING by agent/y at 2024-03-10T07:00:00Z", // late: decided with the row before
		"6 ACCEPTED by agent/y, exempt at 2024-04-01T03:59:59Z", // still March, the last of the wallet
		"7 ACCEPTED by agent/y, sms at 2024-04-01T04:00:00Z",    // the top-up of April came first
		"8 ACCEPTED by agent/y, exempt at 2024-04-01T04:00:00Z",
		"9 ACCEPTED by agent/y, exempt at 2024-04-01T05:00:00Z",
		"10 QUOTA_EXCEEDED by agent/y at 2024-04-01T06:00:00Z", // the fourth of the day
		"11 MERCHANT_MISSING by agent/y at 2024-04-02T06:00:00Z",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	wantResult := &Result{
		Outcomes: map[string]Figure{
			"ACCEPTED": {5, kwd(16_001)}, "QUOTA_EXCEEDED": {2, kwd(12_000)}, "AMOUNT_BELOW_MIN": {1, kwd(999)},
			"PERMISSION_MISSING": {1, kwd(1_001)}, "CUSTOMER_MISSING": {1, kwd(1_000)}, "MERCHANT_MISSING": {1, kwd(1_000)},
		},
		Confirmation:  Confirmation{Exempt: 3, SMS: 2},
		AcceptedIDs:   fmt.Sprintf("%x", sha256.Sum256([]byte("2\n6\n7\n8\n9\n"))),
		Balances:      map[string]string{"S": "4.999"},
		AcceptedMonth: map[string]Pair{"2024-03": {1, kwd(10_000)}, "2024-04": {4, kwd(6_001)}},
		AcceptedFor:   map[string]Pair{"a": {5, kwd(16_001)}},
	}
	wantResult.Events, wantResult.Seconds = result.Events, result.Seconds
	if diff := cmp.Diff(wantResult, result); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}

func kwd(minor int64) domain.Money { return domain.Money{Minor: minor, Currency: "KWD"} }

// Wallets exist for merchants that never pay, and get their top-ups.
func TestMerchantsOfOrders(t *testing.T) {
	h := newHarness(t)
	result, _ := outcomes(t, h, plain())
	want := map[string]string{"A": "30.00", "B": "31.00", "Z": "31.00"}
	if diff := cmp.Diff(want, result.Balances); diff != "" {
		t.Errorf("balances (-want +got):\n%s", diff)
	}
}

// Another plan, or other data, for merchants that are there is refused before
// anything is appended.
func TestOtherPlanIsRefused(t *testing.T) {
	h := newHarness(t)
	outcomes(t, h, plain())
	before := h.Ledger.Appended()
	for name, f := range map[string]files{
		"plan": plain().with(t, "p/plan.yaml", `"50.00"`, `"49.00"`),
		"data": plain().with(t, "d/rows.csv", "r1,", "r0,"),
	} {
		in, err := f.load()
		if err != nil {
			t.Fatal(err)
		}
		_, err = Run(within(t, time.Minute), in, h.Parts)
		var other *OtherPlan
		if !errors.As(err, &other) {
			t.Fatalf("another %s: %v", name, err)
		}
		if diff := cmp.Diff([]string{"A", "B", "Z"}, other.Merchants); diff != "" {
			t.Errorf("merchants (-want +got):\n%s", diff)
		}
	}
	if after := h.Ledger.Appended(); after != before {
		t.Errorf("%d events were appended", after-before)
	}
}

// What the rail does late is waited for, what it never does ends the run, and a
// rerun goes on with the same payout.
func TestRailOutcomes(t *testing.T) {
	for name, c := range map[string]struct {
		fault sandbox.FaultKind
		want  error
	}{
		"answer lost":  {sandbox.LosePaid, nil},
		"request lost": {sandbox.LoseRequest, nil},
		"failed":       {sandbox.Fail, ErrNotPaid},
		"silent":       {sandbox.Hold, ErrStuck},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			h.bank.Script("", sandbox.Fault{Kind: c.fault})
			if c.want == ErrStuck {
				h.RowTimeout = 100 * time.Millisecond
			}
			in, err := plain().load()
			if err != nil {
				t.Fatal(err)
			}
			_, err = Run(within(t, time.Minute), in, h.Parts)
			if !errors.Is(err, c.want) {
				t.Fatalf("error %v, want %v", err, c.want)
			}
			if c.want != ErrStuck {
				return
			}
			if !strings.Contains(err.Error(), `row "r1" on line 2: payout P`) {
				t.Errorf("error does not name the row: %v", err)
			}
			h.RowTimeout = 0
			var held []string // the book in memory has one connection: read first, then settle
			for e, err := range h.bank.Entries(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
				if e.State == "pending" {
					held = append(held, e.Reference)
				}
			}
			for _, reference := range held {
				if settled, err := h.bank.Settle(context.Background(), reference, true); err != nil || !settled {
					t.Fatalf("settle %s: %v, %v", reference, settled, err)
				}
			}
			if _, err := Run(within(t, time.Minute), in, h.Parts); err != nil {
				t.Errorf("the rerun: %v", err)
			}
		})
	}
}

func TestFigureJSON(t *testing.T) {
	f := Figure{2, domain.Money{Minor: 1230, Currency: "CNY"}}
	text, err := json.Marshal([]any{f, Pair(f)})
	if want := `[{"count":2,"amount":"12.30"},[2,"12.30"]]`; err != nil || string(text) != want {
		t.Errorf("%s, %v; want %s", text, err, want)
	}
	for n, want := range map[int]string{1: "and one more mistake", 2: "and 2 more mistakes"} {
		if got := fmt.Sprint(&Mistakes{More: n}); !strings.HasSuffix(got, want) {
			t.Errorf("%q does not end with %q", got, want)
		}
	}
}
