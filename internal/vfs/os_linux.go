package vfs

import (
	"os"

	"golang.org/x/sys/unix"
)

// Sync is fdatasync: it writes the data and the metadata that is needed to
// read it back (the size), but not the time stamps, which saves a journal
// write per commit on a file that does not grow.
func (o *osFile) Sync() error {
	for {
		err := unix.Fdatasync(int(o.f.Fd()))
		if err == nil {
			return nil
		}
		if err != unix.EINTR {
			return &os.PathError{Op: "fdatasync", Path: o.f.Name(), Err: err}
		}
	}
}

// DropCache gives up the clean pages of the file. Pages that an earlier failed
// fdatasync marked clean without writing them go as well: that is the point.
func (o *osFile) DropCache() error {
	if err := unix.Fadvise(int(o.f.Fd()), 0, 0, unix.FADV_DONTNEED); err != nil {
		return &os.PathError{Op: "fadvise", Path: o.f.Name(), Err: err}
	}
	return nil
}
