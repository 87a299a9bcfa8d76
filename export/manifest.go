package export

import (
	"encoding/hex"
	"hash"
	"io"
	"math/big"
	"sync/atomic"
	"time"

	"github.com/shopspring/decimal"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
)

// Manifest says what is in an export. It is the JSON beside the file.
type Manifest struct {
	File      string              `json:"file,omitempty"`
	Export    string              `json:"export"` // what: "payouts", …
	Format    string              `json:"format"`
	Columns   []string            `json:"columns"`
	Filter    any                 `json:"filter"`
	Rows      int64               `json:"rows"`
	Sum       map[string]string   `json:"sum"`                 // of the rows' amounts, by currency
	Statuses  map[string]Subtotal `json:"statuses,omitempty"`  // the same by status
	Position  eventstore.Position `json:"position"`            // the rows hold every event up to here
	Bytes     int64               `json:"bytes"`               // of the file
	SHA256    string              `json:"sha256"`              // of the file
	CreatedAt time.Time           `json:"created_at,omitzero"` // Options.Now
}

// Subtotal is part of a manifest's rows.
type Subtotal struct {
	Rows int64             `json:"rows"`
	Sum  map[string]string `json:"sum"`
}

// totals adds up rows. Sums are exact however many rows there are.
type totals struct {
	rows int64
	sums map[domain.Currency]*big.Int
}

func (t *totals) add(c Cell) {
	t.rows++
	if c.None {
		return
	}
	if t.sums == nil {
		t.sums = map[domain.Currency]*big.Int{}
	}
	sum := t.sums[c.Currency]
	if sum == nil {
		sum = new(big.Int)
		t.sums[c.Currency] = sum
	}
	sum.Add(sum, big.NewInt(c.Int))
}

func (t *totals) texts() map[string]string {
	out := map[string]string{}
	for c, sum := range t.sums {
		scale, _ := c.Scale()
		out[string(c)] = decimal.NewFromBigInt(sum, -int32(scale)).StringFixed(int32(scale))
	}
	return out
}

// meter passes bytes on, counts them and takes their hash.
type meter struct {
	w     io.Writer
	hash  hash.Hash
	bytes int64
}

func (m *meter) Write(p []byte) (int, error) {
	n, err := m.w.Write(p)
	m.hash.Write(p[:n])
	m.bytes += int64(n)
	return n, err
}

func (m *meter) sum() string { return hex.EncodeToString(m.hash.Sum(nil)) }

// Options of an export; the zero value is good.
type Options struct {
	// Format opens a writer and names it; nil is CSV.
	Format Format
	// Customer says what stands for a customer's pseudonym, such as a masked
	// account; nil leaves the pseudonym.
	Customer func(pseudonym string) string
	// ReasonLabel is a reason's name for people, for payouts that do not carry the
	// one that was in force when they were requested; nil is the reason's code.
	ReasonLabel func(reason string) string
	// Headers translates a column's name; nil leaves the names. Formats for
	// programs do not ask.
	Headers func(column string) string
	// Now is written into the manifest; zero leaves it out.
	Now time.Time
	// Rows, if set, counts the rows as they are written, for who shows progress.
	Rows *atomic.Int64
}

// Format makes a Writer to a file. It is a value, so that other packages add
// formats without being known here.
type Format struct {
	Name string
	Open func(w io.Writer) Writer
}

// CSVFormat is CSV, with a byte order mark if bom is set.
func CSVFormat(bom bool) Format {
	return Format{Name: "csv", Open: func(w io.Writer) Writer { return NewCSV(w, bom) }}
}

// JSONLFormat is JSON Lines.
func JSONLFormat() Format {
	return Format{Name: "jsonl", Open: func(w io.Writer) Writer { return NewJSONL(w) }}
}
