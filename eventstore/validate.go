package eventstore

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// MaxVersion is the largest schema version of an event type: the envelope has
// two bytes for it.
const MaxVersion = 65_535

// Bounds of RecordedAt: what nanoseconds in an int64 can hold, to the second.
var (
	minRecordedAt = time.Date(1678, 1, 1, 0, 0, 0, 0, time.UTC)
	maxRecordedAt = time.Date(2262, 1, 1, 0, 0, 0, 0, time.UTC)
)

// scanPairs is the number of events up to which comparing every pair of ids is
// cheaper than a map.
const scanPairs = 16

// Validate checks everything about w that does not depend on what is stored:
// names, sizes, ids, versions, times. Every backend calls it before it does
// anything else, so that they all refuse the same writes. The error wraps
// ErrTooLarge (over a limit) or ErrInvalid (not well formed, or no event).
func (w Write) Validate() error {
	if err := ValidateStream(w.Stream); err != nil {
		return err
	}
	if w.Expect.Kind > Any || (w.Expect.Kind == Exact && w.Expect.Revision < 0) {
		return fmt.Errorf("append to %s: expectation %d at revision %d: %w", w.Stream, w.Expect.Kind, w.Expect.Revision, ErrInvalid)
	}
	if len(w.Events) == 0 {
		return fmt.Errorf("append to %s: no events: %w", w.Stream, ErrInvalid)
	}
	if len(w.Events) > MaxEventsPerWrite {
		return fmt.Errorf("append to %s: %d events, at most %d: %w", w.Stream, len(w.Events), MaxEventsPerWrite, ErrTooLarge)
	}
	for i := range w.Events {
		if err := w.Events[i].validate(); err != nil {
			return fmt.Errorf("append to %s: event %d: %w", w.Stream, i, err)
		}
	}
	if id, twice := repeatedID(w.Events); twice {
		return fmt.Errorf("append to %s: id %s is there twice: %w", w.Stream, id, ErrInvalid)
	}
	return nil
}

// ValidateStream checks a stream name: 1 to MaxStreamName bytes of printable
// ASCII without space, '*', '>' or '.' (which JetStream reads as wildcards and
// separators). The error wraps ErrInvalid, or ErrTooLarge when it is too long.
func ValidateStream(name string) error {
	if len(name) > MaxStreamName {
		return fmt.Errorf("stream name of %d bytes, at most %d: %w", len(name), MaxStreamName, ErrTooLarge)
	}
	if name == "" {
		return fmt.Errorf("stream name is empty: %w", ErrInvalid)
	}
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c > '~' || c == '*' || c == '>' || c == '.' {
			return fmt.Errorf("stream name %q: byte %d is not allowed: %w", name, i, ErrInvalid)
		}
	}
	return nil
}

func (e *Event) validate() error {
	if e.ID == uuid.Nil {
		return fmt.Errorf("no id: %w", ErrInvalid)
	}
	if len(e.Type) > MaxTypeName {
		return fmt.Errorf("type name of %d bytes, at most %d: %w", len(e.Type), MaxTypeName, ErrTooLarge)
	}
	if e.Type == "" {
		return fmt.Errorf("no type: %w", ErrInvalid)
	}
	for i := range len(e.Type) {
		if c := e.Type[i]; c <= ' ' || c > '~' {
			return fmt.Errorf("type %q: byte %d is not printable ASCII: %w", e.Type, i, ErrInvalid)
		}
	}
	if e.Version < 1 || e.Version > MaxVersion {
		return fmt.Errorf("version %d, must be 1 to %d: %w", e.Version, MaxVersion, ErrInvalid)
	}
	if n := len(e.Data) + len(e.Meta); n > MaxEventBytes {
		return fmt.Errorf("%d bytes of data and metadata, at most %d: %w", n, MaxEventBytes, ErrTooLarge)
	}
	if e.RecordedAt.Before(minRecordedAt) || e.RecordedAt.After(maxRecordedAt) {
		return fmt.Errorf("recorded at %s, outside of 1678 to 2262: %w", e.RecordedAt.Format(time.RFC3339), ErrInvalid)
	}
	return nil
}

func repeatedID(events []Event) (uuid.UUID, bool) {
	if len(events) <= scanPairs {
		for i := range events {
			for j := range i {
				if events[i].ID == events[j].ID {
					return events[i].ID, true
				}
			}
		}
		return uuid.Nil, false
	}
	seen := make(map[uuid.UUID]struct{}, len(events))
	for i := range events {
		if _, ok := seen[events[i].ID]; ok {
			return events[i].ID, true
		}
		seen[events[i].ID] = struct{}{}
	}
	return uuid.Nil, false
}
