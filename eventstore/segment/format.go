package segment

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/amends-ledger/amends/eventstore"
)

// The byte tables are in docs/reference/segment-format.md. All integers are
// big-endian.
const (
	formatVersion = 1

	fileMagic    = "AMENDSEG"
	commitMagic  = 0x414d6366 // "AMcf": a commit frame
	sealMagic    = 0x414d736c // "AMsl": a seal, in one of the two seal slots
	closingMagic = 0x414d636c // "AMcl": the closing record of a full segment

	frameHeaderBytes = 48
	recordHeader     = 16
	closingBody      = 8

	// The sectors at the start of a file, in front of the first frame.
	firstSeal     = 1 // behind the file header; there are two
	closingSector = 3
	frontSectors  = 4

	// targetFrameBytes is where a frame is closed and the next one begun: a
	// reader that wants one record of it never has to check much more.
	targetFrameBytes = 1 << 20

	// maxFrameBytes is the longest frame that can be valid. One write of the
	// largest size may come on top of a frame that has just not reached its
	// target.
	maxFrameBytes = targetFrameBytes + eventstore.MaxEventsPerWrite*(recordHeader+eventstore.MaxEnvelopeBytes) + 2*maxSectorBytes

	minSectorBytes = 512
	maxSectorBytes = 65_536
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// fileHeader fills the first sector of a segment file.
type fileHeader struct {
	sector int    // bytes in a sector: the alignment of every frame
	number uint64 // 1, 2, 3, … in the order of the files
	salt   uint64 // of this file; a frame from elsewhere does not match it
	log    uint64 // the same in all files of one log
	full   int64  // the writer leaves the file when its frames end here or later
}

func (h fileHeader) encode() []byte {
	b := make([]byte, h.sector)
	copy(b, fileMagic)
	binary.BigEndian.PutUint32(b[8:], formatVersion)
	binary.BigEndian.PutUint32(b[12:], uint32(h.sector))
	binary.BigEndian.PutUint64(b[16:], h.number)
	binary.BigEndian.PutUint64(b[24:], h.salt)
	binary.BigEndian.PutUint64(b[32:], h.log)
	// 40..48 are the flags: none is defined yet (mirror, compressed).
	binary.BigEndian.PutUint64(b[48:], uint64(h.full))
	binary.BigEndian.PutUint32(b[h.sector-4:], checksum(b[:h.sector-4]))
	return b
}

// parseFileHeader reads the header from the first bytes of a file, at least one
// sector of them. It returns what is wrong, or "".
func parseFileHeader(b []byte) (h fileHeader, wrong string) {
	if len(b) < minSectorBytes {
		return h, fmt.Sprintf("the file has only %d bytes", len(b))
	}
	if string(b[:8]) != fileMagic {
		return h, "no segment file header"
	}
	size := int(binary.BigEndian.Uint32(b[12:]))
	if !validSector(size) {
		return h, fmt.Sprintf("sector size %d in the header", size)
	}
	h.sector = size
	if size > len(b) {
		return h, "the file ends inside of its header"
	}
	if binary.BigEndian.Uint32(b[size-4:]) != checksum(b[:size-4]) {
		return h, "checksum of the file header"
	}
	if v := binary.BigEndian.Uint32(b[8:]); v != formatVersion {
		return h, fmt.Sprintf("format version %d, this program knows %d", v, formatVersion)
	}
	if flags := binary.BigEndian.Uint64(b[40:]); flags != 0 {
		return h, fmt.Sprintf("unknown flags %#x in the file header", flags)
	}
	h.number = binary.BigEndian.Uint64(b[16:])
	h.salt = binary.BigEndian.Uint64(b[24:])
	h.log = binary.BigEndian.Uint64(b[32:])
	h.full = int64(binary.BigEndian.Uint64(b[48:]))
	return h, ""
}

// validSector says whether n is a power of two in bounds.
func validSector(n int) bool {
	return n >= minSectorBytes && n <= maxSectorBytes && n&(n-1) == 0
}

func (h fileHeader) offsetOf(sector int) int64 { return int64(sector) * int64(h.sector) }

// framesStart is where the first frame of a file is.
func (h fileHeader) framesStart() int64 { return h.offsetOf(frontSectors) }

// frameHeader begins a commit frame, a seal and a closing record alike.
type frameHeader struct {
	magic   uint32
	length  int    // of all of it with padding, a multiple of the sector size
	payload int    // bytes of records behind the header
	count   int    // of records
	first   uint64 // position of the first record
	durable uint64 // position up to which all events were known synced when this was written
	salt    uint64 // of the file
	body    uint32 // checksum of everything behind the header
}

// put writes h over the first bytes of frame, which is the whole frame: its
// body must be final.
func (h frameHeader) put(frame []byte) {
	binary.BigEndian.PutUint32(frame[0:], h.magic)
	binary.BigEndian.PutUint32(frame[4:], uint32(len(frame)))
	binary.BigEndian.PutUint32(frame[8:], uint32(h.payload))
	binary.BigEndian.PutUint32(frame[12:], uint32(h.count))
	binary.BigEndian.PutUint64(frame[16:], h.first)
	binary.BigEndian.PutUint64(frame[24:], h.durable)
	binary.BigEndian.PutUint64(frame[32:], h.salt)
	binary.BigEndian.PutUint32(frame[40:], checksum(frame[frameHeaderBytes:]))
	binary.BigEndian.PutUint32(frame[44:], checksum(frame[:44]))
}

// parseFrameHeader reads a header of the given kind. It returns what is wrong,
// or "". Only the header is checked, so what it says is true even if the body
// behind it is torn.
func parseFrameHeader(b []byte, magic uint32, file fileHeader) (h frameHeader, wrong string) {
	if len(b) < frameHeaderBytes {
		return h, "the file ends inside of a frame header"
	}
	h = frameHeader{
		magic:   binary.BigEndian.Uint32(b[0:]),
		length:  int(binary.BigEndian.Uint32(b[4:])),
		payload: int(binary.BigEndian.Uint32(b[8:])),
		count:   int(binary.BigEndian.Uint32(b[12:])),
		first:   binary.BigEndian.Uint64(b[16:]),
		durable: binary.BigEndian.Uint64(b[24:]),
		salt:    binary.BigEndian.Uint64(b[32:]),
		body:    binary.BigEndian.Uint32(b[40:]),
	}
	switch {
	case h.magic != magic:
		return h, "no frame header"
	case binary.BigEndian.Uint32(b[44:]) != checksum(b[:44]):
		return h, "checksum of the frame header"
	case h.salt != file.salt:
		return h, "a frame of another file"
	case h.length > maxFrameBytes || h.length%file.sector != 0 || frameHeaderBytes+h.payload > h.length:
		return h, "length of the frame"
	}
	return h, ""
}

// encodeSeal builds the seal that says that all events up to durable are synced.
func encodeSeal(file fileHeader, durable uint64) []byte {
	b := make([]byte, file.sector)
	frameHeader{magic: sealMagic, first: durable + 1, durable: durable, salt: file.salt}.put(b)
	return b
}

// closing says what a full segment holds; it is written when the next segment
// is durable in its directory.
type closing struct {
	first, last uint64 // positions
	end         int64  // of the last frame; the file is cut here
}

func (c closing) encode(file fileHeader) []byte {
	b := make([]byte, file.sector)
	binary.BigEndian.PutUint64(b[frameHeaderBytes:], uint64(c.end))
	frameHeader{
		magic: closingMagic, payload: closingBody, count: int(c.last - c.first + 1),
		first: c.first, durable: c.last, salt: file.salt,
	}.put(b)
	return b
}

// parseClosing reads the closing record from its sector.
func parseClosing(b []byte, file fileHeader) (c closing, wrong string) {
	h, wrong := parseFrameHeader(b, closingMagic, file)
	if wrong == "" && checksum(b[frameHeaderBytes:]) != h.body {
		wrong = "checksum of the closing record"
	}
	if wrong != "" {
		return c, wrong
	}
	c = closing{first: h.first, last: h.durable, end: int64(binary.BigEndian.Uint64(b[frameHeaderBytes:]))}
	if c.last-c.first+1 != uint64(h.count) || c.end%int64(file.sector) != 0 {
		return c, "fields of the closing record"
	}
	return c, ""
}

// appendRecord appends one record: checksum, length, position, envelope. The
// position is there for those who come by way of a stream's index.
func appendRecord(b []byte, r eventstore.Recorded) []byte {
	at := len(b)
	b = append(b, make([]byte, recordHeader)...)
	b = eventstore.AppendEnvelope(b, r)
	binary.BigEndian.PutUint32(b[at+4:], uint32(len(b)-at-recordHeader))
	binary.BigEndian.PutUint64(b[at+8:], uint64(r.Position))
	binary.BigEndian.PutUint32(b[at:], checksum(b[at+4:]))
	return b
}

// recordLength reads the length of a whole record from its head.
func recordLength(head []byte) (int, bool) {
	n := int(binary.BigEndian.Uint32(head[4:]))
	return recordHeader + n, n <= eventstore.MaxEnvelopeBytes
}

func recordPosition(rec []byte) uint64 { return binary.BigEndian.Uint64(rec[8:]) }

// checkRecord compares the checksum of a whole record.
func checkRecord(rec []byte) bool {
	return binary.BigEndian.Uint32(rec) == checksum(rec[4:])
}

// appendPadding fills b with zeros up to the next sector, counted from start.
func appendPadding(b []byte, start, sector int) []byte {
	for n := (sector - (len(b)-start)%sector) % sector; n > 0; {
		m := min(n, len(zeroPad))
		b = append(b, zeroPad[:m]...)
		n -= m
	}
	return b
}

var zeroPad [minSectorBytes]byte

const (
	segSuffix  = ".seg"
	idxSuffix  = ".idx"
	tempSuffix = ".tmp"
	lockName   = "LOCK"
)

func segName(number uint64) string { return fmt.Sprintf("%08d%s", number, segSuffix) }

// parseName reads the number from a name like 00000012.seg.
func parseName(name, suffix string) (uint64, bool) {
	digits, ok := strings.CutSuffix(name, suffix)
	if !ok || len(digits) < 8 {
		return 0, false
	}
	var n uint64
	for _, c := range digits {
		if c < '0' || c > '9' || n > 1<<40 {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	return n, n > 0 && segName(n) == digits+segSuffix
}

// CorruptError says where the log is not what was written. It unwraps to
// eventstore.ErrCorrupt.
type CorruptError struct {
	File   string // its name in the log's directory
	Offset int64  // in bytes, of the first byte that can't be trusted
	Reason string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("read %s at byte %d: %s: %v", e.File, e.Offset, e.Reason, eventstore.ErrCorrupt)
}

func (e *CorruptError) Unwrap() error { return eventstore.ErrCorrupt }
