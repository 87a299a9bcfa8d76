package sms

import (
	"context"
	"errors"
	"fmt"
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
	// DefaultTries and the delays between them end well within a code's life of
	// five minutes, and tell the operator soon that no code will come.
	DefaultTries      = 5
	DefaultRetryFirst = 500 * time.Millisecond
	DefaultRetryMax   = 10 * time.Second

	// maxPending bounds the requests whose challenge was not read yet. It is the
	// next event of the same write, so there is hardly ever more than one.
	maxPending = 1_024
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
// sent, however old the checkpoint is.
type Dispatcher struct {
	o        Options
	follower *follow.Follower
	pending  map[string]terms // by payout; of Read alone
}

// terms is what a code is bound to beside its challenge.
type terms struct {
	money    domain.Money
	customer string // pseudonym
}

// challenge is what Read learned of a challenge.
type challenge struct {
	event domain.SMSChallengeIssued
	terms *terms // nil: to be read back
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
	d := &Dispatcher{o: o, pending: make(map[string]terms)}
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

var (
	typeRequested = name(domain.PayoutRequested{})
	typeIssued    = name(domain.SMSChallengeIssued{})
	// followed are the types that Read knows.
	followed = []string{
		typeRequested, typeIssued, name(domain.SMSSent{}), name(domain.SMSSendFailed{}),
		name(domain.SMSConfirmed{}), name(domain.SMSChallengeLocked{}),
		name(domain.PayoutCancelled{}), name(domain.PayoutExpired{}),
	}
)

func name(e domain.Event) string {
	name, _ := domain.EventName(e)
	return name
}

// Read implements follow.Handler: the open work of a payout is its last challenge.
func (d *Dispatcher) Read(e *eventstore.Recorded) (follow.Change, error) {
	decoded, err := domain.Decode(e.Type, e.Version, e.Data)
	if err != nil {
		return follow.Change{}, err
	}
	switch ev := decoded.(type) {
	case domain.PayoutRequested:
		d.remember(ev)
	case domain.SMSChallengeIssued:
		c := challenge{event: ev}
		if t, ok := d.pending[ev.Payout]; ok {
			c.terms = &t
			delete(d.pending, ev.Payout)
		}
		return follow.Change{Op: follow.Open, Key: ev.Payout, Tag: reference(ev.Challenge, ev.Send), Memo: c}, nil
	case domain.SMSSent:
		return follow.Change{Op: follow.Close, Key: ev.Payout, Tag: reference(ev.Challenge, ev.Send)}, nil
	case domain.SMSSendFailed:
		return follow.Change{Op: follow.Close, Key: ev.Payout, Tag: reference(ev.Challenge, ev.Send)}, nil
	case domain.SMSConfirmed:
		return follow.Change{Op: follow.Close, Key: ev.Payout}, nil
	case domain.SMSChallengeLocked:
		return follow.Change{Op: follow.Close, Key: ev.Payout}, nil
	case domain.PayoutCancelled:
		return follow.Change{Op: follow.Close, Key: ev.Payout}, nil
	case domain.PayoutExpired:
		return follow.Change{Op: follow.Close, Key: ev.Payout}, nil
	}
	return follow.Change{}, nil
}

// remember keeps what the challenge of a request will need.
func (d *Dispatcher) remember(e domain.PayoutRequested) {
	if e.Confirm != domain.ConfirmBySMS {
		return
	}
	if len(d.pending) >= maxPending {
		clear(d.pending) // they are read back from the log, should their challenges come
	}
	d.pending[e.Payout] = termsOf(e)
}

func termsOf(e domain.PayoutRequested) terms {
	t := terms{money: e.Money}
	if e.Customer != nil {
		t.customer = e.Customer.Pseudonym
	}
	return t
}

// Handle implements follow.Handler: it sends the code of one challenge.
func (d *Dispatcher) Handle(ctx context.Context, w follow.Work) (follow.Answer, error) {
	c, ok := w.Memo.(challenge)
	if !ok {
		decoded, err := domain.Decode(w.Event.Type, w.Event.Version, w.Event.Data)
		if err != nil {
			return follow.Answer{}, err
		}
		if c.event, ok = decoded.(domain.SMSChallengeIssued); !ok {
			return follow.Answer{}, fmt.Errorf("event %s opens no challenge", w.Event.Type)
		}
	}
	meta, _, err := domain.DecodeMeta(w.Event.Meta)
	if err != nil {
		return follow.Answer{}, err
	}
	m, err := d.message(ctx, w.Event.Stream, w.Event.Revision, c)
	if err != nil {
		return follow.Answer{}, err
	}
	m.IssuedAt = meta.EffectiveAt
	id, err := d.send(ctx, &m)
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
