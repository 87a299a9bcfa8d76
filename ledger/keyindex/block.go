package keyindex

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"sort"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/eventstore"
)

const (
	// blockSize is the unit of reading: one page.
	blockSize = 4096
	idSize    = 16
	entrySize = idSize + 8
	// blockEntries is how many entries leave room for count and CRC.
	blockEntries = (blockSize - 16) / entrySize
	countAt      = blockEntries * entrySize
	crcAt        = blockSize - 4

	magic   = "AMKEYS"
	version = 1
)

// errDamaged: a run is not what was written. Opening the index again drops it.
var errDamaged = errors.New("damaged")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// header describes a run. The zero header ends before everything.
type header struct {
	first, last uint64              // flushes that it holds
	after       eventstore.Position // what the runs before it cover
	position    eventstore.Position // what it and the runs before it cover
	count       int64               // entries
}

func (h header) blocks() int64 { return (h.count + blockEntries - 1) / blockEntries }
func (h header) size() int64   { return blockSize * (1 + h.blocks()) }

// follows reports whether a run with header h continues where prev ends.
func (h header) follows(prev header) bool {
	return h.first == prev.last+1 && h.last >= h.first && h.after == prev.position && h.position >= h.after
}

func (h header) encode(b []byte) {
	clear(b)
	copy(b, magic)
	binary.LittleEndian.PutUint16(b[6:], version)
	binary.LittleEndian.PutUint64(b[8:], h.first)
	binary.LittleEndian.PutUint64(b[16:], h.last)
	binary.LittleEndian.PutUint64(b[24:], uint64(h.after))
	binary.LittleEndian.PutUint64(b[32:], uint64(h.position))
	binary.LittleEndian.PutUint64(b[40:], uint64(h.count))
	binary.LittleEndian.PutUint32(b[crcAt:], crc32.Checksum(b[:crcAt], castagnoli))
}

func decodeHeader(b []byte) (header, error) {
	if crc32.Checksum(b[:crcAt], castagnoli) != binary.LittleEndian.Uint32(b[crcAt:]) {
		return header{}, fmt.Errorf("header: %w", errDamaged)
	}
	if v := binary.LittleEndian.Uint16(b[6:]); string(b[:6]) != magic || v != version {
		return header{}, fmt.Errorf("header has version %d, want %d: %w", v, version, errDamaged)
	}
	return header{
		first:    binary.LittleEndian.Uint64(b[8:]),
		last:     binary.LittleEndian.Uint64(b[16:]),
		after:    eventstore.Position(binary.LittleEndian.Uint64(b[24:])),
		position: eventstore.Position(binary.LittleEndian.Uint64(b[32:])),
		count:    int64(binary.LittleEndian.Uint64(b[40:])),
	}, nil
}

// block is a data block, number from 1.
type block []byte

func (b block) len() int        { return int(binary.LittleEndian.Uint16(b[countAt:])) }
func (b block) id(i int) []byte { return b[i*entrySize : i*entrySize+idSize] }
func (b block) revision(i int) int64 {
	return int64(binary.LittleEndian.Uint64(b[i*entrySize+idSize:]))
}

func (b block) entry(i int) Entry { return Entry{uuid.UUID(b.id(i)), b.revision(i)} }

func (b block) set(i int, e Entry) {
	copy(b[i*entrySize:], e.ID[:])
	binary.LittleEndian.PutUint64(b[i*entrySize+idSize:], uint64(e.Revision))
}

// seal completes a block of n entries.
func (b block) seal(h header, number int64, n int) {
	clear(b[n*entrySize:])
	binary.LittleEndian.PutUint16(b[countAt:], uint16(n))
	binary.LittleEndian.PutUint32(b[crcAt:], b.crc(h, number))
}

// check verifies a block that was read at its place in the run of h.
func (b block) check(h header, number int64) error {
	want := min(blockEntries, h.count-(number-1)*blockEntries)
	if b.crc(h, number) != binary.LittleEndian.Uint32(b[crcAt:]) || int64(b.len()) != want {
		return fmt.Errorf("block at byte %d: %w", number*blockSize, errDamaged)
	}
	return nil
}

func (b block) crc(h header, number int64) uint32 {
	var place [24]byte
	binary.LittleEndian.PutUint64(place[0:], h.first)
	binary.LittleEndian.PutUint64(place[8:], h.last)
	binary.LittleEndian.PutUint64(place[16:], uint64(number))
	return crc32.Update(crc32.Checksum(place[:], castagnoli), castagnoli, b[:crcAt])
}

// find looks an id up in a block that was checked.
func (b block) find(id uuid.UUID) (rev int64, ok bool) {
	n := b.len()
	i := sort.Search(n, func(i int) bool { return bytes.Compare(b.id(i), id[:]) >= 0 })
	if i == n || !bytes.Equal(b.id(i), id[:]) {
		return 0, false
	}
	return b.revision(i), true
}
