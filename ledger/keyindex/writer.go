package keyindex

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/amends-ledger/amends/internal/bloom"
	"github.com/amends-ledger/amends/internal/vfs"
)

const (
	filePrefix = "keys-"
	tmpSuffix  = ".tmp"
	// writeChunk is the size of one write of a run.
	writeChunk = 64 * blockSize
	// syncEvery bounds how much unsynced data of a merge is in the page cache:
	// the log's own sync must not wait behind hundreds of megabytes of it.
	syncEvery = 16 * writeChunk
)

// runWriter writes a run under a temporary name. The header's count and final
// place are known at the end, so the header is written last, before the sync.
type runWriter struct {
	fs       vfs.FS
	dir      string
	tmp      string
	r        *run
	out      []byte // blocks not yet written; the last may be open
	open     int    // entries in the open block
	number   int64  // of the open block
	off      int64  // where out goes
	unsynced int64
}

func runName(h header) string { return fmt.Sprintf(filePrefix+"%010d-%010d.run", h.first, h.last) }

// newRunWriter starts the run of h, for at most capacity entries.
func newRunWriter(fsys vfs.FS, dir string, h header, capacity int64) (*runWriter, error) {
	name := path.Join(dir, runName(h))
	blocks := (capacity + blockEntries - 1) / blockEntries
	w := &runWriter{
		fs: fsys, dir: dir, tmp: name + tmpSuffix,
		r: &run{
			header: h, name: name, filter: bloom.New(int(capacity)),
			firsts: make([][idSize]byte, 0, blocks),
		},
		out: make([]byte, 0, min(writeChunk, blockSize*blocks)), off: blockSize,
	}
	w.r.count = 0
	w.r.refs.Store(1)
	// An earlier try may have left its file.
	if err := fsys.Remove(w.tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var err error
	w.r.file, err = fsys.Create(w.tmp)
	return w, err
}

// add appends an entry; ids must ascend.
func (w *runWriter) add(e Entry) error {
	if w.open == 0 {
		if len(w.out) == cap(w.out) {
			if err := w.flush(); err != nil {
				return err
			}
		}
		w.number++
		w.out = w.out[:len(w.out)+blockSize]
	}
	b := w.block()
	b.set(w.open, e)
	w.r.add(e, w.open == 0)
	w.r.count++
	if w.open++; w.open == blockEntries {
		b.seal(w.r.header, w.number, w.open)
		w.open = 0
	}
	return nil
}

// block is the open block.
func (w *runWriter) block() block { return block(w.out[len(w.out)-blockSize:]) }

func (w *runWriter) flush() error {
	if _, err := w.r.file.WriteAt(w.out, w.off); err != nil {
		return err
	}
	w.off += int64(len(w.out))
	w.unsynced += int64(len(w.out))
	w.out = w.out[:0]
	if w.unsynced >= syncEvery {
		w.unsynced = 0
		return w.r.file.Sync()
	}
	return nil
}

// finish makes the run durable under its name. A crash before the directory is
// synced leaves either the run, complete, or no run.
func (w *runWriter) finish() (*run, error) {
	if w.open > 0 {
		w.block().seal(w.r.header, w.number, w.open)
	}
	if err := w.flush(); err != nil {
		return nil, err
	}
	var head [blockSize]byte
	w.r.header.encode(head[:])
	if _, err := w.r.file.WriteAt(head[:], 0); err != nil {
		return nil, err
	}
	if err := w.r.file.Sync(); err != nil {
		return nil, err
	}
	if err := w.fs.Rename(w.tmp, w.r.name); err != nil {
		return nil, err
	}
	return w.r, w.fs.SyncDir(w.dir)
}

// abandon gives up after an error. What it leaves is harmless: Open removes
// temporary files, and a run that was renamed but whose directory could not be
// synced is complete; the next try replaces it.
func (w *runWriter) abandon() {
	_ = w.r.file.Close()
	_ = w.fs.Remove(w.tmp)
}
