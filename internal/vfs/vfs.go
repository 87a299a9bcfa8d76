// Package vfs is the part of a file system that a durable log needs, small
// enough to be simulated: OS is the real one, Mem keeps everything in memory
// and can lose power.
//
// Names are slash-separated paths. Errors are *fs.PathError or wrap one, so
// that errors.Is works with fs.ErrNotExist, fs.ErrExist, syscall.ENOSPC.
package vfs

import (
	"errors"
	"fmt"
	"io"
	"syscall"
)

// FS holds directories and files. All methods may be called concurrently.
//
// What a crash keeps: the content of a file up to its last Sync, the names in a
// directory up to its last SyncDir. Everything later may be there, be missing,
// or be there in part and in any order.
type FS interface {
	// Create makes an empty file for reading and writing; it must not exist.
	Create(name string) (File, error)
	// Open opens a file for reading and writing; it must exist.
	Open(name string) (File, error)
	// Rename moves a file within its directory and replaces what is there.
	Rename(from, to string) error
	Remove(name string) error
	// List returns the sorted names of the entries of dir.
	List(dir string) ([]string, error)
	// MkdirAll makes dir and its missing parents; all of them are durable when
	// it returns.
	MkdirAll(dir string) error
	// SyncDir makes the names in dir durable.
	SyncDir(dir string) error
	// Lock takes the lock file name, or fails with *HeldError when a living
	// process (or another handle of this one) has it. The lock dies with its
	// holder. The text holder is kept in the file for people to read.
	Lock(name, holder string) (io.Closer, error)
}

// File is an open file. Reads and writes may be concurrent as long as they
// don't overlap.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Size() (int64, error)
	// Truncate cuts the file, or extends it with zeros.
	Truncate(size int64) error
	// Sync makes content and size durable. After an error, nothing is known
	// about what was written since the last Sync that succeeded: the cache may
	// show it and call it clean although the disk never got it. Calling Sync
	// again proves nothing.
	Sync() error
	// DropCache asks for the next reads to come from the disk instead of the
	// cache, as far as the platform can do that. Call it after Sync.
	DropCache() error
}

// HeldError says who has a lock.
type HeldError struct {
	Name   string
	Holder string
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("lock %s: held by %s", e.Name, e.Holder)
}

// IsFull reports whether err means that there is no room: the disk is full, or
// a quota is used up.
func IsFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
