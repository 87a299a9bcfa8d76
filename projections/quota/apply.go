package quota

import (
	"fmt"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/projections"
)

type accountKey struct{ merchant, account string }

type useKey struct{ merchant, account, kind, period string }

type writer struct {
	merchants *projections.Table[string, calendar]
	accounts  *projections.Table[accountKey, Account]
	uses      *projections.Table[useKey, Use]
	open      *projections.Table[string, counted]
}

func newWriter() *writer {
	byText := func(k string) []any { return []any{k} }
	return &writer{
		merchants: projections.NewTable(merchants, (*calendar).fields, merchants.Key, byText),
		accounts: projections.NewTable(accounts, (*Account).fields, accounts.Key,
			func(k accountKey) []any { return []any{k.merchant, k.account} }),
		uses: projections.NewTable(uses, (*Use).fields, uses.Key,
			func(k useKey) []any { return []any{k.merchant, k.account, k.kind, k.period} }),
		open: projections.NewTable(open, (*counted).fields, open.Key, byText),
	}
}

func (w *writer) Caches() []projections.Cache {
	return []projections.Cache{w.merchants, w.accounts, w.uses, w.open}
}

// Apply loads in three steps: an owner's account is named by its merchant, and
// the periods that a payout touches by its account and by itself.
func (w *writer) Apply(tx *projections.Tx, events []projections.Event) error {
	for i := range events {
		w.merchants.Want(events[i].Merchant)
		w.wantOpen(&events[i])
	}
	if err := w.merchants.Load(tx); err != nil {
		return err
	}
	if err := w.open.Load(tx); err != nil {
		return err
	}
	for i := range events {
		w.wantAccount(&events[i])
	}
	if err := w.accounts.Load(tx); err != nil {
		return err
	}
	for i := range events {
		w.wantUses(&events[i])
	}
	if err := w.uses.Load(tx); err != nil {
		return err
	}
	for i := range events {
		if err := w.apply(&events[i]); err != nil {
			return err
		}
	}
	return nil
}

// ends is the payout that the event ends, if it does.
func ends(e *projections.Event) (payout string, paid, ok bool) {
	switch b := e.Body.(type) {
	case domain.PayoutPaid:
		return b.Payout, true, true
	case domain.PayoutFailed:
		return b.Payout, false, true
	case domain.PayoutCancelled:
		return b.Payout, false, true
	case domain.PayoutRejected:
		return b.Payout, false, true
	case domain.PayoutExpired:
		return b.Payout, false, true
	}
	return "", false, false
}

func (w *writer) wantOpen(e *projections.Event) {
	if b, ok := e.Body.(domain.PayoutRequested); ok {
		w.open.Want(b.Payout)
	}
	if payout, _, ok := ends(e); ok {
		w.open.Want(payout)
	}
}

// agent is the account that an event about agents names.
func agent(e *projections.Event) string {
	switch b := e.Body.(type) {
	case domain.AgentAdded:
		return b.Agent.ID
	case domain.AgentRemoved:
		return b.Agent
	case domain.QuotaSet:
		return b.Agent
	case domain.QuotaEnabled:
		return b.Agent
	case domain.QuotaDisabled:
		return b.Agent
	case domain.QuotaRemoved:
		return b.Agent
	}
	return ""
}

func (w *writer) wantAccount(e *projections.Event) {
	switch b := e.Body.(type) {
	case domain.MerchantRegistered:
		// Later events of the batch may be the owner's.
		w.merchants.Insert(e.Merchant, calendar{e.Merchant, b.Zone, string(b.Currency), b.Owner.ID})
		w.accounts.Want(accountKey{e.Merchant, b.Owner.ID})
	case domain.PayoutRequested:
		w.accounts.Want(accountKey{e.Merchant, w.spender(e)})
	default:
		if a := agent(e); a != "" {
			w.accounts.Want(accountKey{e.Merchant, a})
		}
		if payout, _, ok := ends(e); ok {
			if c := w.open.Get(payout); c != nil {
				w.accounts.Want(accountKey{c.Merchant, c.Account})
			}
		}
	}
}

// spender is the account that a request of e's actor is counted for: an agent's
// own, else the owner's.
func (w *writer) spender(e *projections.Event) string {
	if e.Actor.Role == domain.RoleAgent {
		return e.Actor.ID
	}
	if m := w.merchants.Get(e.Merchant); m != nil {
		return m.Owner
	}
	return ""
}

// wantUses: a payout counts in its own day, or in the account's latest if that
// is later (see countIn); which it is, only the events before it tell.
func (w *writer) wantUses(e *projections.Event) {
	if b, ok := e.Body.(domain.PayoutRequested); ok {
		account := w.spender(e)
		w.wantPeriods(e.Merchant, account, b.Day, b.Month)
		if a := w.accounts.Get(accountKey{e.Merchant, account}); a != nil {
			w.wantPeriods(e.Merchant, account, a.Day, a.Month)
		}
	}
	if payout, _, ok := ends(e); ok {
		if c := w.open.Get(payout); c != nil {
			w.wantPeriods(c.Merchant, c.Account, c.Day, c.Month)
		}
	}
}

func (w *writer) wantPeriods(merchant, account, day, month string) {
	w.uses.Want(useKey{merchant, account, Daily, day})
	w.uses.Want(useKey{merchant, account, Monthly, month})
}

func (w *writer) apply(e *projections.Event) error {
	switch b := e.Body.(type) {
	case domain.MerchantRegistered:
		w.accounts.Insert(accountKey{e.Merchant, b.Owner.ID}, Account{
			Merchant: e.Merchant, Account: b.Owner.ID, Role: Owner, State: None, Currency: string(b.Currency),
			ChangedAt: projections.InstantOf(e.EffectiveAt), Position: int64(e.Position),
		})
		return nil
	case domain.MerchantProfileChanged:
		m := w.merchants.Change(e.Merchant)
		if m == nil {
			return fmt.Errorf("merchant %q is not registered", e.Merchant)
		}
		m.Zone = b.Zone
		return nil
	case domain.PayoutRequested:
		return w.count(e, &b)
	}
	if payout, paid, ok := ends(e); ok {
		return w.end(e, payout, paid)
	}
	return w.change(e)
}

// change applies what the owner does to agents and their quotas.
func (w *writer) change(e *projections.Event) error {
	k := accountKey{e.Merchant, agent(e)}
	if _, ok := e.Body.(domain.AgentAdded); ok {
		m := w.merchants.Get(e.Merchant)
		if m == nil {
			return fmt.Errorf("merchant %q is not registered", e.Merchant)
		}
		w.accounts.Insert(k, Account{Merchant: k.merchant, Account: k.account, Role: Agent, State: None, Currency: m.Currency})
	}
	a := w.accounts.Change(k)
	if a == nil {
		return fmt.Errorf("merchant %q has no account %q", k.merchant, k.account)
	}
	a.ChangedAt, a.Position = projections.InstantOf(e.EffectiveAt), int64(e.Position)
	switch b := e.Body.(type) {
	case domain.AgentAdded: // one that comes back has what it used, and no quota
		a.Removed = 0
	case domain.AgentRemoved:
		a.Removed = 1
		a.limit(None, domain.QuotaSet{})
	case domain.QuotaSet:
		a.limit(Enabled, b)
	case domain.QuotaEnabled:
		a.State = Enabled
	case domain.QuotaDisabled:
		a.State = Disabled
	case domain.QuotaRemoved:
		a.limit(None, domain.QuotaSet{})
	}
	return nil
}

func (a *Account) limit(state string, q domain.QuotaSet) {
	amount := func(m *domain.Money) projections.Null {
		if m == nil {
			return projections.Null{}
		}
		return projections.Null{V: m.Minor, Valid: true}
	}
	a.State = state
	a.PerPayout, a.DailyAmount, a.MonthlyAmount = amount(q.PerPayout), amount(q.DailyAmount), amount(q.MonthlyAmount)
	a.DailyCount = projections.Null{V: int64(q.DailyCount), Valid: q.DailyCount > 0}
}

// count adds a payout to its account's day and month.
func (w *writer) count(e *projections.Event, b *domain.PayoutRequested) error {
	k := accountKey{e.Merchant, w.spender(e)}
	a := w.accounts.Change(k)
	if a == nil {
		return fmt.Errorf("merchant %q has no account %q", k.merchant, k.account)
	}
	added := w.open.Insert(b.Payout, counted{b.Payout, k.merchant, k.account, b.Day, b.Month, b.Money.Minor})
	if !added {
		return fmt.Errorf("payout %s is counted already", b.Payout)
	}
	countIn(&a.Day, &a.DayAmount, &a.DayCount, b.Day, b.Money.Minor)
	countIn(&a.Month, &a.MonthAmount, &a.MonthCount, b.Month, b.Money.Minor)
	w.add(e, a, Daily, a.Day, b.Money.Minor, a.DailyAmount, a.DailyCount)
	w.add(e, a, Monthly, a.Month, b.Money.Minor, a.MonthlyAmount, projections.Null{})
	return nil
}

// countIn counts in a period, or in the account's latest one if that is later:
// a merchant that moves to a zone further west gains no second day.
func countIn(latest *string, amount, count *int64, period string, minor int64) {
	if period > *latest { // ISO 8601 sorts as text
		*latest, *amount, *count = period, 0, 0
	}
	*amount += minor
	*count++
}

func (w *writer) add(e *projections.Event, a *Account, kind, period string, minor int64, limit, limitCount projections.Null) {
	at := projections.InstantOf(e.EffectiveAt)
	u := w.uses.Ensure(useKey{a.Merchant, a.Account, kind, period}, Use{
		Merchant: a.Merchant, Account: a.Account, Kind: kind, Period: period, Currency: a.Currency, FirstAt: at,
	})
	u.Amount += minor
	u.Count++
	u.LimitAmount, u.LimitCount = limit, limitCount
	u.LastAt, u.Position = at, int64(e.Position)
}

// end takes a payout off the open ones and, if it was not paid, gives its amount
// back to each of its periods that is still the account's latest.
func (w *writer) end(e *projections.Event, payout string, paid bool) error {
	c := w.open.Get(payout)
	if c == nil || c.Merchant != e.Merchant {
		return fmt.Errorf("payout %s of merchant %q is not open", payout, e.Merchant)
	}
	closed := *c
	w.open.Delete(payout)
	if paid {
		return nil
	}
	a := w.accounts.Change(accountKey{closed.Merchant, closed.Account})
	if a == nil {
		return fmt.Errorf("merchant %q has no account %q", closed.Merchant, closed.Account)
	}
	if a.Day == closed.Day {
		a.DayAmount -= closed.Amount
		a.DayCount--
		if err := w.giveBack(e, useKey{closed.Merchant, closed.Account, Daily, closed.Day}, closed.Amount); err != nil {
			return err
		}
	}
	if a.Month == closed.Month {
		a.MonthAmount -= closed.Amount
		a.MonthCount--
		return w.giveBack(e, useKey{closed.Merchant, closed.Account, Monthly, closed.Month}, closed.Amount)
	}
	return nil
}

func (w *writer) giveBack(e *projections.Event, k useKey, minor int64) error {
	u := w.uses.Change(k)
	if u == nil || u.Amount < minor || u.Count < 1 {
		return fmt.Errorf("account %q of merchant %q did not use in %s what is given back", k.account, k.merchant, k.period)
	}
	u.Amount -= minor
	u.Count--
	u.LastAt, u.Position = projections.InstantOf(e.EffectiveAt), int64(e.Position)
	return nil
}
