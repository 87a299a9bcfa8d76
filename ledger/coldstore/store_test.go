package coldstore

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/internal/bloom"
)

func open(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "cold.db") }

func put(t testing.TB, s *Store, rev int64, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := s.Put("m1", rev, Item{"order", id, []byte(fmt.Sprintf("%s at %d", id, rev))}); err != nil {
			t.Fatal(err)
		}
	}
}

// expect checks that id is there as of rev; -1 means that it is not.
func expect(t testing.TB, s *Store, id string, rev int64) {
	t.Helper()
	data, got, ok, err := s.Get("m1", "order", id)
	switch {
	case err != nil:
		t.Fatal(err)
	case rev < 0 && ok:
		t.Fatalf("%s: %q at %d, want nothing", id, data, got)
	case rev >= 0 && (!ok || got != rev || string(data) != fmt.Sprintf("%s at %d", id, rev)):
		t.Fatalf("%s: %q at %d, %v; want it at %d", id, data, got, ok, rev)
	}
}

func TestKeepsTheLatest(t *testing.T) {
	for name, path := range map[string]string{"file": file(t), "memory": ""} {
		t.Run(name, func(t *testing.T) {
			s := open(t, path)
			put(t, s, 7, "a", "b")
			expect(t, s, "a", 7) // at once
			expect(t, s, "c", -1)
			if err := s.Sync(); err != nil {
				t.Fatal(err)
			}
			expect(t, s, "b", 7)
			put(t, s, 9, "a")
			put(t, s, 3, "b") // the stream is folded once more
			for range 2 {
				expect(t, s, "a", 9)
				expect(t, s, "b", 3)
				if err := s.Sync(); err != nil {
					t.Fatal(err)
				}
			}
			// Merchant, kind and id are all part of the place, and don't run together.
			if err := s.Put("m", 1, Item{"order1", "a", []byte("x")}, Item{"", "m1order", []byte("y")}); err != nil {
				t.Fatal(err)
			}
			for _, k := range [][3]string{{"m2", "order", "a"}, {"m1", "payout", "a"}, {"m", "1order", "a"}, {"m1order", "", "a"}} {
				if _, _, ok, err := s.Get(k[0], k[1], k[2]); ok || err != nil {
					t.Errorf("%q: %v, %v; want nothing", k, ok, err)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if _, _, _, err := s.Get("m1", "order", "a"); !errors.Is(err, ErrClosed) {
				t.Errorf("Get after Close: %v", err)
			}
			if err := s.Put("m1", 1); !errors.Is(err, ErrClosed) {
				t.Errorf("Put after Close: %v", err)
			}
		})
	}
}

func TestStaysInTheFileAndIsNewWithoutIt(t *testing.T) {
	path := file(t)
	s := open(t, path)
	id := s.ID()
	put(t, s, 5, "a")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	expect(t, s, "a", 5)
	if s.ID() != id || id == uuid.Nil {
		t.Errorf("ID %s, was %s", s.ID(), id)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want nobody else to read it", info.Mode(), err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	expect(t, s, "a", -1)
	if s.ID() == id {
		t.Error("a new file has the ID of the one that was deleted")
	}
}

// TestSyncSurvivesAKill copies the files as a killed process leaves them.
func TestSyncSurvivesAKill(t *testing.T) {
	path := file(t)
	s := open(t, path)
	for n := range 300 {
		put(t, s, int64(n), fmt.Sprint(n))
	}
	if err := s.Sync(); err != nil {
		t.Fatal(err)
	}
	copied := file(t)
	b, err := os.ReadFile(path) // the file alone: after Sync nothing hangs on the log beside it
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(copied, b, 0o600); err != nil {
		t.Fatal(err)
	}
	after := open(t, copied)
	for n := range 300 {
		expect(t, after, fmt.Sprint(n), int64(n))
	}
	if after.ID() != s.ID() {
		t.Error("ID changed")
	}
}

// waitLoaded waits for the filter of what was there at Open.
func waitLoaded(s *Store) {
	for {
		s.mu.Lock()
		loaded := s.loaded
		s.mu.Unlock()
		if loaded {
			return
		}
	}
}

func TestNewKeyCostsNoRead(t *testing.T) {
	path := file(t)
	s := open(t, path)
	put(t, s, 1, "a", "b", "c")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	expect(t, s, "new", -1)
	waitLoaded(s)
	if err := s.db.read.Close(); err != nil { // from here on every read fails
		t.Fatal(err)
	}
	wrong := 0
	for n := range 10_000 {
		if _, _, _, err := s.Get("m1", "order", fmt.Sprint("new", n)); err != nil {
			wrong++
		}
	}
	if wrong > 100 {
		t.Errorf("%d of 10,000 new keys were read for", wrong)
	}
	if _, _, _, err := s.Get("m1", "order", "a"); err == nil {
		t.Error("a known key was not read for: the test shows nothing")
	}
	put(t, s, 2, "a")
	expect(t, s, "a", 2)
}

func TestFiltersGrow(t *testing.T) {
	s := &Store{}
	key := func(n int) bloom.Key { return keyOf("m", "order", fmt.Sprint(n)) }
	const n = 6 * firstFilter
	for i := range n {
		s.remember(key(i))
	}
	wrong := 0
	for i := range n {
		if !s.has(key(i)) {
			t.Fatalf("key %d is forgotten", i)
		}
		if s.has(key(n + i)) {
			wrong++
		}
	}
	if rate := float64(wrong) / n; rate > 0.02 || len(s.filters) > 3 {
		t.Errorf("%.1f %% of new keys pass %d filters", 100*rate, len(s.filters))
	}
}

func TestForeignFileIsReplaced(t *testing.T) {
	path := file(t)
	for name, spoil := range map[string]func() error{
		"garbage": func() error { return os.WriteFile(path, bytes.Repeat([]byte("no database "), 1000), 0o600) },
		"other version": func() error {
			s := open(t, path)
			put(t, s, 1, "a")
			if err := s.drain(); err != nil {
				return err
			}
			_, err := s.db.write.Exec(`PRAGMA user_version = 99`)
			return errors.Join(err, s.Close())
		},
		"other tables": func() error {
			s := open(t, path)
			_, err := s.db.write.Exec(`CREATE TABLE theirs (x); PRAGMA user_version = 0`)
			return errors.Join(err, s.Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := spoil(); err != nil {
				t.Fatal(err)
			}
			s := open(t, path)
			expect(t, s, "a", -1)
			put(t, s, 2, "b")
			if err := s.Sync(); err != nil {
				t.Fatal(err)
			}
			expect(t, s, "b", 2)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestDamagedRecordIsAnError(t *testing.T) {
	for _, spoil := range []string{
		`UPDATE cold SET rev = rev + 1`, `UPDATE cold SET data = x'61'`, `UPDATE cold SET sum = sum + 1`,
	} {
		s := open(t, file(t))
		put(t, s, 1, "a")
		if err := s.Sync(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.db.write.Exec(spoil); err != nil {
			t.Fatal(err)
		}
		if data, rev, ok, err := s.Get("m1", "order", "a"); !errors.Is(err, ErrDamaged) {
			t.Errorf("after %s: %q at %d, %v, %v; want damage", spoil, data, rev, ok, err)
		}
	}
}

// TestWriterFails: records stay in memory up to a bound, Put then says why, and
// all is written once it can be.
func TestWriterFails(t *testing.T) {
	path := file(t)
	s := open(t, path)
	if _, err := s.db.write.Exec(`ALTER TABLE cold RENAME TO gone`); err != nil {
		t.Fatal(err)
	}
	n := 0
	var err error
	for ; err == nil && n < 3*maxPending; n++ {
		err = s.Put("m1", int64(n), Item{"order", fmt.Sprint(n), []byte(fmt.Sprintf("%d at %d", n, n))})
	}
	if err == nil {
		t.Fatalf("%d records were taken, none written, and the bound is %d", n, maxPending)
	}
	n--
	if err := s.Sync(); err == nil {
		t.Error("Sync works although nothing can be written")
	}
	expect(t, s, "0", 0)
	expect(t, s, fmt.Sprint(n-1), int64(n-1))
	if _, err := s.db.write.Exec(`ALTER TABLE gone RENAME TO cold`); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	for i := 0; i < n; i += 997 {
		expect(t, s, fmt.Sprint(i), int64(i))
	}
}

func TestConcurrentUse(t *testing.T) {
	s := open(t, file(t))
	var done sync.WaitGroup
	for loop := range 4 {
		done.Go(func() {
			for n := range 500 {
				id := fmt.Sprintf("%d-%d", loop, n)
				if err := s.Put("m1", int64(n), Item{"order", id, []byte(fmt.Sprintf("%s at %d", id, n))}); err != nil {
					t.Error(err)
				}
				back := fmt.Sprintf("%d-%d", loop, n/2)
				if data, rev, ok, err := s.Get("m1", "order", back); err != nil || !ok || rev != int64(n/2) {
					t.Errorf("%s: %q at %d, %v, %v", back, data, rev, ok, err)
				}
			}
			if err := s.Sync(); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
}

func BenchmarkPut(b *testing.B) {
	s := open(b, file(b))
	data := bytes.Repeat([]byte("x"), 300)
	n := 0
	for b.Loop() {
		if err := s.Put("m1", 1, Item{"order", fmt.Sprint(n), data}); err != nil {
			b.Fatal(err)
		}
		n++
	}
	if err := s.Sync(); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkGet(b *testing.B) {
	s := open(b, file(b))
	waitLoaded(s)
	data := bytes.Repeat([]byte("x"), 300)
	const n = 100_000
	for i := range n {
		if err := s.Put("m1", 1, Item{"order", fmt.Sprint(i), data}); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Sync(); err != nil {
		b.Fatal(err)
	}
	for name, c := range map[string]struct {
		prefix string
		want   bool
	}{"new": {"n", false}, "known": {"", true}} {
		b.Run(name, func(b *testing.B) {
			i := 0
			for b.Loop() {
				if _, _, ok, err := s.Get("m1", "order", c.prefix+fmt.Sprint(i%n)); ok != c.want || err != nil {
					b.Fatal(ok, err)
				}
				i += 7919
			}
		})
	}
}
