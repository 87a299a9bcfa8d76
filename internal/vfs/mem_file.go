package vfs

import (
	"io"
	"io/fs"
	"sync"
	"sync/atomic"
	"syscall"
)

// SectorSize is the unit in which a simulated disk tears, in bytes.
const SectorSize = 512

// A chunk is the unit of allocation of a simulated file: small, so that cloning
// a small log after a small change is cheap.
const (
	chunkSectors = 8
	chunkSize    = chunkSectors * SectorSize
)

// chunk is a piece of a file, twice: as programs see it and as the disk has it.
// A bit in dirty is a sector that the next Sync writes; a bit in lost is one
// that a failed Sync marked clean although the disk does not have it.
type chunk struct {
	cache, disk *[chunkSize]byte // nil is all zeros
	dirty, lost uint32
	// Bytes that somebody else may have as well are copied before a change.
	cacheShared, diskShared bool
	// cut is what the cache had before unsynced sectors were cut off: the disk
	// may have seen that before it sees the cut.
	cut *[chunkSize]byte
}

// ownCache makes the cache of the chunk one that may be changed.
func (c *chunk) ownCache() {
	if c.cache == nil {
		c.cache = new([chunkSize]byte)
	} else if c.cacheShared {
		d := *c.cache
		c.cache = &d
	}
	c.cacheShared = false
}

// ownDisk does the same for the disk.
func (c *chunk) ownDisk() {
	if c.disk == nil {
		c.disk = new([chunkSize]byte)
	} else if c.diskShared {
		d := *c.disk
		c.disk = &d
	}
	c.diskShared = false
}

// share returns a chunk with the same bytes.
func (c *chunk) share() *chunk {
	c.cacheShared, c.diskShared = true, true
	d := *c
	return &d
}

type inode struct {
	fs       *Mem
	mu       sync.RWMutex
	size     int64
	diskSize int64
	high     int64 // the largest size since the last Sync
	chunks   []*chunk
	dirty    []int // chunks with unsynced sectors; one may be named twice
}

func (n *inode) length() int64 {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.size
}

// memFile is a handle on an inode.
type memFile struct {
	fs     *Mem
	node   *inode
	name   string
	closed atomic.Bool
}

// enter runs the hook and checks that the handle is open.
func (f *memFile) enter(op Op) error {
	op.Name = f.name
	if f.closed.Load() {
		return pathErr(op.Kind, f.name, fs.ErrClosed)
	}
	return f.fs.hook(op)
}

func (f *memFile) Close() error {
	if f.closed.Swap(true) {
		return pathErr("close", f.name, fs.ErrClosed)
	}
	return nil
}

func (f *memFile) Size() (int64, error) { return f.node.length(), nil }

func (f *memFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.enter(Op{Kind: OpRead, Off: off, Len: int64(len(p))}); err != nil {
		return 0, err
	}
	n := f.node
	n.mu.RLock()
	defer n.mu.RUnlock()
	if off >= n.size {
		return 0, io.EOF
	}
	want := len(p)
	p = p[:min(int64(want), n.size-off)]
	for done := 0; done < len(p); {
		c, at := n.chunk(off + int64(done))
		m := min(len(p)-done, chunkSize-at)
		if c == nil || c.cache == nil {
			clear(p[done : done+m])
		} else {
			copy(p[done:done+m], c.cache[at:at+m])
		}
		done += m
	}
	if len(p) < want {
		return len(p), io.EOF
	}
	return len(p), nil
}

// chunk finds the chunk that holds byte off, nil if it was never written.
func (n *inode) chunk(off int64) (*chunk, int) {
	i, at := off/chunkSize, int(off%chunkSize)
	if i >= int64(len(n.chunks)) {
		return nil, at
	}
	return n.chunks[i], at
}

func (f *memFile) WriteAt(p []byte, off int64) (int, error) {
	err := f.enter(Op{Kind: OpWrite, Off: off, Len: int64(len(p))})
	if err != nil {
		p = p[:len(p)/2]
	}
	n := f.node
	f.fs.moment.RLock()
	defer f.fs.moment.RUnlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	if grow := off + int64(len(p)) - n.size; grow > 0 {
		room := f.fs.take(grow)
		if room < grow {
			p = p[:max(0, int64(len(p))-(grow-room))]
			if err == nil {
				err = pathErr(OpWrite, f.name, syscall.ENOSPC)
			}
		}
		if len(p) > 0 {
			n.size = max(n.size, off+int64(len(p)))
		}
	}
	n.write(p, off, f.fs.crashable)
	return len(p), err
}

// take reserves up to n bytes of capacity (n < 0 gives back) and returns how
// many there were.
func (m *Mem) take(n int64) int64 {
	for {
		used, limit := m.used.Load(), m.capacity.Load()
		got := n
		if limit > 0 && n > 0 {
			got = max(0, min(n, limit-used))
		}
		if m.used.CompareAndSwap(used, used+got) {
			return got
		}
	}
}

func (n *inode) write(p []byte, off int64, track bool) {
	for done := 0; done < len(p); {
		at := off + int64(done)
		for int64(len(n.chunks)) <= at/chunkSize {
			n.chunks = append(n.chunks, nil)
		}
		i, from := at/chunkSize, int(at%chunkSize)
		c := n.chunks[i]
		if c == nil {
			c = &chunk{}
			n.chunks[i] = c
		}
		c.ownCache()
		m := copy(c.cache[from:], p[done:])
		if track {
			n.mark(int(i), from, from+m)
		}
		done += m
	}
}

// mark notes that bytes [from, to) of chunk i differ from the disk.
func (n *inode) mark(i, from, to int) {
	c := n.chunks[i]
	if c.dirty == 0 {
		n.dirty = append(n.dirty, i)
	}
	for s := from / SectorSize; s*SectorSize < to; s++ {
		c.dirty |= 1 << s
	}
}

func (f *memFile) Truncate(size int64) error {
	if err := f.enter(Op{Kind: OpTruncate, Len: size}); err != nil {
		return err
	}
	n := f.node
	f.fs.moment.RLock()
	defer f.fs.moment.RUnlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	if size > n.size {
		grow := size - n.size
		if got := f.fs.take(grow); got < grow {
			f.fs.take(-got)
			return pathErr(OpTruncate, f.name, syscall.ENOSPC)
		}
		n.size = size
		return nil
	}
	f.fs.take(size - n.size)
	// What is cut off must read as zeros when the file grows again.
	for i := int(size / chunkSize); i < len(n.chunks); i++ {
		from := max(0, size-int64(i)*chunkSize)
		if c := n.chunks[i]; c != nil {
			if c.cache != nil {
				if f.fs.crashable && c.dirty != 0 && c.cut == nil {
					c.cut = c.cache
					c.cacheShared = true
				}
				c.ownCache()
				clear(c.cache[from:])
			}
			if f.fs.crashable {
				n.mark(i, int(from), chunkSize)
			}
		}
	}
	n.high = max(n.high, n.size)
	n.size = size
	return nil
}

func (f *memFile) Sync() error {
	err := f.enter(Op{Kind: OpSync})
	if !f.fs.crashable {
		return err
	}
	n := f.node
	f.fs.moment.RLock()
	defer f.fs.moment.RUnlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, i := range n.dirty {
		c := n.chunks[i]
		if err != nil {
			c.lost |= c.dirty
			c.dirty = 0
			continue
		}
		c.flush(c.dirty)
	}
	n.dirty = n.dirty[:0]
	if err == nil {
		n.diskSize, n.high = n.size, n.size
	}
	return err
}

// flush writes the sectors of mask to the disk.
func (c *chunk) flush(mask uint32) {
	if c.cache != nil || c.disk != nil {
		c.ownDisk()
	}
	for s := range chunkSectors {
		if mask&(1<<s) == 0 || c.disk == nil {
			continue
		}
		from := s * SectorSize
		if c.cache == nil {
			clear(c.disk[from : from+SectorSize])
		} else {
			copy(c.disk[from:from+SectorSize], c.cache[from:from+SectorSize])
		}
	}
	c.dirty &^= mask
	c.lost &^= mask
	c.cut = nil
}

func (f *memFile) DropCache() error {
	n := f.node
	f.fs.moment.RLock()
	defer f.fs.moment.RUnlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.chunks {
		if c == nil {
			continue
		}
		for s := range chunkSectors {
			if c.lost&^c.dirty&(1<<s) == 0 || c.cache == nil {
				continue
			}
			c.ownCache()
			copy(c.cache[s*SectorSize:(s+1)*SectorSize], c.diskSector(s))
			c.lost &^= 1 << s
		}
	}
	return nil
}

var zeroSector [SectorSize]byte

func (c *chunk) diskSector(s int) []byte {
	if c.disk == nil {
		return zeroSector[:]
	}
	return c.disk[s*SectorSize : (s+1)*SectorSize]
}
