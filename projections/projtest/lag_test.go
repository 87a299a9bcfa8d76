package projtest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/projtest"
)

// BenchmarkLag feeds 20,000 events a second, as 5,000 payouts without SMS make
// them, and tells how late the rows are.
func BenchmarkLag(b *testing.B) {
	const perSecond = 20_000
	log := backfillLog(b, 15_000)
	for b.Loop() {
		live, db := projtest.NewLog(), projtest.SQLite(b)(b, projections.Options{})
		r, stop := projtest.Start(b, live, db, views()[:3], projections.RunnerOptions{})
		type mark struct {
			position eventstore.Position
			at       time.Time
		}
		var waiting []mark
		var lags []time.Duration
		look := func() {
			all, err := r.Status(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			now := time.Now()
			for len(waiting) > 0 && !slices.ContainsFunc(all, func(s projections.Status) bool { return s.Position < waiting[0].position }) {
				lags, waiting = append(lags, now.Sub(waiting[0].at)), waiting[1:]
			}
			time.Sleep(time.Millisecond)
		}
		began, sent := time.Now(), 0
		for sent < log.Len() {
			if due := min(int(time.Since(began).Seconds()*perSecond), log.Len()); due > sent {
				if err := log.CopyTo(b.Context(), live, sent, due); err != nil {
					b.Fatal(err)
				}
				tail, _ := live.Tail(b.Context())
				sent, waiting = due, append(waiting, mark{tail, time.Now()})
			}
			look()
		}
		for len(waiting) > 0 {
			look()
		}
		stop()
		slices.Sort(lags)
		b.ReportMetric(float64(lags[len(lags)/2].Milliseconds()), "p50-ms")
		b.ReportMetric(float64(lags[len(lags)*99/100].Milliseconds()), "p99-ms")
		b.ReportMetric(float64(lags[len(lags)-1].Milliseconds()), "max-ms")
		db.Close()
	}
}
