// Package eventstore is the contract between the ledger and whatever keeps its
// events: the embedded log (segment), EventStoreDB/KurrentDB (kurrent) or NATS
// JetStream (jetstream).
//
// A store deals in bytes and knows no domain. Backends share no code, only the
// conformance suite storetest: what this file promises, the suite tries on each
// of them.
//
// # Streams, revisions, positions
//
// An event lives in one stream, where its Revision is 0, 1, 2, … without gaps.
// Across all streams it has a Position, which grows with every event but may
// skip numbers (KurrentDB and JetStream do): compare positions, never count
// with them. Position 0 is before every event.
//
// There is no delete. AppendEnvelope is the sequence of bytes that stands for an
// event on every engine.
package eventstore

import (
	"context"
	"iter"
	"time"

	"github.com/google/uuid"
)

// Limits that hold on every backend, so that a ledger can be copied from one to
// another. MaxEventBytes is the largest Data+Meta of one event that the
// strictest backend takes; the others follow the JetStream batch limits.
const (
	MaxEventBytes     = 65_535
	MaxEventsPerWrite = 1_000
	MaxStreamName     = 200 // bytes; printable ASCII without space, '*', '>' or '.'
	MaxTypeName       = 64  // bytes
)

// ExpectKind says what must be true of a stream for a Write to be accepted.
type ExpectKind uint8

const (
	NoStream ExpectKind = iota // the stream has no event yet
	Exact                      // the stream's last revision is Expect.Revision
	Exists                     // the stream has at least one event
	Any                        // no condition; imports only, since a retry can't be told from a second write
)

// Expect is the condition of a Write. Revision counts only with Exact.
type Expect struct {
	Kind     ExpectKind
	Revision int64
}

// At expects the stream's last revision to be rev; -1 expects no stream.
func At(rev int64) Expect {
	if rev < 0 {
		return Expect{Kind: NoStream}
	}
	return Expect{Kind: Exact, Revision: rev}
}

// Event is what a writer hands in. RecordedAt is the writer's clock, in
// nanoseconds UTC: it belongs to the event (not to the engine) so that a copy
// of the ledger on another engine has the same bytes and the same Merkle root.
// The store does not keep Data or Meta after Append returns; the writer must
// not change them before.
type Event struct {
	ID         uuid.UUID
	Type       string
	Version    int // of the type's schema, 1 or more
	RecordedAt time.Time
	Data, Meta []byte
}

// Recorded is an event as the store has it. Data and Meta may be shared with
// the store's buffers during an iteration or a handler call: who keeps them
// longer clones them.
type Recorded struct {
	Event
	Stream   string
	Revision int64
	Position Position
}

// Position orders events across all streams.
type Position uint64

// Write appends Events to Stream if Expect holds: all of them or none. Validate
// says whether it is well formed; every backend asks it first.
type Write struct {
	Stream string
	Expect Expect
	Events []Event
}

// Commit tells where a write's last event is. Replayed is true when the very
// same events (by id and content) were there already and nothing was added.
type Commit struct {
	Revision int64
	Position Position
	Replayed bool
}

// Result is the outcome of one Write of a batch: a Commit, or an error.
type Result struct {
	Commit
	Err error
}

// ReadOptions bounds a read of a stream. Limit 0 reads to the end.
type ReadOptions struct {
	Backwards bool
	Limit     int
}

// Filter keeps events whose stream begins with StreamPrefix and whose type is
// one of Types; an empty field keeps all.
type Filter struct {
	StreamPrefix string
	Types        []string
}

// NoticeKind says what a subscription is told.
type NoticeKind uint8

const (
	EventNotice      NoticeKind = iota // Notice.Event is the next matching event
	CheckpointNotice                   // no matching event up to Notice.Position: advance the cursor
	CaughtUpNotice                     // everything durable when the tail was reached has been delivered
	FellBehindNotice                   // the subscriber is reading history again
)

// Notice is one message to a subscriber. Position is the event's own, or how
// far the subscription has looked.
type Notice struct {
	Kind     NoticeKind
	Event    Recorded
	Position Position
}

// Handler is called for one notice at a time, in order of position. An error
// ends the subscription.
type Handler func(ctx context.Context, n Notice) error

// Store keeps events. All methods may be called concurrently. Every method
// returns by the deadline of its ctx; after Close they return ErrUnavailable.
type Store interface {
	// Append writes all of w or nothing. When it returns nil, the events are
	// durable: they survive the loss of power at that moment. Writing the same
	// ids with the same content at the same place again answers Replayed; the
	// same ids with other content, or only some of them, is ErrMismatch. A
	// failed condition is *Conflict. ErrUnknownOutcome means that the events
	// may or may not be there: read the stream, never retry with new ids.
	Append(ctx context.Context, w Write) (Commit, error)

	// AppendBatch writes each of ws as Append would, in order, with independent
	// outcomes and as few syncs as the engine allows. Later writes see earlier
	// ones: two writes to one stream may follow each other in a batch.
	AppendBatch(ctx context.Context, ws []Write) []Result

	// ReadStream yields the events of stream from revision from (inclusive) on.
	// Backwards starts at from and goes down; from -1 then means the last. A
	// stream that does not exist yields nothing. The iteration ends after the
	// first error.
	ReadStream(ctx context.Context, stream string, from int64, o ReadOptions) iter.Seq2[Recorded, error]

	// ReadAll yields durable events behind after (exclusive) that match f, in
	// order of position; limit 0 reads to the tail as of the call. An after
	// behind the tail is ErrCorrupt: this store has lost, or never had, events
	// that the caller has seen.
	ReadAll(ctx context.Context, after Position, f Filter, limit int) iter.Seq2[Recorded, error]

	// Subscribe calls h for each durable event behind after (exclusive) that
	// matches f, for ever: first history, then live, without gap or duplicate.
	// It returns when ctx ends (ctx.Err()), h fails (its error), or the store
	// closes (ErrUnavailable). An after behind the tail is ErrCorrupt, as with
	// ReadAll.
	Subscribe(ctx context.Context, after Position, f Filter, h Handler) error

	// Head is the last revision of stream, or -1. It sees every acknowledged
	// write, those of other callers included.
	Head(ctx context.Context, stream string) (int64, error)

	// Tail is the position of the last durable event, or 0.
	Tail(ctx context.Context) (Position, error)

	// Caps says what the engine can do.
	Caps() Caps

	// Close waits for writes under way and releases everything.
	Close() error
}

// Caps describes an engine to operators and to code that must be careful.
type Caps struct {
	Engine     string // "segment", "kurrent", "jetstream"
	Durability string // one sentence for people: when is an acknowledged write safe?
}
