package segment

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/internal/vfs"
)

func TestMustExistTouchesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	if _, err := Open(context.Background(), Options{Dir: dir, MustExist: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing directory: %v, want fs.ErrNotExist", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory was made: %v", err)
	}
	empty := t.TempDir()
	if _, err := Open(context.Background(), Options{Dir: empty, MustExist: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("empty directory: %v, want fs.ErrNotExist", err)
	}
	if entries, err := os.ReadDir(empty); err != nil || len(entries) > 0 {
		t.Errorf("the directory has %v, %v, want nothing", entries, err)
	}
	l, err := Open(context.Background(), Options{Dir: empty})
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if l, err = Open(context.Background(), Options{Dir: empty, MustExist: true}); err != nil {
		t.Fatalf("an empty log exists: %v", err)
	}
	l.Close()
}

func TestBadOptions(t *testing.T) {
	for _, o := range []Options{
		{},
		{Dir: "d", SectorBytes: 1000},
		{Dir: "d", SectorBytes: 256},
		{Dir: "d", SegmentBytes: 100},
		{Dir: "d", SegmentBytes: 1 << 40},
	} {
		o.FS = vfs.NewMem()
		if l, err := Open(context.Background(), o); err == nil {
			l.Close()
			t.Errorf("%+v: opened", o)
		}
	}
}

// holderDir makes this test binary the holder of a lock, in a process of its own.
const holderDir = "AMENDS_TEST_HOLD_LOCK"

func TestHoldLock(t *testing.T) {
	dir := os.Getenv(holderDir)
	if dir == "" {
		t.Skip("only as a helper of TestLockNamesItsHolder")
	}
	l, err := Open(context.Background(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(context.Background(), eventstore.Write{Stream: "s", Events: []eventstore.Event{someEvent(1)}}); err != nil {
		t.Fatal(err)
	}
	fmt.Println("HELD")
	select {} // until it is killed
}

func TestLockNamesItsHolder(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestHoldLock$")
	cmd.Env = append(os.Environ(), holderDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	for lines := bufio.NewScanner(out); ; {
		if !lines.Scan() {
			t.Fatalf("the holder ended: %v", lines.Err())
		}
		if lines.Text() == "HELD" {
			break
		}
	}
	_, err = Open(context.Background(), Options{Dir: dir})
	host, _ := os.Hostname()
	if !errors.Is(err, eventstore.ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("pid %d on %s since 2", cmd.Process.Pid, host)) {
		t.Errorf("opening a log that is open: %v, want ErrLocked that names pid %d", err, cmd.Process.Pid)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	l, err := Open(context.Background(), Options{Dir: dir})
	if err != nil {
		t.Fatalf("the holder is dead: %v", err)
	}
	defer l.Close()
	if head, err := l.Head(context.Background(), "s"); err != nil || head != 0 {
		t.Errorf("head after the holder was killed: %d, %v, want 0", head, err)
	}
	if _, err := Open(context.Background(), Options{Dir: dir}); !errors.Is(err, eventstore.ErrLocked) {
		t.Errorf("opening it twice in one process: %v, want ErrLocked", err)
	}
}

// TestVerifyAccountsForEveryByte compares the reports with the sizes of the files.
func TestVerifyAccountsForEveryByte(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	l, err := Open(ctx, Options{Dir: dir, SegmentBytes: 32 << 10, ZeroAhead: 8 << 10})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 500 {
		w := eventstore.Write{Stream: fmt.Sprintf("s%d", n%5), Expect: eventstore.At(int64(n/5 - 1)), Events: []eventstore.Event{someEvent(n + 1)}}
		if _, err := l.Append(ctx, w); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
	if l, err = Open(ctx, Options{Dir: dir, ZeroAhead: -1}); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	events, files := 0, 0
	for r, err := range l.Verify(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(dir, r.Name))
		if err != nil {
			t.Fatal(err)
		}
		if r.Size() != info.Size() {
			t.Errorf("%s: %d bytes accounted for, it has %d: %+v", r.Name, r.Size(), info.Size(), r)
		}
		if len(r.Notes) > 0 {
			t.Errorf("%s: notes %q", r.Name, r.Notes)
		}
		events += int(r.Last - r.First + 1)
		files++
	}
	if events != 500 || files < 5 {
		t.Errorf("%d events in %d files, want 500 in some", events, files)
	}
}
