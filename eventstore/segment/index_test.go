package segment

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

// library is a log of very many small files, and where everything in it is.
type library struct {
	log    *Log
	fs     *vfs.Mem
	events map[string][]int // numbers of someEvent, by revision
	reads  atomic.Int64
}

func newLibrary(t *testing.T, writes int) *library {
	t.Helper()
	lib := &library{fs: vfs.NewMem(), events: map[string][]int{}}
	lib.open(t)
	r := rand.New(rand.NewPCG(4, 4))
	for n := range writes {
		// Some streams are everywhere, some in few files.
		stream := fmt.Sprintf("s%d", r.IntN(3))
		if r.IntN(4) == 0 {
			stream = fmt.Sprintf("rare-%d", r.IntN(40))
		}
		rev := len(lib.events[stream])
		if _, err := lib.log.Append(context.Background(), oneWrite(stream, int64(rev), n+1)); err != nil {
			t.Fatal(err)
		}
		lib.events[stream] = append(lib.events[stream], n+1)
	}
	return lib
}

func (lib *library) open(t *testing.T) {
	t.Helper()
	lib.fs.Inject(func(op vfs.Op) error {
		if op.Kind == vfs.OpRead {
			lib.reads.Add(1)
		}
		return nil
	})
	l, err := Open(context.Background(), Options{Dir: "log", FS: lib.fs, SegmentBytes: minSegmentBytes, SealAfter: -1, alone: true})
	if err != nil {
		t.Fatal(err)
	}
	lib.log = l
	t.Cleanup(func() { l.Close() })
}

func (lib *library) readAll(t *testing.T) {
	t.Helper()
	for stream, want := range lib.events {
		n := 0
		for r, err := range lib.log.ReadStream(context.Background(), stream, 0, eventstore.ReadOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			if r.ID != someEvent(want[n]).ID || r.Revision != int64(n) || r.Position != eventstore.Position(want[n]) {
				t.Fatalf("%s: got %+v at %d, want event %d", stream, r, n, want[n])
			}
			n++
		}
		if n != len(want) {
			t.Fatalf("%s: %d events, want %d", stream, n, len(want))
		}
	}
}

// TestLookUpsAreLogarithmic counts the reads that it takes to find one event, by
// revision or by position, in a log of many files.
func TestLookUpsAreLogarithmic(t *testing.T) {
	lib := newLibrary(t, 4000)
	files := len(lib.log.segs)
	if files < 500 {
		t.Fatalf("only %d files", files)
	}
	ctx := context.Background()
	most := int64(0)
	r := rand.New(rand.NewPCG(5, 5))
	for range 2000 {
		stream := fmt.Sprintf("s%d", r.IntN(3))
		rev := r.IntN(len(lib.events[stream]))
		number := lib.events[stream][rev]
		before := lib.reads.Load()
		for rec, err := range lib.log.ReadStream(ctx, stream, int64(rev), eventstore.ReadOptions{Limit: 1}) {
			if err != nil || rec.ID != someEvent(number).ID {
				t.Fatalf("revision %d of %s: %v, %v", rev, stream, rec.ID, err)
			}
		}
		most = max(most, lib.reads.Load()-before)
		before = lib.reads.Load()
		for rec, err := range lib.log.ReadAll(ctx, eventstore.Position(number-1), eventstore.Filter{}, 1) {
			if err != nil || rec.ID != someEvent(number).ID {
				t.Fatalf("position %d: %v, %v", number, rec.ID, err)
			}
		}
		most = max(most, lib.reads.Load()-before)
	}
	// A look at a jump and a step, some times the logarithm; then offsets and record.
	bits := int64(0)
	for n := files; n > 0; n /= 2 {
		bits++
	}
	if limit := 4*bits + 4; most > limit {
		t.Errorf("%d reads for one event among %d files, want at most %d", most, files, limit)
	}
	t.Logf("at most %d reads for one event among %d files", most, files)
}

// TestIndexesAreMadeAgain takes indexes away, at rest and from an open log.
func TestIndexesAreMadeAgain(t *testing.T) {
	lib := newLibrary(t, 300)
	lib.log.Close()
	names, err := lib.fs.List("log")
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string]string{}
	for _, name := range names {
		if strings.HasSuffix(name, idxSuffix) {
			contents[name] = string(lib.fs.Bytes(path.Join("log", name)))
			if len(contents)%2 == 0 {
				if err := lib.fs.Remove(path.Join("log", name)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	lib.open(t)
	if got := lib.log.Recovery().Reindexed; got != len(contents)/2 || got == 0 {
		t.Errorf("%d files read again, want %d", got, len(contents)/2)
	}
	lib.readAll(t)
	for name := range contents {
		lib.fs.Corrupt(path.Join("log", name), 0, int64(len(contents[name])), func(p []byte) {
			for i := range p {
				p[i] ^= 0x55
			}
		})
	}
	lib.readAll(t)
	for name, want := range contents {
		if string(lib.fs.Bytes(path.Join("log", name))) != want {
			t.Errorf("%s is not what it was", name)
		}
	}
}

// TestMemoryIsPerStream tries that many events cost no memory, once indexed.
func TestMemoryIsPerStream(t *testing.T) {
	ctx := context.Background()
	const streams = 20_000
	fill := func(l *Log, events int) {
		for from := 0; from < events; from += streams {
			var ws []eventstore.Write
			for n := range streams {
				ws = append(ws, eventstore.Write{Stream: fmt.Sprintf("merchant-%06d", n), Expect: eventstore.At(int64(from/streams - 1)),
					Events: []eventstore.Event{someEvent(from + n + 1)}})
			}
			for _, r := range l.AppendBatch(ctx, ws) {
				if r.Err != nil {
					t.Fatal(r.Err)
				}
			}
		}
	}
	heap := func() int64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	dir := t.TempDir()
	o := Options{Dir: dir, SegmentBytes: 1 << 20, RingBytes: 1 << 20, ZeroAhead: -1, alone: true}
	l, err := Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	fill(l, 10*streams)
	l.Close()
	l = nil
	before := heap()
	if l, err = Open(ctx, o); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	per := (heap() - before) / streams
	t.Logf("%d bytes of memory per stream, with 10 events each in %d files", per, len(l.segs))
	// 150 and some for what is in the last file.
	if per > 200 {
		t.Errorf("%d bytes of memory per stream, want at most 200", per)
	}
}
