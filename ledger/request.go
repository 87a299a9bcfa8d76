package ledger

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
)

// Request is a command with its stamp. Personal values in it are already
// pseudonyms; order facts come from a trusted source.
type Request struct {
	// Merchant routes the command to that merchant's stream. Commands of the
	// platform (PublishPolicy) leave it empty; a RequestPayout without merchant
	// is refused in the unrouted stream.
	Merchant string
	// Phone is the keyed hash that names a phone's stream, where CountPhoneSend
	// is decided; every other command leaves it empty.
	Phone string
	// Key is the idempotency key, in the scope of the merchant, for ever: the
	// same key gets the same answer, refusals included. At most MaxKeyBytes.
	Key   string
	Actor domain.Actor
	// EffectiveAt is business time; zero means the clock. A follow-up carries
	// the effective time of the event that it answers.
	EffectiveAt time.Time
	Command     domain.Command
}

// MaxKeyBytes bounds an idempotency key: room for two UUIDs and a purpose.
const MaxKeyBytes = 128

// Receipt is the durable answer to a command. It is made from the events that
// the command led to, on the first call and on every repeat alike.
type Receipt struct {
	Merchant string
	Stream   string
	ID       uuid.UUID // of the command
	// First and Last are the revisions of the command's events; Last is -1 when
	// there was nothing to do (the fact was already recorded under another key).
	First, Last int64
	Position    eventstore.Position // of the last event, 0 when there is none
	Events      []domain.Event
	Repeated    bool // the key was used before; this is the stored answer
	EffectiveAt time.Time
	RecordedAt  time.Time
}

// Refusal is the business "no" in the receipt, or nil.
func (r Receipt) Refusal() *domain.Refusal {
	for _, e := range r.Events {
		switch e := e.(type) {
		case domain.PayoutRefused:
			return &domain.Refusal{Failures: e.Failures}
		case domain.CommandRefused:
			return &domain.Refusal{Failures: e.Failures}
		}
	}
	return nil
}

// Payout is the number of the payout that a RequestPayout led to, refused or not.
func (r Receipt) Payout() string { return domain.PayoutNo(r.ID) }

// Result is the outcome of one Request of a batch.
type Result struct {
	Receipt Receipt
	Err     error
}

// Errors of Do. Errors of the store are wrapped, see eventstore.
var (
	// ErrKeyReused: the key was used before with another command or content.
	// Nothing was done.
	ErrKeyReused = errors.New("idempotency key was used for another request")
	// ErrKeyMissing: every command needs a key.
	ErrKeyMissing = errors.New("idempotency key is missing or too long")
	// ErrBusy: the queue is full; nothing was done, the same key is safe.
	ErrBusy = errors.New("ledger is busy, try again with the same key")
	// ErrClosed: the ledger is shutting down; the same key is safe.
	ErrClosed = errors.New("ledger is closed")
)
