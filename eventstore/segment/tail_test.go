package segment

import (
	"errors"
	"path"
	"strings"
	"syscall"
	"testing"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

// TestFlipsInTheTail flips the bits of a log whose last commit was written but
// not acknowledged. In that commit the flip looks like an interrupted write and
// may be cut off; before it, it must be refused.
func TestFlipsInTheTail(t *testing.T) {
	w, fs := newWorkload(5, Options{SegmentBytes: 64 << 10}), vfs.NewCrashMem()
	var tail *vfs.Mem
	armed := false
	fs.Inject(func(op vfs.Op) error {
		if armed && op.Kind == vfs.OpSync && tail == nil {
			tail = fs.Clone()
		}
		return nil
	})
	l, err := w.open(fs)
	for n := 0; n < 3 && err == nil; n++ {
		_, err = l.Append(w.ctx, w.next(2))
	}
	if err != nil {
		t.Fatal(err)
	}
	w.ack()
	end := l.segs[0].end
	armed = true
	if _, err := l.Append(w.ctx, w.next(2)); err != nil {
		t.Fatal(err)
	}
	l.Close()
	name := path.Join("log", segName(1))
	size := int64(len(tail.Bytes(name)))
	cut, refused := 0, 0
	for at := int64(frontSectors * minSectorBytes); at < size; at++ {
		for bit := range 8 {
			fs := tail.Clone()
			fs.Corrupt(name, at, 1, func(p []byte) { p[0] ^= 1 << bit })
			o := w.options
			o.FS = fs
			l, _, err := openLog(w.ctx, o)
			if at < end {
				if !errors.Is(err, eventstore.ErrCorrupt) {
					t.Fatalf("flip in acknowledged byte %d: %v, want ErrCorrupt", at, err)
				}
				refused++
				continue
			}
			if err != nil {
				t.Fatalf("flip in byte %d, which was never acknowledged: %v", at, err)
			}
			if got, err := w.check(l, w.acked); err != nil || got != w.acked || l.Recovery().Offset != end {
				t.Fatalf("flip in byte %d: %d events, %v, %+v; want %d and a cut at %d", at, got, err, l.Recovery(), w.acked, end)
			}
			cut++
			l.files.close()
		}
	}
	t.Logf("%d flips in the interrupted commit cut off, %d before it refused", cut, refused)
	if cut == 0 || refused == 0 {
		t.Error("nothing was tried")
	}
}

// TestFlipsBeforeClosing damages a log whose full files have no closing record
// yet, as after a crash that came soon after a file was full.
func TestFlipsBeforeClosing(t *testing.T) {
	s := newSpecimen(t, 8, 16<<10, func(s *specimen) {
		s.fs.Inject(func(op vfs.Op) error {
			if op.Kind == vfs.OpCreate && strings.HasSuffix(op.Name, idxSuffix+tempSuffix) {
				return syscall.ENOSPC // the index comes before the closing record
			}
			return nil
		})
	})
	if len(s.frames) < 3 {
		t.Fatalf("%d files, want some", len(s.frames))
	}
	var y tally
	for name, frames := range s.frames {
		for _, f := range frames {
			for at := f[0]; at < f[1]; at += 7 {
				err := s.corruption(&y, name, at, func(fs *vfs.Mem) {
					fs.Corrupt(name, at, 1, func(p []byte) { p[0] ^= 1 << (at % 8) })
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	t.Logf("%d flips: %d refused at their place, 0 silent", y.tried, y.refused)
}
