package export

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/projtest"
	"github.com/amends-ledger/amends/projections/quota"
	"github.com/amends-ledger/amends/projections/wallet"
)

// lines reads JSON Lines.
func lines(t *testing.T, b *bytes.Buffer) []map[string]any {
	t.Helper()
	var out []map[string]any
	for line := range strings.Lines(b.String()) {
		var row map[string]any
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		out = append(out, row)
	}
	return out
}

func TestWalletQuotaEvents(t *testing.T) {
	log := projtest.NewLog()
	story, err := projtest.NewStory(3, log, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := story.Play(500); err != nil {
		t.Fatal(err)
	}
	db := projtest.SQLite(t)(t, projections.Options{})
	projtest.Run(t, log, db, []*projections.View{wallet.View(), quota.View()}, projections.RunnerOptions{})
	tail, _ := log.Tail(t.Context())
	o := Options{Format: JSONLFormat()}
	m := story.Merchants()[0]

	t.Run("wallet", func(t *testing.T) {
		var b bytes.Buffer
		manifest, err := Wallet(t.Context(), db, &b, wallet.EntryFilter{Merchant: m.ID}, o)
		if err != nil {
			t.Fatal(err)
		}
		rows := lines(t, &b)
		last := rows[len(rows)-1]
		want := decimal.New(m.Wallet.Available, -2).StringFixed(2)
		if last["available"] != want || manifest.Rows != int64(len(rows)) || manifest.Position != tail {
			t.Errorf("ends with %v, want available %s; manifest %+v", last, want, manifest)
		}
		if paid := manifest.Statuses[wallet.Pay].Sum["CNY"]; paid != decimal.New(m.Wallet.Paid, -2).StringFixed(2) {
			t.Errorf("paid %s, the domain says %d", paid, m.Wallet.Paid)
		}
	})
	t.Run("quota", func(t *testing.T) {
		var b bytes.Buffer
		if _, err := Quota(t.Context(), db, &b, quota.UseFilter{Merchant: m.ID, Account: "ann", Kind: quota.Daily}, o); err != nil {
			t.Fatal(err)
		}
		rows := lines(t, &b)
		last := rows[len(rows)-1]
		use := m.Agents["ann"].Day
		if last["period"] != use.Period || last["amount"] != decimal.New(use.Amount, -2).StringFixed(2) || last["count"] != float64(use.Count) {
			t.Errorf("ends with %v, the domain says %+v", last, use)
		}
		for i := 1; i < len(rows); i++ {
			if rows[i]["period"].(string) <= rows[i-1]["period"].(string) {
				t.Errorf("period %v after %v", rows[i]["period"], rows[i-1]["period"])
			}
		}
	})
	t.Run("events", func(t *testing.T) {
		seen, after := 0, eventstore.Position(0)
		for _, types := range [][]string{nil, {"PayoutPaid"}} {
			var b bytes.Buffer
			manifest, err := Events(t.Context(), log, &b, EventFilter{Merchant: m.ID, Types: types}, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range lines(t, &b) {
				if row["merchant"] != m.ID || types != nil && row["type"] != "PayoutPaid" {
					t.Errorf("row %v of %s, %v", row, m.ID, types)
				}
				var data map[string]any
				if err := json.Unmarshal([]byte(row["data"].(string)), &data); err != nil {
					t.Errorf("data %v: %v", row["data"], err)
				}
			}
			if types == nil && manifest.Rows != m.Rev+1 || manifest.Rows == 0 {
				t.Errorf("%d rows of %v, the stream has %d events", manifest.Rows, types, m.Rev+1)
			}
		}
		for range 3 { // on top of each other
			var b bytes.Buffer
			manifest, err := Events(t.Context(), log, &b, EventFilter{After: after}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			seen, after = seen+int(manifest.Rows), manifest.Position
			if err := story.Play(20); err != nil {
				t.Fatal(err)
			}
		}
		var b bytes.Buffer
		manifest, err := Events(t.Context(), log, &b, EventFilter{After: after}, Options{})
		if err != nil || seen+int(manifest.Rows) != log.Len() {
			t.Errorf("%d and %d rows, the log has %d events; %v", seen, manifest.Rows, log.Len(), err)
		}
	})
}

// Every column has a name in both languages, and no two of a table have the same.
func TestHeaders(t *testing.T) {
	for _, columns := range [][]Column{payoutColumns, walletTable.columns, quotaTable.columns, eventTable.columns} {
		for _, language := range []string{"zh-Hans", "zh-Hant"} {
			names := map[string]string{}
			for _, c := range columns {
				name := Headers(language)(c.Name)
				if name == c.Name {
					t.Errorf("%s has no name in %s", c.Name, language)
				}
				if other, taken := names[name]; taken {
					t.Errorf("%s and %s are both %s", c.Name, other, name)
				}
				names[name] = c.Name
			}
		}
		if got := Headers("en")(columns[0].Name); got != columns[0].Name {
			t.Errorf("in English %s is %s", columns[0].Name, got)
		}
	}
}
