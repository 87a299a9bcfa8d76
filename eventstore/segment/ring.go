package segment

import (
	"bytes"
	"sort"
	"sync"
)

// maxFreeBuffers bounds the buffers that wait for the next commit.
const maxFreeBuffers = 4

// ring keeps the most recent commits in memory, so that live subscribers need
// not read back what was just written.
type ring struct {
	limit int // bytes

	mu     sync.Mutex
	blocks []*block // ascending
	bytes  int
	free   [][]byte
}

// block is one commit: the bytes of its frames as in the file.
type block struct {
	file        fileHeader
	first, last uint64 // positions
	buf         []byte
	readers     int
	evicted     bool
}

// buffer returns an empty buffer for the next commit.
func (g *ring) buffer() []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	if n := len(g.free); n > 0 {
		b := g.free[n-1]
		g.free = g.free[:n-1]
		return b[:0]
	}
	return make([]byte, 0, 64<<10)
}

// give takes a buffer back that is not used any more. Very large ones are left
// to the garbage collector.
func (g *ring) give(buf []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.keep(buf)
}

func (g *ring) keep(buf []byte) {
	if len(g.free) < maxFreeBuffers && cap(buf) <= 2*maxBatchBytes {
		g.free = append(g.free, buf)
	}
}

// add puts a commit in and lets the oldest go.
func (g *ring) add(b block) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.blocks = append(g.blocks, &b)
	g.bytes += cap(b.buf)
	for len(g.blocks) > 1 && g.bytes > g.limit {
		old := g.blocks[0]
		g.blocks[0] = nil
		g.blocks = g.blocks[1:]
		g.bytes -= cap(old.buf)
		old.evicted = true
		if old.readers == 0 {
			g.keep(old.buf)
		}
	}
}

// acquire returns the commit that holds position pos, or nil when it is not, or
// no longer, here. Every block that is returned has its release.
func (g *ring) acquire(pos uint64) *block {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := sort.Search(len(g.blocks), func(i int) bool { return g.blocks[i].last >= pos })
	if i == len(g.blocks) || g.blocks[i].first > pos {
		return nil
	}
	g.blocks[i].readers++
	return g.blocks[i]
}

func (g *ring) release(b *block) {
	g.mu.Lock()
	defer g.mu.Unlock()
	b.readers--
	if b.evicted && b.readers == 0 {
		g.keep(b.buf)
	}
}

// walk goes through the records of the block.
func (b *block) walk() *walker {
	return &walker{
		win:  window{f: bytes.NewReader(b.buf), limit: int64(len(b.buf)), buf: b.buf},
		file: b.file, name: "a recent commit", pos: b.first,
	}
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
