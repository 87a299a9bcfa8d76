// Package sms is the contract of what texts, the derivation of codes, and the
// dispatcher that sends a code for each challenge in the log.
package sms

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/amends-ledger/amends/domain"
)

// Sender hands messages to a provider. Its methods may be called concurrently.
// The suite smstest tries what is promised here.
type Sender interface {
	// Name is the provider's name in events and configuration; it never changes.
	Name() string

	// Send returns when the provider has taken the message, with the provider's
	// number for it, or by the deadline of ctx. Whether it reaches the phone is
	// not known then.
	//
	// An error says that the provider may not have taken it. The very same message
	// is then sent again, with the same Reference and Code, and also after a crash
	// between sending and recording. So a phone can get one code twice, and never
	// two codes for one challenge. A sender passes Reference on where the provider
	// tells repeats by such a key.
	//
	// ErrRejected means that the provider will never take this message. Errors are
	// logged and recorded: they name neither the code nor the number.
	Send(ctx context.Context, m Message) (messageID string, err error)
}

// ErrRejected says that trying again is of no use, e.g. there is no such number.
var ErrRejected = errors.New("provider rejects the message")

// Message is one code on its way to an operator. Code and To are secrets: String
// and slog leave them out.
type Message struct {
	Reference string // names this code for ever; at most 64 bytes
	To        string // the number, in the clear, as the vault has it
	Code      string
	Merchant  string
	Payout    string
	Money     domain.Money // what the code is good for: a text names it to the operator
	Challenge string
	Send      int    // 1 for a payout's first code
	Phone     string // pseudonym of To
	// IssuedAt and ExpiresAt are effective times: their difference is the code's life.
	IssuedAt, ExpiresAt time.Time
}

// String is safe to log.
func (m Message) String() string {
	return fmt.Sprintf("code %s for payout %s of %s to %s", m.Reference, m.Payout, m.Merchant, m.Phone)
}

// LogValue is String.
func (m Message) LogValue() slog.Value { return slog.StringValue(m.String()) }

func reference(challenge string, send int) string { return fmt.Sprintf("%s:%d", challenge, send) }
