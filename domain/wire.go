package domain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// Stored is an event as a store keeps it: two JSON objects and a type.
type Stored struct {
	Type       string
	Version    int
	Data, Meta []byte
}

// Encode writes event n of the of events that one command made. The first event
// of a command also carries its key, fingerprint and the number of events, so
// that the stored answer to the command can be read back from it.
func Encode(e Event, meta Meta, n, of int) (Stored, error) {
	name, version := eventName(e)
	data, err := json.Marshal(e)
	if err != nil {
		return Stored{}, fmt.Errorf("encode %s: %w", name, err)
	}
	wm := wireMeta{EffectiveAt: meta.EffectiveAt.UTC(), Actor: meta.Actor.String()}
	if n == 0 {
		wm.Key, wm.Fingerprint, wm.Events = meta.Key, meta.Fingerprint, of
	}
	md, err := json.Marshal(wm)
	if err != nil {
		return Stored{}, fmt.Errorf("encode metadata of %s: %w", name, err)
	}
	return Stored{Type: name, Version: version, Data: data, Meta: md}, nil
}

// Decode reads an event of any version that was ever stored.
func Decode(typ string, version int, data []byte) (Event, error) {
	decode, ok := eventTypes[typ+"/"+strconv.Itoa(version)]
	if !ok {
		return nil, fmt.Errorf("decode event: type %s version %d is not known to this release", typ, version)
	}
	e, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", typ, err)
	}
	return e, nil
}

// DecodeMeta reads what Encode wrote as metadata. Of is the number of events of
// the command on its first event, 0 on the others. ID, RecordedAt and Zone are
// not in it: they belong to the stored event and to the merchant.
func DecodeMeta(meta []byte) (m Meta, of int, err error) {
	var wm wireMeta
	if err := json.Unmarshal(meta, &wm); err != nil {
		return Meta{}, 0, fmt.Errorf("decode event metadata: %w", err)
	}
	return Meta{
		Key: wm.Key, Fingerprint: wm.Fingerprint,
		Actor: ParseActor(wm.Actor), EffectiveAt: wm.EffectiveAt,
	}, wm.Events, nil
}

type wireMeta struct {
	EffectiveAt time.Time `json:"effective_at"`
	Actor       string    `json:"actor"`
	Key         string    `json:"key,omitempty"`
	Fingerprint string    `json:"fingerprint,omitempty"`
	Events      int       `json:"events,omitempty"`
}

// FirstOfCommand tells from an event's metadata alone, without decoding it,
// whether it is the first event of a command. Quotes inside a JSON string are
// escaped, so the member's name can't be part of a value.
func FirstOfCommand(meta []byte) bool { return bytes.Contains(meta, []byte(`"events":`)) }
