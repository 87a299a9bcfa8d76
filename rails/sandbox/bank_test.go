package sandbox

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/rails"
	"github.com/amends-ledger/amends/rails/railtest"
)

func openBook(t testing.TB, path string) *Bank {
	t.Helper()
	b, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func newBook(t testing.TB) *Bank {
	return openBook(t, filepath.Join(t.TempDir(), "book of a bank?.db"))
}

func TestConformance(t *testing.T) {
	paths := map[rails.Rail]string{}
	railtest.Run(t, railtest.Target{
		New: func(t *testing.T) rails.Rail {
			path := filepath.Join(t.TempDir(), "book.db")
			b := openBook(t, path)
			paths[b] = path
			return b
		},
		Restart: func(t *testing.T, r rails.Rail) rails.Rail {
			if err := r.(*Bank).Close(); err != nil {
				t.Fatal(err)
			}
			return openBook(t, paths[r])
		},
	})
}

// The same rail, with payments that stay pending or fail.
func TestConformanceOfFaults(t *testing.T) {
	failing := pay("X", 100)
	railtest.Run(t, railtest.Target{
		New: func(t *testing.T) rails.Rail {
			b, err := OpenMemory()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { b.Close() })
			if t.Name() == "TestConformanceOfFaults/failure_is_final" {
				b.Script("", Fault{Kind: Fail, Code: "ACCOUNT_CLOSED"})
			} else {
				b.Script("", Fault{Delay: 5 * time.Millisecond})
			}
			return b
		},
		Failing: &failing,
	})
}

func pay(reference string, minor int64) rails.Payment {
	return rails.Payment{
		Reference: reference, Merchant: "m", Money: domain.Money{Minor: minor, Currency: "CNY"}, Payee: "cu_1", Note: "n",
	}
}

func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault Fault
		first rails.State // of Pay; 0: an error
		err   error
		then  rails.State // of Query afterwards
		again rails.State // of Pay afterwards
	}{
		{"none", Fault{}, rails.Paid, nil, rails.Paid, rails.Paid},
		{"slow", Fault{Delay: time.Millisecond}, rails.Paid, nil, rails.Paid, rails.Paid},
		{"fail", Fault{Kind: Fail, Code: "NO_ACCOUNT", Why: "closed"}, rails.Failed, nil, rails.Failed, rails.Failed},
		{"answer lost, paid", Fault{Kind: LosePaid}, 0, ErrTimeout, rails.Paid, rails.Paid},
		{"answer lost, failed", Fault{Kind: LoseFailed}, 0, ErrTimeout, rails.Failed, rails.Failed},
		{"request lost", Fault{Kind: LoseRequest}, 0, ErrTimeout, rails.NotFound, rails.Paid},
		{"pending", Fault{Kind: Hold}, rails.Pending, nil, rails.Pending, rails.Pending},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBook(t)
			b.Script("R1", tt.fault)
			got, err := b.Pay(t.Context(), pay("R1", 100))
			if got.State != tt.first || !errors.Is(err, tt.err) {
				t.Errorf("pay: %+v, %v", got, err)
			}
			if got, err := b.Query(t.Context(), "R1"); err != nil || got.State != tt.then {
				t.Errorf("query: %+v, %v", got, err)
			}
			if got, err := b.Pay(t.Context(), pay("R1", 100)); err != nil || got.State != tt.again {
				t.Errorf("pay again: %+v, %v", got, err)
			}
			if got, err := b.Pay(t.Context(), pay("R2", 100)); err != nil || got.State != rails.Paid {
				t.Errorf("another reference: %+v, %v", got, err)
			}
		})
	}
}

func TestScriptForWhoeverComesNext(t *testing.T) {
	b := newBook(t)
	b.Script("", Fault{Kind: Fail}, Fault{Kind: LosePaid})
	b.Script("R2", Fault{Kind: Hold})
	for _, tt := range []struct {
		reference string
		want      rails.State
	}{{"R1", rails.Failed}, {"R2", rails.Pending}, {"R3", 0}, {"R4", rails.Paid}} {
		if got, _ := b.Pay(t.Context(), pay(tt.reference, 100)); got.State != tt.want {
			t.Errorf("%s is %+v, want %v", tt.reference, got, tt.want)
		}
	}
	b.Script("R5", Fault{Kind: Panic})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the scripted panic did not come")
			}
		}()
		b.Pay(t.Context(), pay("R5", 100))
	}()
}

func TestSettle(t *testing.T) {
	b := newBook(t)
	for reference, paid := range map[string]bool{"R1": true, "R2": false} {
		b.Script(reference, Fault{Kind: Hold})
		if _, err := b.Pay(t.Context(), pay(reference, 100)); err != nil {
			t.Fatal(err)
		}
		if ok, err := b.Settle(t.Context(), reference, paid); !ok || err != nil {
			t.Fatalf("settle: %v, %v", ok, err)
		}
		if ok, err := b.Settle(t.Context(), reference, !paid); ok || err != nil {
			t.Fatalf("settle what is settled: %v, %v", ok, err)
		}
	}
	for reference, want := range map[string]rails.State{"R1": rails.Paid, "R2": rails.Failed} {
		if got, err := b.Query(t.Context(), reference); err != nil || got.State != want {
			t.Errorf("%s: %+v, %v", reference, got, err)
		}
	}
}

func TestDown(t *testing.T) {
	b := newBook(t)
	b.SetDown(true)
	if _, err := b.Pay(t.Context(), pay("R1", 100)); !errors.Is(err, ErrDown) {
		t.Errorf("pay: %v", err)
	}
	if _, err := b.Query(t.Context(), "R1"); !errors.Is(err, ErrDown) {
		t.Errorf("query: %v", err)
	}
	b.SetDown(false)
	if got, err := b.Query(t.Context(), "R1"); err != nil || got.State != rails.NotFound {
		t.Errorf("afterwards: %+v, %v", got, err)
	}
}

func TestSumsOfTheBook(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.db")
	b := openBook(t, path)
	b.Script("F", Fault{Kind: Fail})
	b.Script("H", Fault{Kind: Hold})
	usd := pay("U", 7)
	usd.Money.Currency = "USD"
	for _, p := range []rails.Payment{pay("A", 100), pay("B", 250), pay("A", 100), pay("F", 1000), pay("H", 1000), usd} {
		if _, err := b.Pay(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	b.Close()
	b = openBook(t, path)
	totals, err := b.Totals(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[domain.Currency]Total{"CNY": {2, 350}, "USD": {1, 7}}, totals); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	var lines []string
	for e, err := range b.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %s", e.Reference, e.Money, e.Payee, e.State))
	}
	want := []string{"A CNY 1.00 cu_1 paid", "B CNY 2.50 cu_1 paid", "F CNY 10.00 cu_1 failed", "H CNY 10.00 cu_1 pending", "U USD 0.07 cu_1 paid"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

// One transaction with everything in it: new, known, known with other content,
// and the same twice.
func TestMixedBatch(t *testing.T) {
	b := newBook(t)
	if _, err := b.Pay(t.Context(), pay("A", 100)); err != nil {
		t.Fatal(err)
	}
	batch := []*order{}
	for _, p := range []rails.Payment{pay("N", 1), pay("A", 100), pay("A", 101), pay("N", 1), pay("N", 2), pay("O", 3)} {
		batch = append(batch, &order{payment: p, state: statePaid})
	}
	if err := b.writeBatch(batch); err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		id  string
		err error
	}{{"SBX-0000000002", nil}, {"SBX-0000000001", nil}, {"", ErrOtherContent}, {"SBX-0000000002", nil}, {"", ErrOtherContent}, {"SBX-0000000007", nil}} {
		if o := batch[i]; o.result.RailID != want.id || !errors.Is(o.err, want.err) {
			t.Errorf("order %d: %+v, %v", i, o.result, o.err)
		}
	}
	if got, err := b.Pay(t.Context(), pay("P", 1)); err != nil || got.RailID != "SBX-0000000008" {
		t.Errorf("the next payment: %+v, %v", got, err)
	}
}

func TestClosedBankAnswers(t *testing.T) {
	b := newBook(t)
	b.Close()
	for i := range 50 { // whatever way into the queue is open
		if _, err := b.Pay(t.Context(), pay(fmt.Sprint("R", i), 1)); err == nil {
			t.Fatal("a closed bank pays")
		}
	}
}

// A late answer is an unknown outcome to who asks, and booked all the same.
func TestDeadlineWhileBooked(t *testing.T) {
	b := newBook(t)
	b.Script("R1", Fault{Delay: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := b.Pay(ctx, pay("R1", 100)); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("pay: %v", err)
	}
	if got, err := b.Query(t.Context(), "R1"); err != nil || got.State != rails.Paid {
		t.Errorf("query: %+v, %v", got, err)
	}
}

// BenchmarkBook is the processor's time of a payment, waiting left out, when few
// or many share a transaction.
func BenchmarkBook(b *testing.B) {
	for _, size := range []int{1, 4, 32, 256} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			bank, batch := newBook(b), make([]*order, size)
			began := processorTime(b)
			for n := 0; n < b.N; n += size {
				for i := range batch {
					batch[i] = &order{payment: pay(domain.PayoutNo([16]byte{byte(n >> 16), byte(n >> 8), byte(n), byte(i)}), 100), state: statePaid}
				}
				if err := bank.writeBatch(batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(processorTime(b)-began)/float64(b.N), "cpu-ns/op")
		})
	}
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
