// Package storetest is the conformance suite of eventstore.Store: what the
// contract promises, tried on a backend. Backends share no code; a backend is
// one when this suite passes on it.
package storetest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/amends-ledger/amends/eventstore"
)

// Harness is one fresh, empty store and what can be done to it. Each check gets
// its own. It may also implement some of the capabilities below: a check that
// needs one which is missing is skipped, by name.
type Harness interface {
	// Open opens the store, or opens it again after Close, on the same data.
	Open(ctx context.Context) (eventstore.Store, error)
}

// LostAcks is the capability to lose an answer on its way.
type LostAcks interface {
	// LoseNextAck lets the next append reach the store and drops what the store
	// answers.
	LoseNextAck(t *testing.T)
}

// Crasher is the capability to lose power: what is not durable may be gone. The
// open store is useless afterwards; Open recovers.
type Crasher interface {
	Crash(t *testing.T)
}

// Stopper is the capability to take the server away from an open store and to
// give it back.
type Stopper interface {
	Stop(t *testing.T)
	Start(t *testing.T)
}

// Restorer is the capability to put an old copy of the data back. Both are
// called while the store is closed.
type Restorer interface {
	Backup(t *testing.T)
	Restore(t *testing.T)
}

// A deadline for single calls: far more than any takes, so that a hang fails
// the test instead of stopping it.
const patience = 30 * time.Second

// Run runs the suite; fresh makes the harness of one check.
func Run(t *testing.T, fresh func(t *testing.T) Harness) {
	for _, c := range []struct {
		name  string
		check func(*testing.T, Harness)
	}{
		{"expect kinds", expectKinds},
		{"limits", limits},
		{"refused names", refusedNames},
		{"batch has independent outcomes", batchOutcomes},
		{"race for one revision", raceOneRevision},
		{"concurrent streams never conflict", concurrentStreams},
		{"retry at once", retryAtOnce},
		{"retry after many events", retryAfterMany},
		{"retry after restart", retryAfterRestart},
		{"retry anywhere in the stream", retryAnywhere},
		{"other content", otherContent},
		{"partial overlap", partialOverlap},
		{"lost ack", lostAck},
		{"crash amid writes", crashAmidWrites},
		{"read back", readBack},
		{"read bounds", readBounds},
		{"read after restart", readAfterRestart},
		{"read all", readAll},
		{"read all under writers", readAllUnderWriters},
		{"subscribe", subscribe},
		{"subscribe under writers", subscribeUnderWriters},
		{"subscribe slowly", subscribeSlowly},
		{"subscribe filtered", subscribeFiltered},
		{"subscription ends", subscriptionEnds},
		{"read your writes", readYourWrites},
		{"cancelled and closed", cancelledAndClosed},
		{"server down", serverDown},
		{"old copy restored", oldCopyRestored},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, fresh(t)) })
	}
}

// capability is the harness as a T, or skips the check.
func capability[T any](t *testing.T, h Harness) T {
	c, ok := h.(T)
	if !ok {
		t.Skipf("SKIPPED: this harness is not a %T", (*T)(nil))
	}
	return c
}

func testCtx(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	t.Cleanup(cancel)
	return ctx
}

func open(t *testing.T, h Harness) eventstore.Store {
	t.Helper()
	s, err := h.Open(testCtx(t))
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func reopen(t *testing.T, h Harness, s eventstore.Store) eventstore.Store {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	return open(t, h)
}

// event makes the n-th event of a test: the same n, the same event.
func event(n int) eventstore.Event {
	var name [8]byte
	binary.BigEndian.PutUint64(name[:], uint64(n))
	return eventstore.Event{
		ID:         uuid.NewSHA1(uuid.NameSpaceOID, name[:]),
		Type:       fmt.Sprintf("Type%d", n%5),
		Version:    1 + n%3,
		RecordedAt: time.Unix(1_700_000_000, int64(n)).UTC(),
		Data:       fmt.Appendf(nil, `{"n":%d,"name":"小額打款"}`, n),
		Meta:       fmt.Appendf(nil, `{"m":%d}`, n),
	}
}

func events(from, count int) []eventstore.Event {
	out := make([]eventstore.Event, count)
	for i := range out {
		out[i] = event(from + i)
	}
	return out
}

func write(stream string, expect eventstore.Expect, ev ...eventstore.Event) eventstore.Write {
	return eventstore.Write{Stream: stream, Expect: expect, Events: ev}
}

var (
	noStream = eventstore.Expect{Kind: eventstore.NoStream}
	exists   = eventstore.Expect{Kind: eventstore.Exists}
	anything = eventstore.Expect{Kind: eventstore.Any}
)

func mustAppend(t *testing.T, s eventstore.Store, w eventstore.Write) eventstore.Commit {
	t.Helper()
	c, err := s.Append(testCtx(t), w)
	if err != nil {
		t.Fatalf("append %d events to %s: %v", len(w.Events), w.Stream, err)
	}
	return c
}

// wantErr fails unless err is target.
func wantErr(t *testing.T, what string, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("%s: got %v, want %v", what, err, target)
	}
}

func wantConflict(t *testing.T, what string, err error, w eventstore.Write, actual int64) {
	t.Helper()
	var c *eventstore.Conflict
	if !errors.As(err, &c) {
		t.Errorf("%s: got %v, want a conflict", what, err)
		return
	}
	if diff := cmp.Diff(&eventstore.Conflict{Stream: w.Stream, Expected: w.Expect, Actual: actual}, c); diff != "" {
		t.Errorf("%s: conflict (-want +got):\n%s", what, diff)
	}
}

func wantHead(t *testing.T, s eventstore.Store, stream string, want int64) {
	t.Helper()
	got, err := s.Head(testCtx(t), stream)
	if err != nil || got != want {
		t.Errorf("head of %s: got %d, %v, want %d", stream, got, err, want)
	}
}

// wantEvent compares what was written with what is read.
func wantEvent(t *testing.T, stream string, rev int64, want eventstore.Event, got eventstore.Recorded) {
	t.Helper()
	if got.Stream != stream || got.Revision != rev {
		t.Errorf("got revision %d of %s, want %d of %s", got.Revision, got.Stream, rev, stream)
	}
	if !sameEvent(want, got.Event) {
		t.Errorf("revision %d of %s: got %+v, want %+v", rev, stream, got.Event, want)
	}
	if got.Position == 0 {
		t.Errorf("revision %d of %s has position 0", rev, stream)
	}
}

func sameEvent(a, b eventstore.Event) bool {
	return a.ID == b.ID && a.Type == b.Type && a.Version == b.Version && a.RecordedAt.Equal(b.RecordedAt) &&
		bytes.Equal(a.Data, b.Data) && bytes.Equal(a.Meta, b.Meta)
}

// diffEvents tells how got differs from want, "" if it does not.
func diffEvents(want, got []eventstore.Recorded) string {
	same := func(a, b eventstore.Recorded) bool {
		return a.Stream == b.Stream && a.Revision == b.Revision && a.Position == b.Position && sameEvent(a.Event, b.Event)
	}
	if slices.EqualFunc(want, got, same) {
		return ""
	}
	return cmp.Diff(want, got, cmp.Comparer(same))
}

// clone takes an event out of the store's buffers.
func clone(r eventstore.Recorded) eventstore.Recorded {
	r.Data, r.Meta = bytes.Clone(r.Data), bytes.Clone(r.Meta)
	return r
}

func readStream(t *testing.T, s eventstore.Store, stream string, from int64, o eventstore.ReadOptions) []eventstore.Recorded {
	t.Helper()
	var out []eventstore.Recorded
	for r, err := range s.ReadStream(testCtx(t), stream, from, o) {
		if err != nil {
			t.Fatalf("read %s from %d: %v", stream, from, err)
		}
		out = append(out, clone(r))
	}
	return out
}

func readEverything(t *testing.T, s eventstore.Store, after eventstore.Position, f eventstore.Filter, limit int) []eventstore.Recorded {
	t.Helper()
	var out []eventstore.Recorded
	for r, err := range s.ReadAll(testCtx(t), after, f, limit) {
		if err != nil {
			t.Fatalf("read all behind %d: %v", after, err)
		}
		out = append(out, clone(r))
	}
	return out
}
