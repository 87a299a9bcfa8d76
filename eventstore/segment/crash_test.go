package segment

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

// torture says how much more the tests of crashes and faults try: with
// AMENDS_TORTURE=1 a hundred times as much (half an hour), with 0.1 ten times.
var torture, _ = strconv.ParseFloat(os.Getenv("AMENDS_TORTURE"), 64)

// The tests make and forget a great many small logs: a collector that waits a
// little longer saves a third of the time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}

func scaled(n int) int {
	switch {
	case torture > 0:
		return max(n, int(100*torture*float64(n)))
	case raceDetector:
		return max(1, n/4) // it is ten times slower, and these tests are not about races
	}
	return n
}

// workload is a sequence of steps that is the same for the same seed. It runs
// one step after the other, so that at any moment the log must hold a prefix of
// what was issued, and all that was acknowledged.
type workload struct {
	rand    *rand.Rand
	options Options
	ctx     context.Context

	mu     sync.Mutex
	issued []eventstore.Recorded
	ends   map[int]bool // where in issued a write ends
	acked  int          // so many of issued

	heads  map[string]int64
	nextID uint64
}

// seededSalt may be used by several logs at once: the crashed one and its clones.
func seededSalt(seed uint64) func() uint64 {
	var mu sync.Mutex
	r := rand.New(rand.NewPCG(seed, 7))
	return func() uint64 {
		mu.Lock()
		defer mu.Unlock()
		return r.Uint64()
	}
}

func newWorkload(seed uint64, o Options) *workload {
	r := rand.New(rand.NewPCG(seed, 99))
	o.Dir, o.SealAfter, o.salt, o.frameBytes = "log", -1, seededSalt(seed), 600
	if o.SegmentBytes == 0 {
		o.SegmentBytes = minSegmentBytes
	}
	if o.ZeroAhead == 0 {
		o.alone = true
	}
	return &workload{
		rand: r, options: o, ctx: context.Background(),
		ends: map[int]bool{0: true}, heads: map[string]int64{},
	}
}

// next issues a write of some events.
func (w *workload) next(most int) eventstore.Write {
	w.mu.Lock()
	defer w.mu.Unlock()
	stream := fmt.Sprintf("s%d", w.rand.IntN(4))
	head, ok := w.heads[stream]
	if !ok {
		head = -1
	}
	out := eventstore.Write{Stream: stream, Expect: eventstore.At(head)}
	for range 1 + w.rand.IntN(most) {
		w.nextID++
		e := eventstore.Event{Type: "T", Version: 1, RecordedAt: time.Unix(0, int64(w.nextID)).UTC()}
		e.ID = uuid.UUID{0: 1, 14: byte(w.nextID >> 8), 15: byte(w.nextID)}
		size := w.rand.IntN(300)
		if w.rand.IntN(8) == 0 {
			size = 700 + w.rand.IntN(1500)
		}
		e.Data = make([]byte, size)
		for i := range e.Data {
			e.Data[i] = byte(w.nextID) + byte(i*i)
		}
		head++
		out.Events = append(out.Events, e)
		w.issued = append(w.issued, eventstore.Recorded{Event: e, Stream: stream, Revision: head, Position: eventstore.Position(len(w.issued) + 1)})
	}
	w.heads[stream] = head
	w.ends[len(w.issued)] = true
	return out
}

func (w *workload) ack() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.acked = len(w.issued)
}

func (w *workload) ackedNow() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.acked
}

// step does one thing with the log; it may return a new one.
func (w *workload) step(l *Log, fs *vfs.Mem) (*Log, error) {
	switch n := w.rand.IntN(12); {
	case n < 7:
		if _, err := l.Append(w.ctx, w.next(3)); err != nil {
			return l, err
		}
	case n < 9:
		var ws []eventstore.Write
		for range 2 + w.rand.IntN(3) {
			ws = append(ws, w.next(2))
		}
		for _, r := range l.AppendBatch(w.ctx, ws) {
			if r.Err != nil {
				return l, r.Err
			}
		}
	case n < 11:
		return l, l.Seal(w.ctx)
	default:
		if err := l.Close(); err != nil {
			return l, err
		}
		return w.open(fs)
	}
	w.ack()
	return l, nil
}

func (w *workload) open(fs *vfs.Mem) (*Log, error) {
	o := w.options
	o.FS = fs
	return Open(w.ctx, o)
}

// check compares what a log has with what it may have: a prefix of what was
// issued, whole writes, at least `least` events. It returns how many it has.
func (w *workload) check(l *Log, least int) (int, error) {
	n := 0
	w.mu.Lock()
	defer w.mu.Unlock()
	for r, err := range l.ReadAll(w.ctx, 0, eventstore.Filter{}, 0) {
		if err != nil {
			return n, err
		}
		if r.Stream == afterCrash {
			continue
		}
		if n == len(w.issued) {
			return n, fmt.Errorf("there are more events than were ever issued")
		}
		want := w.issued[n]
		if r.ID != want.ID || r.Stream != want.Stream || r.Revision != want.Revision || string(r.Data) != string(want.Data) {
			return n, fmt.Errorf("event %d is not what was written", n)
		}
		n++
	}
	if n < least {
		return n, fmt.Errorf("LOST: %d events, %d were acknowledged or served", n, least)
	}
	if !w.ends[n] {
		return n, fmt.Errorf("PARTIAL: %d events, which is amid a write", n)
	}
	return n, nil
}

// afterCrash is the stream that is written between two crashes.
const afterCrash = "after"

// survive recovers fs, writes some more and takes the power away again, in the
// worst way: what was served or acknowledged after the first crash must still be
// there after the second.
func (w *workload) survive(fs *vfs.Mem, acked int) error {
	l, err := w.recovered(fs)
	if err != nil {
		return err
	}
	served, err := w.check(l, acked)
	const more = 2
	for n := 0; n < more && err == nil; n++ {
		e := someEvent(n + 1)
		e.Data = make([]byte, 1500)
		_, err = l.Append(w.ctx, eventstore.Write{Stream: afterCrash, Expect: eventstore.At(int64(n - 1)), Events: []eventstore.Event{e}})
	}
	again := fs.Crash(vfs.Crash{}) // nothing that is not synced is there
	if e := l.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	l, err = w.recovered(again)
	if err != nil {
		return fmt.Errorf("second crash: %w", err)
	}
	defer l.Close()
	if _, err = w.check(l, served); err != nil {
		return fmt.Errorf("second crash: %w", err)
	}
	if head, err := l.Head(w.ctx, afterCrash); err != nil || head != more-1 {
		return fmt.Errorf("second crash: LOST: %s is at %d, %v; %d were acknowledged after the first", afterCrash, head, err, more)
	}
	return nil
}

func (w *workload) recovered(fs *vfs.Mem) (*Log, error) {
	o := w.options
	o.FS, o.alone, o.ZeroAhead = fs, true, -1
	l, err := Open(w.ctx, o)
	if err != nil {
		return nil, fmt.Errorf("FALSE REFUSAL: %w", err)
	}
	return l, nil
}

// TestCrashAtEveryCall loses power before every call to the file system, with
// samples of what of the unsynced sectors, sizes and names is there.
func TestCrashAtEveryCall(t *testing.T) {
	kinds := []Options{
		{},
		{SectorBytes: 4096, SegmentBytes: 64 << 10},
		{ZeroAhead: 16 << 10, SegmentBytes: 8 << 10}, // with everything in the background
	}
	states := 0
	for i := range scaled(6) {
		for kind, o := range kinds {
			seed := uint64(1000*kind + i)
			w := newWorkload(seed, o)
			fs := vfs.NewCrashMem()
			r := rand.New(rand.NewPCG(seed, 3))
			var mu sync.Mutex // calls may come from several goroutines
			var failed error
			inside := false
			fs.Inject(func(op vfs.Op) error {
				mu.Lock()
				defer mu.Unlock()
				if op.Kind == vfs.OpRead || op.Kind == vfs.OpOpen || failed != nil || inside {
					return nil
				}
				acked := w.ackedNow() // before the clone: what is acknowledged later may be lost
				for range 4 {
					states++
					if err := w.survive(fs.CrashClone(r), acked); err != nil {
						failed = fmt.Errorf("seed %d, before %s of %s at %d: %w", seed, op.Kind, op.Name, op.Off, err)
					}
				}
				// The process is killed, and the power fails after the restart.
				states++
				if err := w.survive(fs.Clone(), acked); err != nil {
					failed = fmt.Errorf("seed %d, killed before %s of %s at %d: %w", seed, op.Kind, op.Name, op.Off, err)
				}
				return nil
			})
			l, err := w.open(fs)
			for step := 0; step < 30 && err == nil; step++ {
				l, err = w.step(l, fs)
			}
			if err == nil {
				err = l.Close()
			}
			if err == nil {
				err = failed
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d states, each followed by a second crash: 0 lost, 0 partial, 0 false refusals", states)
}

// TestCrashEverySubset loses power before each sync, with every subset of the
// unsynced sectors on the disk and the others old, zero or garbage.
func TestCrashEverySubset(t *testing.T) {
	seeds, most := uint64(2), 6
	if torture >= 1 {
		seeds, most = 8, 12
	}
	states, skipped := 0, 0
	for seed := range seeds {
		w := newWorkload(seed, Options{})
		fs := vfs.NewCrashMem()
		r := rand.New(rand.NewPCG(seed, 5))
		var failed error
		fs.Inject(func(op vfs.Op) error {
			if op.Kind != vfs.OpSync || failed != nil {
				return nil
			}
			sectors := fs.Unsynced()
			if len(sectors) > most {
				skipped++
				return nil
			}
			acked := w.ackedNow()
			for subset := range 1 << len(sectors) {
				for other := vfs.OldContent; other <= vfs.Garbage; other++ {
					if other == vfs.NewContent {
						continue
					}
					states++
					at := map[vfs.Sector]bool{}
					for i, s := range sectors {
						at[s] = subset&(1<<i) != 0
					}
					crashed := fs.Crash(vfs.Crash{
						Sector: func(s vfs.Sector) vfs.Fate {
							if at[s] {
								return vfs.NewContent
							}
							return other
						},
						Size:  func(_ string, disk, cache int64) int64 { return max(disk, cache) },
						Entry: func(string, string) bool { return subset&1 != 0 },
						Noise: func(p []byte) {
							for i := range p {
								p[i] = byte(r.Uint32())
							}
						},
					})
					if err := w.survive(crashed, acked); err != nil {
						failed = fmt.Errorf("seed %d, subset %b of %v, others %d: %w", seed, subset, sectors, other, err)
						return nil
					}
				}
			}
			return nil
		})
		l, err := w.open(fs)
		for step := 0; step < 25 && err == nil; step++ {
			l, err = w.step(l, fs)
		}
		if err != nil || failed != nil {
			t.Fatal(errors.Join(err, failed))
		}
		l.Close()
	}
	t.Logf("%d states: every subset of up to %d sectors (%d syncs had more); 0 lost, 0 partial, 0 false refusals", states, most, skipped)
	if states == 0 {
		t.Error("nothing was tried")
	}
}
