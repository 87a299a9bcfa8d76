package export_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/amends-ledger/amends/export"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/projtest"
	"github.com/amends-ledger/amends/projections/records"
)

func played(t testing.TB, commands int) (*projtest.Log, *projtest.Story, *projections.DB) {
	t.Helper()
	log := projtest.NewLog()
	s, err := projtest.NewStory(5, log, 3)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Play(commands); err != nil {
		t.Fatal(err)
	}
	return log, s, projtest.SQLite(t)(t, projections.Options{})
}

func views() []*projections.View { return []*projections.View{records.View()} }

// parse reads a CSV export with the standard library's reader.
func parse(t testing.TB, data []byte) (header []string, rows []map[string]string) {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return all[0], rows
}

func TestPayoutsFile(t *testing.T) {
	log, _, db := played(t, 600)
	projtest.Run(t, log, db, views(), projections.RunnerOptions{})
	path := filepath.Join(t.TempDir(), "payouts.csv")
	var progress atomic.Int64
	m, err := export.PayoutsFile(t.Context(), db, path, records.Filter{}, export.Options{
		Customer: func(p string) string { return "c***" + p[len(p)-1:] }, Rows: &progress,
		ReasonLabel: func(r string) string { return map[string]string{"shipping": "補運費"}[r] },
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	header, rows := parse(t, data)
	if diff := cmp.Diff(m.Columns, header); diff != "" {
		t.Errorf("header (-manifest +file):\n%s", diff)
	}
	var all []records.Record
	if _, err := records.Each(t.Context(), db, records.Filter{}, func(r records.Record) error {
		all = append(all, r)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(all) || progress.Load() != int64(len(all)) {
		t.Fatalf("%d rows in the file, %d counted, %d records", len(rows), progress.Load(), len(all))
	}
	sums, guards := map[string]decimal.Decimal{}, 0
	for i, r := range all {
		row := rows[i]
		amount := decimal.RequireFromString(row["amount"])
		sums[row["currency"]] = sums[row["currency"]].Add(amount)
		want := map[string]string{
			"payout_no": r.Payout, "order_no": r.OrderNo, "status": r.Status, "failure_code": r.FailureCode, "reason": r.Reason,
			"amount": decimal.New(r.Amount, -2).StringFixed(2), "currency": r.Currency, "requested_by": r.RequestedBy, "entry": r.Entry,
			"event_id": r.EventID, "merchant": r.Merchant, "rail_ref": r.RailRef,
			"external": r.External, "requested_at": r.RequestedAt.Time().Format(time.RFC3339Nano), "paid_at": "", "customer_account": "",
			"order_total": "", "reason_label": "",
		}
		if strings.ContainsAny(r.External, "=+@") {
			want["external"] = "'" + r.External
			guards++
		}
		if r.PaidAt != 0 {
			want["paid_at"] = r.PaidAt.Time().Format(time.RFC3339Nano)
		}
		if r.Customer != "" {
			want["customer_account"] = "c***" + r.Customer[len(r.Customer)-1:]
		}
		if r.OrderTotal.Valid {
			want["order_total"] = decimal.New(r.OrderTotal.V, -2).StringFixed(2)
		}
		switch r.Reason {
		case "shipping":
			want["reason_label"] = "補運費"
		case "quality": // the record has its own
			want["reason_label"] = "商品質量"
		}
		for column, v := range want {
			if row[column] != v {
				t.Errorf("row %d, %s: got %q, want %q", i, column, row[column], v)
			}
		}
	}
	if guards == 0 {
		t.Error("no record has a text to guard")
	}
	for currency, sum := range sums {
		if m.Sum[currency] != sum.StringFixed(2) {
			t.Errorf("sum of %s: manifest %s, file %s", currency, m.Sum[currency], sum)
		}
	}
	checkManifest(t, path, m, data)
}

func checkManifest(t *testing.T, path string, m export.Manifest, data []byte) {
	t.Helper()
	sum := sha256.Sum256(data)
	if m.SHA256 != hex.EncodeToString(sum[:]) || m.Bytes != int64(len(data)) {
		t.Errorf("manifest says %d bytes, %s; the file has %d, %x", m.Bytes, m.SHA256, len(data), sum)
	}
	text, err := os.ReadFile(path + export.ManifestSuffix)
	if err != nil {
		t.Fatal(err)
	}
	var stored export.Manifest
	if err := json.Unmarshal(text, &stored); err != nil {
		t.Fatal(err)
	}
	if stored.SHA256 != m.SHA256 || stored.Rows != m.Rows || stored.Position != m.Position || stored.File != filepath.Base(path) {
		t.Errorf("manifest beside the file: %+v, returned: %+v", stored, m)
	}
	rows := int64(0)
	for _, part := range m.Statuses {
		rows += part.Rows
	}
	if rows != m.Rows || len(m.Statuses) < 5 {
		t.Errorf("statuses %v have %d rows in all, the file has %d", m.Statuses, rows, m.Rows)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 2 {
		t.Errorf("the folder has %v, %v; want the file and its manifest", left, err)
	}
}

func TestJSONL(t *testing.T) {
	log, _, db := played(t, 400)
	projtest.Run(t, log, db, views(), projections.RunnerOptions{})
	var b bytes.Buffer
	m, err := export.Payouts(t.Context(), db, &b, records.Filter{Statuses: []string{"PAID"}}, export.Options{Format: export.JSONLFormat()})
	if err != nil {
		t.Fatal(err)
	}
	sum := decimal.Zero
	rows := int64(0)
	for line := range strings.Lines(b.String()) {
		var row map[string]any
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		rows++
		sum = sum.Add(decimal.RequireFromString(row["amount"].(string)))
		if _, err := time.Parse(time.RFC3339Nano, row["paid_at"].(string)); err != nil || row["status"] != "PAID" || len(row) != len(m.Columns) {
			t.Errorf("row %q: %v", line, err)
		}
		if _, ok := row["position"].(float64); !ok {
			t.Errorf("position is %T, want a number", row["position"])
		}
	}
	if rows == 0 || rows != m.Rows || m.Sum["CNY"] != sum.StringFixed(2) {
		t.Errorf("%d rows, %s in all; manifest: %d, %v", rows, sum, m.Rows, m.Sum)
	}
}

// An export that fails leaves what was there before, and nothing else.
func TestFailureLeavesNothing(t *testing.T) {
	log, _, db := played(t, 400)
	projtest.Run(t, log, db, views(), projections.RunnerOptions{})
	dir := t.TempDir()
	path := filepath.Join(dir, "payouts.csv")
	for name, content := range map[string]string{path: "old", path + export.ManifestSuffix: "old too"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	full := errors.New("disk full")
	for after := range 3 {
		_, err := export.PayoutsFile(t.Context(), db, path, records.Filter{}, export.Options{
			Format: export.Format{Name: "failing", Open: func(io.Writer) export.Writer { return &failing{after, full} }},
		})
		if !errors.Is(err, full) {
			t.Fatalf("got %v, want %v", err, full)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("the folder has %v, %v", left, err)
	}
	for name, want := range map[string]string{path: "old", path + export.ManifestSuffix: "old too"} {
		if got, err := os.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
	if _, err := export.PayoutsFile(t.Context(), db, filepath.Join(dir, "no", "such", "folder.csv"), records.Filter{}, export.Options{}); err == nil {
		t.Error("an export into a folder that is not there succeeded")
	}
}

// failing fails after some calls.
type failing struct {
	calls int
	err   error
}

func (f *failing) call() error {
	if f.calls--; f.calls < 0 {
		return f.err
	}
	return nil
}

func (f *failing) Begin([]export.Column, []string) error { return f.call() }
func (f *failing) Row([]export.Cell) error               { return f.call() }
func (f *failing) End() error                            { return f.call() }

// Exports on top of each other, while the ledger works: no change is left out,
// none is written twice.
func TestIncremental(t *testing.T) {
	log, story, db := played(t, 50)
	r, stop := projtest.Start(t, log, db, views(), projections.RunnerOptions{Gather: -1, Batch: 7})
	var enough atomic.Bool
	const most = 3_000 // commands, if exports are slow
	written := make(chan error, 1)
	go func() {
		for n := 0; n < most && !enough.Load(); n += 10 {
			if err := story.Play(10); err != nil {
				written <- err
				return
			}
		}
		written <- nil
	}()
	latest, seen := map[string]map[string]string{}, map[string]bool{}
	after, exports, last := records.Filter{}, 0, false
	for {
		var b bytes.Buffer
		m, err := export.Payouts(t.Context(), db, &b, after, export.Options{})
		if err != nil && !errors.Is(err, projections.ErrNoView) {
			t.Fatal(err)
		}
		if err == nil {
			exports++
			_, rows := parse(t, b.Bytes())
			for _, row := range rows {
				key := row["payout_no"] + " at " + row["position"]
				if seen[key] {
					t.Fatalf("%s was exported twice", key)
				}
				seen[key] = true
				latest[row["payout_no"]] = row
			}
			after.After = m.Position
		}
		if last {
			break
		}
		if exports < 10 {
			continue
		}
		enough.Store(true)
		if err := <-written; err != nil {
			t.Fatal(err)
		}
		tail, _ := log.Tail(t.Context())
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := r.WaitFor(ctx, tail); err != nil {
			t.Fatal(err)
		}
		last = true
	}
	stop()
	var b bytes.Buffer
	if _, err := export.Payouts(t.Context(), db, &b, records.Filter{}, export.Options{}); err != nil {
		t.Fatal(err)
	}
	_, rows := parse(t, b.Bytes())
	want := map[string]map[string]string{}
	for _, row := range rows {
		want[row["payout_no"]] = row
	}
	if diff := cmp.Diff(want, latest); diff != "" {
		t.Errorf("all at once (-), in %d exports (+):\n%s", exports, diff)
	}
	if len(want) < 20 {
		t.Errorf("%d exports of %d records prove little", exports, len(want))
	}
}
