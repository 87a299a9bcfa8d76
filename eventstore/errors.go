package eventstore

import (
	"errors"
	"fmt"
)

// Conflict says that a Write's condition does not hold. Actual is the stream's
// last revision, -1 for none.
type Conflict struct {
	Stream   string
	Expected Expect
	Actual   int64
}

func (c *Conflict) Error() string {
	want := fmt.Sprintf("revision %d", c.Expected.Revision)
	switch c.Expected.Kind {
	case NoStream:
		want = "no stream"
	case Exists:
		want = "an existing stream"
	case Any:
		want = "anything"
	}
	return fmt.Sprintf("append to %s: expected %s, it is at %d", c.Stream, want, c.Actual)
}

// Errors of a Store; wrapped with what was being done.
var (
	// ErrMismatch: these event ids are in the store with other content, or only
	// some of them are.
	ErrMismatch = errors.New("event ids are already used with other content")
	// ErrUnknownOutcome: the write may or may not have happened.
	ErrUnknownOutcome = errors.New("outcome unknown")
	// ErrTooLarge: an event or a write is over its limit; nothing was written.
	ErrTooLarge = errors.New("too large")
	// ErrInvalid: a name, id or version is not well formed; nothing was written.
	ErrInvalid = errors.New("invalid")
	// ErrUnavailable: the store can't be reached or is closed; nothing was written.
	ErrUnavailable = errors.New("store unavailable")
	// ErrFull: no room; nothing was written and nothing is damaged.
	ErrFull = errors.New("disk full")
	// ErrLocked: another process has the store open.
	ErrLocked = errors.New("store is in use")
	// ErrDenied: the engine refuses these credentials.
	ErrDenied = errors.New("access denied")
	// ErrCorrupt: what is stored is not what was written; the message says where.
	ErrCorrupt = errors.New("corrupt")
)
