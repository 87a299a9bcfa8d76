package ledger

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore/segment"
	"github.com/amends-ledger/amends/internal/vfs"
	"github.com/amends-ledger/amends/ledger/keyindex"
)

// BenchmarkRequestPayout measures durable exempt payouts on the real file
// system: callers share appends, so throughput grows with them.
func BenchmarkRequestPayout(b *testing.B) {
	for _, callers := range []int{1, 64, 1024} {
		for _, merchants := range []int{1, 1000} {
			b.Run(fmt.Sprintf("callers=%d/merchants=%d", callers, merchants), func(b *testing.B) {
				benchmarkPayouts(b, callers, merchants)
			})
		}
	}
}

func benchmarkPayouts(b *testing.B, callers, merchants int) {
	ctx := context.Background()
	dir := b.TempDir()
	store, err := segment.Open(ctx, segment.Options{Dir: dir + "/log"})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	keys, err := keyindex.Open(keyindex.Options{FS: vfs.OS, Dir: dir + "/keys"})
	if err != nil {
		b.Fatal(err)
	}
	defer keys.Close()
	l, err := Open(ctx, Options{
		Store: store, Keys: keys, Cold: &coldMap{items: map[string]domain.Cold{}}, Codes: testCodes{}, Clock: testClock{},
		FingerprintKey: []byte("a key of thirty-two bytes, or so"),
	})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	limit := cny(1_000_00)
	if _, err := l.Do(ctx, Request{Key: "policy", Actor: platform, EffectiveAt: day(0), Command: domain.PublishPolicy{
		Name: "test", Policy: domain.Policy{SMSExemptMax: &limit, OrderCountMax: 1_000},
	}}); err != nil {
		b.Fatal(err)
	}
	var setup []Request
	for i := range merchants {
		id := fmt.Sprint("m", i)
		for j, c := range []domain.Command{
			domain.RegisterMerchant{
				Profile: domain.Profile{Zone: "Asia/Shanghai", Currency: "CNY", Policy: "test"},
				Owner:   domain.Operator{ID: "boss", Phone: domain.Subject{Pseudonym: "ph_1"}},
			},
			domain.OpenService{Agreement: "v1"},
			domain.SetSMSExemption{Max: limit},
			domain.CreditWallet{Money: cny(1_000_000_000_00), Reference: "bank"},
		} {
			by := owner
			if j == 0 || j == 3 {
				by = platform
			}
			setup = append(setup, Request{Merchant: id, Key: fmt.Sprint("setup", j), Actor: by, EffectiveAt: day(0), Command: c})
		}
	}
	for _, r := range l.DoBatch(ctx, setup) {
		if r.Err != nil || r.Receipt.Refusal() != nil {
			b.Fatal(r.Err, r.Receipt.Refusal())
		}
	}
	var next, refused atomic.Int64
	b.ResetTimer()
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for {
				n := next.Add(1)
				if n > int64(b.N) {
					return
				}
				r, err := l.Do(ctx, payout(fmt.Sprint("m", n%int64(merchants)), fmt.Sprint("key-", n), 1_00))
				if err != nil {
					b.Error(err)
					return
				}
				if r.Refusal() != nil {
					refused.Add(1)
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	if n := refused.Load(); n > 0 {
		b.Errorf("%d refused", n)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "payouts/s")
}
