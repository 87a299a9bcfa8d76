// Package bloom answers "certainly not there" from memory, so that a look-up of
// something new costs no read from disk.
package bloom

import (
	"encoding/binary"
	"math/bits"
)

// Key is what a filter remembers: 16 bytes that are a hash already, or as good
// as one.
type Key = [16]byte

// BitsPerKey is the memory of a filter per key. With one bit in each of eight
// words it lets through about 0.5 % of the keys that are not there; 16 bits
// would make that 0.1 %, for a third more memory.
const BitsPerKey = 12

// A block is one cache line: a look-up waits for memory once at most.
const (
	blockWords = 8
	blockBits  = blockWords * 64
)

// Filter is a blocked Bloom filter (Putze, Sanders, Singler, "Cache-, Hash- and
// Space-Efficient Bloom Filters", 2007): a key picks one block and sets one bit
// in each word of it. Has may be called concurrently; Add may not, and not
// beside Has either.
type Filter struct {
	blocks [][blockWords]uint64
}

// New returns an empty filter with room for capacity keys. More may be added:
// it then lets more through, and still never forgets one.
func New(capacity int) *Filter {
	n := (max(capacity, 1)*BitsPerKey + blockBits - 1) / blockBits
	return &Filter{blocks: make([][blockWords]uint64, n)}
}

// Add remembers key.
func (f *Filter) Add(key Key) {
	b, h := f.place(key)
	for i := range b {
		b[i] |= 1 << (h & 63)
		h >>= 6
	}
}

// Has reports whether key may have been added; false is certain.
func (f *Filter) Has(key Key) bool {
	b, h := f.place(key)
	for i := range b {
		if b[i]>>(h&63)&1 == 0 {
			return false
		}
		h >>= 6
	}
	return true
}

// Bytes is the memory that the filter takes.
func (f *Filter) Bytes() int { return len(f.blocks) * blockBits / 8 }

// place picks the key's block and 48 bits, six for each word of it. The key is
// mixed once more (a folded 128-bit product, as in wyhash), since ids that share
// a version nibble or a time stamp must not crowd into few blocks.
func (f *Filter) place(key Key) (*[blockWords]uint64, uint64) {
	high, low := bits.Mul64(
		binary.LittleEndian.Uint64(key[:8])^0x9e3779b97f4a7c15,
		binary.LittleEndian.Uint64(key[8:])^0xc2b2ae3d27d4eb4f)
	h := high ^ low
	i, _ := bits.Mul64(h, uint64(len(f.blocks)))
	return &f.blocks[i], (h * 0xd6e8feb86659fd93) >> 16
}
