package segment

import (
	"errors"
	"sync"

	"github.com/amends-ledger/amends/internal/vfs"
)

// maxHandles bounds the open files of a log that nobody is using just now: a
// log of a hundred gigabytes has thousands, a process may have 1,024.
const maxHandles = 128

// handles keeps files open between uses, least recently used out first.
type handles struct {
	fs vfs.FS

	mu     sync.Mutex
	open   map[string]*handle
	clock  uint64
	closed bool
}

// handle is an open file and the number of its users.
type handle struct {
	vfs.File
	path  string
	users int
	used  uint64
	gone  bool // no longer in open: the last user closes it
}

func newHandles(fs vfs.FS) *handles {
	return &handles{fs: fs, open: map[string]*handle{}}
}

// acquire opens path or shares the handle that is open already. Every acquire
// has its release.
func (h *handles) acquire(path string) (*handle, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock++
	if f := h.open[path]; f != nil {
		f.users++
		f.used = h.clock
		return f, nil
	}
	if h.closed {
		return nil, errClosed
	}
	file, err := h.fs.Open(path)
	if err != nil {
		return nil, err
	}
	f := h.add(path, file)
	h.evict()
	return f, nil
}

// adopt takes over a file that was just made, with one user.
func (h *handles) adopt(path string, file vfs.File) *handle {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.add(path, file)
}

func (h *handles) add(path string, file vfs.File) *handle {
	f := &handle{File: file, path: path, users: 1, used: h.clock}
	h.open[path] = f
	return f
}

// evict closes the unused handle that was used longest ago, when there are too
// many.
func (h *handles) evict() {
	if len(h.open) <= maxHandles {
		return
	}
	var oldest *handle
	for _, f := range h.open {
		if f.users == 0 && (oldest == nil || f.used < oldest.used) {
			oldest = f
		}
	}
	if oldest == nil {
		return
	}
	delete(h.open, oldest.path)
	oldest.Close()
}

func (h *handles) release(f *handle) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f.users--
	if f.users == 0 && f.gone {
		f.Close()
	}
}

// forget drops path from the cache: the file is about to be replaced.
func (h *handles) forget(path string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f := h.open[path]; f != nil {
		h.drop(f)
	}
}

func (h *handles) drop(f *handle) error {
	delete(h.open, f.path)
	f.gone = true
	if f.users == 0 {
		return f.Close()
	}
	return nil
}

// close closes all handles; those in use close with their last release.
func (h *handles) close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	var errs []error
	for _, f := range h.open {
		errs = append(errs, h.drop(f))
	}
	return errors.Join(errs...)
}
