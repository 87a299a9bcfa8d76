package orders

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/domain"
)

func openFile(t *testing.T, path string) *File {
	t.Helper()
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestFile: what was put is there after the process ended, for whom it belongs to.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	f := openFile(t, path)
	full := facts("1", 100)
	full.State, full.Version = "finished", "7"
	full.Refunded = domain.Money{Minor: 5, Currency: "GBP"}
	full.CompletedAt = time.Date(2010, 12, 9, 0, 0, 0, 0, time.UTC)
	if replaced, err := f.Put(t.Context(), "France", full, facts("2", 200)); err != nil || replaced != 0 {
		t.Fatalf("%d replaced, %v", replaced, err)
	}
	if replaced, err := f.Put(t.Context(), "", facts("2", 250), facts("3", 300)); err != nil || replaced != 1 {
		t.Fatalf("%d replaced, %v", replaced, err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}

	f = openFile(t, path)
	defer f.Close()
	for _, tt := range []struct {
		merchant, no string
		want         *domain.OrderFacts
	}{
		{"France", "1", &full},
		{"EIRE", "1", nil}, // another merchant's
		{"EIRE", "2", new(facts("2", 250))},
		{"France", "3", new(facts("3", 300))},
		{"France", "4", nil},
	} {
		got, err := f.Order(t.Context(), tt.merchant, tt.no)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("order %s of %s (-want +got):\n%s", tt.no, tt.merchant, diff)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// TestFilePutIsWhole: one bad order stores none.
func TestFilePutIsWhole(t *testing.T) {
	f := openFile(t, filepath.Join(t.TempDir(), "orders.db"))
	defer f.Close()
	if _, err := f.Put(t.Context(), "m", facts("1", 100), domain.OrderFacts{}); err == nil {
		t.Error("an order without a number is taken")
	}
	if got, err := f.Order(t.Context(), "m", "1"); err != nil || got != nil {
		t.Errorf("order %v, %v: half of the put is there", got, err)
	}
}
