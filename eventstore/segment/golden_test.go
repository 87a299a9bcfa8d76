package segment

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"testing"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

var update = flag.Bool("update", false, "write the golden files anew; only for a new format version")

// goldenDir holds a log as format version 1 writes it: two files and an index.
const goldenDir = "testdata/v1"

func goldenEvents() (ws []eventstore.Write) {
	for n := range 12 {
		w := oneWrite(fmt.Sprintf("merchant-%d", n%3), int64(n/3), n+1)
		w.Events[0].Data = fmt.Appendf(nil, `{"n":%d,"text":"%0400d"}`, n, n)
		w.Events[0].Meta = []byte("meta")
		ws = append(ws, w)
	}
	return ws
}

// TestGoldenFiles writes the log of the golden files again: every byte must be
// the same, and the files in the repository must stay readable.
func TestGoldenFiles(t *testing.T) {
	ctx := context.Background()
	mem := vfs.NewMem()
	o := Options{Dir: "log", FS: mem, SegmentBytes: 10_000, SealAfter: -1, alone: true, salt: seededSalt(1)}
	l, err := Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	ws := goldenEvents()
	for _, w := range ws[:8] {
		if _, err := l.Append(ctx, w); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range l.AppendBatch(ctx, ws[8:]) {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := mem.List("log")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		got := mem.Bytes(path.Join("log", name))
		file := filepath.Join(goldenDir, name)
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: the bytes differ from those in %s", name, goldenDir)
		}
	}
	if want := []string{"00000001.idx", "00000001.seg", "00000002.seg"}; fmt.Sprint(names) != fmt.Sprint(want) {
		t.Errorf("files %v, want %v", names, want)
	}
	readGolden(t, ws)
}

func readGolden(t *testing.T, ws []eventstore.Write) {
	ctx := context.Background()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(goldenDir)); err != nil {
		t.Fatal(err)
	}
	l, err := Open(ctx, Options{Dir: dir, MustExist: true})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	n := 0
	for r, err := range l.ReadAll(ctx, 0, eventstore.Filter{}, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if want := ws[n].Events[0]; r.Stream != ws[n].Stream || r.ID != want.ID || !bytes.Equal(r.Data, want.Data) || !r.RecordedAt.Equal(want.RecordedAt) {
			t.Errorf("event %d: got %+v", n, r)
		}
		n++
	}
	if n != len(ws) || l.Recovery().Reindexed != 0 {
		t.Errorf("%d events, %+v; want %d, and the index used", n, l.Recovery(), len(ws))
	}
}
