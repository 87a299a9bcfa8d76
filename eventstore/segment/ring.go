package segment

import (
	"bytes"
	"sort"
	"sync"
)

const (
	// arenaBytes is the size of a piece of memory that takes several commits:
	// small commits do not each cost an allocation, and it is not much to let go
	// at once.
	arenaBytes = 1 << 20
	// maxFreeArenas bounds the pieces that wait to be used again.
	maxFreeArenas = 2
)

// ring keeps the most recent commits in memory, so that live subscribers need
// not read back what was just written. The writer builds each commit where the
// ring will keep it.
type ring struct {
	limit int // bytes

	mu     sync.Mutex
	arenas []*arena // ascending
	bytes  int
	free   [][]byte
}

// arena holds consecutive commits: the bytes of their frames, as in the file.
type arena struct {
	file        fileHeader
	first, last uint64 // positions
	mem         []byte // the commits; its capacity is for more
	readers     int
	evicted     bool
}

// begin returns an empty buffer for the next commit, of about size bytes.
func (g *ring) begin(file fileHeader, size int) []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	if n := len(g.arenas); n > 0 {
		a := g.arenas[n-1]
		if used := len(a.mem); a.file.salt == file.salt && cap(a.mem)-used >= size {
			return a.mem[used:used]
		}
	}
	for i, b := range g.free {
		if cap(b) >= size {
			g.free = append(g.free[:i], g.free[i+1:]...)
			return b[:0]
		}
	}
	return make([]byte, 0, max(size, min(arenaBytes, g.limit)))
}

// add puts in the commit buf, which began as a result of begin, and lets the
// oldest commits go. buf must not change any more.
func (g *ring) add(file fileHeader, buf []byte, first, last uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if n := len(g.arenas); n > 0 {
		a := g.arenas[n-1]
		if used := len(a.mem); cap(a.mem)-used >= len(buf) && &a.mem[:used+1][used] == &buf[0] {
			a.mem, a.last = a.mem[:used+len(buf)], last
			return
		}
	}
	g.arenas = append(g.arenas, &arena{file: file, first: first, last: last, mem: buf})
	g.bytes += cap(buf)
	for len(g.arenas) > 1 && g.bytes > g.limit {
		old := g.arenas[0]
		g.arenas[0] = nil
		g.arenas = g.arenas[1:]
		g.bytes -= cap(old.mem)
		old.evicted = true
		g.recycle(old)
	}
}

// recycle keeps the memory of an arena for later commits, once nobody needs it.
func (g *ring) recycle(a *arena) {
	if a.evicted && a.readers == 0 && len(g.free) < maxFreeArenas && cap(a.mem) <= 2*maxBatchBytes {
		g.free = append(g.free, a.mem[:0])
	}
}

// acquire returns the arena that has position pos and a walker over what is in
// it now, or nil when the ring has it no longer. Every arena that is returned
// has its release.
func (g *ring) acquire(pos uint64) (*arena, *walker) {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := sort.Search(len(g.arenas), func(i int) bool { return g.arenas[i].last >= pos })
	if i == len(g.arenas) || g.arenas[i].first > pos {
		return nil, nil
	}
	a := g.arenas[i]
	a.readers++
	return a, &walker{
		win:  window{f: bytes.NewReader(a.mem), limit: int64(len(a.mem)), buf: a.mem},
		file: a.file, name: "a recent commit", pos: a.first,
	}
}

func (g *ring) release(a *arena) {
	g.mu.Lock()
	defer g.mu.Unlock()
	a.readers--
	g.recycle(a)
}

// listeners are told when there is something new.
type listeners struct {
	mu  sync.Mutex
	all map[chan struct{}]struct{}
}

func (s *listeners) add() chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[chan struct{}]struct{}{}
	}
	c := make(chan struct{}, 1)
	s.all[c] = struct{}{}
	return c
}

func (s *listeners) remove(c chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, c)
}

// wake never blocks: a listener that was told already and has not looked yet
// will look.
func (s *listeners) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.all {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
