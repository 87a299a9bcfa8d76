package main

import (
	"context"
	"fmt"

	"github.com/amends-ledger/amends/backfill"
	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/ledger/coldstore"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/records"
	"github.com/amends-ledger/amends/projections/wallet"
	"github.com/amends-ledger/amends/rails"
)

// books are the three that a backfill's answers are compared with.
type books struct{ m *machine }

func (b books) CaughtUp(ctx context.Context, position eventstore.Position) error {
	return b.m.runner.WaitFor(ctx, position)
}

func (b books) Wallets(ctx context.Context, merchants []string) ([]backfill.Wallet, error) {
	found := map[string]backfill.Wallet{}
	all := pages(0, func(o projections.PageOptions) (projections.Page[wallet.Balance], error) {
		return wallet.Balances(ctx, b.m.db, "", o)
	})
	for w, err := range all {
		if err != nil {
			return nil, err
		}
		found[w.Merchant] = backfill.Wallet{Available: w.Available, Held: w.Held, Paid: w.Paid}
	}
	out := make([]backfill.Wallet, len(merchants))
	for i, name := range merchants {
		w, ok := found[name]
		if !ok {
			return nil, fmt.Errorf("read wallets: merchant %s has none", name)
		}
		out[i] = w
	}
	return out, nil
}

func (b books) Records(ctx context.Context, each func(backfill.Record) error) error {
	_, err := records.Each(ctx, b.m.db, records.Filter{}, func(r records.Record) error {
		return each(backfill.Record{
			Payout: r.Payout, State: domain.PayoutState(r.Status),
			Money: domain.Money{Minor: r.Amount, Currency: domain.Currency(r.Currency)},
		})
	})
	return err
}

func (b books) Settled(ctx context.Context, each func(string, domain.Money) error) error {
	for e, err := range b.m.bank.Entries(ctx) {
		if err != nil {
			return err
		}
		if e.State != rails.Paid.String() {
			continue
		}
		if err := each(e.Reference, e.Money); err != nil {
			return err
		}
	}
	return nil
}

// coldRecords lets the ledger keep in a coldstore what left its memory.
type coldRecords struct{ store *coldstore.Store }

func (c coldRecords) Put(merchant string, rev int64, items []domain.Cold) error {
	all := make([]coldstore.Item, len(items))
	for i, it := range items {
		all[i] = coldstore.Item{Kind: it.Kind, ID: it.ID, Data: it.Data}
	}
	return c.store.Put(merchant, rev, all...)
}

func (c coldRecords) Get(merchant string, key domain.ColdKey) (domain.Cold, bool, error) {
	data, _, ok, err := c.store.Get(merchant, key.Kind, key.ID)
	return domain.Cold{Kind: key.Kind, ID: key.ID, Data: data}, ok, err
}
