package vfs

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Fate is what the disk has of a sector that was written but not synced when
// the power went.
type Fate uint8

const (
	OldContent Fate = iota // the write never reached the disk
	NewContent
	Zeros
	Garbage // torn: neither old nor new
)

// Sector names a sector of a file that is not synced.
type Sector struct {
	Name  string
	Index int64
}

// Crash decides what a power cut leaves. Nil functions take the worst case:
// nothing that was not synced is there. The functions are asked in a fixed
// order (names in the order of their changes, then files by name, sectors
// ascending), so that a seeded choice is repeatable.
type Crash struct {
	// Sector decides each unsynced sector.
	Sector func(Sector) Fate
	// Size picks the size of a file whose size is not synced.
	Size func(name string, disk, cache int64) int64
	// Entry decides whether an unsynced create, remove or rename is there.
	Entry func(from, to string) bool
	// Noise fills a garbage sector.
	Noise func(p []byte)
}

// CrashClone returns the file system as the next boot may find it, decided by
// r: what was synced, and any part of what was not. The clone has no locks, no
// hook, no capacity and, like a real machine after boot, an empty cache.
func (m *Mem) CrashClone(r *rand.Rand) *Mem {
	style := r.IntN(4)
	return m.Crash(Crash{
		Sector: func(Sector) Fate {
			switch style {
			case 0:
				return OldContent
			case 1:
				return NewContent
			}
			switch n := r.IntN(10); {
			case n < 4:
				return OldContent
			case n < 8:
				return NewContent
			case n < 9:
				return Zeros
			}
			return Garbage
		},
		Size: func(_ string, disk, cache int64) int64 {
			switch r.IntN(3) {
			case 0:
				return disk
			case 1:
				return cache
			}
			low, high := min(disk, cache), max(disk, cache)
			return low + r.Int64N(high-low+1)
		},
		Entry: func(string, string) bool { return r.IntN(2) == 0 },
		Noise: func(p []byte) {
			for i := range p {
				p[i] = byte(r.Uint32())
			}
		},
	})
}

// Crash returns the file system as c leaves it.
func (m *Mem) Crash(c Crash) *Mem {
	if !m.crashable {
		panic("vfs: crash of a Mem that was made without a disk; use NewCrashMem")
	}
	m.moment.Lock()
	defer m.moment.Unlock()
	out := newMem(true)
	maps.Copy(out.dirs, m.dirs)
	names := maps.Clone(m.disk)
	for _, p := range m.pending {
		if c.Entry != nil && c.Entry(p.from, p.to) {
			p.apply(names)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		n := names[name].crash(name, c, out)
		out.names[name], out.disk[name] = n, n
		out.used.Add(n.size)
	}
	return out
}

// Clone returns the file system as a process that was killed leaves it: cache
// and disk as they are, no locks.
func (m *Mem) Clone() *Mem {
	m.moment.Lock()
	defer m.moment.Unlock()
	out := newMem(m.crashable)
	maps.Copy(out.dirs, m.dirs)
	seen := map[*inode]*inode{nil: nil}
	dup := func(n *inode) *inode {
		if d, ok := seen[n]; ok {
			return d
		}
		d := n.clone(out)
		seen[n] = d
		return d
	}
	for name, n := range m.names {
		out.names[name] = dup(n)
	}
	for name, n := range m.disk {
		out.disk[name] = dup(n)
	}
	for _, p := range m.pending {
		p.node = dup(p.node)
		out.pending = append(out.pending, p)
	}
	out.used.Store(m.used.Load())
	return out
}

// Unsynced lists the sectors that a crash would decide about.
func (m *Mem) Unsynced() []Sector {
	m.moment.Lock()
	defer m.moment.Unlock()
	var out []Sector
	for _, name := range slices.Sorted(maps.Keys(m.names)) {
		n := m.names[name]
		n.mu.RLock()
		for i, c := range n.chunks {
			for s := range chunkSectors {
				if at := int64(i*chunkSectors + s); c != nil && c.dirty&(1<<s) != 0 && at*SectorSize < max(n.size, n.diskSize, n.high) {
					out = append(out, Sector{name, at})
				}
			}
		}
		n.mu.RUnlock()
	}
	return out
}

func (n *inode) clone(owner *Mem) *inode {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := &inode{fs: owner, size: n.size, diskSize: n.diskSize, high: n.high, chunks: make([]*chunk, len(n.chunks)), dirty: slices.Clone(n.dirty)}
	for i, c := range n.chunks {
		if c != nil {
			out.chunks[i] = c.share()
		}
	}
	return out
}

// crash builds the inode that the next boot finds.
func (n *inode) crash(name string, c Crash, owner *Mem) *inode {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := &inode{fs: owner, size: n.diskSize, chunks: make([]*chunk, len(n.chunks))}
	if high := max(n.size, n.high); high != n.diskSize && c.Size != nil {
		out.size = c.Size(name, n.diskSize, n.size)
		if n.high > n.size && out.size == n.size {
			// The size was larger for a while, and may have got to the disk then.
			out.size = c.Size(name, n.size, n.high)
		}
	}
	out.diskSize = out.size
	for i, from := range n.chunks {
		if from == nil {
			continue
		}
		from.diskShared = true
		to := &chunk{disk: from.disk, diskShared: true}
		if from.dirty != 0 && c.Sector != nil {
			c.decide(name, n, i, to, out.size)
		}
		// Bytes behind the end are gone, whatever their sector had.
		if end := out.size - int64(i)*chunkSize; end < chunkSize && to.disk != nil {
			to.ownDisk()
			clear(to.disk[max(0, end):])
		}
		to.cache, to.cacheShared, to.diskShared = to.disk, true, true
		out.chunks[i] = to
	}
	return out
}

// decide asks for the fate of each unsynced sector of chunk i.
func (c *Crash) decide(name string, n *inode, i int, to *chunk, size int64) {
	from := n.chunks[i]
	for s := range chunkSectors {
		at := int64(i*chunkSectors + s)
		if from.dirty&(1<<s) == 0 || at*SectorSize >= size {
			continue
		}
		fate := c.Sector(Sector{name, at})
		if fate == OldContent {
			continue
		}
		to.ownDisk()
		sector := to.disk[s*SectorSize : (s+1)*SectorSize]
		switch {
		case fate == NewContent && from.cut != nil && at*SectorSize >= n.size:
			copy(sector, from.cut[s*SectorSize:])
		case fate == NewContent && from.cache != nil:
			copy(sector, from.cache[s*SectorSize:])
		case fate == Garbage && c.Noise != nil:
			c.Noise(sector)
		default:
			clear(sector)
		}
	}
}

// Bytes returns a copy of what programs see of a file, nil if there is none.
func (m *Mem) Bytes(name string) []byte {
	m.mu.Lock()
	n := m.names[name]
	m.mu.Unlock()
	if n == nil {
		return nil
	}
	n.mu.RLock()
	defer n.mu.RUnlock()
	out := make([]byte, n.size)
	for i, c := range n.chunks {
		if c != nil && c.cache != nil && int64(i)*chunkSize < n.size {
			copy(out[int64(i)*chunkSize:], c.cache[:])
		}
	}
	return out
}

// Corrupt changes a file behind everybody's back, in the cache and on the disk
// alike: f may change any byte of p, which starts at off.
func (m *Mem) Corrupt(name string, off, length int64, f func(p []byte)) {
	m.mu.Lock()
	n := m.names[name]
	m.mu.Unlock()
	if n == nil {
		panic("vfs: corrupt " + name + ": no such file")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	p := make([]byte, length)
	for i := range p {
		if c, at := n.chunk(off + int64(i)); c != nil && c.cache != nil {
			p[i] = c.cache[at]
		}
	}
	f(p)
	n.write(p, off, false)
	for i := range p {
		c, at := n.chunk(off + int64(i))
		if m.crashable {
			c.ownDisk()
			c.disk[at] = p[i]
		}
	}
}
