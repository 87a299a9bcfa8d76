// Package sandbox is a rail that moves no money: a bank for demonstrations and
// tests, with a durable book of its own, kept apart from the ledger's as a real
// bank's would be. A test can therefore compare the two to the cent.
package sandbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/rails"
)

// Name is the rail's name in events.
const Name = "sandbox"

const (
	maxReference = 32    // letters and digits, the narrowest of real rails
	maxNoteChars = 32    // likewise
	maxQueued    = 1_024 // callers that wait for the book
	maxBatch     = 1_024 // payments in one transaction
)

// Errors of a bank; wrapped with what was being done.
var (
	// ErrOtherContent: the reference is in the book with other content. Nothing
	// was paid, and the payment in the book stays as it is.
	ErrOtherContent = errors.New("reference was used for another payment")
	// ErrTimeout is an answer that a fault of Script lost.
	ErrTimeout = errors.New("no answer in time")
	// ErrDown: see SetDown.
	ErrDown = errors.New("connection refused")
	// ErrClosed: the bank was closed.
	ErrClosed = errors.New("bank is closed")
)

// Bank is the sandbox rail.
type Bank struct {
	write, read *sql.DB // one connection; several, or the same one in memory
	insert      *sql.Stmt
	queue       chan *order
	closing     chan struct{}
	close       sync.Once
	ended       chan struct{} // the writer has ended
	last        int64         // number of the last entry, of the writer

	mu     sync.Mutex
	script map[string][]Fault // by reference; "" is for whoever comes next
	down   bool
}

var _ rails.Rail = (*Bank)(nil)

// Open opens the book at path, or begins it.
func Open(path string) (*Bank, error) {
	b := newBank()
	if err := b.openFile(path); err != nil {
		return nil, fmt.Errorf("open sandbox book %s: %w", path, err)
	}
	go b.writeLoop()
	return b, nil
}

// OpenMemory is a bank whose book lives as long as the process.
func OpenMemory() (*Bank, error) {
	b := newBank()
	if err := b.openMemory(); err != nil {
		return nil, fmt.Errorf("open sandbox book in memory: %w", err)
	}
	go b.writeLoop()
	return b, nil
}

func newBank() *Bank {
	return &Bank{
		queue: make(chan *order, maxQueued), closing: make(chan struct{}), ended: make(chan struct{}),
		script: make(map[string][]Fault),
	}
}

// Close books what was taken under way, and closes the book.
func (b *Bank) Close() error {
	b.close.Do(func() { close(b.closing) })
	<-b.ended
	err := b.write.Close()
	if b.read != b.write {
		err = errors.Join(err, b.read.Close())
	}
	if err != nil {
		return fmt.Errorf("close sandbox book: %w", err)
	}
	return nil
}

// Name implements rails.Rail.
func (b *Bank) Name() string { return Name }

// Pay implements rails.Rail. It answers when the payment is durable in the book.
func (b *Bank) Pay(ctx context.Context, p rails.Payment) (rails.Result, error) {
	if err := valid(p); err != nil {
		return rails.Result{}, fmt.Errorf("pay %s: %w", p.Reference, err)
	}
	fault, err := b.next(p.Reference)
	if err != nil {
		return rails.Result{}, fmt.Errorf("pay %s: %w", p.Reference, err)
	}
	if fault.Kind == Panic {
		panic("sandbox: this is the scripted panic")
	}
	if fault.Kind == LoseRequest {
		return rails.Result{}, fmt.Errorf("pay %s: %w", p.Reference, ErrTimeout)
	}
	o := &order{payment: p, state: fault.state(), code: fault.code(), why: fault.Why, done: make(chan struct{})}
	if err := b.book(ctx, o); err != nil {
		return rails.Result{}, fmt.Errorf("pay %s: %w", p.Reference, err)
	}
	if fault.Delay > 0 {
		select {
		case <-time.After(fault.Delay):
		case <-ctx.Done():
			return rails.Result{}, fmt.Errorf("pay %s: %w", p.Reference, ctx.Err())
		}
	}
	if fault.Kind == LosePaid || fault.Kind == LoseFailed {
		return rails.Result{}, fmt.Errorf("pay %s: %w", p.Reference, ErrTimeout)
	}
	return o.result, nil
}

// Query implements rails.Rail.
func (b *Bank) Query(ctx context.Context, reference string) (rails.Result, error) {
	if b.isDown() {
		return rails.Result{}, fmt.Errorf("query %s: %w", reference, ErrDown)
	}
	row := b.read.QueryRowContext(ctx, `SELECT no, state, code, why FROM payments WHERE reference = ?`, reference)
	var e Entry
	switch err := row.Scan(&e.no, &e.State, &e.Code, &e.Why); {
	case errors.Is(err, sql.ErrNoRows):
		return rails.Result{State: rails.NotFound}, nil
	case err != nil:
		return rails.Result{}, fmt.Errorf("query %s: %w", reference, err)
	}
	return e.result(), nil
}

// valid checks what a real rail would refuse to read. It is an error, not a
// failure: nothing is booked, so nothing is known under the reference.
func valid(p rails.Payment) error {
	if p.Reference == "" || len(p.Reference) > maxReference {
		return fmt.Errorf("reference has %d characters, not 1 to %d", len(p.Reference), maxReference)
	}
	for _, c := range p.Reference {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return errors.New("reference has other characters than letters and digits")
		}
	}
	if p.Money.Minor <= 0 || p.Money.Minor > domain.MaxMinor {
		return fmt.Errorf("amount is %d minor units", p.Money.Minor)
	}
	if _, ok := p.Money.Currency.Scale(); !ok {
		return fmt.Errorf("currency is %q", p.Money.Currency)
	}
	if utf8.RuneCountInString(p.Note) > maxNoteChars {
		return fmt.Errorf("note is longer than %d characters", maxNoteChars)
	}
	if !utf8.ValidString(p.Note) || !utf8.ValidString(p.Payee) || !utf8.ValidString(p.Merchant) {
		return errors.New("text is not UTF-8")
	}
	return nil
}

// book hands an order to the writer and waits until it is durable. When ctx ends
// first, it may be booked all the same.
func (b *Bank) book(ctx context.Context, o *order) error {
	select {
	case b.queue <- o:
	case <-b.closing:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-o.done:
		return o.err
	case <-ctx.Done():
		return ctx.Err()
	case <-b.ended: // it may have answered before
	}
	select {
	case <-o.done:
		return o.err
	default:
		return ErrClosed
	}
}
