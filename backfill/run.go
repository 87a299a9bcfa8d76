package backfill

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/ledger"
	"github.com/amends-ledger/amends/orders"
)

// Run sends everything in the input through the ledger and waits until every
// accepted payout is paid and the views show it. A run that was killed is
// finished by running it again: every command has a key that follows from the
// input, so what was done is answered from the log, and the rest is done.
//
// Merchants are worked on side by side, the rows of one in file order. Run stops
// at the first fault. A refusal is not one.
func Run(ctx context.Context, in *Input, parts Parts) (*Result, error) {
	began, appended := time.Now(), parts.Ledger.Appended()
	if parts.RowTimeout <= 0 {
		parts.RowTimeout = DefaultRowTimeout
	}
	r := &run{in: in, Parts: parts, outcomes: make([]outcome, len(in.Rows))}
	r.plan()
	if err := r.refuseOtherPlan(ctx); err != nil {
		return nil, err
	}
	if err := r.issueSubjects(ctx); err != nil {
		return nil, err
	}
	if err := r.fillOrders(); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var following sync.WaitGroup
	defer following.Wait()
	followCtx, unfollow := context.WithCancel(ctx)
	defer unfollow()
	following.Go(func() { r.tracker.run(followCtx, parts.Store) })

	if err := r.setUp(ctx); err != nil {
		return nil, err
	}
	if err := r.tracker.live(ctx); err != nil {
		return nil, err
	}
	if err := r.work(ctx, stop); err != nil {
		return nil, err
	}
	result, err := r.conclude(ctx)
	if err != nil {
		return nil, err
	}
	result.Events = parts.Ledger.Appended() - appended
	result.Seconds = time.Since(began).Seconds()
	return result, nil
}

// run is one run under way.
type run struct {
	in *Input
	Parts
	queues    []*queue
	owner     string // account id of every owner
	customers map[string]domain.Subject
	phones    map[string]domain.Subject
	orders    orders.Table
	tracker   *tracker
	outcomes  []outcome // by row; each is written by its merchant's worker alone
	done      atomic.Int64
}

// queue is the work on one merchant.
type queue struct {
	merchant string // "" for rows that name none
	rows     []int  // indexes, in file order
	agents   []string
}

// outcome is the stored answer to one row.
type outcome struct {
	payout  string
	refused domain.Rule // "": accepted
	exempt  bool
}

// plan deals the rows out to their merchants.
func (r *run) plan() {
	by := map[string]*queue{}
	streams := map[string]bool{}
	for _, m := range r.in.Merchants {
		q := &queue{merchant: m}
		by[m] = q
		r.queues = append(r.queues, q)
		streams[domain.MerchantStream(m)] = true
	}
	seen := map[[2]string]bool{}
	names := map[string]bool{}
	for i := range r.in.Rows {
		row := &r.in.Rows[i]
		q := by[row.Merchant]
		if q == nil { // a row without merchant
			q = &queue{merchant: row.Merchant}
			by[row.Merchant] = q
			r.queues = append(r.queues, q)
		}
		q.rows = append(q.rows, i)
		if who := [2]string{row.Merchant, row.Agent}; row.Agent != "" && row.Merchant != "" && !seen[who] {
			seen[who], names[row.Agent] = true, true
			q.agents = append(q.agents, row.Agent)
		}
	}
	for r.owner = "owner"; names[r.owner]; { // an agent may have any name
		r.owner += "'"
	}
	r.tracker = newTracker(streams)
	// Rows of one merchant follow each other, so the longest queue decides how
	// long the run takes: it begins first.
	slices.SortStableFunc(r.queues, func(a, b *queue) int { return cmp.Compare(len(b.rows), len(a.rows)) })
}

// refuseOtherPlan looks at the first event of every merchant that is there. One
// that another plan (or nobody's plan) registered has other limits and another
// history: sending rows to it would make figures that belong to neither.
func (r *run) refuseOtherPlan(ctx context.Context) error {
	var others []string
	key := r.in.Digest.key(registerKey)
	for _, m := range r.in.Merchants {
		for e, err := range r.Store.ReadStream(ctx, domain.MerchantStream(m), 0, eventstore.ReadOptions{Limit: 1}) {
			if err != nil {
				return fmt.Errorf("look for merchant %s: %w", m, err)
			}
			meta, _, err := domain.DecodeMeta(e.Meta)
			if err != nil {
				return fmt.Errorf("look for merchant %s: %w", m, err)
			}
			if meta.Key != key {
				others = append(others, m)
			}
		}
	}
	if len(others) > 0 {
		return &OtherPlan{others}
	}
	return nil
}

// work runs all queues, a bounded number at a time.
func (r *run) work(ctx context.Context, stop context.CancelCauseFunc) error {
	slots := make(chan struct{}, maxInFlight)
	var working sync.WaitGroup
	for _, q := range r.queues {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		working.Go(func() {
			defer func() { <-slots }()
			if err := r.workOn(ctx, q); err != nil {
				stop(err) // the first one is the cause; the others followed from it
			}
		})
	}
	working.Wait()
	return context.Cause(ctx)
}

// do carries out one command that must not be refused.
func (r *run) do(ctx context.Context, req ledger.Request) (ledger.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, r.RowTimeout)
	defer cancel()
	receipt, err := r.Ledger.Do(ctx, req)
	return receipt, unexpected(req, receipt, err)
}

// unexpected makes an error of a fault, and of a refusal that the plan has no
// place for.
func unexpected(req ledger.Request, receipt ledger.Receipt, err error) error {
	if err != nil {
		return fmt.Errorf("%s for merchant %q: %w", domain.CommandName(req.Command), req.Merchant, err)
	}
	if no := receipt.Refusal(); no != nil {
		return fmt.Errorf("%s for merchant %q: %w", domain.CommandName(req.Command), req.Merchant, no)
	}
	return nil
}

// causeOf prefers the reason why a context was cancelled to the bare fact.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.Canceled) {
		return cause
	}
	return err
}
