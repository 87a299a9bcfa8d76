package sms

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/follow"
	"github.com/amends-ledger/amends/ledger"
)

// Ledger takes the dispatcher's commands; see ledger.Ledger.
type Ledger interface {
	Do(ctx context.Context, r ledger.Request) (ledger.Receipt, error)
	View(ctx context.Context, merchant string, look func(*domain.Merchant)) error
}

// Phones tells the number behind a pseudonym; see vault.Vault.
type Phones interface {
	Reveal(ctx context.Context, pseudonym string) (number string, salt []byte, err error)
}

// Options are the parts of a Dispatcher. The first six are required.
type Options struct {
	Ledger Ledger
	Store  eventstore.Store
	Keeper follow.Keeper // of the dispatcher's checkpoint
	Sender Sender
	Codes  *Codes
	Phones Phones

	Workers     int           // messages under way at once; default follow.DefaultWorkers
	SendTimeout time.Duration // of one Send; default DefaultSendTimeout
	// Tries is how often a message is handed to the provider before its failure
	// is recorded; default DefaultTries. RetryFirst and RetryMax bound the delay
	// between two of them; defaults DefaultRetryFirst and DefaultRetryMax.
	Tries                int
	RetryFirst, RetryMax time.Duration
	Log                  *slog.Logger // default: none
}

const (
	// DefaultSendTimeout: an operator who waits longer asks for another code.
	DefaultSendTimeout = 10 * time.Second
	// DefaultTries, with the delays between them, end well within a code's life
	// of five minutes: the operator learns soon that no code will come.
	DefaultTries      = 5
	DefaultRetryFirst = 500 * time.Millisecond // a provider's hiccup
	DefaultRetryMax   = 10 * time.Second       // a provider's restart

	// ledgerTimeout bounds one command, which is given again under the same key.
	ledgerTimeout = 30 * time.Second
)

var sender = domain.Actor{Role: domain.RoleSender}

// Dispatcher follows the log from its own checkpoint and sends a code for every
// challenge that was issued, then reports by RecordSMSSent or RecordSMSFailed.
//
// Delivery is at least once: a crash after the provider took the message and
// before SMSSent is durable sends the same code again. A challenge that the log
// says was sent, confirmed, locked or replaced, or whose payout ended, is not
// sent, however old the checkpoint is. Nor is one that the phone's limits forbid:
// the payout stays as it is, with the time from which a code may be asked for.
type Dispatcher struct {
	o        Options
	follower *follow.Follower
	last     *request // that Read has seen
	limits   limitsCache
}

// NewDispatcher is a dispatcher that is ready to Run.
func NewDispatcher(o Options) *Dispatcher {
	if o.SendTimeout <= 0 {
		o.SendTimeout = DefaultSendTimeout
	}
	if o.Tries <= 0 {
		o.Tries = DefaultTries
	}
	if o.RetryFirst <= 0 {
		o.RetryFirst = DefaultRetryFirst
	}
	if o.RetryMax <= 0 {
		o.RetryMax = DefaultRetryMax
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &Dispatcher{o: o}
	d.follower = follow.New(follow.Options{
		Name: "sms", Store: o.Store, Keeper: o.Keeper, Workers: o.Workers, Log: o.Log,
		Filter: eventstore.Filter{StreamPrefix: domain.MerchantStream(""), Types: followed},
	}, d)
	return d
}

// Run dispatches until ctx ends or the store closes; see follow.Follower.Run.
func (d *Dispatcher) Run(ctx context.Context) error { return d.follower.Run(ctx) }

// Stats tells how far the dispatcher is.
func (d *Dispatcher) Stats() follow.Stats { return d.follower.Stats() }

// Handle implements follow.Handler: it sends the code of one challenge.
func (d *Dispatcher) Handle(ctx context.Context, w follow.Work) (follow.Answer, error) {
	m, err := d.message(ctx, &w.Event, w.Memo)
	if err != nil {
		return follow.Answer{}, err
	}
	if err = d.reveal(ctx, &m); err == nil {
		later, refused, fault := d.count(ctx, &m)
		if fault != nil {
			return follow.Answer{}, fault
		}
		if refused {
			return follow.Answer{}, d.report(ctx, m, "sms-failed:", domain.RecordSMSFailed{
				Payout: m.Payout, Challenge: m.Challenge, Send: m.Send, Provider: d.o.Sender.Name(),
				Why: string(domain.RuleSMSLimitExceeded), RetryAt: later,
			})
		}
	}
	var id string
	if err == nil {
		id, err = d.send(ctx, &m)
	}
	if ctx.Err() != nil {
		return follow.Answer{}, ctx.Err()
	}
	if err != nil && w.Attempt+1 < d.o.Tries && !errors.Is(err, ErrRejected) {
		d.o.Log.Warn("code is not sent, will be tried again", "message", m, "attempt", w.Attempt, "error", err)
		return follow.Answer{Outcome: follow.Again, After: follow.Backoff(m.Reference, w.Attempt, d.o.RetryFirst, d.o.RetryMax)}, nil
	}
	if err != nil {
		d.o.Log.Error("code is not sent", "message", m, "attempt", w.Attempt, "error", err)
		return follow.Answer{}, d.report(ctx, m, "sms-failed:", domain.RecordSMSFailed{
			Payout: m.Payout, Challenge: m.Challenge, Send: m.Send, Provider: d.o.Sender.Name(), Why: clean(err.Error(), maxWhyBytes),
		})
	}
	return follow.Answer{}, d.report(ctx, m, "sms-sent:", domain.RecordSMSSent{
		Payout: m.Payout, Challenge: m.Challenge, Send: m.Send, Provider: d.o.Sender.Name(), MessageID: clean(id, maxIDBytes),
	})
}

// report records what became of a message. What another try recorded stands: the
// provider may have given it another number then.
func (d *Dispatcher) report(ctx context.Context, m Message, key string, c domain.Command) error {
	ctx, cancel := context.WithTimeout(ctx, ledgerTimeout)
	defer cancel()
	receipt, err := d.o.Ledger.Do(ctx, ledger.Request{
		Merchant: m.Merchant, Key: key + m.Reference, Actor: sender, EffectiveAt: m.IssuedAt, Command: c,
	})
	if errors.Is(err, ledger.ErrKeyReused) {
		return nil
	}
	if err != nil {
		return err
	}
	if refusal := receipt.Refusal(); refusal != nil {
		d.o.Log.Error("report of a code is refused", "message", m, "refusal", refusal.Error())
	}
	return nil
}
