package backfill

import (
	"context"
	"fmt"

	"github.com/amends-ledger/amends/domain"
)

// maxDisagreements bounds what a Disagreement lists: one that goes through all
// payouts is one fault.
const maxDisagreements = 10

// conclude adds up the answers and compares them with the three books: the
// wallets, the records, and the rail's own. Nothing of a result is shown if they
// do not agree to the cent.
func (r *run) conclude(ctx context.Context) (*Result, error) {
	ctx, cancel := context.WithTimeout(ctx, catchUpTimeout)
	defer cancel()
	tail, err := r.Store.Tail(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the log's tail: %w", err)
	}
	if err := r.Books.CaughtUp(ctx, tail); err != nil {
		return nil, err
	}
	result := r.tally()
	d := &Disagreement{}
	for _, compare := range []func(context.Context, *Result, *Disagreement) error{r.compareWallets, r.compareRecords, r.compareRail} {
		if err := compare(ctx, result, d); err != nil {
			return nil, err
		}
	}
	if len(d.What) > 0 {
		return nil, d
	}
	return result, nil
}

func (d *Disagreement) add(format string, args ...any) {
	if len(d.What) < maxDisagreements {
		d.What = append(d.What, fmt.Sprintf(format, args...))
	}
}

// compareWallets: what was credited less what was accepted is available, nothing
// is held, and what was accepted is paid.
func (r *run) compareWallets(ctx context.Context, result *Result, d *Disagreement) error {
	wallets, err := r.Books.Wallets(ctx, r.in.Merchants)
	if err != nil {
		return err
	}
	accepted := map[string]int64{}
	for i := range r.in.Rows {
		if r.outcomes[i].refused == "" {
			accepted[r.in.Rows[i].Merchant] += r.in.Rows[i].Money.Minor
		}
	}
	credited := r.in.Initial.Minor + r.in.TopUp.Minor*int64(len(r.in.TopUps))
	for i, m := range r.in.Merchants {
		money := func(minor int64) domain.Money { return domain.Money{Minor: minor, Currency: r.in.Currency} }
		want := Wallet{Available: credited - accepted[m], Paid: accepted[m]}
		if got := wallets[i]; got != want {
			d.add("wallet of %s: available %v, held %v, paid %v; by the answers %v, %v, %v", m,
				money(got.Available), money(got.Held), money(got.Paid),
				money(want.Available), money(want.Held), money(want.Paid))
		}
		result.Balances[m] = money(wallets[i].Available).Amount()
	}
	return nil
}

// compareRecords: every row has its record, with the amount and state of its answer.
func (r *run) compareRecords(ctx context.Context, _ *Result, d *Disagreement) error {
	rows := r.byPayout(func(o *outcome) bool { return true })
	err := r.Books.Records(ctx, func(rec Record) error {
		i, ok := rows[rec.Payout]
		if !ok {
			return nil // of another plan, or of today
		}
		delete(rows, rec.Payout)
		want := domain.Paid
		if r.outcomes[i].refused != "" {
			want = domain.Refused
		}
		if rec.State != want || rec.Money != r.in.Rows[i].Money {
			d.add("record of %s: %s %v; by the answer %s %v", rec.Payout, rec.State, rec.Money, want, r.in.Rows[i].Money)
		}
		return nil
	})
	for payout := range rows {
		if err == nil {
			d.add("record of %s: there is none", payout)
		}
	}
	return err
}

// compareRail: the rail has paid each accepted payout once, and no refused one.
func (r *run) compareRail(ctx context.Context, _ *Result, d *Disagreement) error {
	all := r.byPayout(func(*outcome) bool { return true })
	unpaid := r.byPayout(func(o *outcome) bool { return o.refused == "" })
	err := r.Books.Settled(ctx, func(payout string, money domain.Money) error {
		i, ours := all[payout]
		_, owed := unpaid[payout]
		switch {
		case !ours:
		case !owed:
			d.add("the rail paid %v for %s: not owed, or a second time", money, payout)
		case money != r.in.Rows[i].Money:
			d.add("the rail paid %v for %s: %v was asked", money, payout, r.in.Rows[i].Money)
		}
		delete(unpaid, payout)
		return nil
	})
	for payout, i := range unpaid {
		if err == nil {
			d.add("the rail has not paid %s, %v", payout, r.in.Rows[i].Money)
		}
	}
	return err
}

func (r *run) byPayout(keep func(*outcome) bool) map[string]int {
	m := make(map[string]int, len(r.outcomes))
	for i := range r.outcomes {
		if keep(&r.outcomes[i]) {
			m[r.outcomes[i].payout] = i
		}
	}
	return m
}
