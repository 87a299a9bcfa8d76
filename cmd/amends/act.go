package main

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/ledger/timers"
	"github.com/amends-ledger/amends/orders"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/records"
	"github.com/amends-ledger/amends/projections/wallet"
	"github.com/amends-ledger/amends/vault"
)

// desk is where a verb acts: a ledger at work, and the merchant it is about.
type desk struct {
	*machine
	a        *app
	orders   *orders.File
	merchant string // "" for the platform as a whole
	zone     *time.Location
}

// ordersFile is where trusted order facts are kept that were imported.
func (h home) ordersFile() string { return filepath.Join(string(h), "orders.db") }

// act opens the ledger for acting and calls fn with it. Only a verb that begins
// may be the first one of a ledger: any other in an empty folder is a slip.
func (a *app) act(ctx context.Context, begins bool, fn func(context.Context, *desk) error) (err error) {
	ctx, cancel := a.bounded(ctx)
	defer cancel()
	folder, err := a.homeFolder()
	if err != nil {
		return err
	}
	if there, err := home(folder).exists(); err != nil {
		return err
	} else if !there && !begins {
		return notFound("there is no ledger in "+folder, "amends policy show --template, amends policy publish FILE, then amends merchant register")
	}
	m, err := a.openHome(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.close()) }()
	k := &desk{machine: m, a: a, zone: time.UTC}
	if k.orders, err = orders.OpenFile(home(folder).ordersFile()); err != nil {
		return err
	}
	m.closing.add("orders", k.orders.Close)
	ctx, unbind := m.bound(ctx)
	defer unbind()
	defer func() { // a part that failed is why, not that the rest was told to stop
		if errors.Is(err, context.Canceled) && !errors.Is(context.Cause(ctx), context.Canceled) {
			err = context.Cause(ctx)
		}
	}()
	return fn(ctx, k)
}

// now is the time by this invocation's clock.
func (a *app) now() time.Time {
	if a.clock == nil {
		return time.Now()
	}
	return a.clock.Now()
}

// at makes merchant the one that the verb is about. What waited too long there
// expires first, so that nothing is decided as if it still held money.
func (k *desk) at(ctx context.Context, merchant string) error {
	if len(merchant) > domain.MaxIDBytes {
		return &domain.Invalid{Field: "merchant", Why: "is longer than " + strconv.Itoa(domain.MaxIDBytes) + " bytes"}
	}
	k.merchant = merchant
	zone := ""
	if err := k.ledger.View(ctx, merchant, func(m *domain.Merchant) { zone = m.Profile.Zone }); err != nil {
		return err
	}
	if zone == "" { // not registered
		return nil
	}
	var err error
	if k.zone, err = time.LoadLocation(zone); err != nil {
		return err
	}
	_, err = timers.FireDue(ctx, k.ledger, merchant, k.a.now())
	return err
}

// atNamed is at with the merchant of --merchant, or the only one that there is.
func (k *desk) atNamed(ctx context.Context) error {
	if k.a.merchant != "" {
		return k.at(ctx, k.a.merchant)
	}
	if err := k.catchUp(ctx); err != nil {
		return err
	}
	name, err := onlyMerchant(ctx, k.db)
	if err != nil {
		return err
	}
	return k.at(ctx, name)
}

// onlyMerchant is the merchant that is meant where none is named.
func onlyMerchant(ctx context.Context, db *projections.DB) (string, error) {
	page, err := wallet.Balances(ctx, db, "", projections.PageOptions{Limit: 2})
	switch {
	case err != nil:
		return "", err
	case len(page.Rows) == 0:
		return "", notFound("there is no merchant yet", "amends merchant register")
	case len(page.Rows) > 1:
		return "", usage("there are several merchants: name one with --merchant")
	}
	return page.Rows[0].Merchant, nil
}

// atPayout is at with the merchant of a payout, and the payout's number as the
// ledger writes it. With --merchant the ledger is asked, and answers for ever,
// also that the merchant has no such payout.
func (k *desk) atPayout(ctx context.Context, no string) (string, error) {
	no = strings.ToUpper(no)
	if k.a.merchant != "" {
		return no, k.at(ctx, k.a.merchant)
	}
	if err := k.catchUp(ctx); err != nil {
		return "", err
	}
	page, err := records.Find(ctx, k.db, records.Filter{Payout: no}, projections.PageOptions{Limit: 1})
	if err != nil {
		return "", err
	}
	if len(page.Rows) == 0 || page.Rows[0].Merchant == "" {
		return "", notFound("there is no payout "+strconv.Quote(no), "amends payouts ls")
	}
	return no, k.at(ctx, page.Rows[0].Merchant)
}

// catchUp waits until the views show the whole log.
func (k *desk) catchUp(ctx context.Context) error {
	tail, err := k.store.Tail(ctx)
	if err != nil {
		return err
	}
	return k.runner.WaitFor(ctx, tail)
}

// subject is the pseudonym of a personal value, durable before anything names it.
func (k *desk) subject(ctx context.Context, kind vault.Kind, value string) (domain.Subject, error) {
	all, err := k.vault.Issue(ctx, kind, value)
	if err != nil {
		if errors.Is(err, vault.ErrInvalid) {
			return domain.Subject{}, usage("the %s is not what can be kept: %v", kind, err)
		}
		return domain.Subject{}, err
	}
	return all[0], nil
}

// local is a moment on the merchant's calendar, with its offset; "" for none.
func (k *desk) local(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(k.zone).Format(time.RFC3339)
}
