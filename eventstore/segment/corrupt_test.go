package segment

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
	"syscall"
	"testing"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

// specimen is a log that was closed cleanly: all of it is durable and sealed.
type specimen struct {
	*workload
	fs     *vfs.Mem
	files  map[string][]byte
	frames map[string][][2]int64 // where each frame begins and ends
}

func newSpecimen(t *testing.T, seed uint64, bytes int, change ...func(*specimen)) *specimen {
	t.Helper()
	s := &specimen{workload: newWorkload(seed, Options{}), fs: vfs.NewCrashMem(), files: map[string][]byte{}, frames: map[string][][2]int64{}}
	for _, f := range change {
		f(s)
	}
	l, err := s.open(s.fs)
	if err != nil {
		t.Fatal(err)
	}
	for s.fs.Used() < int64(bytes) {
		if _, err := l.Append(s.ctx, s.next(3)); err != nil {
			t.Fatal(err)
		}
		s.ack()
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := s.fs.List("log")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		name := path.Join("log", n)
		s.files[name] = s.fs.Bytes(name)
	}
	s.fs.Inject(nil)
	l, _, err = openLog(s.ctx, s.withFS(s.fs.Clone()))
	if err != nil {
		t.Fatal(err)
	}
	for _, seg := range l.segs {
		off := seg.file.framesStart()
		for off < seg.end {
			h, wrong := parseFrameHeader(s.files[seg.path][off:], commitMagic, seg.file)
			if wrong != "" {
				t.Fatalf("%s at %d: %s", seg.path, off, wrong)
			}
			s.frames[seg.path] = append(s.frames[seg.path], [2]int64{off, off + int64(h.length)})
			off += int64(h.length)
		}
	}
	return s
}

func (s *specimen) withFS(fs *vfs.Mem) Options {
	o := s.options
	o.FS, o.alone, o.ZeroAhead = fs, true, -1
	return o
}

// inspect uses everything in the log that a reader can come by. It returns the
// first error, or says that something is not what was written.
func (s *specimen) inspect(fs *vfs.Mem) (err error, silent error) {
	l, _, err := openLog(s.ctx, s.withFS(fs))
	if err != nil {
		return err, nil
	}
	defer l.files.close()
	return s.use(l)
}

// use reads everything there is in each of the ways there are. It returns the
// first error, and says if anything was not what was written.
func (s *specimen) use(l *Log) (err error, silent error) {
	if n, e := s.check(l, len(s.issued)); e != nil {
		if !errors.Is(e, eventstore.ErrCorrupt) {
			return nil, fmt.Errorf("reading all, event %d: %w", n, e)
		}
		err = e
	}
	for stream := range s.heads {
		e, silent := s.useStream(l, stream)
		if silent != nil {
			return nil, silent
		}
		if err == nil {
			err = e
		}
	}
	return err, nil
}

// useStream reads a stream backwards and tries that a retry of its first write
// is recognised.
func (s *specimen) useStream(l *Log, stream string) (err error, silent error) {
	head, n := s.heads[stream], int64(0)
	var first eventstore.Event
	for r, e := range l.ReadStream(s.ctx, stream, -1, eventstore.ReadOptions{Backwards: true}) {
		if e != nil {
			err = e
			break
		}
		want := s.issued[r.Position-1]
		if r.Revision != head-n || want.ID != r.ID || want.Stream != stream || string(r.Data) != string(want.Data) {
			return nil, fmt.Errorf("reading %s: revision %d is not what was written", stream, r.Revision)
		}
		first = want.Event
		n++
	}
	if err != nil {
		return err, nil
	}
	if n != head+1 {
		return nil, fmt.Errorf("reading %s: %d events of %d", stream, n, head+1)
	}
	w := eventstore.Write{Stream: stream, Events: []eventstore.Event{first}}
	place, err := l.findIDs(s.ctx, &w, 0, head)
	if err == nil && place != 0 {
		return nil, fmt.Errorf("a retry in %s was not recognised", stream)
	}
	return err, nil
}

// exact tries that a refusal names the place of the damage at byte at of name:
// no further back than the frame or sector that it is in.
func (s *specimen) exact(err error, name string, at int64) error {
	var c *CorruptError
	if !errors.As(err, &c) {
		return fmt.Errorf("refused without a place: %w", err)
	}
	low, high := int64(0), int64(frontSectors*minSectorBytes)
	if strings.HasSuffix(name, idxSuffix) {
		high = at + 1 // an index is refused as a whole
	}
	for _, f := range s.frames[name] {
		if at >= f[0] && at < f[1] {
			low, high = f[0], f[1]
		}
	}
	if c.File != path.Base(name) || c.Offset < low || c.Offset > at || c.Offset >= high {
		return fmt.Errorf("damage in %s at byte %d: refused at %s, byte %d", name, at, c.File, c.Offset)
	}
	return nil
}

// tally counts what became of corruptions.
type tally struct{ tried, refused, redundant int }

// corruption damages a clone of the specimen and checks what becomes of it: it
// is refused at its place, or everything can be read and Verify tells of it, or
// it was in an index that has been made again.
func (s *specimen) corruption(y *tally, name string, at int64, harm func(*vfs.Mem)) error {
	y.tried++
	fs := s.fs.Clone()
	harm(fs)
	l, _, err := openLog(s.ctx, s.withFS(fs))
	if err == nil {
		defer l.files.close()
		var silent error
		if err, silent = s.use(l); silent != nil {
			return fmt.Errorf("SILENT: %s at byte %d: %w", name, at, silent)
		}
	}
	if err != nil {
		if !errors.Is(err, eventstore.ErrCorrupt) {
			return fmt.Errorf("%s at byte %d: %w, want ErrCorrupt", name, at, err)
		}
		y.refused++
		return s.exact(err, name, at)
	}
	y.redundant++
	if strings.HasSuffix(name, idxSuffix) && string(fs.Bytes(name)) == string(s.files[name]) {
		return nil
	}
	if at >= minSectorBytes && at < frontSectors*minSectorBytes {
		b := fs.Bytes(name)
		hdr, _ := parseFileHeader(b)
		b = b[at-at%minSectorBytes:][:minSectorBytes]
		if _, wrong := parseFrameHeader(b, sealMagic, hdr); wrong == "" || allZero(b) {
			return nil // an earlier state of the same sector, which is as good
		}
	}
	return s.told(l, name, at)
}

// told tries that Verify tells of damage.
func (s *specimen) told(l *Log, name string, at int64) error {
	notes := len(l.Recovery().Notes)
	for r, err := range l.Verify(s.ctx) {
		if notes += len(r.Notes); err != nil {
			return s.exact(err, name, at)
		}
	}
	if notes == 0 {
		return fmt.Errorf("SILENT: %s at byte %d: nobody noticed", name, at)
	}
	return nil
}

func specimenBytes() int {
	switch {
	case torture >= 1:
		return 128 << 10
	case raceDetector:
		return 5 << 10
	}
	return 16 << 10
}

// TestEveryBitFlip flips each bit of a log. Each flip in an event or in a frame
// must be refused at its place; the rest of a log (seals, indexes, closing
// records) is redundant, and a flip there must change nothing.
func TestEveryBitFlip(t *testing.T) {
	s := newSpecimen(t, 1, specimenBytes())
	var y tally
	for name, content := range s.files {
		for bit := range 8 * len(content) {
			at := int64(bit / 8)
			err := s.corruption(&y, name, at, func(fs *vfs.Mem) {
				fs.Corrupt(name, at, 1, func(p []byte) { p[0] ^= 1 << (bit % 8) })
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d files, %d flips: %d refused at their place, %d of redundant bits, 0 silent", len(s.files), y.tried, y.refused, y.redundant)
}

// TestEverySectorDamaged tries what disks do to whole sectors.
func TestEverySectorDamaged(t *testing.T) {
	s := newSpecimen(t, 2, specimenBytes())
	r := rand.New(rand.NewPCG(1, 1))
	const sector = minSectorBytes
	for kind, harm := range map[string]func(p []byte, content []byte, at int64){
		"zeros":       func(p, _ []byte, _ int64) { clear(p) },
		"garbage":     func(p, _ []byte, _ int64) { fillRandom(r, p) },
		"misdirected": func(p, c []byte, at int64) { copy(p, c[(at+sector)%int64(len(c)):]) },
		"early":       func(p, c []byte, at int64) { copy(p, c[max(0, at-sector):at]) },
	} {
		var y tally
		for name, content := range s.files {
			for at := int64(0); at < int64(len(content)); at += sector {
				n := min(sector, int64(len(content))-at)
				before := string(content[at : at+n])
				changed := true
				err := s.corruption(&y, name, at, func(fs *vfs.Mem) {
					fs.Corrupt(name, at, n, func(p []byte) {
						harm(p, content, at)
						changed = string(p) != before
					})
				})
				if err != nil && changed {
					t.Fatalf("%s: %v", kind, err)
				}
			}
		}
		t.Logf("%s: %d sectors: %d refused at their place, %d redundant, 0 silent", kind, y.tried, y.refused, y.redundant)
	}
}

func fillRandom(r *rand.Rand, p []byte) {
	for i := range p {
		p[i] = byte(r.Uint32())
	}
}

// TestEverySectorUnreadable has the disk refuse to read each sector.
func TestEverySectorUnreadable(t *testing.T) {
	s := newSpecimen(t, 3, specimenBytes())
	var y tally
	for name, content := range s.files {
		for at := int64(0); at < int64(len(content)); at += minSectorBytes {
			err := s.corruption(&y, name, at, func(fs *vfs.Mem) {
				replaced := false // by a new file, in other sectors
				fs.Inject(func(op vfs.Op) error {
					if op.Kind == vfs.OpRename && op.Name == name+tempSuffix {
						replaced = true
					}
					if !replaced && op.Kind == vfs.OpRead && op.Name == name && op.Off < at+minSectorBytes && op.Off+op.Len > at {
						return syscall.EIO
					}
					return nil
				})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d sectors: %d refused at their place, %d redundant, 0 silent", y.tried, y.refused, y.redundant)
}

// TestFilesShortenedOrGone cuts each file at each sector, and takes it away.
func TestFilesShortenedOrGone(t *testing.T) {
	s := newSpecimen(t, 4, specimenBytes())
	tried, refused := 0, 0
	for name, content := range s.files {
		for size := int64(-1); size < int64(len(content)); size += 256 {
			fs := s.fs.Clone()
			if size < 0 {
				if err := fs.Remove(name); err != nil {
					t.Fatal(err)
				}
			} else {
				f, err := fs.Open(name)
				if err == nil {
					err = f.Truncate(size)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			tried++
			err, silent := s.inspect(fs)
			if silent != nil {
				t.Fatalf("%s cut to %d bytes: %v", name, size, silent)
			}
			if err != nil {
				refused++
				if !errors.Is(err, eventstore.ErrCorrupt) {
					t.Fatalf("%s cut to %d bytes: %v, want ErrCorrupt", name, size, err)
				}
			}
			if (err == nil) != strings.HasSuffix(name, idxSuffix) {
				t.Fatalf("%s cut to %d bytes: %v; a segment must be refused, an index made again", name, size, err)
			}
		}
	}
	t.Logf("%d shortened or missing files: %d refused, the indexes made again", tried, refused)
}
