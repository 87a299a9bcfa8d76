package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/eventstore"
)

func expectKinds(t *testing.T, h Harness) {
	s := open(t, h)
	exact := func(rev int64) eventstore.Expect { return eventstore.Expect{Kind: eventstore.Exact, Revision: rev} }
	n := 0
	for _, c := range []struct {
		name    string
		expect  eventstore.Expect
		present int // events in the stream before
		ok      bool
	}{
		{"no stream, absent", noStream, 0, true},
		{"no stream, present", noStream, 1, false},
		{"exact 0, absent", exact(0), 0, false},
		{"exact 0, present", exact(0), 1, true},
		{"exact 0, ahead", exact(0), 2, false},
		{"exact 5, behind", exact(5), 2, false},
		{"exists, absent", exists, 0, false},
		{"exists, present", exists, 2, true},
		{"any, absent", anything, 0, true},
		{"any, present", anything, 1, true},
	} {
		for _, count := range []int{1, 3} {
			n += 10
			stream := fmt.Sprintf("expect-%d", n)
			if c.present > 0 {
				mustAppend(t, s, write(stream, noStream, events(n+5, c.present)...))
			}
			w := write(stream, c.expect, events(n, count)...)
			got, err := s.Append(testCtx(t), w)
			if !c.ok {
				wantConflict(t, c.name, err, w, int64(c.present-1))
				wantHead(t, s, stream, int64(c.present-1))
				continue
			}
			last := int64(c.present + count - 1)
			if err != nil || got.Revision != last || got.Replayed || got.Position == 0 {
				t.Errorf("%s, %d events: got %+v, %v, want revision %d", c.name, count, got, err, last)
			}
			wantHead(t, s, stream, last)
		}
	}
}

func limits(t *testing.T, h Harness) {
	s := open(t, h)
	full := func(n, data int) eventstore.Event {
		e := event(n)
		e.Data, e.Meta = bytes.Repeat([]byte{0xfe}, data), bytes.Repeat([]byte{0}, eventstore.MaxEventBytes-data)
		return e
	}
	long := strings.Repeat("s", eventstore.MaxStreamName)
	biggest := full(1, 40_000)
	biggest.Type = strings.Repeat("T", eventstore.MaxTypeName)
	mustAppend(t, s, write(long, noStream, biggest, full(2, 0), full(3, eventstore.MaxEventBytes)))
	mustAppend(t, s, write("many", noStream, events(100, eventstore.MaxEventsPerWrite)...))
	bare := eventstore.Event{ID: event(5000).ID, Type: "T", Version: 1, RecordedAt: time.Unix(0, 1)}
	mustAppend(t, s, write("bare", noStream, bare))

	got := readStream(t, s, long, 0, eventstore.ReadOptions{})
	if len(got) != 3 {
		t.Fatalf("got %d of the 3 largest events", len(got))
	}
	wantEvent(t, long, 0, biggest, got[0])
	wantEvent(t, long, 2, full(3, eventstore.MaxEventBytes), got[2])
	if got := readStream(t, s, "many", 0, eventstore.ReadOptions{}); len(got) != eventstore.MaxEventsPerWrite {
		t.Errorf("got %d events of a write of %d", len(got), eventstore.MaxEventsPerWrite)
	}
	if got := readStream(t, s, "bare", 0, eventstore.ReadOptions{}); len(got) == 1 {
		wantEvent(t, "bare", 0, bare, got[0])
	} else {
		t.Errorf("got %d events without a body, want 1", len(got))
	}

	over := full(6000, 3)
	over.Data = append(over.Data, 1)
	wideType := event(6001)
	wideType.Type = strings.Repeat("T", eventstore.MaxTypeName+1)
	for name, w := range map[string]eventstore.Write{
		"event": write("over", noStream, event(6002), over),
		"type":  write("over", noStream, wideType),
		"name":  write(long+"s", noStream, event(6003)),
		"count": write("over", noStream, events(7000, eventstore.MaxEventsPerWrite+1)...),
	} {
		_, err := s.Append(testCtx(t), w)
		wantErr(t, "over the limit: "+name, err, eventstore.ErrTooLarge)
	}
	_, err := s.Append(testCtx(t), write("over", noStream))
	wantErr(t, "no events", err, eventstore.ErrInvalid)
	wantHead(t, s, "over", -1)
}

func refusedNames(t *testing.T, h Harness) {
	s := open(t, h)
	for _, name := range []string{"", "a b", "a.b", "a*", ">", "a\n", "größe", "a\x7f"} {
		_, err := s.Append(testCtx(t), write(name, anything, event(1)))
		wantErr(t, fmt.Sprintf("stream %q", name), err, eventstore.ErrInvalid)
	}
	for what, change := range map[string]func(*eventstore.Event){
		"nil id":       func(e *eventstore.Event) { e.ID = uuid.Nil },
		"no type":      func(e *eventstore.Event) { e.Type = "" },
		"type":         func(e *eventstore.Event) { e.Type = "T\n" },
		"version 0":    func(e *eventstore.Event) { e.Version = 0 },
		"huge version": func(e *eventstore.Event) { e.Version = eventstore.MaxVersion + 1 },
		"zero time":    func(e *eventstore.Event) { e.RecordedAt = time.Time{} },
		"id twice":     func(e *eventstore.Event) { e.ID = event(1).ID },
	} {
		e := event(2)
		change(&e)
		_, err := s.Append(testCtx(t), write("refused", noStream, event(1), e))
		wantErr(t, what, err, eventstore.ErrInvalid)
	}
	_, err := s.Append(testCtx(t), write("refused", eventstore.Expect{Kind: eventstore.Exact, Revision: -1}, event(1)))
	wantErr(t, "exact -1", err, eventstore.ErrInvalid)
	wantHead(t, s, "refused", -1)
	if tail, err := s.Tail(testCtx(t)); err != nil || tail != 0 {
		t.Errorf("tail after nothing but refusals: got %d, %v, want 0", tail, err)
	}
}

// batchOutcomes also tries that later writes of a batch see earlier ones.
func batchOutcomes(t *testing.T, h Harness) {
	s := open(t, h)
	mustAppend(t, s, write("old", noStream, events(1, 2)...))
	ws := []eventstore.Write{
		write("new", noStream, events(10, 2)...),
		write("old", noStream, event(12)),         // conflict
		write("new", eventstore.At(1), event(13)), // behind the first
		write("bad name", noStream, event(14)),
		write("old", eventstore.At(1), event(15)),
		write("old", eventstore.At(1), event(16)), // conflict with the one before
		write("new", noStream, events(10, 2)...),  // a retry of the first
		write("old", noStream, events(1, 2)...),   // a retry of history
	}
	got := s.AppendBatch(testCtx(t), ws)
	if len(got) != len(ws) {
		t.Fatalf("got %d results for %d writes", len(got), len(ws))
	}
	ok := func(i int, rev int64, replayed bool) {
		t.Helper()
		if r := got[i]; r.Err != nil || r.Revision != rev || r.Replayed != replayed || r.Position == 0 {
			t.Errorf("write %d: got %+v, want revision %d, replayed %v", i, r, rev, replayed)
		}
	}
	ok(0, 1, false)
	wantConflict(t, "write 1", got[1].Err, ws[1], 2)
	ok(2, 2, false)
	wantErr(t, "write 3", got[3].Err, eventstore.ErrInvalid)
	ok(4, 2, false)
	wantConflict(t, "write 5", got[5].Err, ws[5], 2)
	ok(6, 1, true)
	ok(7, 1, true)
	wantHead(t, s, "new", 2)
	wantHead(t, s, "old", 2)
	if n := len(readEverything(t, s, 0, eventstore.Filter{}, 0)); n != 6 {
		t.Errorf("the store has %d events, want 6", n)
	}
	if got := s.AppendBatch(testCtx(t), nil); len(got) != 0 {
		t.Errorf("got %d results for no writes", len(got))
	}
}

func raceOneRevision(t *testing.T, h Harness) {
	s := open(t, h)
	const callers, rounds = 32, 10
	for round := range rounds {
		var wg sync.WaitGroup
		errs := make([]error, callers)
		for i := range callers {
			wg.Go(func() {
				_, errs[i] = s.Append(testCtx(t), write("race", eventstore.At(int64(2*round-1)), events(1000*round+10*i+1, 2)...))
			})
		}
		wg.Wait()
		won := 0
		for i, err := range errs {
			var c *eventstore.Conflict
			switch {
			case err == nil:
				won++
			case !errors.As(err, &c):
				t.Errorf("round %d, caller %d: got %v, want a conflict", round, i, err)
			}
		}
		if won != 1 {
			t.Errorf("round %d: %d of %d callers won, want exactly one", round, won, callers)
		}
		wantHead(t, s, "race", int64(2*round+1))
	}
}

func concurrentStreams(t *testing.T, h Harness) {
	s := open(t, h)
	const callers, each = 16, 40
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			for n := range each {
				stream := fmt.Sprintf("own-%d", i)
				if _, err := s.Append(testCtx(t), write(stream, eventstore.At(int64(n-1)), event(1000*i+n+1))); err != nil {
					t.Errorf("append %d to %s: %v", n, stream, err)
					return
				}
			}
		})
	}
	wg.Wait()
	for i := range callers {
		wantHead(t, s, fmt.Sprintf("own-%d", i), each-1)
	}
}
