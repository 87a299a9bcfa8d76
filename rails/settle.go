package rails

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"unicode"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore/follow"
	"github.com/amends-ledger/amends/ledger"
)

// Bounds of what a rail says, so that no rail can write a report that the ledger
// must refuse as malformed.
const (
	maxRailIDBytes = 64
	maxCodeBytes   = 64
	maxWhyBytes    = 400
	noCode         = "UNSPECIFIED"
)

// settle brings a submitted payout to its end with the rail. The rail is asked
// before it is told to pay, unless nobody can have told it yet.
func (j job) settle(ctx context.Context, e domain.PayoutSubmitted, w follow.Work) (follow.Answer, error) {
	rail := j.d.rails[e.Rail]
	if rail == nil {
		return follow.Answer{}, fmt.Errorf("payout %s was submitted to rail %q, which is not configured", e.Payout, e.Rail)
	}
	result, err := Result{State: NotFound}, error(nil)
	if !w.Fresh || w.Attempt > 0 {
		result, err = j.call(ctx, rail, "query", func(ctx context.Context) (Result, error) { return rail.Query(ctx, e.Reference) })
	}
	if err == nil && result.State == NotFound {
		result, err = j.call(ctx, rail, "pay", func(ctx context.Context) (Result, error) {
			return rail.Pay(ctx, Payment{
				Reference: e.Reference, Merchant: j.merchant, Money: e.Money, Payee: e.Payee, Note: e.Note,
			})
		})
		if err == nil && result.State == NotFound {
			err = fmt.Errorf("rail %s: pay %s: it answers that it does not know the payment", rail.Name(), e.Reference)
		}
	}
	switch {
	case err != nil:
		if err := j.report(ctx, "unknown", domain.RecordUnknown{Payout: j.payout, Why: clean(err.Error(), maxWhyBytes)}); err != nil {
			return follow.Answer{}, err
		}
		j.d.o.Log.Warn("outcome of payout is unknown", "payout", j.payout, "rail", rail.Name(), "attempt", w.Attempt, "error", err)
		return j.askAgain(w), nil
	case result.State == Paid:
		return follow.Answer{}, j.report(ctx, "paid", domain.RecordPaid{Payout: j.payout, RailID: clean(result.RailID, maxRailIDBytes)})
	case result.State == Failed:
		code := clean(result.Code, maxCodeBytes)
		if code == "" {
			code = noCode
		}
		return follow.Answer{}, j.report(ctx, "failed", domain.RecordFailed{Payout: j.payout, Code: code, Why: clean(result.Why, maxWhyBytes)})
	}
	return j.askAgain(w), nil // pending: it is with the rail, and stays submitted here
}

func (j job) askAgain(w follow.Work) follow.Answer {
	after := follow.Backoff(w.Key, w.Attempt, j.d.o.AskFirst, j.d.o.AskMax)
	return follow.Answer{Outcome: follow.Again, After: after}
}

// call calls a rail, whose code is somebody else's: it may be slow, and it may
// panic. Both leave the outcome unknown.
func (j job) call(ctx context.Context, rail Rail, what string, f func(context.Context) (Result, error)) (result Result, err error) {
	ctx, cancel := context.WithTimeout(ctx, j.d.o.CallTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			j.d.o.Log.Error("rail panicked", "rail", rail.Name(), "call", what, "payout", j.payout, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("rail %s: %s %s: panic: %v", rail.Name(), what, j.payout, p)
		}
	}()
	result, err = f(ctx)
	if err != nil {
		return Result{}, fmt.Errorf("rail %s: %s %s: %w", rail.Name(), what, j.payout, err)
	}
	if result.State < Pending || result.State > NotFound {
		return Result{}, fmt.Errorf("rail %s: %s %s: answer has %s", rail.Name(), what, j.payout, result.State)
	}
	return result, nil
}

// report records an outcome. What was recorded under the key before stands, also
// where a rail words the same outcome differently the second time.
func (j job) report(ctx context.Context, outcome string, c domain.Command) error {
	receipt, err := j.do(ctx, "outcome:"+j.payout+":"+outcome, c)
	if errors.Is(err, ledger.ErrKeyReused) {
		return nil
	}
	if err != nil {
		return err
	}
	if refusal := receipt.Refusal(); refusal != nil {
		j.d.o.Log.Error("rail and ledger disagree about a payout", "payout", j.payout, "merchant", j.merchant,
			"rail_says", outcome, "refusal", refusal.Error())
	}
	return nil
}

// clean makes text of a rail fit for an event: printable, valid UTF-8, bounded.
func clean(s string, maxBytes int) string {
	s = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "?"))
	if s = strings.TrimSpace(s); len(s) > maxBytes {
		s = strings.ToValidUTF8(s[:maxBytes], "") // without half a character at the end
	}
	return s
}
