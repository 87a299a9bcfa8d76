package vfs

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
)

// TestCrashVaries tries that the states which a log must survive do occur.
func TestCrashVaries(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(400) {
		m := NewCrashMem()
		f := create(t, m, "f", string(bytes.Repeat([]byte("a"), 1024)))
		must(t, f.Sync())
		must(t, m.SyncDir("."))
		_, err := f.WriteAt(bytes.Repeat([]byte("b"), 1536), 512)
		must(t, err)
		create(t, m, "g", "new")
		must(t, m.Rename("g", "h"))
		c := m.CrashClone(rand.New(rand.NewPCG(seed, 2)))
		b := c.Bytes("f")
		seen[fmt.Sprintf("size %d", min(2, len(b)/1024))]++
		switch s := b[512:1024]; {
		case bytes.Equal(s, bytes.Repeat([]byte("a"), 512)):
			seen["old"]++
		case bytes.Equal(s, bytes.Repeat([]byte("b"), 512)):
			seen["new"]++
		case bytes.Equal(s, make([]byte, 512)):
			seen["zeros"]++
		default:
			seen["garbage"]++
		}
		names, err := c.List(".")
		must(t, err)
		seen[fmt.Sprint(names)]++
	}
	for _, want := range []string{"size 1", "size 2", "old", "new", "zeros", "garbage", "[f]", "[f g]", "[f h]"} {
		if seen[want] == 0 {
			t.Errorf("in %v: never %q", seen, want)
		}
	}
}

// TestCutThenCrash: what was cut off without a sync may come back.
func TestCutThenCrash(t *testing.T) {
	back := 0
	for seed := range uint64(200) {
		m := NewCrashMem()
		f := create(t, m, "f", "")
		must(t, f.Sync())
		must(t, m.SyncDir("."))
		_, err := f.WriteAt(bytes.Repeat([]byte("x"), 1024), 0)
		must(t, err)
		must(t, f.Truncate(0))
		if b := m.CrashClone(rand.New(rand.NewPCG(seed, 3))).Bytes("f"); bytes.Contains(b, bytes.Repeat([]byte("x"), 512)) {
			back++
		}
		must(t, f.Sync())
		if b := m.CrashClone(rand.New(rand.NewPCG(seed, 4))).Bytes("f"); len(b) != 0 {
			t.Fatalf("%d bytes came back after the cut was synced", len(b))
		}
	}
	if back == 0 {
		t.Error("never came back what was cut off without a sync")
	}
}

// TestFailedSync: the cache shows what the disk does not have and calls it clean.
func TestFailedSync(t *testing.T) {
	m := NewCrashMem()
	f := create(t, m, "f", "durable")
	must(t, f.Sync())
	must(t, m.SyncDir("."))
	_, err := f.WriteAt([]byte("LOST"), 0)
	must(t, err)
	m.Inject(func(op Op) error {
		if op.Kind == OpSync {
			return syscall.EIO
		}
		return nil
	})
	if err := f.Sync(); !errors.Is(err, syscall.EIO) {
		t.Fatalf("sync: %v, want EIO", err)
	}
	m.Inject(nil)
	must(t, f.Sync()) // proves nothing
	if got := read(t, f); got != "LOSTble" {
		t.Errorf("the cache has %q", got)
	}
	if got := m.Crash(Crash{Sector: func(Sector) Fate { return NewContent }}).Bytes("f"); string(got) != "durable" {
		t.Errorf("after a crash: %q", got)
	}
	killed := m.Clone()
	g, err := killed.Open("f")
	must(t, err)
	if got := read(t, g); got != "LOSTble" {
		t.Errorf("after a kill the cache has %q", got)
	}
	must(t, g.DropCache())
	if got := read(t, g); got != "durable" {
		t.Errorf("after a kill the disk has %q", got)
	}
	if got := read(t, f); got != "LOSTble" {
		t.Errorf("the clone changed the original: %q", got)
	}
}

func TestCrashKeepsWhatIsSynced(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		m := NewCrashMem()
		f := create(t, m, "f", string(bytes.Repeat([]byte("a"), 3000)))
		must(t, f.Sync())
		must(t, m.SyncDir("."))
		_, err := f.WriteAt(bytes.Repeat([]byte("b"), 3000), 1024)
		must(t, err)
		create(t, m, "g", "not synced")
		got := m.CrashClone(r).Bytes("f")
		if len(got) < 3000 || !bytes.Equal(got[:1024], bytes.Repeat([]byte("a"), 1024)) {
			t.Fatalf("seed %d: synced bytes are lost", seed)
		}
		if string(m.Bytes("f")[1024:]) != string(bytes.Repeat([]byte("b"), 3000)) {
			t.Fatal("the crash of a clone changed the original")
		}
	}
}

func TestCrashDecides(t *testing.T) {
	m := NewCrashMem()
	f := create(t, m, "f", string(bytes.Repeat([]byte("a"), 2048)))
	must(t, f.Sync())
	must(t, m.SyncDir("."))
	_, err := f.WriteAt(bytes.Repeat([]byte("b"), 1024), 512)
	must(t, err)
	if got, want := m.Unsynced(), []Sector{{"f", 1}, {"f", 2}}; !slices.Equal(got, want) {
		t.Errorf("unsynced: %v, want %v", got, want)
	}
	c := m.Crash(Crash{Sector: func(s Sector) Fate { return map[int64]Fate{1: NewContent, 2: Zeros}[s.Index] }})
	b := c.Bytes("f")
	if b[0] != 'a' || b[512] != 'b' || b[1024] != 0 || b[1536] != 'a' {
		t.Errorf("sectors begin with %q", []byte{b[0], b[512], b[1024], b[1536]})
	}
	must(t, f.Sync())
	if got := m.Unsynced(); len(got) != 0 {
		t.Errorf("unsynced after Sync: %v", got)
	}
}
