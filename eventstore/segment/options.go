package segment

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/amends-ledger/amends/internal/vfs"
)

// Defaults of Options, with their reasons.
const (
	// DefaultSegmentBytes keeps the part of the log that is read at start, and
	// indexed in memory, small; and a file is still worth an index of its own.
	DefaultSegmentBytes = 64 << 20
	// DefaultSectorBytes is the unit that tears on nearly all disks.
	DefaultSectorBytes = 512
	// DefaultZeroAhead is a fraction of a second of the fastest writing.
	DefaultZeroAhead = 8 << 20
	// DefaultSealAfter bounds how long the last commit has nothing behind it
	// that proves it was synced.
	DefaultSealAfter = 100 * time.Millisecond
	// DefaultRingBytes lets a live subscriber be some thousand events late
	// before it reads files again.
	DefaultRingBytes = 8 << 20

	// minSegmentBytes leaves room for the front sectors and some frames.
	minSegmentBytes = 4096
	// maxSegmentBytes keeps every offset in 32 bits although the last commit of
	// a segment may go over its size.
	maxSegmentBytes = 2 << 30
)

// Options of a log. The zero value of a field takes the default.
type Options struct {
	// Dir holds the log and nothing else. It is made if it is missing.
	Dir string
	// FS is where Dir is; nil is the operating system's.
	FS vfs.FS
	// MustExist makes Open fail with fs.ErrNotExist, and touch nothing, when
	// Dir holds no log: for those who want to look, not to begin one.
	MustExist bool
	// SegmentBytes is the size at which a file is full and the next one begins.
	// The last commit of a file may go over it.
	SegmentBytes int64
	// SectorBytes is the alignment of commits in a new log: what the disk writes
	// as a whole. A log keeps the one that it was made with.
	SectorBytes int
	// ZeroAhead is how much room is filled with zeros ahead of the writer, in
	// the background: a sync is faster on a file that does not grow. Negative
	// is none; so is the default on a file system that is not the real one.
	ZeroAhead int64
	// SealAfter is the idle time after which a seal is written. Negative is
	// only at Close.
	SealAfter time.Duration
	// RingBytes of recent commits are kept in memory for live subscribers.
	RingBytes int

	// For tests: randomness for file salts; full segments are finished by the
	// writer, so that the order of all calls is the same in each run; and where a
	// frame is closed.
	salt       func() uint64
	alone      bool
	frameBytes int
}

func (o Options) withDefaults() (Options, error) {
	if o.FS == nil {
		o.FS = vfs.OS
	}
	if o.SegmentBytes == 0 {
		o.SegmentBytes = DefaultSegmentBytes
	}
	if o.SectorBytes == 0 {
		o.SectorBytes = DefaultSectorBytes
	}
	if o.ZeroAhead == 0 && o.FS == vfs.OS {
		o.ZeroAhead = DefaultZeroAhead
	}
	if o.SealAfter == 0 {
		o.SealAfter = DefaultSealAfter
	}
	if o.RingBytes == 0 {
		o.RingBytes = DefaultRingBytes
	}
	if o.salt == nil {
		o.salt = randomSalt
	}
	if o.frameBytes == 0 {
		o.frameBytes = targetFrameBytes
	}
	switch {
	case o.Dir == "":
		return o, fmt.Errorf("open log: no directory given")
	case !validSector(o.SectorBytes):
		return o, fmt.Errorf("open log %s: sector size %d is not a power of two from %d to %d", o.Dir, o.SectorBytes, minSectorBytes, maxSectorBytes)
	case o.SegmentBytes < minSegmentBytes || o.SegmentBytes > maxSegmentBytes:
		return o, fmt.Errorf("open log %s: segment size %d is not from %d to %d", o.Dir, o.SegmentBytes, minSegmentBytes, int64(maxSegmentBytes))
	}
	return o, nil
}

func randomSalt() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return binary.BigEndian.Uint64(b[:])
}
