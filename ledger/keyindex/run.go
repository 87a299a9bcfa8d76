package keyindex

import (
	"bytes"
	"fmt"
	"io"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/internal/bloom"
	"github.com/amends-ledger/amends/internal/vfs"
)

// readAhead is how much of a run is read at once where all of it is needed.
const readAhead = 64 * blockSize

// run is an open run file. It is immutable; refs counts who reads it, and the
// last one closes the file, so that a merge can remove a run under a reader.
type run struct {
	header
	name   string
	file   vfs.File
	filter *bloom.Filter
	firsts [][idSize]byte // first id of each data block
	refs   atomic.Int64
}

// openRun reads a whole run, verifies every block, and builds filter and sparse
// index on the way. It must start where prev ends.
func openRun(fs vfs.FS, name string, prev header) (*run, error) {
	file, err := fs.Open(name)
	if err != nil {
		return nil, err
	}
	r := &run{name: name, file: file}
	r.refs.Store(1)
	if err := r.load(prev); err != nil {
		file.Close()
		return nil, err
	}
	return r, nil
}

func (r *run) load(prev header) error {
	var b [blockSize]byte
	if err := readFull(r.file, b[:], 0); err != nil {
		return err
	}
	h, err := decodeHeader(b[:])
	if err != nil {
		return err
	}
	size, err := r.file.Size()
	if err != nil {
		return err
	}
	if size != h.size() {
		return fmt.Errorf("file has %d bytes, want %d: %w", size, h.size(), errDamaged)
	}
	if !h.follows(prev) {
		return fmt.Errorf("the run before it is missing or another one: %w", errDamaged)
	}
	r.header = h
	r.filter = bloom.New(int(h.count))
	r.firsts = make([][idSize]byte, 0, h.blocks())
	var last []byte
	s := newScanner(r)
	for {
		e, ok, err := s.next()
		if err != nil || !ok {
			return err
		}
		if last != nil && bytes.Compare(last, e.ID[:]) >= 0 {
			return fmt.Errorf("ids are not ascending before byte %d: %w", s.number*blockSize, errDamaged)
		}
		last = append(last[:0], e.ID[:]...)
		r.add(e, s.at == 1)
	}
}

// add notes an entry in the filter and, if it begins a block, in the index.
func (r *run) add(e Entry, begins bool) {
	if begins {
		r.firsts = append(r.firsts, e.ID)
	}
	r.filter.Add(e.ID)
}

var blockPool = sync.Pool{New: func() any { return new([blockSize]byte) }}

// get reads the one block that may have id.
func (r *run) get(id uuid.UUID) (rev int64, ok bool, err error) {
	i := sort.Search(len(r.firsts), func(i int) bool { return bytes.Compare(r.firsts[i][:], id[:]) > 0 })
	if i == 0 {
		return 0, false, nil
	}
	buf := blockPool.Get().(*[blockSize]byte)
	defer blockPool.Put(buf)
	b, number := block(buf[:]), int64(i) // data blocks count from 1
	if err := readFull(r.file, b, number*blockSize); err != nil {
		return 0, false, err
	}
	if err := b.check(r.header, number); err != nil {
		return 0, false, err
	}
	rev, ok = b.find(id)
	return rev, ok, nil
}

// release gives up a reference.
func (r *run) release() {
	if r.refs.Add(-1) == 0 {
		_ = r.file.Close() // read only, so there is nothing left to lose
	}
}

func (r *run) memory() int64 { return int64(r.filter.Bytes() + len(r.firsts)*idSize) }

// scanner reads the entries of a run in order, a read of readAhead at a time.
type scanner struct {
	r      *run
	buf    []byte
	loaded []byte // blocks not yet looked at
	b      block
	number int64 // of b
	at     int   // entries of b that were given out
}

func newScanner(r *run) *scanner {
	return &scanner{r: r, buf: make([]byte, min(readAhead, blockSize*max(1, r.blocks())))}
}

func (s *scanner) next() (e Entry, ok bool, err error) {
	if s.b == nil || s.at == s.b.len() {
		if s.number == s.r.blocks() {
			return Entry{}, false, nil
		}
		if err := s.load(); err != nil {
			return Entry{}, false, err
		}
	}
	s.at++
	return s.b.entry(s.at - 1), true, nil
}

func (s *scanner) load() error {
	s.number++
	s.at = 0
	if len(s.loaded) == 0 {
		left := (s.r.blocks() - s.number + 1) * blockSize
		s.loaded = s.buf[:min(int64(len(s.buf)), left)]
		if err := readFull(s.r.file, s.loaded, s.number*blockSize); err != nil {
			return err
		}
	}
	s.b, s.loaded = block(s.loaded[:blockSize]), s.loaded[blockSize:]
	return s.b.check(s.r.header, s.number)
}

// readFull reads all of p. A file that ends before, or whose sectors can't be
// read, is damaged.
func readFull(f vfs.File, p []byte, off int64) error {
	n, err := f.ReadAt(p, off)
	if n == len(p) {
		return nil
	}
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("read byte %d: %w: %w", off+int64(n), errDamaged, err)
}
