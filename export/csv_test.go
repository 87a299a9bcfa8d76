package export

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/projections/records"
)

func TestCSVCells(t *testing.T) {
	columns := []Column{{"id", ID}, {"text", Text}, {"amount", Amount}, {"n", Integer}, {"at", Time}}
	var b bytes.Buffer
	w := NewCSV(&b, true)
	if err := w.Begin(columns, []string{"id", "Text", "=amount", "n", "at"}); err != nil {
		t.Fatal(err)
	}
	for _, cells := range [][]Cell{
		{{Text: "007"}, {Text: `say "hi", you`}, {Int: -5, Currency: "CNY"}, {Int: -7}, {Int: 1_300_000_000_000_000_001}},
		{{Text: "-1"}, {Text: "two\r\nlines"}, {Int: 12, Currency: "JPY"}, {None: true}, {None: true}},
		{{Text: ""}, {None: true}, {Int: 1_234, Currency: "KWD"}, {Int: 0}, {Int: 1_300_000_000_000_000_000}},
	} {
		if err := w.Row(cells); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	want := "\xef\xbb\xbf" + `"id","Text","'=amount","n","at"` + "\r\n" +
		`"007","say ""hi"", you",-0.05,-7,2011-03-13T07:06:40.000000001Z` + "\r\n" +
		`"'-1","two` + "\r\n" + `lines",12,,` + "\r\n" +
		`"",,1.234,0,2011-03-13T07:06:40Z` + "\r\n"
	if b.String() != want {
		t.Errorf("got\n%q\nwant\n%q", b.String(), want)
	}
}

func TestGuard(t *testing.T) {
	for _, text := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x00=1", "＝1", "＋1", "－1", "＠A"} {
		if got := cell(t, text); got != "'"+text {
			t.Errorf("%q is written as %q", text, got)
		}
	}
	for _, text := range []string{"", "a=1", "1", "'=1", " x", "補差價", "'"} {
		if got := cell(t, text); got != text {
			t.Errorf("%q is written as %q", text, got)
		}
	}
}

// cell is what a reader gets for a text.
func cell(t *testing.T, text string) string {
	t.Helper()
	line := append(appendText(nil, text), "\r\n"...)
	got, err := csv.NewReader(bytes.NewReader(line)).Read()
	if err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return got[0]
}

// Whatever a text is, it comes back, or it comes back behind an apostrophe that
// stands before something that may be run.
func FuzzCSVText(f *testing.F) {
	for _, s := range []string{"", "=", `"`, `"",""`, "a\nb", "\x00", "＝"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "\r") {
			t.Skip("the standard library's reader drops carriage returns before line feeds")
		}
		got := cell(t, s)
		if got == s && !guarded(s) || got == "'"+s && guarded(s) {
			return
		}
		t.Errorf("%q came back as %q", s, got)
	})
}

// Memory does not grow with the rows.
func TestConstantMemory(t *testing.T) {
	const rows = 200_000
	for _, format := range []Format{CSVFormat(false), JSONLFormat()} {
		var start, now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&start)
		most := uint64(0)
		m, err := payouts(Options{}).write(io.Discard, func(each func(records.Record) error) (eventstore.Position, error) {
			for i := range rows {
				r := records.Record{Payout: fmt.Sprintf("P%020d", i), Status: "PAID", Currency: "CNY", Amount: 1, RequestedAt: 1, Position: int64(i)}
				if err := each(r); err != nil {
					return 0, err
				}
				if i%(rows/10) == 0 {
					runtime.GC()
					runtime.ReadMemStats(&now)
					most = max(most, now.HeapAlloc)
				}
			}
			return rows, nil
		}, records.Filter{}, Options{Format: format})
		if err != nil {
			t.Fatal(err)
		}
		if m.Rows != rows || m.Sum["CNY"] != "2000.00" || m.Bytes < rows*50 {
			t.Errorf("%s: %+v", format.Name, m)
		}
		if grown := int64(most) - int64(start.HeapAlloc); grown > 4<<20 {
			t.Errorf("%s: %d bytes more in memory at one time, for %d bytes written", format.Name, grown, m.Bytes)
		}
	}
}

func BenchmarkPayoutsCSV(b *testing.B) {
	r := records.Record{
		Payout: "P0123456789ABCDEFGHJK", Merchant: "merchant-17", Status: "PAID", Currency: "CNY", Amount: 12_30, Reason: "shipping",
		RequestedAt: 1_300_000_000_000_000_000, ConfirmedAt: 1_300_000_000_000_000_000, PaidAt: 1_300_000_000_000_000_000,
		RequestedBy: "agent/ann", Entry: "order_detail", ConfirmMethod: "sms", Rail: "sandbox", RailRef: "P0123456789ABCDEFGHJK",
		EventID: "0198c0de-0000-7000-8000-000000000000", OrderNo: "order-12345678", External: "claim-9", Position: 17,
	}
	for b.Loop() {
		m, err := payouts(Options{}).write(io.Discard, func(each func(records.Record) error) (eventstore.Position, error) {
			for range 100_000 {
				if err := each(r); err != nil {
					return 0, err
				}
			}
			return 1, nil
		}, nil, Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(m.Bytes)
	}
}
