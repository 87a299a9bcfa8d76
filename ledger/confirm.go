package ledger

import (
	"context"
	"crypto/subtle"
	"fmt"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/domain"
)

// compare is the second step of ConfirmSMS. The attempt is durable by now, so a
// crash between here and the comparison has used up a try, and a retry with the
// same key finishes this attempt instead of counting another.
func (l *Ledger) compare(ctx context.Context, t *task, c domain.ConfirmSMS, first Result) Result {
	if first.Err != nil {
		return first
	}
	if len(first.Receipt.Events) == 0 {
		return first
	}
	attempted, ok := first.Receipt.Events[len(first.Receipt.Events)-1].(domain.SMSAttempted)
	if !ok {
		return first // refused before anything was compared
	}
	in, err := l.codeInput(ctx, t.merchant, attempted)
	if err != nil {
		return Result{Err: err}
	}
	matched := subtle.ConstantTimeCompare([]byte(l.o.Codes.Code(in)), []byte(c.Code)) == 1
	meta := t.meta
	meta.ID = uuid.NewSHA1(t.meta.ID, []byte("compare"))
	second := &task{
		merchant: t.merchant, stream: t.stream, meta: meta, done: make(chan Result, 1),
		command: domain.CompareSMS{
			Payout: attempted.Payout, Challenge: attempted.Challenge, Attempt: attempted.Attempt, Matched: matched,
		},
	}
	if err := l.enqueue(ctx, second); err != nil {
		return Result{Err: err}
	}
	res := l.await(ctx, second)
	if res.Err != nil {
		return res
	}
	return Result{Receipt: join(first.Receipt, res.Receipt)}
}

// codeInput reads from the state what the code of an attempt's challenge is bound to.
func (l *Ledger) codeInput(ctx context.Context, merchant string, a domain.SMSAttempted) (in CodeInput, err error) {
	found := false
	err = l.View(ctx, merchant, func(m *domain.Merchant) {
		p, ok := m.Payouts[a.Payout]
		if !ok {
			return
		}
		found = true
		in = CodeInput{
			Merchant: merchant, Payout: a.Payout, Challenge: a.Challenge, Send: p.Challenge.Send,
			Money: p.Money, Customer: p.Customer.Pseudonym, Digits: p.Challenge.Digits,
		}
	})
	if err == nil && !found {
		err = fmt.Errorf("compare code of payout %s: it is not in the state of merchant %s", a.Payout, merchant)
	}
	return in, err
}

// join makes one receipt of the two steps.
func join(first, second Receipt) Receipt {
	first.Events = append(first.Events[:len(first.Events):len(first.Events)], second.Events...)
	if second.Last >= 0 {
		first.Last, first.Position = second.Last, second.Position
	}
	return first
}
