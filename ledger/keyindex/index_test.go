package keyindex

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

// key is the id of command n, as random as the real ones.
func key(n int) uuid.UUID {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	sum := sha256.Sum256(b[:])
	return uuid.UUID(sum[:16])
}

// entries has the keys [from, to); key n is at revision 3n.
func entries(from, to int) []Entry {
	out := make([]Entry, 0, to-from)
	for n := from; n < to; n++ {
		out = append(out, Entry{key(n), int64(3 * n)})
	}
	return out
}

func open(t testing.TB, fs vfs.FS, memEntries int) *Index {
	t.Helper()
	x, err := Open(Options{FS: fs, Dir: "keys", MemEntries: memEntries, Inline: true})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// put appends keys [from, to) as one batch whose highest position is to.
func put(t testing.TB, x *Index, from, to int) {
	t.Helper()
	if err := x.End(x.Begin(), entries(from, to), eventstore.Position(to)); err != nil {
		t.Fatal(err)
	}
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// expect checks that exactly the keys [0, n) are there.
func expect(t fataler, x *Index, n int) {
	t.Helper()
	for i := range n {
		if rev, ok, err := x.Get(key(i)); err != nil || !ok || rev != int64(3*i) {
			t.Fatalf("key %d: revision %d, %v, %v; want %d", i, rev, ok, err, 3*i)
		}
	}
	for i := n; i < n+50; i++ {
		if rev, ok, err := x.Get(key(i)); err != nil || ok {
			t.Fatalf("new key %d: revision %d, %v, %v; want none", i, rev, ok, err)
		}
	}
}

func TestKeysSurviveCloseAndOpen(t *testing.T) {
	for _, n := range []int{0, 1, blockEntries - 1, blockEntries, blockEntries + 1, 5000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			fs := vfs.NewMem()
			x := open(t, fs, 700)
			for from := 0; from < n; from += 300 {
				put(t, x, from, min(n, from+300))
			}
			expect(t, x, n)
			if err := x.Close(); err != nil {
				t.Fatal(err)
			}
			if _, _, err := x.Get(key(0)); !errors.Is(err, ErrClosed) {
				t.Errorf("Get after Close: %v", err)
			}
			x = open(t, fs, 700)
			expect(t, x, n)
			if x.Position() != eventstore.Position(n) || x.Dropped() != nil {
				t.Errorf("position %d, dropped %v; want %d and nothing", x.Position(), x.Dropped(), n)
			}
		})
	}
}

// A rebuild hands in events one by one, most of them without a key.
func TestAddIsBoundedAndRepeatable(t *testing.T) {
	fs := vfs.NewMem()
	x := open(t, fs, 400)
	for range 2 { // the second time, everything is there already
		for n := range 3000 {
			if err := x.Add(entries(n, n+1), eventstore.Position(2*n+1)); err != nil {
				t.Fatal(err)
			}
			if err := x.Add(nil, eventstore.Position(2*n+2)); err != nil {
				t.Fatal(err)
			}
			if len(x.active) > 400 {
				t.Fatalf("%d keys in memory, the bound is 400", len(x.active))
			}
		}
	}
	expect(t, x, 3000)
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if x = open(t, fs, 400); x.Position() != 6000 {
		t.Errorf("position %d, want 6000", x.Position())
	}
	expect(t, x, 3000)
}

// Loops commit out of order; a flush may count only on what has no open append
// before it.
func TestPositionWaitsForOpenAppends(t *testing.T) {
	x := open(t, vfs.NewMem(), 1000)
	flush := func(want eventstore.Position) {
		t.Helper()
		if err := x.Flush(); err != nil {
			t.Fatal(err)
		}
		if x.Position() != want {
			t.Fatalf("position %d, want %d", x.Position(), want)
		}
	}
	end := func(tok Token, from, to int, pos eventstore.Position) {
		t.Helper()
		if err := x.End(tok, entries(from, to), pos); err != nil {
			t.Fatal(err)
		}
	}
	a := x.Begin() // will have position 5
	b := x.Begin() // will have position 9
	end(b, 0, 4, 9)
	flush(0)
	c := x.Begin()
	end(a, 4, 6, 5)
	flush(9)
	d := x.Begin()
	end(d, 6, 7, 20)
	flush(9)        // c began when 9 was seen
	end(c, 0, 0, 0) // it failed
	flush(20)
	x.Begin() // its outcome is never known
	put(t, x, 7, 30)
	flush(20)
	put(t, x, 30, 31)
	flush(20)
	expect(t, x, 31)
}

func TestResetForgets(t *testing.T) {
	fs := vfs.NewMem()
	x := open(t, fs, 100)
	put(t, x, 0, 1000)
	put(t, x, 1000, 1050)
	if err := x.Reset(); err != nil {
		t.Fatal(err)
	}
	expect(t, x, 0)
	put(t, x, 0, 120)
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	x = open(t, fs, 100)
	expect(t, x, 120)
}

func TestFullDiskRefusesLateAndRecovers(t *testing.T) {
	fs := vfs.NewMem()
	x := open(t, fs, 500)
	put(t, x, 0, 600)
	fs.SetCapacity(fs.Used() + 100)
	n := 600
	for ; x.Ready() == nil; n += 100 {
		if n > 5000 {
			t.Fatal("ready with 4,400 keys that can't be written, and a bound of 500")
		}
		put(t, x, n, n+100)
	}
	if err := x.Ready(); !errors.Is(err, syscall.ENOSPC) || !errors.Is(x.Err(), syscall.ENOSPC) {
		t.Errorf("Ready says %v, Err %v; want the reason", err, x.Err())
	}
	put(t, x, n, n+10) // a rail's outcome goes on
	expect(t, x, n+10)
	if err := x.Close(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Close: %v, want disk full", err)
	}
	fs.SetCapacity(0)
	x = open(t, fs, 500)
	if x.Position() != 600 {
		t.Errorf("position %d, want 600", x.Position())
	}
	put(t, x, 600, n)
	if err := x.Ready(); err != nil {
		t.Error(err)
	}
	expect(t, x, n)
}

func TestFullDiskRecoversWithoutRestart(t *testing.T) {
	fs := vfs.NewMem()
	x := open(t, fs, 500)
	fs.SetCapacity(1)
	put(t, x, 0, 3000)
	if x.Ready() == nil {
		t.Fatal("ready although nothing can be written")
	}
	fs.SetCapacity(0)
	if err := x.Ready(); err != nil {
		t.Fatalf("not ready with room on the disk: %v", err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	expect(t, open(t, fs, 500), 3000)
}

func TestRunsStayFew(t *testing.T) {
	x := open(t, vfs.NewMem(), 100)
	most := 0
	keys := size(15_000, 50_000, 50_000)
	for n := 0; n < keys; n += 100 {
		put(t, x, n, n+100)
		most = max(most, len(x.runs))
	}
	// log3(500 flushes) is 5.7.
	if most > 7 {
		t.Errorf("up to %d runs for %d flushes, want at most 7", most, keys/100)
	}
	for i := range x.runs {
		if from := due(counts(x)); from != len(x.runs) {
			t.Errorf("run %d is still to be merged: %v", i, counts(x))
		}
	}
	expect(t, x, keys)
}

func counts(x *Index) (out []int64) {
	for _, r := range x.runs {
		out = append(out, r.count)
	}
	return out
}

func TestDue(t *testing.T) {
	for _, c := range []struct {
		counts []int64
		from   int
	}{
		{nil, 0}, {[]int64{5}, 1}, {[]int64{9, 4}, 2}, {[]int64{7, 4}, 0},
		{[]int64{100, 9, 5}, 1}, {[]int64{27, 9, 5}, 0}, {[]int64{5, 1000}, 0}, {[]int64{100, 0, 0}, 1}, {[]int64{100, 0}, 2}, {[]int64{8, 4}, 0},
	} {
		if got := due(c.counts); got != c.from {
			t.Errorf("due(%v) = %d, want %d", c.counts, got, c.from)
		}
	}
}

// Several loops append and look up at once, in front of the background work.
func TestConcurrentLoops(t *testing.T) {
	const loops, batches, size = 4, 200, 25
	x, err := Open(Options{FS: vfs.OS, Dir: t.TempDir(), MemEntries: 700})
	if err != nil {
		t.Fatal(err)
	}
	var log sync.Mutex // stands for the store: it hands out positions in order
	var tail eventstore.Position
	var done sync.WaitGroup
	for loop := range loops {
		done.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(loop)))
			for batch := range batches {
				from := (loop*batches + batch) * size
				token := x.Begin()
				log.Lock()
				tail += size
				pos := tail
				log.Unlock()
				if err := x.End(token, entries(from, from+size), pos); err != nil {
					t.Error(err)
				}
				for _, n := range []int{from, from + size - 1, loop*batches*size + r.IntN(batch*size+1)} {
					if rev, ok, err := x.Get(key(n)); err != nil || !ok || rev != int64(3*n) {
						t.Errorf("key %d: revision %d, %v, %v", n, rev, ok, err)
					}
				}
				if _, ok, err := x.Get(key(-from - 1)); ok || err != nil {
					t.Errorf("new key: %v, %v", ok, err)
				}
			}
		})
	}
	done.Wait()
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	x, err = Open(x.o)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	expect(t, x, loops*batches*size)
	if x.Position() != tail {
		t.Errorf("position %d, want %d", x.Position(), tail)
	}
}
