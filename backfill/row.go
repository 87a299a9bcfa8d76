package backfill

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/ledger"
)

// workOn takes the rows of one merchant, one after the other, with the wallet's
// top-ups between them.
func (r *run) workOn(ctx context.Context, q *queue) error {
	left := r.in.TopUps
	if len(q.rows) == 0 || q.merchant == "" {
		left = nil
	}
	var latest time.Time
	for _, i := range q.rows {
		if at := r.in.Rows[i].At; at.After(latest) {
			latest = at
		}
		due := 0
		for due < len(left) && !left[due].At.After(latest) {
			due++
		}
		if err := r.topUps(ctx, q.merchant, left[:due]); err != nil {
			return err
		}
		left = left[due:]
		if err := r.row(ctx, i); err != nil {
			return causeOf(ctx, fmt.Errorf("row %q on line %d: %w", r.in.Rows[i].ID, r.in.Rows[i].Line, err))
		}
		if done := r.done.Add(1); r.Progress != nil {
			r.Progress(int(done))
		}
	}
	return r.topUps(ctx, q.merchant, left)
}

func (r *run) topUps(ctx context.Context, merchant string, due []TopUp) error {
	if len(due) == 0 {
		return nil
	}
	batch := make([]ledger.Request, len(due))
	for i, t := range due {
		batch[i] = r.topUp(merchant, t)
	}
	return r.doAll(ctx, batch)
}

// row sends one request and stays with it until it is paid or refused.
//
// A crash at any point is made good by the same calls again: the request answers
// from the log, the dispatchers take up what the log says is open, and a code
// that was handed in is not handed in twice.
func (r *run) row(ctx context.Context, i int) error {
	req, err := r.request(ctx, i)
	if err != nil {
		return err
	}
	doCtx, cancel := context.WithTimeout(ctx, r.RowTimeout)
	receipt, err := r.Ledger.Do(doCtx, req)
	cancel()
	if err != nil {
		return err
	}
	o := outcome{payout: receipt.Payout()}
	if no := receipt.Refusal(); no != nil {
		o.refused = no.Outcome()
		r.outcomes[i] = o
		return nil
	}
	requested, ok := acceptedIn(receipt)
	if !ok {
		return fmt.Errorf("request payout %s: the answer neither accepts nor refuses it: %d events", o.payout, len(receipt.Events))
	}
	o.exempt = requested.Confirm == domain.ConfirmExempt
	if !o.exempt {
		if err := r.confirm(ctx, i, req, receipt); err != nil {
			return err
		}
	}
	if err := r.awaitPaid(ctx, o.payout); err != nil {
		return err
	}
	r.outcomes[i] = o
	return nil
}

func acceptedIn(receipt ledger.Receipt) (domain.PayoutRequested, bool) {
	for _, e := range receipt.Events { // PolicyAdopted may come first
		if requested, ok := e.(domain.PayoutRequested); ok {
			return requested, true
		}
	}
	return domain.PayoutRequested{}, false
}

// request is the command that a row stands for.
func (r *run) request(ctx context.Context, i int) (ledger.Request, error) {
	row := &r.in.Rows[i]
	terms := domain.PayoutTerms{
		Money: row.Money, Reason: row.Reason, Entry: "backfill", OrderNo: row.Order, External: row.ID,
	}
	if s, ok := r.customers[row.Customer]; ok {
		terms.Customer = &s
	}
	if row.Order != "" {
		var err error
		if terms.Order, err = r.orders.Order(ctx, row.Merchant, row.Order); err != nil {
			return ledger.Request{}, fmt.Errorf("look up order %s: %w", row.Order, err)
		}
	}
	actor := domain.Actor{Role: domain.RoleAgent, ID: row.Agent}
	if r.in.OwnerOnly {
		actor = domain.Actor{Role: domain.RoleOwner, ID: r.owner}
	}
	return ledger.Request{
		Merchant: row.Merchant, Key: r.in.Digest.rowKey(i + 1), Actor: actor, EffectiveAt: row.At,
		Command: domain.RequestPayout{PayoutTerms: terms},
	}, nil
}

// confirm waits for the SMS, takes its code from the inbox and hands it in.
func (r *run) confirm(ctx context.Context, i int, req ledger.Request, receipt ledger.Receipt) error {
	payout := receipt.Payout()
	p, err := r.await(ctx, payout, "its SMS", func(p progress) bool { return p.sent })
	if err != nil || p.ended != "" {
		return err
	}
	code, err := r.Inbox.Code(ctx, req.Merchant, payout)
	if err != nil {
		return fmt.Errorf("read code of payout %s: %w", payout, err)
	}
	_, err = r.do(ctx, ledger.Request{
		Merchant: req.Merchant, Key: r.in.Digest.rowKey(i+1) + "/confirm", Actor: req.Actor,
		EffectiveAt: receipt.EffectiveAt, // of the event that it answers
		Command:     domain.ConfirmSMS{Payout: payout, Code: code},
	})
	return err
}

// awaitPaid waits for the rail.
func (r *run) awaitPaid(ctx context.Context, payout string) error {
	p, err := r.await(ctx, payout, "the rail", func(progress) bool { return false })
	if err != nil {
		return err
	}
	r.tracker.done(payout)
	if p.ended != "PayoutPaid" {
		return fmt.Errorf("payout %s: it ended with %s: %w", payout, p.ended, ErrNotPaid)
	}
	return nil
}

// await waits until enough holds, or the payout has ended.
func (r *run) await(ctx context.Context, payout, what string, enough func(progress) bool) (progress, error) {
	waitCtx, cancel := context.WithTimeout(ctx, r.RowTimeout)
	defer cancel()
	p, err := r.tracker.wait(waitCtx, payout, func(p progress) bool { return p.ended != "" || enough(p) })
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		last := ""
		if p.stuck != "" {
			last = " after " + p.stuck
		}
		return p, fmt.Errorf("payout %s: %w: waited %v for %s%s", payout, ErrStuck, r.RowTimeout, what, last)
	}
	return p, err
}
