package keyindex

import (
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

// benchKeys is the size at which the figures are taken.
const benchKeys = 2_000_000

// fastKeys makes ids as random as real ones, faster than by hashing.
func fastKeys(n int, seed uint64) []Entry {
	r := rand.NewPCG(seed, 1)
	out := make([]Entry, n)
	for i := range out {
		binary.LittleEndian.PutUint64(out[i].ID[:8], r.Uint64())
		binary.LittleEndian.PutUint64(out[i].ID[8:], r.Uint64())
		out[i].Revision = int64(i)
	}
	return out
}

func filled(b *testing.B, keys []Entry) *Index {
	b.Helper()
	x, err := Open(Options{FS: vfs.OS, Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { x.Close() })
	feed(b, x, keys)
	return x
}

// feed ends batches of 500 commands, as a busy loop does.
func feed(b *testing.B, x *Index, keys []Entry) {
	b.Helper()
	for pos := eventstore.Position(0); len(keys) > 0; pos += 500 {
		n := min(500, len(keys))
		if err := x.End(x.Begin(), keys[:n], pos+500); err != nil {
			b.Fatal(err)
		}
		keys = keys[n:]
	}
}

func BenchmarkGet(b *testing.B) {
	keys := fastKeys(benchKeys, 1)
	x := filled(b, keys)
	fresh := fastKeys(1<<20, 2)
	look := func(from []Entry, want bool) func(*testing.B) {
		return func(b *testing.B) {
			i := 0
			for b.Loop() {
				if _, ok, err := x.Get(from[i%len(from)].ID); ok != want || err != nil {
					b.Fatal(ok, err)
				}
				i += 7919
			}
		}
	}
	b.Run("new", look(fresh, false))
	b.Run("known", look(keys, true))
	b.Run("new, parallel", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			i := rand.IntN(len(fresh))
			for pb.Next() {
				if _, _, err := x.Get(fresh[i%len(fresh)].ID); err != nil {
					b.Fatal(err)
				}
				i += 7919
			}
		})
	})
}

// BenchmarkEnd is the cost of remembering one key, flushes and merges included.
func BenchmarkEnd(b *testing.B) {
	keys := fastKeys(benchKeys, 3)
	for b.Loop() {
		x, err := Open(Options{FS: vfs.OS, Dir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		feed(b, x, keys)
		if err := x.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchKeys, "ns/key")
}

// BenchmarkOpen verifies and loads an index, and reports what a key costs.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	x, err := Open(Options{FS: vfs.OS, Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	keys := fastKeys(benchKeys, 4)
	feed(b, x, keys)
	if err := x.Close(); err != nil {
		b.Fatal(err)
	}
	var heap float64
	var s Stats
	for b.Loop() {
		before := live()
		x, err := Open(Options{FS: vfs.OS, Dir: dir})
		if err != nil {
			b.Fatal(err)
		}
		heap, s = live()-before, x.Stats()
		x.Close()
	}
	b.ReportMetric(heap/benchKeys, "heap-B/key")
	b.ReportMetric(float64(s.MemoryBytes)/benchKeys, "stats-B/key")
	b.ReportMetric(float64(s.DiskBytes)/benchKeys, "disk-B/key")
	b.ReportMetric(float64(s.Runs), "runs")
}

// BenchmarkMap checks the estimate of what the map takes per waiting key.
func BenchmarkMap(b *testing.B) {
	keys := fastKeys(DefaultMemEntries, 5)
	var bytes float64
	for b.Loop() {
		before := live()
		m := make(map[uuid.UUID]int64)
		for _, e := range keys {
			m[e.ID] = e.Revision
		}
		bytes = live() - before
		runtime.KeepAlive(m)
	}
	b.ReportMetric(bytes/DefaultMemEntries, "B/key")
}

// live is the heap in use after collection.
func live() float64 {
	runtime.GC()
	runtime.GC()
	time.Sleep(time.Millisecond) // finish sweeping
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
