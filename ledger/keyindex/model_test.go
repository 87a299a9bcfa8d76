package keyindex

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

// logged is an append as the log has it: durable, whatever the index knows of it.
type logged struct {
	entries []Entry
	pos     eventstore.Position
}

// TestModel compares the index with a log that is simply kept: any order of
// begins, ends, failures, flushes, power cuts and restarts, and a key is known
// exactly when the log has it.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mem := vfs.NewCrashMem()
		o := Options{FS: mem, Dir: "keys", MemEntries: rapid.IntRange(1, 400).Draw(t, "MemEntries"), Inline: true}
		start := func(log []logged) *Index {
			x, err := Open(o)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range log {
				if l.pos > x.Position() {
					if err := x.Add(l.entries, l.pos); err != nil {
						t.Fatal(err)
					}
				}
			}
			return x
		}
		type flight struct {
			token Token
			logged
		}
		var (
			log  []logged
			open []flight // appended, not yet handed in
			lost []flight // their outcome is not known to the ledger
			next int      // key
			tail eventstore.Position
		)
		x := start(nil)
		pick := func() flight {
			if len(open) == 0 {
				t.Skip("no append is open")
			}
			i := rapid.IntRange(0, len(open)-1).Draw(t, "append")
			f := open[i]
			open = slices.Delete(open, i, i+1)
			return f
		}
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				n := rapid.IntRange(1, 300).Draw(t, "keys")
				f := flight{token: x.Begin()}
				tail += eventstore.Position(rapid.IntRange(1, 3).Draw(t, "events") * n) // positions may skip
				f.entries, f.pos = entries(next, next+n), tail
				next += n
				log = append(log, f.logged)
				open = append(open, f)
			},
			"end": func(t *rapid.T) {
				f := pick()
				if err := x.End(f.token, f.entries, f.pos); err != nil {
					t.Fatal(err)
				}
			},
			"fail": func(t *rapid.T) {
				if err := x.End(x.Begin(), nil, 0); err != nil {
					t.Fatal(err)
				}
			},
			"unknown outcome": func(*rapid.T) { lost = append(lost, pick()) },
			"flush": func(t *rapid.T) {
				if err := x.Flush(); err != nil {
					t.Fatal(err)
				}
			},
			"restart": func(t *rapid.T) {
				if err := x.Close(); err != nil {
					t.Fatal(err)
				}
				x, open, lost = start(log), nil, nil
			},
			"power cut": func(t *rapid.T) {
				seed := rapid.Uint64().Draw(t, "seed")
				mem = mem.CrashClone(rand.New(rand.NewPCG(seed, 0)))
				o.FS = mem
				x, open, lost = start(log), nil, nil
			},
			"": func(t *rapid.T) {
				if x.Position() > tail {
					t.Fatalf("position %d is behind the log's end, %d", x.Position(), tail)
				}
				if next == 0 {
					return
				}
				n := rapid.IntRange(0, next-1).Draw(t, "key")
				handedIn := true
				for _, f := range slices.Concat(open, lost) {
					handedIn = handedIn && !slices.Contains(f.entries, Entry{key(n), int64(3 * n)})
				}
				rev, ok, err := x.Get(key(n))
				if err != nil || ok != handedIn || ok && rev != int64(3*n) {
					t.Fatalf("key %d: revision %d, %v, %v; handed in: %v", n, rev, ok, err, handedIn)
				}
				if _, ok, err := x.Get(key(next + n)); ok || err != nil {
					t.Fatalf("new key %d: %v, %v", next+n, ok, err)
				}
			},
		})
		// At the end every append's keys are there, after one more power cut.
		o.FS = mem.CrashClone(rand.New(rand.NewPCG(uint64(next), 1)))
		expect(t, start(log), next)
	})
}
