package vfs

import (
	"io"
	"io/fs"
	"path"
	"sort"
	"sync"
	"sync/atomic"
	"syscall"
)

// Mem is a file system in memory. One made by NewCrashMem keeps what the
// programs see (the page cache) apart from what would survive a power cut (the
// disk), so that a test can take the power away with CrashClone. One made by
// NewMem has no disk behind its cache and is as fast as memory; use it where
// nothing shall be written at all.
//
// Inject, SetCapacity and the Corrupt methods serve tests of faults. All
// methods may be called concurrently.
type Mem struct {
	crashable bool

	// moment is held for reading by every change and for writing by a crash, so
	// that a crash sees all files at one moment. Locks are taken in the order
	// moment, mu, inode.mu.
	moment sync.RWMutex

	mu      sync.Mutex
	dirs    map[string]bool
	names   map[string]*inode // what programs see
	disk    map[string]*inode // names that survive a crash
	pending []nameChange      // made since the last SyncDir of their directory, in order
	locks   map[string]string

	// Atomics, because files need them while they hold their own lock, which
	// comes after mu.
	capacity atomic.Int64 // bytes in all files, 0 for no limit
	used     atomic.Int64
	inject   atomic.Pointer[func(Op) error]
}

// nameChange is a create (to), a remove (from) or a rename (both): atomic.
type nameChange struct {
	dir, from, to string
	node          *inode
}

// OpKind is a kind of call, for Inject.
type OpKind string

// The calls that Inject sees.
const (
	OpCreate   OpKind = "create"
	OpOpen     OpKind = "open"
	OpRename   OpKind = "rename"
	OpRemove   OpKind = "remove"
	OpSyncDir  OpKind = "syncdir"
	OpMkdir    OpKind = "mkdir"
	OpLock     OpKind = "lock"
	OpRead     OpKind = "read"
	OpWrite    OpKind = "write"
	OpTruncate OpKind = "truncate"
	OpSync     OpKind = "sync"
)

// Op is a call that is about to happen. Off and Len are in bytes; for truncate
// Len is the new size.
type Op struct {
	Kind     OpKind
	Name     string
	Off, Len int64
}

// NewMem returns an empty file system that cannot crash.
func NewMem() *Mem { return newMem(false) }

// NewCrashMem returns an empty file system whose CrashClone loses power.
func NewCrashMem() *Mem { return newMem(true) }

func newMem(crashable bool) *Mem {
	return &Mem{
		crashable: crashable,
		dirs:      map[string]bool{"/": true, ".": true},
		names:     map[string]*inode{},
		disk:      map[string]*inode{},
		locks:     map[string]string{},
	}
}

// Inject has hook called before each call, outside of all locks: it may look at
// the file system, clone it, or fail the call by returning an error. A write
// that fails has written its first half; a sync that fails leaves everything in
// the cache, marked clean, and nothing of it on the disk. nil ends it.
func (m *Mem) Inject(hook func(Op) error) {
	if hook == nil {
		m.inject.Store(nil)
		return
	}
	m.inject.Store(&hook)
}

// SetCapacity bounds the sum of all file sizes; writes over it fail with
// ENOSPC after writing what fits. 0 takes the bound away.
func (m *Mem) SetCapacity(bytes int64) {
	m.capacity.Store(bytes)
}

// Used is the sum of all file sizes in bytes.
func (m *Mem) Used() int64 { return m.used.Load() }

// hook asks the injected hook, if there is one, whether op shall fail.
func (m *Mem) hook(op Op) error {
	hook := m.inject.Load()
	if hook == nil {
		return nil
	}
	if err := (*hook)(op); err != nil {
		return pathErr(op.Kind, op.Name, err)
	}
	return nil
}

// before runs the hook and then returns holding m.moment and m.mu.
func (m *Mem) before(op Op) error {
	err := m.hook(op)
	m.moment.RLock()
	m.mu.Lock()
	return err
}

// after ends what before began.
func (m *Mem) after() {
	m.mu.Unlock()
	m.moment.RUnlock()
}

func pathErr(op OpKind, name string, err error) error {
	return &fs.PathError{Op: string(op), Path: name, Err: err}
}

func (m *Mem) Create(name string) (File, error) {
	name = path.Clean(name)
	err := m.before(Op{Kind: OpCreate, Name: name})
	defer m.after()
	switch {
	case err != nil:
		return nil, err
	case !m.dirs[path.Dir(name)]:
		return nil, pathErr(OpCreate, name, fs.ErrNotExist)
	case m.names[name] != nil || m.dirs[name]:
		return nil, pathErr(OpCreate, name, fs.ErrExist)
	}
	n := &inode{fs: m}
	m.change(nameChange{dir: path.Dir(name), to: name, node: n})
	return &memFile{fs: m, node: n, name: name}, nil
}

func (m *Mem) Open(name string) (File, error) {
	name = path.Clean(name)
	err := m.before(Op{Kind: OpOpen, Name: name})
	defer m.after()
	if err != nil {
		return nil, err
	}
	n := m.names[name]
	if n == nil {
		return nil, pathErr(OpOpen, name, fs.ErrNotExist)
	}
	return &memFile{fs: m, node: n, name: name}, nil
}

func (m *Mem) Rename(from, to string) error {
	from, to = path.Clean(from), path.Clean(to)
	err := m.before(Op{Kind: OpRename, Name: from})
	defer m.after()
	if err != nil {
		return err
	}
	n := m.names[from]
	if n == nil {
		return pathErr(OpRename, from, fs.ErrNotExist)
	}
	if path.Dir(from) != path.Dir(to) {
		return pathErr(OpRename, from, syscall.EXDEV)
	}
	if old := m.names[to]; old != nil && old != n {
		m.used.Add(-old.length())
	}
	m.change(nameChange{dir: path.Dir(from), from: from, to: to, node: n})
	return nil
}

func (m *Mem) Remove(name string) error {
	name = path.Clean(name)
	err := m.before(Op{Kind: OpRemove, Name: name})
	defer m.after()
	if err != nil {
		return err
	}
	n := m.names[name]
	if n == nil {
		return pathErr(OpRemove, name, fs.ErrNotExist)
	}
	m.used.Add(-n.length())
	m.change(nameChange{dir: path.Dir(name), from: name})
	return nil
}

// change applies c to what programs see and notes it for the next SyncDir.
func (m *Mem) change(c nameChange) {
	c.apply(m.names)
	if m.crashable {
		m.pending = append(m.pending, c)
	}
}

func (c nameChange) apply(names map[string]*inode) {
	if c.from != "" {
		delete(names, c.from)
	}
	if c.to != "" {
		names[c.to] = c.node
	}
}

func (m *Mem) SyncDir(dir string) error {
	dir = path.Clean(dir)
	err := m.before(Op{Kind: OpSyncDir, Name: dir})
	defer m.after()
	if err != nil {
		return err
	}
	if !m.dirs[dir] {
		return pathErr(OpSyncDir, dir, fs.ErrNotExist)
	}
	left := m.pending[:0]
	for _, c := range m.pending {
		if c.dir == dir {
			c.apply(m.disk)
		} else {
			left = append(left, c)
		}
	}
	clear(m.pending[len(left):])
	m.pending = left
	return nil
}

func (m *Mem) List(dir string) ([]string, error) {
	dir = path.Clean(dir)
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.dirs[dir] {
		return nil, pathErr("list", dir, fs.ErrNotExist)
	}
	var names []string
	for name := range m.names {
		if path.Dir(name) == dir {
			names = append(names, path.Base(name))
		}
	}
	for name := range m.dirs {
		if path.Dir(name) == dir && name != dir {
			names = append(names, path.Base(name))
		}
	}
	sort.Strings(names)
	return names, nil
}

func (m *Mem) MkdirAll(dir string) error {
	dir = path.Clean(dir)
	err := m.before(Op{Kind: OpMkdir, Name: dir})
	defer m.after()
	if err != nil {
		return err
	}
	for d := dir; !m.dirs[d]; d = path.Dir(d) {
		if m.names[d] != nil {
			return pathErr(OpMkdir, d, syscall.ENOTDIR)
		}
		m.dirs[d] = true
	}
	return nil
}

func (m *Mem) Lock(name, holder string) (io.Closer, error) {
	name = path.Clean(name)
	err := m.before(Op{Kind: OpLock, Name: name})
	defer m.after()
	if err != nil {
		return nil, err
	}
	if by, held := m.locks[name]; held {
		return nil, &HeldError{Name: name, Holder: by}
	}
	m.locks[name] = holder
	return &memLock{fs: m, name: name}, nil
}

type memLock struct {
	fs   *Mem
	name string
	once sync.Once
}

func (l *memLock) Close() error {
	l.once.Do(func() {
		l.fs.mu.Lock()
		defer l.fs.mu.Unlock()
		delete(l.fs.locks, l.name)
	})
	return nil
}
