// Package inbox is the sender of demonstrations and tests: it keeps messages
// instead of sending them. Whoever can read it can confirm any payout.
package inbox

import (
	"context"
	"slices"
	"sync"

	"github.com/amends-ledger/amends/sms"
)

// Name is the sender's name in events.
const Name = "inbox"

// DefaultKeep is how many messages are kept: what a page of a demo shows, many
// times over, and more than a backfill has under way.
const DefaultKeep = 4_096

// Inbox keeps the last messages in memory. After a crash it is empty; codes are
// then derived again from the log. Its methods may be called concurrently.
type Inbox struct {
	book sms.Codebook
	keep int

	mu       sync.Mutex
	messages map[string]sms.Message // by payout; the latest code of each
	order    []string               // their payouts, oldest message first
}

var _ sms.Sender = (*Inbox)(nil)

// New is an empty inbox for keep messages, DefaultKeep if it is 0.
func New(book sms.Codebook, keep int) *Inbox {
	if keep <= 0 {
		keep = DefaultKeep
	}
	return &Inbox{book: book, keep: keep, messages: make(map[string]sms.Message)}
}

// Name implements sms.Sender.
func (in *Inbox) Name() string { return Name }

// Send implements sms.Sender. A message that comes twice is kept once; of two
// codes for one payout the later one is kept.
func (in *Inbox) Send(ctx context.Context, m sms.Message) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	id := "inbox-" + m.Reference
	old, known := in.messages[m.Payout]
	if known && old.Send >= m.Send {
		return id, nil
	}
	if !known && len(in.messages) >= in.keep {
		delete(in.messages, in.order[0])
		in.order = in.order[1:]
	}
	if known {
		i := slices.Index(in.order, m.Payout)
		in.order = slices.Delete(in.order, i, i+1)
	}
	in.messages[m.Payout] = m
	in.order = append(in.order, m.Payout)
	return id, nil
}

// Messages are those that are kept, the newest first.
func (in *Inbox) Messages() []sms.Message {
	in.mu.Lock()
	defer in.mu.Unlock()
	all := make([]sms.Message, 0, len(in.order))
	for _, payout := range slices.Backward(in.order) {
		all = append(all, in.messages[payout])
	}
	return all
}

// Code is the last code of a payout: as it was sent, or derived from the log if
// this inbox does not have it (any more). sms.ErrNoChallenge says that there was
// none.
func (in *Inbox) Code(ctx context.Context, merchant, payout string) (string, error) {
	in.mu.Lock()
	m, ok := in.messages[payout]
	in.mu.Unlock()
	if ok && m.Merchant == merchant {
		return m.Code, nil
	}
	m, err := in.book.Last(ctx, merchant, payout)
	return m.Code, err
}

// Open lists all codes that can still be used as far as the log knows, of one
// merchant or, with "", of all; see sms.Codebook.
func (in *Inbox) Open(ctx context.Context, merchant string) ([]sms.Message, error) {
	return in.book.Open(ctx, merchant)
}
