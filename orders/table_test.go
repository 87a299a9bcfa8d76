package orders

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/domain"
)

var _ Source = (*Table)(nil)

func facts(no string, minor int64) domain.OrderFacts {
	return domain.OrderFacts{
		ID: no, Customer: "cu_1", Total: domain.Money{Minor: minor, Currency: "GBP"},
		PlacedAt: time.Date(2010, 12, 1, 8, 26, 0, 0, time.UTC),
	}
}

func put(t *testing.T, table *Table, merchant string, f domain.OrderFacts) bool {
	t.Helper()
	replaced, err := table.Put(merchant, f)
	if err != nil {
		t.Fatal(err)
	}
	return replaced
}

func TestTable(t *testing.T) {
	var table Table
	put(t, &table, "France", facts("1", 100))
	put(t, &table, "", facts("2", 200))
	for _, tt := range []struct {
		merchant, no string
		want         int64 // 0: none
	}{
		{"France", "1", 100},
		{"EIRE", "1", 0}, // another merchant's
		{"", "1", 0},
		{"France", "2", 200}, // anybody's
		{"EIRE", "2", 200},
		{"France", "3", 0},
		{"France", "", 0},
	} {
		got, err := table.Order(t.Context(), tt.merchant, tt.no)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case tt.want == 0 && got != nil:
			t.Errorf("order %q of %q is %v, want none", tt.no, tt.merchant, got)
		case tt.want != 0 && got == nil:
			t.Errorf("order %q of %q is not there", tt.no, tt.merchant)
		case tt.want != 0:
			if diff := cmp.Diff(facts(tt.no, tt.want), *got); diff != "" {
				t.Errorf("order %q of %q (-want +got):\n%s", tt.no, tt.merchant, diff)
			}
		}
	}
}

func TestPutReplaces(t *testing.T) {
	var table Table
	if put(t, &table, "France", facts("1", 100)) {
		t.Error("the first order replaces one")
	}
	first, err := table.Order(t.Context(), "France", "1")
	if err != nil {
		t.Fatal(err)
	}
	if !put(t, &table, "France", facts("1", 90)) {
		t.Error("the second does not")
	}
	second, err := table.Order(t.Context(), "France", "1")
	if err != nil {
		t.Fatal(err)
	}
	if first.Total.Minor != 100 || second.Total.Minor != 90 || table.Len() != 1 {
		t.Errorf("totals %d, then %d, in %d orders", first.Total.Minor, second.Total.Minor, table.Len())
	}
	if _, err := table.Put("France", domain.OrderFacts{}); err == nil {
		t.Error("an order without a number is taken")
	}
}

func TestConcurrentUse(t *testing.T) {
	var table Table
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			if _, err := table.Put("m", facts(fmt.Sprint(i), int64(i)+1)); err != nil {
				t.Error(err)
			}
			if got, _ := table.Order(t.Context(), "m", fmt.Sprint(i)); got == nil || got.Total.Minor != int64(i)+1 {
				t.Errorf("order %d is %v", i, got)
			}
		})
	}
	wg.Wait()
	if table.Len() != 50 {
		t.Errorf("%d orders", table.Len())
	}
}
