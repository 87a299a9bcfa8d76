package keyindex

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// load opens the longest intact sequence of runs and removes every other file.
func (x *Index) load() error {
	if err := x.o.FS.MkdirAll(x.o.Dir); err != nil {
		return err
	}
	names, err := x.o.FS.List(x.o.Dir)
	if err != nil {
		return err
	}
	var found []header // first and last alone
	var junk []string
	for _, name := range names {
		h, ok := parseRunName(name)
		switch {
		case ok:
			found = append(found, h)
		case strings.HasPrefix(name, filePrefix) && strings.HasSuffix(name, tmpSuffix):
			junk = append(junk, name)
		}
	}
	// By first flush, and of two that start together the longer before.
	slices.SortFunc(found, func(a, b header) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(b.last, a.last))
	})
	for _, h := range found {
		name := runName(h)
		if h.last <= x.end.last { // covered by a merged run
			junk = append(junk, name)
			continue
		}
		r, err := openRun(x.o.FS, path.Join(x.o.Dir, name), x.end)
		switch {
		case err == nil:
			x.runs = append(x.runs, r)
			x.end = r.header
		case errors.Is(err, errDamaged):
			x.dropped = append(x.dropped, fmt.Errorf("%s: %w", name, err))
			junk = append(junk, name)
		default:
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return x.remove(junk)
}

// remove deletes files for good: nothing is written before the directory is
// synced, so that no dropped run comes back beside a new one.
func (x *Index) remove(names []string) error {
	if len(names) == 0 {
		return nil
	}
	for _, name := range names {
		if err := x.o.FS.Remove(path.Join(x.o.Dir, name)); err != nil {
			return err
		}
	}
	return x.o.FS.SyncDir(x.o.Dir)
}

// Reset forgets everything: Position is 0 afterwards. The ledger calls it at the
// start when the log ends before Position, because an older copy of it was
// restored.
func (x *Index) Reset() error {
	x.flushing.Lock()
	defer x.flushing.Unlock()
	x.merging.Lock()
	defer x.merging.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, r := range x.runs {
		r.release()
	}
	x.runs, x.end, x.marks, x.sealed = nil, header{}, watermark{}, nil
	x.active = make(map[uuid.UUID]int64)
	names, err := x.o.FS.List(x.o.Dir)
	if err == nil {
		err = x.remove(slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, filePrefix) }))
	}
	if err != nil {
		return fmt.Errorf("reset key index: %w", err)
	}
	return nil
}

// parseRunName reads what runName writes.
func parseRunName(name string) (h header, ok bool) {
	if n, err := fmt.Sscanf(name, filePrefix+"%d-%d.run", &h.first, &h.last); n != 2 || err != nil {
		return header{}, false
	}
	return h, name == runName(h)
}
