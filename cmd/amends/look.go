package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strings"
	"time"

	"github.com/amends-ledger/amends/backfill"
	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/segment"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/vault"
)

// looking is a ledger that is open for looking: nothing is decided, sent or paid.
type looking struct {
	home  home
	store *segment.Log
	db    *projections.DB
	vault *vault.Vault
}

// look calls fn with the ledger in the home folder, its views caught up.
func (a *app) look(ctx context.Context, fn func(context.Context, *looking) error) (err error) {
	ctx, cancel := a.bounded(ctx)
	defer cancel()
	l, closing, err := a.openToLook(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closing.close()) }()
	return fn(ctx, l)
}

func (a *app) openToLook(ctx context.Context) (*looking, *closers, error) {
	folder, err := a.homeFolder()
	if err != nil {
		return nil, nil, err
	}
	l, closing := &looking{home: home(folder)}, &closers{}
	if l.store, err = segment.Open(ctx, segment.Options{Dir: l.home.log(), MustExist: true}); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil, notFound("there is no ledger in "+folder, "amends demo, or amends backfill PLAN")
		}
		return nil, nil, err
	}
	closing.add("log", l.store.Close)
	if err := l.open(ctx, closing); err != nil {
		return nil, nil, errors.Join(err, closing.close())
	}
	return l, closing, nil
}

func (l *looking) open(ctx context.Context, closing *closers) error {
	s, err := l.home.loadSecrets(false)
	if err != nil {
		return err
	}
	if l.vault, err = vault.Open(l.home.vault(), s.Vault, nil); err != nil {
		return err
	}
	closing.add("vault", l.vault.Close)
	if l.db, err = projections.OpenSQLite(l.home.views(), projections.Options{}); err != nil {
		return err
	}
	closing.add("views", l.db.Close)
	return catchUp(ctx, l.store, l.db)
}

// catchUp brings the views to the log's tail: a run that was killed may have left
// them behind.
func catchUp(ctx context.Context, store eventstore.Store, db *projections.DB) error {
	runner, err := projections.NewRunner(store, db, views(), projections.RunnerOptions{})
	if err != nil {
		return err
	}
	tail, err := store.Tail(ctx)
	if err != nil {
		return err
	}
	runCtx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- runner.Run(runCtx) }()
	err = runner.WaitFor(ctx, tail)
	stop()
	return errors.Join(err, <-ended)
}

// pages yields the rows of a list page by page. limit 0 is all of them.
func pages[R any](limit int, fetch func(projections.PageOptions) (projections.Page[R], error)) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		o, shown := projections.PageOptions{Limit: projections.MaxPage}, 0
		for {
			if limit > 0 {
				o.Limit = min(limit-shown, projections.MaxPage)
			}
			page, err := fetch(o)
			if err != nil {
				var none R
				yield(none, err)
				return
			}
			for _, row := range page.Rows {
				if !yield(row, nil) {
					return
				}
			}
			if shown += len(page.Rows); page.Next == "" || limit > 0 && shown >= limit {
				return
			}
			o.Cursor = page.Next
		}
	}
}

// money writes minor units of a currency as its decimal amount.
func money(minor int64, currency string) string {
	return domain.Money{Minor: minor, Currency: domain.Currency(currency)}.Amount()
}

// optional is money, or "" where there is none.
func optional(n projections.Null, currency string) string {
	if !n.Valid {
		return ""
	}
	return money(n.V, currency)
}

func number(n int64) string { return fmt.Sprint(n) }

// moment writes a time for people and scripts alike: RFC 3339, UTC; "" for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// masked shows enough of the customer account behind a pseudonym for somebody who
// knows it. One that was erased shows as the pseudonym.
func (l *looking) masked(ctx context.Context, kind vault.Kind, pseudonym string) (string, error) {
	if pseudonym == "" {
		return "", nil
	}
	value, _, err := l.vault.Reveal(ctx, pseudonym)
	if errors.Is(err, vault.ErrErased) || errors.Is(err, vault.ErrUnknown) {
		return pseudonym, nil
	}
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(value, backfill.InboxPrefix) { // nobody's phone
		return value, nil
	}
	return vault.Mask(kind, value), nil
}
