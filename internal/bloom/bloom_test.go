package bloom

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"
)

func hashed(n int) Key {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	sum := sha256.Sum256(b[:])
	return Key(sum[:16])
}

// counting is a key without any randomness: time-ordered ids look like it.
func counting(n int) Key {
	var k Key
	binary.BigEndian.PutUint64(k[8:], uint64(n))
	return k
}

func TestNeverForgetsAndSeldomErrs(t *testing.T) {
	for name, key := range map[string]func(int) Key{"hashed": hashed, "counting": counting} {
		t.Run(name, func(t *testing.T) {
			const n = 100_000
			f := New(n)
			for i := range n {
				f.Add(key(i))
			}
			for i := range n {
				if !f.Has(key(i)) {
					t.Fatalf("key %d was added and is not there", i)
				}
			}
			wrong := 0
			for i := n; i < 2*n; i++ {
				if f.Has(key(i)) {
					wrong++
				}
			}
			if rate := float64(wrong) / n; rate > 0.008 {
				t.Errorf("%.2f %% of new keys pass, want at most 0.8 %%", 100*rate)
			}
			if want := n * BitsPerKey / 8; f.Bytes() < want || f.Bytes() > want+blockBits {
				t.Errorf("filter takes %d bytes, want about %d", f.Bytes(), want)
			}
		})
	}
}

func TestOverfullStillRemembers(t *testing.T) {
	f := New(0)
	for i := range 1000 {
		f.Add(hashed(i))
	}
	for i := range 1000 {
		if !f.Has(hashed(i)) {
			t.Fatalf("key %d was added and is not there", i)
		}
	}
}

func BenchmarkHasNot(b *testing.B) {
	const n = 2_000_000
	f := New(n)
	for i := range n {
		f.Add(hashed(i))
	}
	keys := make([]Key, 1<<16)
	for i := range keys {
		keys[i] = hashed(n + i)
	}
	hits := 0
	i := 0
	for b.Loop() {
		if f.Has(keys[i&(1<<16-1)]) {
			hits++
		}
		i++
	}
	b.ReportMetric(float64(hits)/float64(b.N), "false/op")
}
