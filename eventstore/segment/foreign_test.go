package segment

import (
	"context"
	"errors"
	"path"
	"strings"
	"testing"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

// TestForeignFrames puts a frame of one log into another, at the very place
// where the other has the same frame: what a disk may return that lost a write
// to a file that was deleted.
func TestForeignFrames(t *testing.T) {
	a := newSpecimen(t, 6, 16<<10)
	b := newSpecimen(t, 6, 16<<10, func(s *specimen) { s.options.salt = seededSalt(77) })
	var y tally
	for name, frames := range a.frames {
		for _, f := range frames {
			err := a.corruption(&y, name, f[0], func(fs *vfs.Mem) {
				fs.Corrupt(name, f[0], f[1]-f[0], func(p []byte) { copy(p, b.files[name][f[0]:]) })
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if y.refused != y.tried || y.tried == 0 {
		t.Errorf("%d of %d foreign frames refused", y.refused, y.tried)
	}
}

// TestForeignFiles puts files of one log into another.
func TestForeignFiles(t *testing.T) {
	a, b := newSpecimen(t, 6, 16<<10), newSpecimen(t, 7, 16<<10)
	for name, content := range a.files {
		if b.files[name] == nil {
			continue
		}
		fs := b.fs.Clone()
		if err := errors.Join(fs.Remove(name), writeFile(fs, name, content)); err != nil {
			t.Fatal(err)
		}
		err, silent := b.inspect(fs)
		if silent != nil {
			t.Fatalf("%s of another log: %v", name, silent)
		}
		if isSegment := strings.HasSuffix(name, segSuffix); errors.Is(err, eventstore.ErrCorrupt) != isSegment {
			t.Errorf("%s of another log: %v", name, err)
		}
	}
}

func writeFile(fs *vfs.Mem, name string, content []byte) error {
	f, err := fs.Create(name)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(content, 0)
	return errors.Join(err, f.Sync(), f.Close(), fs.SyncDir(path.Dir(name)))
}

// FuzzOpen gives Open a segment file of any bytes: it must not panic, and what it
// accepts it must be able to read.
func FuzzOpen(f *testing.F) {
	hdr := fileHeader{sector: 512, number: 1, salt: 1, log: 2}
	front := make([]byte, hdr.framesStart())
	copy(front, hdr.encode())
	f.Add(front)
	f.Add(append(front, make([]byte, 512)...))
	f.Fuzz(func(t *testing.T, content []byte) {
		fs := vfs.NewMem()
		if err := errors.Join(fs.MkdirAll("log"), writeFile(fs, "log/00000001.seg", content)); err != nil {
			t.Fatal(err)
		}
		l, _, err := openLog(context.Background(), Options{Dir: "log", FS: fs, alone: true})
		if err != nil {
			if !errors.Is(err, eventstore.ErrCorrupt) {
				t.Errorf("got %v, want ErrCorrupt", err)
			}
			return
		}
		for _, err := range l.ReadAll(context.Background(), 0, eventstore.Filter{}, 0) {
			if err != nil {
				t.Errorf("open accepted what can't be read: %v", err)
			}
		}
	})
}
