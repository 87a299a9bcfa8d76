package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/amends-ledger/amends/eventstore"
)

// replays tries that w, which was committed as first, is a retry now.
func replays(t *testing.T, s eventstore.Store, w eventstore.Write, first eventstore.Commit) {
	t.Helper()
	head, err := s.Head(testCtx(t), w.Stream)
	if err != nil {
		t.Fatal(err)
	}
	first.Replayed = true
	if got := mustAppend(t, s, w); got != first {
		t.Errorf("retry of %d events to %s: got %+v, want %+v", len(w.Events), w.Stream, got, first)
	}
	if got := s.AppendBatch(testCtx(t), []eventstore.Write{w}); got[0].Err != nil || got[0].Commit != first {
		t.Errorf("retry in a batch: got %+v, want %+v", got[0], first)
	}
	wantHead(t, s, w.Stream, head)
}

// someWrites are one of each kind, in an order in which they all succeed.
func someWrites() []eventstore.Write {
	return []eventstore.Write{
		write("retry-a", noStream, event(1)),
		write("retry-a", eventstore.At(0), events(2, 3)...),
		write("retry-a", exists, events(5, 2)...),
		write("retry-b", anything, events(7, 2)...),
		write("retry-b", anything, event(9)),
		write("retry-c", noStream, events(20, 50)...),
	}
}

func appendAll(t *testing.T, s eventstore.Store, ws []eventstore.Write) []eventstore.Commit {
	t.Helper()
	var out []eventstore.Commit
	for _, w := range ws {
		out = append(out, mustAppend(t, s, w))
	}
	return out
}

func retryAtOnce(t *testing.T, h Harness) {
	s := open(t, h)
	for _, w := range someWrites() {
		replays(t, s, w, mustAppend(t, s, w))
	}
}

// fill adds count events in other streams, and one in three to stream.
func fill(t *testing.T, s eventstore.Store, stream string, from, count int) {
	t.Helper()
	var ws []eventstore.Write
	const each = 10
	for n := 0; n < count; n += each {
		name := fmt.Sprintf("fill-%d", n%70)
		if n%3 == 0 {
			name = stream
		}
		ws = append(ws, write(name, anything, events(from+n, each)...))
	}
	for i, r := range s.AppendBatch(testCtx(t), ws) {
		if r.Err != nil {
			t.Fatalf("fill, write %d: %v", i, r.Err)
		}
	}
}

func retryAfterMany(t *testing.T, h Harness) {
	s := open(t, h)
	ws := someWrites()
	commits := appendAll(t, s, ws)
	fill(t, s, "retry-a", 100_000, 10_000)
	for i, w := range ws {
		replays(t, s, w, commits[i])
	}
}

func retryAfterRestart(t *testing.T, h Harness) {
	s := open(t, h)
	ws := someWrites()
	commits := appendAll(t, s, ws)
	s = reopen(t, h, s)
	for i, w := range ws {
		replays(t, s, w, commits[i])
	}
	fill(t, s, "retry-b", 100_000, 2_000)
	s = reopen(t, h, s)
	for i, w := range ws {
		replays(t, s, w, commits[i])
	}
}

// retryAnywhere looks for Exists and Any retries at many places of one stream.
func retryAnywhere(t *testing.T, h Harness) {
	s := open(t, h)
	var ws []eventstore.Write
	for n := range 300 {
		expect := anything
		if n%2 == 1 {
			expect = exists
		}
		ws = append(ws, write("anywhere", expect, events(10*n+1, 1+n%4)...))
	}
	var commits []eventstore.Commit
	for i, r := range s.AppendBatch(testCtx(t), ws) {
		if r.Err != nil {
			t.Fatalf("write %d: %v", i, r.Err)
		}
		commits = append(commits, r.Commit)
	}
	s = reopen(t, h, s)
	for i := 0; i < len(ws); i += 7 {
		replays(t, s, ws[i], commits[i])
	}
}

func otherContent(t *testing.T, h Harness) {
	s := open(t, h)
	for i, expect := range []eventstore.Expect{noStream, anything} {
		stream := fmt.Sprintf("other-%d", i)
		from := 100*i + 1
		mustAppend(t, s, write(stream, expect, events(from, 3)...))
		mustAppend(t, s, write(stream, eventstore.At(2), event(from+50)))
		for what, change := range map[string]func(*eventstore.Event){
			"data":    func(e *eventstore.Event) { e.Data = []byte("other") },
			"meta":    func(e *eventstore.Event) { e.Meta = nil },
			"type":    func(e *eventstore.Event) { e.Type = "Other" },
			"version": func(e *eventstore.Event) { e.Version = 77 },
			"time":    func(e *eventstore.Event) { e.RecordedAt = e.RecordedAt.Add(time.Nanosecond) },
		} {
			es := events(from, 3)
			change(&es[1])
			_, err := s.Append(testCtx(t), write(stream, expect, es...))
			wantErr(t, fmt.Sprintf("%s, other %s", stream, what), err, eventstore.ErrMismatch)
		}
		wantHead(t, s, stream, 3)
	}
}

func partialOverlap(t *testing.T, h Harness) {
	s := open(t, h)
	for i, expect := range []eventstore.Expect{noStream, anything} {
		stream := fmt.Sprintf("overlap-%d", i)
		from := 100*i + 1
		mustAppend(t, s, write(stream, expect, events(from, 2)...))
		a, b, c := event(from), event(from+1), event(from+2)
		for what, es := range map[string][]eventstore.Event{
			"more than there is": {a, b, c},
			"second first":       {b, c},
			"swapped":            {b, a},
			"one in front":       {c, a, b},
			"other second":       {a, c},
		} {
			_, err := s.Append(testCtx(t), write(stream, expect, es...))
			wantErr(t, stream+", "+what, err, eventstore.ErrMismatch)
		}
		wantHead(t, s, stream, 1)
	}
}

// lostAck tries that a write whose answer got lost is there exactly once, and
// that its caller learns so, or learns that it does not know.
func lostAck(t *testing.T, h Harness) {
	faults := capability[LostAcks](t, h)
	s := open(t, h)
	for n := range 10 {
		w := write("lost", eventstore.At(int64(2*n-1)), events(10*n+1, 2)...)
		faults.LoseNextAck(t)
		_, err := s.Append(testCtx(t), w)
		if err != nil && !errors.Is(err, eventstore.ErrUnknownOutcome) {
			t.Fatalf("round %d: got %v, want nil or an unknown outcome", n, err)
		}
		if c := mustAppend(t, s, w); c.Revision != int64(2*n+1) {
			t.Errorf("round %d: the retry got %+v", n, c)
		}
		wantHead(t, s, "lost", int64(2*n+1))
	}
}
