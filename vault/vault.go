// Package vault keeps what must never enter the log in the clear: customer
// accounts and phones. The log has a pseudonym and a salted commitment instead
// (domain.Subject); value and salt are here, and can be erased.
//
// The same value gets the same pseudonym for as long as it is not erased, so
// events of one person can be joined. Issue returns when the row is durable: an
// event must never name a pseudonym that a crash can take back.
//
// The rows are in one SQLite file, unencrypted: protect it as what it is. One
// process at a time may use it (the ledger's lock sees to that), with as many
// goroutines as it likes.
package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/amends-ledger/amends/domain"
)

// Kind says what a value is. Values of different kinds never share a pseudonym.
type Kind string

const (
	Customer Kind = "customer" // a customer account (客戶賬號)
	Phone    Kind = "phone"    // an operator's phone
)

// prefixes let a reader tell pseudonyms apart.
var prefixes = map[Kind]string{Customer: "cu_", Phone: "ph_"}

const (
	// MinKeyBytes is the least length of the vault's key: the strength of SHA-256.
	MinKeyBytes = 32
	// MaxValueBytes bounds a value: the longest e-mail address has 254.
	MaxValueBytes = 256
	// MaxValues bounds one Issue: a transaction of a few tens of megabytes.
	MaxValues = 100_000

	maxCached = 16_384 // values in each half of the cache, some 5 MB
	maxQueued = 1_024  // callers that wait for the writer
	maxBatch  = 4_096  // values of different callers in one transaction
)

// Errors; wrapped with what was being done.
var (
	ErrUnknown = errors.New("pseudonym was never issued")
	ErrErased  = errors.New("personal value was erased")
	ErrInvalid = errors.New("invalid personal value")
	ErrKey     = errors.New("vault belongs to another key")
	ErrClosed  = errors.New("vault is closed")
)

// Vault issues, reveals and erases. Its methods may be called concurrently.
type Vault struct {
	write, read *sql.DB // one connection; several, or the same one in memory
	key         []byte
	random      io.Reader // used by the writer alone

	queue   chan *task
	closing chan struct{}
	close   sync.Once
	ended   chan struct{} // the writer has ended

	mu       sync.Mutex
	byValue  halves[entry] // by kind and value
	byName   halves[entry] // by pseudonym
	erasures int           // tells a reader that its row may be older than an erasure
}

// entry is a row that is not erased.
type entry struct {
	subject domain.Subject
	kind    Kind
	value   string
	salt    []byte
}

func cacheKey(k Kind, value string) string { return string(k) + "\x00" + value }

// Open opens the vault at path, or makes it. key keys the look-up of values: it
// is kept outside the vault, and another key is ErrKey. random is the source of
// pseudonyms and salts, crypto/rand's if nil.
func Open(path string, key []byte, random io.Reader) (*Vault, error) {
	v, err := newVault(key, random)
	if err == nil {
		err = v.openFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open vault %s: %w", path, err)
	}
	go v.writeLoop()
	return v, nil
}

// OpenMemory is a vault that lives as long as the process, and writes nothing.
func OpenMemory(key []byte, random io.Reader) (*Vault, error) {
	v, err := newVault(key, random)
	if err == nil {
		err = v.openMemory()
	}
	if err != nil {
		return nil, fmt.Errorf("open vault in memory: %w", err)
	}
	go v.writeLoop()
	return v, nil
}

func newVault(key []byte, random io.Reader) (*Vault, error) {
	if len(key) < MinKeyBytes {
		return nil, fmt.Errorf("key of %d bytes, at least %d are needed", len(key), MinKeyBytes)
	}
	if random == nil {
		random = rand.Reader
	}
	return &Vault{
		key: bytes.Clone(key), random: random,
		queue: make(chan *task, maxQueued), closing: make(chan struct{}), ended: make(chan struct{}),
		byValue: newHalves[entry](), byName: newHalves[entry](),
	}, nil
}

// Close answers the callers that wait, and closes the file.
func (v *Vault) Close() error {
	v.close.Do(func() { close(v.closing) })
	<-v.ended
	err := v.write.Close()
	if v.read != v.write {
		err = errors.Join(err, v.read.Close())
	}
	if err != nil {
		return fmt.Errorf("close vault: %w", err)
	}
	return nil
}

// Issue gives the subject of each value, a new one for a value that is not known.
// All rows are durable when it returns. One bad value (ErrInvalid) issues none.
// When ctx ends first, subjects may or may not have been issued: ask again.
func (v *Vault) Issue(ctx context.Context, kind Kind, values ...string) ([]domain.Subject, error) {
	if err := check(kind, values); err != nil {
		return nil, fmt.Errorf("issue pseudonym: %w", err)
	}
	subjects := make([]domain.Subject, len(values))
	t := &task{kind: kind, done: make(chan error, 1)}
	var missing []int
	v.mu.Lock()
	for i, value := range values {
		if e, ok := v.byValue.get(cacheKey(kind, value)); ok {
			subjects[i] = e.subject
			continue
		}
		missing = append(missing, i)
		t.values = append(t.values, value)
	}
	v.mu.Unlock()
	if len(missing) == 0 {
		return subjects, nil
	}
	if err := v.do(ctx, t); err != nil {
		return nil, fmt.Errorf("issue pseudonym: %w", err)
	}
	for n, i := range missing {
		subjects[i] = t.subjects[n]
	}
	return subjects, nil
}

func check(kind Kind, values []string) error {
	if prefixes[kind] == "" {
		return fmt.Errorf("kind %q: %w", kind, ErrInvalid)
	}
	if len(values) > MaxValues {
		return fmt.Errorf("%d values at once, at most %d: %w", len(values), MaxValues, ErrInvalid)
	}
	for i, value := range values {
		if value == "" || len(value) > MaxValueBytes {
			return fmt.Errorf("value %d of %d has %d bytes, not 1 to %d: %w", i+1, len(values), len(value), MaxValueBytes, ErrInvalid)
		}
		if !utf8.ValidString(value) || strings.ContainsRune(value, 0) { // JSON and SQLite would store another value
			return fmt.Errorf("value %d of %d is not UTF-8 text: %w", i+1, len(values), ErrInvalid)
		}
	}
	return nil
}

// Reveal is the value behind a pseudonym, with the salt that proves it against
// the commitment. ErrErased and ErrUnknown say why there is none.
func (v *Vault) Reveal(ctx context.Context, pseudonym string) (value string, salt []byte, err error) {
	v.mu.Lock()
	e, ok := v.byName.get(pseudonym)
	erasures := v.erasures
	v.mu.Unlock()
	if ok {
		return e.value, bytes.Clone(e.salt), nil
	}
	e, err = v.readRow(ctx, pseudonym)
	if err != nil {
		return "", nil, fmt.Errorf("reveal %s: %w", pseudonym, err)
	}
	v.mu.Lock()
	if v.erasures == erasures { // else what was read may be gone by now
		v.byName.put(pseudonym, e)
	}
	v.mu.Unlock()
	return e.value, bytes.Clone(e.salt), nil
}

// Erase forgets value and salt of a pseudonym for ever; events that carry it stay
// as they are. The same value gets a new pseudonym afterwards. Erasing twice is
// not an error. When it returns nil, the value is in no page of the vault's files.
func (v *Vault) Erase(ctx context.Context, pseudonym string) error {
	t := &task{erase: pseudonym, done: make(chan error, 1)}
	if err := v.do(ctx, t); err != nil {
		return fmt.Errorf("erase %s: %w", pseudonym, err)
	}
	return nil
}

// do hands a task to the writer and waits for its answer.
func (v *Vault) do(ctx context.Context, t *task) error {
	select {
	case v.queue <- t:
	case <-v.closing:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-t.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-v.ended: // it may have answered before
	}
	select {
	case err := <-t.done:
		return err
	default:
		return ErrClosed
	}
}
