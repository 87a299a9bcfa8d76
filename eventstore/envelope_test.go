package eventstore

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// The golden envelopes are written by hand from the byte table: they must never
// change, because Merkle leaves hash them.
var goldenEnvelopes = []struct {
	name string
	rec  Recorded
	hex  string
}{
	{
		name: "smallest",
		rec: Recorded{Stream: "s", Revision: 0, Position: 99, Event: Event{
			ID: uuid.MustParse("00000000-0000-0000-0000-000000000001"), Type: "T", Version: 1, RecordedAt: time.Unix(0, 0)}},
		hex: "01" + // envelope version
			"01" + "73" + // stream
			"0000000000000000" + // revision
			"00000000000000000000000000000001" + // id
			"01" + "54" + // type
			"0001" + // version
			"0000000000000000" + // recorded at
			"0000" + "0000", // data, metadata
	},
	{
		name: "usual",
		rec: Recorded{Stream: "merchant-7", Revision: 258, Position: 1, Event: Event{
			ID: uuid.MustParse("0192f0c1-8d3a-7cc2-b0aa-3f5e6d7c8b9a"), Type: "PayoutPaid", Version: 2,
			RecordedAt: time.Date(2025, 11, 11, 8, 30, 0, 123_456_789, time.FixedZone("CST", 8*3600)),
			Data:       []byte(`{"amount":"12.30"}`), Meta: []byte("小")}},
		hex: "01" +
			"0a" + "6d65726368616e742d37" +
			"0000000000000102" +
			"0192f0c18d3a7cc2b0aa3f5e6d7c8b9a" +
			"0a" + "5061796f757450616964" +
			"0002" +
			"1876cc5c1af51d15" +
			"0012" + "7b22616d6f756e74223a2231322e3330227d" +
			"0003" + "e5b08f",
	},
	{
		name: "before 1970",
		rec: Recorded{Stream: "p", Revision: 1<<63 - 1, Event: Event{
			ID: uuid.Max, Type: "T", Version: MaxVersion, RecordedAt: time.Unix(0, -1), Meta: []byte{0}}},
		hex: "01" + "0170" + "7fffffffffffffff" + "ffffffffffffffffffffffffffffffff" + "0154" + "ffff" + "ffffffffffffffff" + "0000" + "0001" + "00",
	},
}

func TestEnvelopeGolden(t *testing.T) {
	for _, g := range goldenEnvelopes {
		got := AppendEnvelope([]byte("x"), g.rec)
		if hex.EncodeToString(got[1:]) != g.hex {
			t.Errorf("%s:\ngot  %x\nwant %s", g.name, got[1:], g.hex)
		}
		if n := EnvelopeSize(g.rec.Stream, &g.rec.Event); n != len(got)-1 {
			t.Errorf("%s: EnvelopeSize %d, it has %d bytes", g.name, n, len(got)-1)
		}
		e, err := ParseEnvelope(got[1:])
		if err != nil {
			t.Errorf("%s: %v", g.name, err)
			continue
		}
		want := g.rec
		want.RecordedAt = want.RecordedAt.UTC()
		if diff := cmp.Diff(want, e.Recorded(g.rec.Position)); diff != "" {
			t.Errorf("%s, read back (-want +got):\n%s", g.name, diff)
		}
	}
}

func TestParseEnvelopeRefuses(t *testing.T) {
	good := AppendEnvelope(nil, goldenEnvelopes[1].rec)
	for n := range good {
		if _, err := ParseEnvelope(good[:n]); !errors.Is(err, ErrCorrupt) {
			t.Errorf("cut to %d bytes: %v, want ErrCorrupt", n, err)
		}
	}
	for what, b := range map[string][]byte{
		"a byte too many":  append(bytes.Clone(good), 0),
		"unknown version":  append([]byte{2}, good[1:]...),
		"no stream":        append([]byte{1, 0}, good[12:]...),
		"version 0":        replaced(good, 12+8+16+11, 0, 0),
		"revision below 0": replaced(good, 12, 0x80),
	} {
		if _, err := ParseEnvelope(b); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v, want ErrCorrupt", what, err)
		}
	}
}

func replaced(b []byte, at int, with ...byte) []byte {
	b = bytes.Clone(b)
	copy(b[at:], with)
	return b
}

func TestLargestEnvelope(t *testing.T) {
	r := Recorded{Stream: strings.Repeat("s", MaxStreamName), Event: Event{
		ID: uuid.Max, Type: strings.Repeat("T", MaxTypeName), Version: 1, RecordedAt: time.Unix(0, 0), Data: make([]byte, MaxEventBytes)}}
	b := AppendEnvelope(nil, r)
	if len(b) != MaxEnvelopeBytes {
		t.Errorf("%d bytes, MaxEnvelopeBytes is %d", len(b), MaxEnvelopeBytes)
	}
	if _, err := ParseEnvelope(b); err != nil {
		t.Error(err)
	}
	r.Data = append(r.Data, 0)
	defer func() {
		if recover() == nil {
			t.Error("an event over the limit was encoded")
		}
	}()
	AppendEnvelope(nil, r)
}

func TestAppendEnvelopeAllocatesNothing(t *testing.T) {
	buf := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() { AppendEnvelope(buf, goldenEnvelopes[1].rec) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzParseEnvelope(f *testing.F) {
	for _, g := range goldenEnvelopes {
		f.Add(AppendEnvelope(nil, g.rec))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ParseEnvelope(b)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Errorf("%v does not wrap ErrCorrupt", err)
			}
			return
		}
		if again := AppendEnvelope(nil, e.Recorded(0)); !bytes.Equal(again, b) {
			t.Errorf("%x parses and encodes to %x", b, again)
		}
	})
}

func TestValidateErrors(t *testing.T) {
	ok := Event{ID: uuid.Max, Type: "T", Version: 1, RecordedAt: time.Unix(0, 0)}
	with := func(change func(*Event)) Write {
		e := ok
		change(&e)
		return Write{Stream: "merchant-7", Events: []Event{e}}
	}
	many := Write{Stream: "s"}
	for n := range 20 {
		e := ok
		e.ID[0] = byte(n)
		many.Events = append(many.Events, e)
	}
	twice := many
	twice.Events = append(slices.Clone(many.Events), many.Events[3])
	for _, c := range []struct {
		name string
		w    Write
		want error
		text string
	}{
		{"good", with(func(*Event) {}), nil, ""},
		{"twenty", many, nil, ""},
		{"a stream with all signs", Write{Stream: "!$-_/:@~[]", Events: []Event{ok}}, nil, ""},
		{"id twice among many", twice, ErrInvalid, "is there twice"},
		{"stream", Write{Stream: "a.b", Events: []Event{ok}}, ErrInvalid, `stream name "a.b": byte 1 is not allowed`},
		{"long stream", Write{Stream: strings.Repeat("s", 201), Events: []Event{ok}}, ErrTooLarge, "stream name of 201 bytes"},
		{"body", with(func(e *Event) { e.Data = make([]byte, MaxEventBytes); e.Meta = []byte{1} }), ErrTooLarge, "append to merchant-7: event 0: 65536 bytes"},
		{"year 3000", with(func(e *Event) { e.RecordedAt = time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC) }), ErrInvalid, "recorded at 3000"},
		{"unknown kind", Write{Stream: "s", Expect: Expect{Kind: 9}, Events: []Event{ok}}, ErrInvalid, "expectation 9"},
	} {
		err := c.w.Validate()
		if !errors.Is(err, c.want) || (err != nil && !strings.Contains(err.Error(), c.text)) {
			t.Errorf("%s: got %v, want %v with %q", c.name, err, c.want, c.text)
		}
	}
}
