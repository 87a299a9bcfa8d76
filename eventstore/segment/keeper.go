package segment

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/amends-ledger/amends/internal/vfs"
)

const (
	// zeroChunk is how much is zeroed and synced at once. A commit that comes at
	// that moment waits for it.
	zeroChunk = 1 << 20
	// standBack is how long the keeper leaves the disk to a writer that is as
	// fast as the keeper, or does nothing because the disk is full.
	standBack = 20 * time.Millisecond
)

// room is the part of the file being written that lies ahead of the writer.
type room struct {
	// mu is held while zeros are written, and by the writer when it goes beyond
	// them: so the two never touch the same bytes.
	mu     sync.Mutex
	seg    *segment // nil: none any more
	zeroed atomic.Int64
	used   atomic.Int64 // how far the writer is

	making sync.Mutex // held while the next file is made
	ready  *segment   // the next file, made ahead
}

// begin tells the keeper which file is written now.
func (r *room) begin(s *segment, used, zeroed int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seg = s
	r.used.Store(used)
	r.zeroed.Store(zeroed)
}

// write writes buf at off, where the writer is.
func (r *room) write(h *handle, buf []byte, off int64) error {
	end := off + int64(len(buf))
	if end > r.zeroed.Load() {
		r.mu.Lock()
		defer r.mu.Unlock()
	}
	if _, err := h.WriteAt(buf, off); err != nil {
		return err
	}
	if end > r.zeroed.Load() {
		r.zeroed.Store(end)
	}
	r.used.Store(end)
	return nil
}

// cut takes everything from off on out of the file.
func (r *room) cut(h *handle, off int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := h.Truncate(off); err != nil {
		return err
	}
	r.zeroed.Store(off)
	r.used.Store(off)
	return nil
}

// leave gives the room behind off back, for good.
func (r *room) leave(h *handle, off int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seg = nil
	if r.zeroed.Load() <= off {
		return nil
	}
	return h.Truncate(off)
}

// keeper keeps room ahead of the writer: zeros in the file being written, and
// the next file when this one is half full. It never holds the writer up: where
// nothing is ready, the writer goes on in a growing file.
func (l *Log) keeper() {
	defer l.helpers.Done()
	var wait <-chan time.Time
	for {
		select {
		case <-l.roomWork:
		case <-wait:
		case <-l.quit:
			return
		}
		more, err := l.makeRoom()
		if err != nil && !vfs.IsFull(err) {
			l.poison(err)
			return
		}
		wait = nil
		if more {
			wait = time.After(standBack)
		}
	}
}

// makeRoom zeroes up to the configured distance. more: it stopped before that.
func (l *Log) makeRoom() (more bool, err error) {
	if err := l.prepareNext(); err != nil {
		return false, err
	}
	for l.Err() == nil {
		select {
		case <-l.quit:
			return false, nil
		default:
		}
		used := l.room.used.Load()
		done, err := l.zeroSome()
		if done || err != nil {
			return false, err
		}
		if l.room.used.Load()-used > zeroChunk/4 {
			return true, nil
		}
	}
	return false, nil
}

// lowRoom says whether the keeper should be woken.
func (l *Log) lowRoom() bool {
	zeroed, used := l.room.zeroed.Load(), l.room.used.Load()
	return zeroed-used < l.opt.ZeroAhead/2 && zeroed < l.opt.SegmentBytes
}

// zeroSome zeroes one chunk. done: there is enough room.
func (l *Log) zeroSome() (done bool, err error) {
	r := &l.room
	r.mu.Lock()
	s := r.seg
	if s == nil {
		r.mu.Unlock()
		return true, nil
	}
	from := r.zeroed.Load()
	goal := min(r.used.Load()+l.opt.ZeroAhead, s.file.full)
	if from >= goal {
		r.mu.Unlock()
		return true, nil
	}
	h, err := l.files.acquire(s.path)
	if err != nil {
		r.mu.Unlock()
		return true, err
	}
	defer l.files.release(h)
	n := int(min(zeroChunk, goal-from))
	_, err = h.WriteAt(zeros[:n], from)
	if err == nil {
		r.zeroed.Store(from + int64(n))
	}
	r.mu.Unlock()
	if err != nil {
		return true, fmt.Errorf("zero %s: %w", s.name, err)
	}
	// Synced here, so that the next commit does not have to: a commit's sync
	// covers the whole file. An error here may be the one and only report that a
	// commit's data did not reach the disk.
	if err := h.Sync(); err != nil {
		err = fmt.Errorf("sync %s: %w", s.name, err)
		l.poison(err)
		return true, err
	}
	return false, nil
}

var zeros [zeroChunk]byte

// prepareNext makes the next file when this one is half full.
func (l *Log) prepareNext() error {
	r := &l.room
	r.making.Lock()
	defer r.making.Unlock()
	r.mu.Lock()
	s := r.seg
	half := s != nil && r.used.Load() > s.file.full/2
	r.mu.Unlock()
	if !half || r.ready != nil || l.Err() != nil {
		return nil
	}
	next, err := l.create(s.file.number + 1)
	if err != nil {
		return err
	}
	r.ready = next
	return nil
}

// nextFile returns the file number, made ahead or now, and lets the keeper go on
// in it.
func (l *Log) nextFile(number uint64) (*segment, *handle, error) {
	r := &l.room
	r.making.Lock()
	defer r.making.Unlock()
	s := r.ready
	if err := l.Err(); err != nil {
		return nil, nil, err
	}
	if s == nil {
		var err error
		if s, err = l.create(number); err != nil {
			return nil, nil, err
		}
		r.ready = s // should the next step fail, it is not made again
	}
	h, err := l.files.acquire(s.path)
	if err != nil {
		return nil, nil, err
	}
	r.ready = nil
	start := s.file.framesStart()
	r.begin(s, start, start)
	return s, h, nil
}
