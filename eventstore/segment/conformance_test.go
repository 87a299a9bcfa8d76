package segment_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/segment"
	"github.com/amends-ledger/amends/eventstore/storetest"
	"github.com/amends-ledger/amends/internal/vfs"
)

// diskHarness keeps a log in a directory of the real file system.
type diskHarness struct {
	options segment.Options
	backup  string
}

func (h *diskHarness) Open(ctx context.Context) (eventstore.Store, error) {
	return segment.Open(ctx, h.options)
}

func (h *diskHarness) Backup(t *testing.T) {
	if err := os.CopyFS(h.backup, os.DirFS(h.options.Dir)); err != nil {
		t.Fatal(err)
	}
}

func (h *diskHarness) Restore(t *testing.T) {
	if err := os.RemoveAll(h.options.Dir); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(h.options.Dir, os.DirFS(h.backup)); err != nil {
		t.Fatal(err)
	}
}

// memHarness keeps a log in a simulated file system, whose power it can cut.
type memHarness struct {
	options segment.Options
	fs      *vfs.Mem
	backup  *vfs.Mem
	rand    *rand.Rand
}

func (h *memHarness) Open(ctx context.Context) (eventstore.Store, error) {
	o := h.options
	o.FS = h.fs
	return segment.Open(ctx, o)
}

func (h *memHarness) Backup(*testing.T)  { h.backup = h.fs.Clone() }
func (h *memHarness) Restore(*testing.T) { h.fs = h.backup }
func (h *memHarness) Crash(*testing.T)   { h.fs = h.fs.CrashClone(h.rand) }

func TestConformance(t *testing.T) {
	for name, o := range map[string]segment.Options{
		"usual":         {},
		"small files":   {SegmentBytes: 16 << 10, RingBytes: 64 << 10},
		"large sectors": {SegmentBytes: 64 << 10, SectorBytes: 4096},
	} {
		t.Run("disk, "+name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) storetest.Harness {
				o := o
				o.Dir = filepath.Join(t.TempDir(), "log")
				return &diskHarness{options: o, backup: filepath.Join(t.TempDir(), "backup")}
			})
		})
		t.Run("memory, "+name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) storetest.Harness {
				o := o
				o.Dir = "log"
				return &memHarness{options: o, fs: vfs.NewCrashMem(), rand: rand.New(rand.NewPCG(1, 2))}
			})
		})
	}
}
