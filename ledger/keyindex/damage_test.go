package keyindex

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

// threeRuns has keys [0, 400) in run 1, [400, 500) in 2, [500, 520) in 3.
func threeRuns(t *testing.T) (*vfs.Mem, []string) {
	t.Helper()
	mem := vfs.NewMem()
	x := open(t, mem, 10_000)
	var names []string
	for _, to := range []int{400, 500, 520} {
		put(t, x, int(x.Position()), to)
		if err := x.Flush(); err != nil {
			t.Fatal(err)
		}
		names = append(names, x.runs[len(x.runs)-1].name)
	}
	return mem, names
}

// TestEveryFlippedBitIsNoticed: the runs before the damage stay, nothing is
// answered wrongly, and the ledger is told from where to read again.
func TestEveryFlippedBitIsNoticed(t *testing.T) {
	mem, names := threeRuns(t)
	length := int64(len(mem.Bytes(names[1])))
	tried := 0
	for off := int64(0); off < length; off += int64(size(61, 1, 1)) {
		tried++
		bit := byte(1) << (off % 8)
		damaged := mem.Clone()
		damaged.Corrupt(names[1], off, 1, func(p []byte) { p[0] ^= bit })
		x := open(t, damaged, 10_000)
		if x.Position() != 400 || len(x.Dropped()) != 2 {
			t.Fatalf("byte %d: position %d, dropped %v; want 400, and two runs dropped", off, x.Position(), x.Dropped())
		}
		for _, n := range []int{399, 400, 519} {
			_, ok, err := x.Get(key(n))
			if want := n < 400; ok != want || err != nil {
				t.Fatalf("byte %d: key %d: %v, %v", off, n, ok, err)
			}
		}
	}
	t.Logf("%d of %d bytes of a run damaged in turn, all noticed", tried, length)
}

func TestDamagedFirstRunMeansStartAgain(t *testing.T) {
	for name, spoil := range map[string]func(mem *vfs.Mem, name string) error{
		"flipped": func(mem *vfs.Mem, name string) error {
			mem.Corrupt(name, 5000, 1, func(p []byte) { p[0]++ })
			return nil
		},
		"missing":   func(mem *vfs.Mem, name string) error { return mem.Remove(name) },
		"truncated": func(mem *vfs.Mem, name string) error { return resize(mem, name, 100) },
		"longer":    func(mem *vfs.Mem, name string) error { return resize(mem, name, 1<<20) },
		"a copy of another run": func(mem *vfs.Mem, name string) error {
			return mem.Rename("keys/keys-0000000002-0000000002.run", name)
		},
		"unreadable sector": func(mem *vfs.Mem, name string) error {
			mem.Inject(func(op vfs.Op) error {
				if op.Kind == vfs.OpRead && op.Name == name && op.Off > 0 {
					return syscall.EIO
				}
				return nil
			})
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			mem, names := threeRuns(t)
			if err := spoil(mem, names[0]); err != nil {
				t.Fatal(err)
			}
			x := open(t, mem, 10_000)
			if x.Position() != 0 || len(x.Dropped()) == 0 {
				t.Fatalf("position %d, dropped %v; want 0 and a reason", x.Position(), x.Dropped())
			}
			if left, err := mem.List("keys"); err != nil || len(left) != 0 {
				t.Errorf("left in the directory: %v, %v", left, err)
			}
			if err := x.Add(entries(0, 520), 520); err != nil {
				t.Fatal(err)
			}
			expect(t, x, 520)
		})
	}
}

func resize(mem *vfs.Mem, name string, size int64) error {
	f, err := mem.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(size), f.Close())
}

// A file of another index, or of another time, may fit by its numbers alone.
func TestRunOfAnotherIndexIsDropped(t *testing.T) {
	mem, names := threeRuns(t)
	other := vfs.NewMem()
	y := open(t, other, 10_000)
	put(t, y, 0, 300)
	if err := y.Flush(); err != nil {
		t.Fatal(err)
	}
	f, err := mem.Open(names[0])
	if err != nil {
		t.Fatal(err)
	}
	foreign := other.Bytes(names[0])
	if _, err := f.WriteAt(foreign, 0); err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(int64(len(foreign))); err != nil {
		t.Fatal(err)
	}
	x := open(t, mem, 10_000)
	if x.Position() != 300 || len(x.Dropped()) != 2 {
		t.Errorf("position %d, dropped %v; want 300, and the two runs that started at 400 and 500 dropped", x.Position(), x.Dropped())
	}
	expect(t, x, 300)
}

// A run between others may cover no position of its own, since an append was open
// all the while; the position after it counts on its keys all the same.
func TestMissingRunWithoutPosition(t *testing.T) {
	mem := vfs.NewMem()
	x := open(t, mem, 10_000)
	put(t, x, 0, 100)
	late := x.Begin()
	for _, to := range []int{200, 300} {
		put(t, x, to-100, to)
		if err := x.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.End(late, nil, 0); err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := mem.List("keys")
	if err != nil || len(names) != 3 {
		t.Fatalf("%v, %v; want three runs", names, err)
	}
	if err := mem.Remove("keys/" + names[1]); err != nil {
		t.Fatal(err)
	}
	if x = open(t, mem, 10_000); x.Position() != 100 {
		t.Errorf("position %d, want 100, where the open append began", x.Position())
	}
}

// TestResetIsDurable: a run of the log before a restore must not come back beside
// a run of the log after it.
func TestResetIsDurable(t *testing.T) {
	mem := vfs.NewCrashMem()
	x := open(t, mem, 10_000)
	flush := func(es []Entry, pos eventstore.Position) {
		t.Helper()
		if err := x.Add(es, pos); err != nil {
			t.Fatal(err)
		}
		if err := x.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	flush(entries(0, 100), 100)
	flush(entries(100, 200), 200)
	if err := x.Reset(); err != nil {
		t.Fatal(err)
	}
	states := 0
	mem.Inject(func(op vfs.Op) error {
		for seed := range uint64(20) {
			states++
			after := open(t, mem.CrashClone(rand.New(rand.NewPCG(seed, 1))), 10_000)
			if _, ok, err := after.Get(key(150)); ok || err != nil {
				t.Fatalf("crash before %s: a key of the log before the reset: %v, %v", op.Kind, ok, err)
			}
		}
		return nil
	})
	flush(entries(200, 300), 100)
	if states < 80 {
		t.Errorf("only %d crash states", states)
	}
}

func TestMissingLastRunIsReadAgain(t *testing.T) {
	mem, names := threeRuns(t)
	if err := mem.Remove(names[2]); err != nil {
		t.Fatal(err)
	}
	x := open(t, mem, 10_000)
	if x.Position() != 500 {
		t.Errorf("position %d, want 500", x.Position())
	}
	expect(t, x, 500)
}

// Damage while the index is open is an error, never "this key is new", and never
// carried into a merged run.
func TestDamageWhileOpen(t *testing.T) {
	mem, names := threeRuns(t)
	x := open(t, mem, 10_000)
	mem.Corrupt(names[0], blockSize+100, 1, func(p []byte) { p[0] ^= 4 })
	failed := 0
	for n := range 400 {
		rev, ok, err := x.Get(key(n))
		switch {
		case errors.Is(err, errDamaged):
			failed++
		case err != nil || !ok || rev != int64(3*n):
			t.Fatalf("key %d: revision %d, %v, %v", n, rev, ok, err)
		}
	}
	if failed != blockEntries {
		t.Errorf("%d look-ups failed, want the %d of the damaged block", failed, blockEntries)
	}
	put(t, x, 520, 1500)
	if err := x.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := x.mergeAll(); !errors.Is(err, errDamaged) || !errors.Is(x.Err(), errDamaged) {
		t.Fatalf("merge of a damaged run: %v; Err: %v", err, x.Err())
	}
	if x = open(t, mem, 10_000); x.Position() != 0 {
		t.Errorf("position %d after opening again, want 0", x.Position())
	}
}

// size picks how much a test tries: little beside the race detector, which is there
// for the concurrent tests, and much under torture.
func size(short, normal, torture int) int {
	switch {
	case os.Getenv("AMENDS_TORTURE") != "":
		return torture
	case testing.Short():
		return short
	}
	return normal
}

// steps is the length of the workload.
func steps() int { return size(8, 18, 60) }

// workMem makes the workload flush every other step, and merge.
const workMem = 70

// workload appends batches through flushes and merges, sometimes with two
// appends open, and tells how far everything before the call was acknowledged.
func workload(x *Index, seen func(n int)) error {
	n := 0
	for step := range steps() {
		a, b := x.Begin(), x.Begin()
		if err := x.End(b, entries(n+20, n+40), eventstore.Position(n+40)); err != nil {
			return err
		}
		if step%7 == 0 {
			_ = x.Flush() // may hit an injected fault; Err keeps it
		}
		if err := x.End(a, entries(n, n+20), eventstore.Position(n+20)); err != nil {
			return err
		}
		n += 40
		seen(n)
	}
	return nil
}

// TestCrashAtEveryCall takes the power away before every call of the workload, in
// several ways, and opens what is left.
func TestCrashAtEveryCall(t *testing.T) {
	variants := size(2, 8, 30)
	mem := vfs.NewCrashMem()
	x := open(t, mem, workMem)
	r := rand.New(rand.NewPCG(7, 7))
	states, acked := 0, 0
	mem.Inject(func(op vfs.Op) error {
		for range variants {
			states++
			after, err := Open(Options{FS: mem.CrashClone(r), Dir: "keys", MemEntries: workMem, Inline: true})
			if err != nil {
				t.Fatalf("open after a crash before %s %s: %v", op.Kind, op.Name, err)
			}
			if len(after.Dropped()) != 0 {
				t.Fatalf("crash before %s %s: dropped %v", op.Kind, op.Name, after.Dropped())
			}
			checkCrash(t, after, acked)
		}
		return nil
	})
	if err := workload(x, func(n int) { acked = n }); err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	mem.Inject(nil)
	x = open(t, mem, workMem)
	expect(t, x, 40*steps())
	if x.runs[0].last == 1 {
		t.Error("nothing was merged: the workload misses the crashes of a merge")
	}
	if states < size(50, 800, 10_000) {
		t.Errorf("only %d crash states", states)
	}
	t.Logf("%d crash states, nothing lost", states)
}

// checkCrash: what Position covers is there, and reading the log again from there
// brings back the rest.
func checkCrash(t *testing.T, x *Index, acked int) {
	t.Helper()
	pos := int(x.Position())
	if pos > acked+40 {
		t.Fatalf("position %d, but only %d were appended", pos, acked+40)
	}
	for n := range pos {
		if rev, ok, err := x.Get(key(n)); err != nil || !ok || rev != int64(3*n) {
			t.Fatalf("key %d is covered by position %d: revision %d, %v, %v", n, pos, rev, ok, err)
		}
	}
	x.o.FS = noSpace{x.o.FS} // reading again needs no more than memory here
	x.o.MemEntries = 1 << 20
	if err := x.Add(entries(pos, acked), eventstore.Position(max(pos, acked))); err != nil {
		t.Fatal(err)
	}
	for n := range acked {
		if rev, ok, err := x.Get(key(n)); err != nil || !ok || rev != int64(3*n) {
			t.Fatalf("key %d: revision %d, %v, %v", n, rev, ok, err)
		}
	}
}

type noSpace struct{ vfs.FS }

func (noSpace) Create(name string) (vfs.File, error) {
	return nil, &fs.PathError{Op: "create", Path: name, Err: syscall.ENOSPC}
}

// TestFaultAtEveryCall fails each call of the workload in turn: no answer is ever
// wrong, and once the fault is over everything gets written.
func TestFaultAtEveryCall(t *testing.T) {
	for _, fault := range []error{syscall.EIO, syscall.ENOSPC} {
		calls := 0
		for k := 0; k <= calls; k++ {
			mem := vfs.NewCrashMem()
			x := open(t, mem, workMem)
			calls = 0
			mem.Inject(func(op vfs.Op) error {
				calls++
				if calls-1 == k {
					return fault
				}
				return nil
			})
			acked := 0
			if err := workload(x, func(n int) { acked = n }); err != nil {
				t.Fatal(err)
			}
			mem.Inject(nil)
			expect(t, x, acked)
			if err := x.Close(); err != nil {
				t.Fatalf("fault %v at call %d: close: %v", fault, k, err)
			}
			// What a power cut leaves of it: a failed sync must not be counted on.
			after := open(t, mem.CrashClone(rand.New(rand.NewPCG(9, uint64(k)))), workMem)
			checkCrash(t, after, acked)
		}
		if calls < 50 {
			t.Fatalf("only %d calls", calls)
		}
		t.Logf("%v at each of %d calls: nothing lost", fault, calls)
	}
}
