package vfs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func create(t *testing.T, fs FS, name string, content string) File {
	t.Helper()
	f, err := fs.Create(name)
	must(t, err)
	_, err = f.WriteAt([]byte(content), 0)
	must(t, err)
	return f
}

func read(t *testing.T, f File) string {
	t.Helper()
	n, err := f.Size()
	must(t, err)
	b := make([]byte, n)
	if m, err := f.ReadAt(b, 0); m != len(b) || (err != nil && err != io.EOF) {
		t.Fatalf("read %d of %d bytes: %v", m, n, err)
	}
	return string(b)
}

// TestSameBehaviour runs one story on the real file system and on the others.
func TestSameBehaviour(t *testing.T) {
	for name, sys := range map[string]FS{"os": OS, "mem": NewMem(), "crash mem": NewCrashMem()} {
		t.Run(name, func(t *testing.T) {
			dir := "top/a/b"
			if sys == OS {
				dir = filepath.Join(t.TempDir(), "a", "b")
			}
			if _, err := sys.List(dir); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("list a missing directory: %v", err)
			}
			must(t, sys.MkdirAll(dir))
			must(t, sys.MkdirAll(dir))
			one := filepath.Join(dir, "one")
			f := create(t, sys, one, "hello")
			if _, err := sys.Create(one); !errors.Is(err, fs.ErrExist) {
				t.Errorf("create what exists: %v", err)
			}
			if _, err := sys.Open(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("open what is missing: %v", err)
			}
			_, err := f.WriteAt([]byte("far"), 100_000)
			must(t, err)
			must(t, f.Sync())
			must(t, f.DropCache())
			if got := read(t, f); len(got) != 100_003 || got[:6] != "hello\x00" || got[100_000:] != "far" {
				t.Errorf("got %d bytes: %.10q…", len(got), got)
			}
			must(t, f.Truncate(3))
			must(t, f.Truncate(6))
			if got := read(t, f); got != "hel\x00\x00\x00" {
				t.Errorf("cut and grown again: %q", got)
			}
			if n, err := f.ReadAt(make([]byte, 4), 4); n != 2 || err != io.EOF {
				t.Errorf("read over the end: %d, %v, want 2, EOF", n, err)
			}
			if n, err := f.ReadAt(make([]byte, 4), 9); n != 0 || err != io.EOF {
				t.Errorf("read behind the end: %d, %v, want 0, EOF", n, err)
			}
			two := filepath.Join(dir, "two")
			create(t, sys, two, "second").Close()
			must(t, sys.Rename(one, two))
			must(t, sys.SyncDir(dir))
			names, err := sys.List(dir)
			if must(t, err); !slices.Equal(names, []string{"two"}) {
				t.Errorf("the directory has %q", names)
			}
			g, err := sys.Open(two)
			must(t, err)
			if got := read(t, g); got != "hel\x00\x00\x00" {
				t.Errorf("after the rename: %q", got)
			}
			must(t, g.Close())
			if _, err := g.WriteAt([]byte("x"), 0); !errors.Is(err, fs.ErrClosed) {
				t.Errorf("write to a closed file: %v", err)
			}
			must(t, sys.Remove(two))
			if err := sys.Remove(two); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("remove what is missing: %v", err)
			}
			if got := read(t, f); len(got) != 6 {
				t.Errorf("an open file that was removed: %q", got)
			}
			must(t, f.Close())
			lock(t, sys, filepath.Join(dir, "LOCK"))
		})
	}
}

func lock(t *testing.T, sys FS, name string) {
	t.Helper()
	first, err := sys.Lock(name, "the first")
	must(t, err)
	_, err = sys.Lock(name, "the second")
	var held *HeldError
	if !errors.As(err, &held) || held.Holder != "the first" {
		t.Errorf("lock what is held: %v, want the first to be named", err)
	}
	must(t, first.Close())
	second, err := sys.Lock(name, "2")
	must(t, err)
	if _, err = sys.Lock(name, "3"); !errors.As(err, &held) || held.Holder != "2" {
		t.Errorf("lock what is held: %v, want 2 to be named", err)
	}
	must(t, second.Close())
}

// TestMemIsAFile compares random operations with a plain slice of bytes.
func TestMemIsAFile(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, sys := range []*Mem{NewMem(), NewCrashMem()} {
		f := create(t, sys, "f", "")
		var want []byte
		for range 2000 {
			off, n := r.IntN(40_000), r.IntN(9000)
			switch r.IntN(4) {
			case 0:
				size := r.IntN(45_000)
				must(t, f.Truncate(int64(size)))
				want = append(want[:min(size, len(want))], make([]byte, max(0, size-len(want)))...)
			case 1:
				must(t, f.Sync())
			default:
				p := make([]byte, n)
				for i := range p {
					p[i] = byte(r.Uint32())
				}
				_, err := f.WriteAt(p, int64(off))
				must(t, err)
				if n > 0 {
					want = append(want, make([]byte, max(0, off+n-len(want)))...)
					copy(want[off:], p)
				}
			}
			if got := sys.Bytes("f"); !bytes.Equal(got, want) {
				t.Fatalf("%d bytes differ from the %d expected", len(got), len(want))
			}
			if sys.Used() != int64(len(want)) {
				t.Fatalf("%d bytes used, want %d", sys.Used(), len(want))
			}
		}
	}
}

func TestCapacity(t *testing.T) {
	m := NewMem()
	m.SetCapacity(1000)
	f := create(t, m, "f", string(make([]byte, 900)))
	if n, err := f.WriteAt(make([]byte, 200), 900); n != 100 || !IsFull(err) {
		t.Errorf("write over the capacity: %d, %v, want 100, ENOSPC", n, err)
	}
	if err := f.Truncate(2000); !IsFull(err) {
		t.Errorf("extend over the capacity: %v", err)
	}
	_, err := f.WriteAt(make([]byte, 200), 0) // takes no more room
	must(t, err)
	must(t, f.Truncate(500))
	create(t, m, "g", string(make([]byte, 500))).Close()
	must(t, m.Remove("g"))
	if m.Used() != 500 {
		t.Errorf("%d bytes used, want 500", m.Used())
	}
}

func TestInject(t *testing.T) {
	m := NewCrashMem()
	f := create(t, m, "f", "")
	var ops []OpKind
	m.Inject(func(op Op) error {
		ops = append(ops, op.Kind)
		if op.Kind == OpWrite || op.Kind == OpRename {
			return syscall.EIO
		}
		return nil
	})
	if n, err := f.WriteAt([]byte("abcdef"), 0); n != 3 || !errors.Is(err, syscall.EIO) {
		t.Errorf("failed write: %d, %v, want 3, EIO", n, err)
	}
	if err := m.Rename("f", "g"); !errors.Is(err, syscall.EIO) {
		t.Errorf("failed rename: %v", err)
	}
	must(t, m.SyncDir("."))
	if got := read(t, f); got != "abc" {
		t.Errorf("after a failed write: %q", got)
	}
	if want := []OpKind{OpWrite, OpRename, OpSyncDir, OpRead}; !slices.Equal(ops, want) {
		t.Errorf("calls: %v, want %v", ops, want)
	}
}

func TestCorruptChangesCacheAndDisk(t *testing.T) {
	m := NewCrashMem()
	f := create(t, m, "f", "abc")
	must(t, f.Sync())
	must(t, m.SyncDir("."))
	clone := m.Clone()
	m.Corrupt("f", 1, 1, func(p []byte) { p[0] ^= 1 << 5 })
	if got := m.Crash(Crash{}).Bytes("f"); string(got) != "aBc" || read(t, f) != "aBc" {
		t.Errorf("disk %q, cache %q", got, read(t, f))
	}
	if got := clone.Bytes("f"); string(got) != "abc" {
		t.Errorf("the clone changed too: %q", got)
	}
}

// TestMemConcurrent is for the race detector.
func TestMemConcurrent(t *testing.T) {
	m := NewCrashMem()
	must(t, m.MkdirAll("d"))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			name := fmt.Sprintf("d/%d", i)
			f, err := m.Create(name)
			if err != nil {
				t.Error(err)
				return
			}
			for n := range 50 {
				_, e1 := f.WriteAt(bytes.Repeat([]byte{byte(n)}, 1000), int64(n*700))
				_, e2 := f.ReadAt(make([]byte, 100), 0)
				if err := errors.Join(e1, e2, f.Sync(), f.DropCache(), m.SyncDir("d")); err != nil {
					t.Error(err)
				}
				m.CrashClone(rand.New(rand.NewPCG(uint64(n), uint64(i))))
				m.Clone().Unsynced()
			}
			if err := errors.Join(f.Truncate(10), m.Rename(name, name+"x"), m.Remove(name+"x")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func BenchmarkMemAppend(b *testing.B) {
	for name, m := range map[string]*Mem{"mem": NewMem(), "crash": NewCrashMem()} {
		b.Run(name, func(b *testing.B) {
			f, err := m.Create(fmt.Sprintf("f%d", b.N))
			if err != nil {
				b.Fatal(err)
			}
			p := make([]byte, 4096)
			b.SetBytes(int64(len(p)))
			for n := range b.N {
				if _, err := f.WriteAt(p, int64(n)*4096); err != nil {
					b.Fatal(err)
				}
				if err := f.Sync(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
