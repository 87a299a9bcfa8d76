package eventstore

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// EnvelopeVersion is the first byte of every canonical envelope.
const EnvelopeVersion = 1

// envelopeFixed is the size of an envelope whose names and bodies are empty.
const envelopeFixed = 1 + 1 + 8 + 16 + 1 + 2 + 8 + 2 + 2

// MaxEnvelopeBytes is the size of the largest envelope that the limits allow.
const MaxEnvelopeBytes = envelopeFixed + MaxStreamName + MaxTypeName + MaxEventBytes

// AppendEnvelope appends the canonical envelope of r to dst. It is the one
// sequence of bytes that stands for an event on every engine: Merkle leaves
// hash it, so it must never change for an event that is stored. It leaves the
// Position out, because a copy of a ledger may have other positions.
//
// Integers are big-endian. S, T, D and M are the lengths of the four variable
// parts.
//
//	offset        size  field
//	0             1     envelope version, 1
//	1             1     S, length of the stream name, 1..200
//	2             S     stream name, printable ASCII
//	2+S           8     revision, from 0
//	10+S          16    event id, as in RFC 9562
//	26+S          1     T, length of the type name, 1..64
//	27+S          T     type name, printable ASCII
//	27+S+T        2     version of the type's schema, 1..65535
//	29+S+T        8     recorded_at, nanoseconds since 1970-01-01 UTC, signed
//	37+S+T        2     D, length of the data
//	39+S+T        D     data
//	39+S+T+D      2     M, length of the metadata
//	41+S+T+D      M     metadata
//
// r must have passed Write.Validate: a field that is too long for its length
// prefix is a bug of the caller, and AppendEnvelope panics.
func AppendEnvelope(dst []byte, r Recorded) []byte {
	if len(r.Stream) > MaxStreamName || len(r.Type) > MaxTypeName || len(r.Data)+len(r.Meta) > MaxEventBytes ||
		r.Version < 1 || r.Version > MaxVersion || r.Revision < 0 {
		panic("eventstore: AppendEnvelope of an event that was not validated")
	}
	dst = append(dst, EnvelopeVersion, byte(len(r.Stream)))
	dst = append(dst, r.Stream...)
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.Revision))
	dst = append(dst, r.ID[:]...)
	dst = append(dst, byte(len(r.Type)))
	dst = append(dst, r.Type...)
	dst = binary.BigEndian.AppendUint16(dst, uint16(r.Version))
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.RecordedAt.UnixNano()))
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(r.Data)))
	dst = append(dst, r.Data...)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(r.Meta)))
	return append(dst, r.Meta...)
}

// EnvelopeSize is the length of the envelope of e in stream.
func EnvelopeSize(stream string, e *Event) int {
	return envelopeFixed + len(stream) + len(e.Type) + len(e.Data) + len(e.Meta)
}

// Envelope is a parsed envelope. Its slices point into the parsed bytes, so
// that a reader can filter before it allocates anything.
type Envelope struct {
	Stream     []byte
	Revision   int64
	ID         uuid.UUID
	Type       []byte
	Version    int
	RecordedAt int64 // nanoseconds since 1970-01-01 UTC
	Data, Meta []byte
}

// ParseEnvelope reads one envelope that fills b exactly. The error wraps
// ErrCorrupt.
func ParseEnvelope(b []byte) (Envelope, error) {
	var e Envelope
	p := parser{b: b}
	if v := p.take(1); v != nil && v[0] != EnvelopeVersion {
		return e, fmt.Errorf("parse envelope: version %d is not known: %w", v[0], ErrCorrupt)
	}
	e.Stream = p.take(p.uint8())
	e.Revision = int64(p.uint64())
	copy(e.ID[:], p.take(16))
	e.Type = p.take(p.uint8())
	e.Version = p.uint16()
	e.RecordedAt = int64(p.uint64())
	e.Data = p.take(p.uint16())
	e.Meta = p.take(p.uint16())
	switch {
	case p.short:
		return e, fmt.Errorf("parse envelope: it ends early, at byte %d: %w", len(b), ErrCorrupt)
	case p.at != len(b):
		return e, fmt.Errorf("parse envelope: %d bytes too many: %w", len(b)-p.at, ErrCorrupt)
	case len(e.Stream) == 0 || len(e.Stream) > MaxStreamName || len(e.Type) == 0 || len(e.Type) > MaxTypeName ||
		e.Version == 0 || e.Revision < 0 || len(e.Data)+len(e.Meta) > MaxEventBytes:
		return e, fmt.Errorf("parse envelope: a field is out of bounds: %w", ErrCorrupt)
	}
	return e, nil
}

// Recorded returns the event with names as strings of its own; Data and Meta
// still share the parsed bytes.
func (e Envelope) Recorded(pos Position) Recorded {
	return Recorded{Event: e.Event(string(e.Type)), Stream: string(e.Stream), Revision: e.Revision, Position: pos}
}

// Event returns the event with typ as its type's name: a reader of many events
// passes one string for all of a type. Data and Meta share the parsed bytes.
func (e Envelope) Event(typ string) Event {
	ev := Event{ID: e.ID, Type: typ, Version: e.Version, RecordedAt: time.Unix(0, e.RecordedAt).UTC()}
	if len(e.Data) > 0 {
		ev.Data = e.Data
	}
	if len(e.Meta) > 0 {
		ev.Meta = e.Meta
	}
	return ev
}

// parser walks over bytes; once they run out it only yields zeros.
type parser struct {
	b     []byte
	at    int
	short bool
}

func (p *parser) take(n int) []byte {
	if p.short || len(p.b)-p.at < n {
		p.short = true
		return nil
	}
	s := p.b[p.at : p.at+n : p.at+n]
	p.at += n
	return s
}

func (p *parser) uint8() int {
	if s := p.take(1); s != nil {
		return int(s[0])
	}
	return 0
}

func (p *parser) uint16() int {
	if s := p.take(2); s != nil {
		return int(binary.BigEndian.Uint16(s))
	}
	return 0
}

func (p *parser) uint64() uint64 {
	if s := p.take(8); s != nil {
		return binary.BigEndian.Uint64(s)
	}
	return 0
}
