package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/eventstore"
)

func readBack(t *testing.T, h Harness) {
	s := open(t, h)
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	es := []eventstore.Event{
		{ID: uuid.Max, Type: "!~", Version: eventstore.MaxVersion, RecordedAt: time.Unix(1_700_000_000, 123_456_789), Data: every, Meta: every},
		{ID: event(1).ID, Type: "T", Version: 1, RecordedAt: time.Unix(-1, 1), Data: []byte("小額打款 ✓ \x00 👍"), Meta: []byte{}},
		{ID: event(2).ID, Type: "T", Version: 1, RecordedAt: time.Date(2024, 2, 29, 23, 59, 59, 999_999_999, time.FixedZone("CST", 8*3600)), Meta: []byte("m")},
	}
	c := mustAppend(t, s, write("exact-bytes", noStream, es...))
	for range 2 {
		got := readStream(t, s, "exact-bytes", 0, eventstore.ReadOptions{})
		if len(got) != len(es) {
			t.Fatalf("got %d events, want %d", len(got), len(es))
		}
		for i := range es {
			wantEvent(t, "exact-bytes", int64(i), es[i], got[i])
		}
		if got[2].Position != c.Position {
			t.Errorf("the last event is at position %d, its commit said %d", got[2].Position, c.Position)
		}
		if diff := diffEvents(readEverything(t, s, 0, eventstore.Filter{}, 0), got); diff != "" {
			t.Errorf("reading all and reading the stream differ:\n%s", diff)
		}
		s = reopen(t, h, s)
	}
}

// revisions reads a stream and returns only the revisions.
func revisions(t *testing.T, s eventstore.Store, stream string, from int64, o eventstore.ReadOptions) []int64 {
	t.Helper()
	out := []int64{}
	for _, r := range readStream(t, s, stream, from, o) {
		out = append(out, r.Revision)
	}
	return out
}

func readBounds(t *testing.T, h Harness) {
	s := open(t, h)
	mustAppend(t, s, write("other", noStream, event(1)))
	mustAppend(t, s, write("bounds", noStream, events(10, 3)...))
	mustAppend(t, s, write("other", eventstore.At(0), event(2)))
	mustAppend(t, s, write("bounds", eventstore.At(2), events(13, 2)...))
	back := func(limit int) eventstore.ReadOptions {
		return eventstore.ReadOptions{Backwards: true, Limit: limit}
	}
	ahead := func(limit int) eventstore.ReadOptions { return eventstore.ReadOptions{Limit: limit} }
	for _, c := range []struct {
		stream string
		from   int64
		o      eventstore.ReadOptions
		want   []int64
	}{
		{"bounds", 0, ahead(0), []int64{0, 1, 2, 3, 4}},
		{"bounds", 0, ahead(2), []int64{0, 1}},
		{"bounds", 3, ahead(0), []int64{3, 4}},
		{"bounds", 4, ahead(9), []int64{4}},
		{"bounds", 5, ahead(0), []int64{}},
		{"bounds", 99, ahead(3), []int64{}},
		{"bounds", -1, back(0), []int64{4, 3, 2, 1, 0}},
		{"bounds", -1, back(1), []int64{4}},
		{"bounds", 2, back(0), []int64{2, 1, 0}},
		{"bounds", 2, back(2), []int64{2, 1}},
		{"bounds", 0, back(5), []int64{0}},
		{"bounds", 99, back(2), []int64{4, 3}},
		{"missing", 0, ahead(0), []int64{}},
		{"missing", -1, back(0), []int64{}},
		{"bound", 0, ahead(0), []int64{}},
	} {
		if got := revisions(t, s, c.stream, c.from, c.o); !slices.Equal(got, c.want) {
			t.Errorf("read %s from %d with %+v: got %v, want %v", c.stream, c.from, c.o, got, c.want)
		}
	}
	wantHead(t, s, "missing", -1)
	for r, err := range s.ReadStream(testCtx(t), "bounds", 0, ahead(0)) {
		if err != nil || r.Revision != 0 {
			t.Errorf("got revision %d, %v, want 0", r.Revision, err)
		}
		break // a reader may stop at any time
	}
}

func readAfterRestart(t *testing.T, h Harness) {
	s := open(t, h)
	for n := range 60 {
		stream := fmt.Sprintf("kept-%d", n%7)
		mustAppend(t, s, write(stream, anything, events(100*n, 1+n%3)...))
	}
	before := readEverything(t, s, 0, eventstore.Filter{}, 0)
	tail, err := s.Tail(testCtx(t))
	if err != nil || tail != before[len(before)-1].Position {
		t.Errorf("tail: got %d, %v, want %d", tail, err, before[len(before)-1].Position)
	}
	s = reopen(t, h, s)
	if diff := diffEvents(before, readEverything(t, s, 0, eventstore.Filter{}, 0)); diff != "" {
		t.Errorf("after a restart (-before +after):\n%s", diff)
	}
	if got, err := s.Tail(testCtx(t)); err != nil || got != tail {
		t.Errorf("tail after a restart: got %d, %v, want %d", got, err, tail)
	}
	for i := range 7 {
		var want []eventstore.Recorded
		for _, r := range before {
			if r.Stream == fmt.Sprintf("kept-%d", i) {
				want = append(want, r)
			}
		}
		wantHead(t, s, want[0].Stream, int64(len(want)-1))
		if diff := diffEvents(want, readStream(t, s, want[0].Stream, 0, eventstore.ReadOptions{})); diff != "" {
			t.Errorf("%s after a restart (-before +after):\n%s", want[0].Stream, diff)
		}
	}
}

func readAll(t *testing.T, h Harness) {
	s := open(t, h)
	if got := readEverything(t, s, 0, eventstore.Filter{}, 0); len(got) != 0 {
		t.Errorf("an empty store has %d events", len(got))
	}
	for n := range 50 {
		mustAppend(t, s, write(fmt.Sprintf("all-%c", 'a'+n%3), anything, events(10*n, 1+n%3)...))
	}
	all := readEverything(t, s, 0, eventstore.Filter{}, 0)
	for i := 1; i < len(all); i++ {
		if all[i].Position <= all[i-1].Position {
			t.Fatalf("position %d comes behind %d", all[i].Position, all[i-1].Position)
		}
	}
	for i, r := range all { // resuming is exclusive and exact, from everywhere
		got := readEverything(t, s, r.Position, eventstore.Filter{}, 3)
		want := all[i+1 : min(i+4, len(all))]
		if diff := diffEvents(want, got); diff != "" {
			t.Fatalf("resume behind position %d (-want +got):\n%s", r.Position, diff)
		}
	}
	for name, f := range map[string]eventstore.Filter{
		"prefix": {StreamPrefix: "all-b"},
		"types":  {Types: []string{"Type1", "Type3"}},
		"both":   {StreamPrefix: "all-", Types: []string{"Type2"}},
		"none":   {StreamPrefix: "all-b", Types: []string{"Type"}},
	} {
		var want []eventstore.Recorded
		for _, r := range all {
			if len(r.Stream) >= len(f.StreamPrefix) && r.Stream[:len(f.StreamPrefix)] == f.StreamPrefix &&
				(f.Types == nil || slices.Contains(f.Types, r.Type)) {
				want = append(want, r)
			}
		}
		if diff := diffEvents(want, readEverything(t, s, 0, f, 0)); diff != "" {
			t.Errorf("filter by %s (-want +got):\n%s", name, diff)
		}
	}
}

// readAllUnderWriters tries the fault that most event stores have had: an event
// that becomes visible behind a position which a reader has passed already.
func readAllUnderWriters(t *testing.T, h Harness) {
	s := open(t, h)
	const writers, each = 8, 60
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for n := range each {
				w := write(fmt.Sprintf("w-%d", i), eventstore.At(int64(2*n-1)), events(10_000*i+2*n+1, 2)...)
				if _, err := s.Append(testCtx(t), w); err != nil {
					t.Errorf("append: %v", err)
					return
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	var seen []eventstore.Recorded
	var at eventstore.Position
	for last := false; ; {
		got := readEverything(t, s, at, eventstore.Filter{}, 0)
		for _, r := range got {
			if r.Position <= at {
				t.Fatalf("position %d was read behind %d", r.Position, at)
			}
			at = r.Position
		}
		seen = append(seen, got...)
		if last {
			break
		}
		select {
		case <-done:
			last = true
		default:
		}
	}
	if len(seen) != writers*each*2 {
		t.Errorf("following the tail saw %d events, %d were written", len(seen), writers*each*2)
	}
	if diff := diffEvents(readEverything(t, s, 0, eventstore.Filter{}, 0), seen); diff != "" {
		t.Errorf("following the tail saw something else than reading from the start:\n%s", diff)
	}
}

func readYourWrites(t *testing.T, h Harness) {
	s := open(t, h)
	const writers, each = 5, 300 // 1,500 in all
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			stream := fmt.Sprintf("own-%d", i)
			for n := range int64(each) {
				c, err := s.Append(testCtx(t), write(stream, eventstore.At(n-1), event(1000*i+int(n)+1)))
				if err != nil {
					t.Errorf("append: %v", err)
					return
				}
				if head, err := s.Head(testCtx(t), stream); err != nil || head != n {
					t.Errorf("head of %s right after the ack of %d: got %d, %v", stream, n, head, err)
				}
				if tail, err := s.Tail(testCtx(t)); err != nil || tail < c.Position {
					t.Errorf("tail right after the ack of position %d: got %d, %v", c.Position, tail, err)
				}
				if n%50 == 0 {
					if got := readStream(t, s, stream, n, eventstore.ReadOptions{}); len(got) != 1 || got[0].Position != c.Position {
						t.Errorf("reading revision %d of %s right after its ack: got %d events", n, stream, len(got))
					}
				}
			}
		})
	}
	wg.Wait()
}
