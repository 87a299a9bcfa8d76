// Package follow carries out the work that events call for: a text message to
// send, a payout to hand to a rail. It reads a store from its own checkpoint,
// keeps the set of open work, and calls a Handler for each piece.
//
// It knows events by stream, revision and type, and no domain.
//
// # Open work
//
// Reading is a fold: an event opens work under a key, ends it, puts it aside, or
// puts what is aside back to work (see Op). Nothing is done before the whole log
// was folded once, so after any pause only that is done whose answer is not in
// the log yet. From then on work is done as its event arrives.
//
// The checkpoint is a position and the work that is open there, as pointers into
// the log. It is saved every SaveEvery and when Run ends, not per event: what a
// crash loses of it is folded again, and answers in the log end the work before
// it is tried. An older checkpoint, or none, is therefore right too, only slower.
//
// # What a handler can rely on
//
// Work is carried out at least once: a crash after the handler acted and before
// its answer was durable brings the same work again, with Fresh false. Work under
// one key is never carried out twice at a time, and an event that comes meanwhile
// waits for the end of what is running. Different keys run side by side.
package follow

import (
	"context"
	"log/slog"
	"time"

	"github.com/amends-ledger/amends/eventstore"
)

// Op is what an event does to open work.
type Op uint8

const (
	Ignore  Op = iota
	Open       // the event calls for work under Key, in place of what was open there
	Park       // the work under Key waits, from this event on, for a Release in its stream
	Close      // the work under Key is over; with a Tag, only if it has that Tag
	Release    // parked work of this event's stream is opened again, for this event
)

// Change is what Handler.Read makes of an event.
type Change struct {
	Op  Op
	Key string
	Tag string // Open: names this work among others of its Key; Close: ends only that
	// Memo is handed to Handle with the work, e.g. the decoded event. It is kept
	// in memory only: after a restart, and for parked work, it is nil.
	Memo any
}

// Work is one piece of open work.
type Work struct {
	Key   string
	Event eventstore.Recorded // that called for it, or that released it; its bytes are not shared
	Memo  any
	// Fresh says that nobody can have begun this work before: its event came
	// after this process had read the log to its end.
	Fresh   bool
	Attempt int // 0 for the first try of this event in this process
}

// Outcome says how a piece of work ended for now.
type Outcome uint8

const (
	Done  Outcome = iota // nothing more to do for this event
	Again                // try again after Answer.After
	Aside                // wait for the next Release in the stream
)

// Answer is what Handle says of a piece of work.
type Answer struct {
	Outcome Outcome
	After   time.Duration // with Again
}

// Handler is what somebody makes of events and of work.
type Handler interface {
	// Read tells what e changes. It is called for one event at a time, in order
	// of position, does no I/O and keeps nothing of e. An error ends Run: an
	// event that can't be read must not be passed over.
	Read(e *eventstore.Recorded) (Change, error)

	// Handle carries out one piece of work. It is called concurrently for
	// different keys. An error is a fault: it is logged and tried again with a
	// growing delay. ctx ends some time after Run was told to stop.
	Handle(ctx context.Context, w Work) (Answer, error)
}

// Options are the parts of a Follower. Name, Store and Keeper are required.
type Options struct {
	Name   string // in errors and logs, and in the checkpoint
	Store  eventstore.Store
	Filter eventstore.Filter
	Keeper Keeper
	// Workers is how many pieces of work may be under way; default DefaultWorkers.
	Workers int
	// MaxOpen is how much work may be open, under way or waiting to be tried
	// again, before reading pauses; default DefaultMaxOpen. Parked work does not
	// count: it is a pointer, and only a later event can bring it back.
	MaxOpen int
	// SaveEvery is how old a checkpoint may get while events come; default
	// DefaultSaveEvery.
	SaveEvery time.Duration
	Log       *slog.Logger // default: none
}

const (
	// DefaultWorkers lets hundreds of callers share the ledger's and a rail's
	// group commits; a worker is a goroutine that mostly waits.
	DefaultWorkers = 256
	// DefaultMaxOpen bounds memory to some ten megabytes of open events, and how
	// many outcomes a silent rail can leave unknown.
	DefaultMaxOpen = 10_000
	// DefaultSaveEvery costs one sync a second while there is something to save.
	DefaultSaveEvery = time.Second

	// stopGrace is how long work under way may go on after Run was told to stop:
	// an answer that still arrives is better than an unknown outcome.
	stopGrace = 5 * time.Second
	// retryBase and retryMax bound the delay after a fault of Handle.
	retryBase = 100 * time.Millisecond
	retryMax  = 30 * time.Second
)
