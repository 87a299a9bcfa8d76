package segment

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

// benchEvent is about 300 bytes in a record.
const benchData = 170

var benchCallers = []int{1, 64, 1024}

// BenchmarkBare is the ceiling: a group commit without a log. Callers hand over
// 300 bytes, one goroutine copies what is waiting into a buffer, writes it into
// a file that is filled with zeros, syncs and answers.
func BenchmarkBare(b *testing.B) {
	for _, callers := range benchCallers {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			const size = 300
			f, err := os.Create(filepath.Join(b.TempDir(), "bare"))
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			zeros := make([]byte, 1<<20)
			for range 256 {
				if _, err := f.Write(zeros); err != nil {
					b.Fatal(err)
				}
			}
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
			file, err := vfs.OS.Open(f.Name())
			if err != nil {
				b.Fatal(err)
			}
			defer file.Close()
			type call struct {
				data []byte
				done chan struct{}
			}
			queue := make(chan *call, 8192)
			end := make(chan struct{})
			go func() {
				defer close(end)
				var off int64
				var buf []byte
				var batch []*call
				for c := range queue {
					for range 3 {
						runtime.Gosched()
					}
					buf, batch = append(buf[:0], c.data...), append(batch[:0], c)
					for more := true; more; {
						select {
						case c := <-queue:
							buf, batch = append(buf, c.data...), append(batch, c)
						default:
							more = false
						}
					}
					if off+int64(len(buf)) > 255<<20 {
						off = 0
					}
					if _, err := file.WriteAt(buf, off); err != nil {
						panic(err)
					}
					if err := file.Sync(); err != nil {
						panic(err)
					}
					off += int64(len(buf))
					for _, c := range batch {
						c.done <- struct{}{}
					}
				}
			}()
			share(b, callers, func(int) func() {
				c := &call{data: make([]byte, size), done: make(chan struct{}, 1)}
				return func() {
					queue <- c
					<-c.done
				}
			})
			close(queue)
			<-end
		})
	}
}

// BenchmarkAppend is the log with one event per write, each caller with its own
// stream.
func BenchmarkAppend(b *testing.B) {
	for _, callers := range benchCallers {
		b.Run(fmt.Sprint(callers), func(b *testing.B) { benchAppend(b, callers, callers) })
	}
}

// BenchmarkAppendStreams is the log with 10,000 streams.
func BenchmarkAppendStreams(b *testing.B) {
	for _, callers := range benchCallers[1:] {
		b.Run(fmt.Sprint(callers), func(b *testing.B) { benchAppend(b, callers, 10_000) })
	}
}

func benchAppend(b *testing.B, callers, streams int) {
	ctx := context.Background()
	l, err := Open(ctx, Options{Dir: filepath.Join(b.TempDir(), "log")})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	var ids atomic.Uint64
	share(b, callers, func(caller int) func() {
		data := make([]byte, benchData)
		events := make([]eventstore.Event, 1)
		revs := map[int]int64{}
		n := 0
		return func() {
			stream := caller + callers*n
			if stream >= streams {
				n, stream = 0, caller
			}
			n++
			var id uuid.UUID
			binary.BigEndian.PutUint64(id[:], ids.Add(1))
			events[0] = eventstore.Event{ID: id, Type: "PayoutRequested", Version: 1, RecordedAt: time.Unix(1, 2), Data: data}
			name := benchNames[stream]
			rev := revs[stream]
			if _, err := l.Append(ctx, eventstore.Write{Stream: name, Expect: eventstore.At(rev - 1), Events: events}); err != nil {
				b.Error(err)
				runtime.Goexit()
			}
			revs[stream] = rev + 1
		}
	})
	b.ReportMetric(float64(len(l.segs)), "files")
}

var benchNames = func() (out []string) {
	for i := range 10_000 {
		out = append(out, fmt.Sprintf("merchant-%05d", i))
	}
	return out
}()

// share has callers share b.N calls.
func share(b *testing.B, callers int, caller func(i int) func()) {
	var left atomic.Int64
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for i := range callers {
		call := caller(i)
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				call()
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1000, "kacks/s")
}

// BenchmarkBatch is what an event costs in the log itself: batches of 1,000
// writes to 10,000 streams, in memory.
func BenchmarkBatch(b *testing.B) {
	ctx := context.Background()
	l, err := Open(ctx, Options{Dir: "log", FS: vfs.NewMem(), SegmentBytes: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	const size = 1000
	ws := make([]eventstore.Write, size)
	data := make([]byte, benchData)
	revs := make([]int64, len(benchNames))
	n := 0
	b.ReportAllocs()
	b.ResetTimer()
	for done := 0; done < b.N; done += size {
		for i := range ws {
			if ws[i].Events == nil {
				ws[i].Events = make([]eventstore.Event, 1)
			}
			stream := n % len(benchNames)
			n++
			var id uuid.UUID
			binary.BigEndian.PutUint64(id[:], uint64(n))
			ws[i].Stream, ws[i].Expect = benchNames[stream], eventstore.At(revs[stream]-1)
			ws[i].Events[0] = eventstore.Event{ID: id, Type: "PayoutRequested", Version: 1, RecordedAt: time.Unix(1, 2), Data: data}
			revs[stream]++
		}
		for _, r := range l.AppendBatch(ctx, ws) {
			if r.Err != nil {
				b.Fatal(r.Err)
			}
		}
	}
}
