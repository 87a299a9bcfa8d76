package export_test

import (
	"io"
	"testing"

	"github.com/amends-ledger/amends/export"
	"github.com/amends-ledger/amends/projections/records"

	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/projtest"
)

func BenchmarkPayoutsFromView(b *testing.B) {
	log, _, db := played(b, 20_000)
	projtest.Run(b, log, db, views(), projections.RunnerOptions{})
	for b.Loop() {
		m, err := export.Payouts(b.Context(), db, io.Discard, records.Filter{}, export.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(m.Bytes)
		b.ReportMetric(float64(m.Rows), "rows")
	}
}
