package wallet

import (
	"fmt"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/projections"
)

type balanceKey struct{ merchant, currency string }

type writer struct {
	balances *projections.Table[balanceKey, Balance]
	entries  *projections.Log[Entry]
	holds    *projections.Table[string, Reservation]
	arrears  *projections.Table[string, Debt]
}

func newWriter() *writer {
	byText := func(k string) []any { return []any{k} }
	return &writer{
		balances: projections.NewTable(balances, (*Balance).fields, balances.Key,
			func(k balanceKey) []any { return []any{k.merchant, k.currency} }),
		entries: projections.NewLog(entries, (*Entry).fields),
		holds:   projections.NewTable(holds, (*Reservation).fields, holds.Key, byText),
		arrears: projections.NewTable(arrears, (*Debt).fields, arrears.Key, byText),
	}
}

func (w *writer) Caches() []projections.Cache {
	return []projections.Cache{w.balances, w.entries, w.holds, w.arrears}
}

func (w *writer) Apply(tx *projections.Tx, events []projections.Event) error {
	for i := range events {
		w.want(&events[i])
	}
	if err := w.balances.Load(tx); err != nil {
		return err
	}
	if err := w.holds.Load(tx); err != nil {
		return err
	}
	if err := w.arrears.Load(tx); err != nil {
		return err
	}
	for i := range events {
		if err := w.apply(&events[i]); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) want(e *projections.Event) {
	balance := func(m domain.Money) { w.balances.Want(balanceKey{e.Merchant, string(m.Currency)}) }
	switch b := e.Body.(type) {
	case domain.MerchantRegistered:
		w.balances.Want(balanceKey{e.Merchant, string(b.Currency)})
	case domain.WalletCredited:
		balance(b.Money)
	case domain.WalletDebited:
		balance(b.Money)
	case domain.ArrearsRecorded, domain.ArrearsCleared:
		w.arrears.Want(e.Merchant)
	case domain.PayoutRequested:
		balance(b.Money)
		w.holds.Want(b.Payout)
	case domain.PayoutReturned:
		balance(b.Money)
	default:
		if end, ok := endOf(e.Body); ok {
			balance(end.money)
			w.holds.Want(end.payout)
		}
	}
}

// ending is how a payout's hold ends.
type ending struct {
	kind, payout, reference string
	money                   domain.Money
}

func endOf(body domain.Event) (ending, bool) {
	switch b := body.(type) {
	case domain.PayoutPaid:
		return ending{Pay, b.Payout, b.RailID, b.Money}, true
	case domain.PayoutFailed:
		return ending{Release, b.Payout, "", b.Money}, true
	case domain.PayoutCancelled:
		return ending{Release, b.Payout, "", b.Money}, true
	case domain.PayoutRejected:
		return ending{Release, b.Payout, "", b.Money}, true
	case domain.PayoutExpired:
		return ending{Release, b.Payout, "", b.Money}, true
	}
	return ending{}, false
}

func (w *writer) apply(e *projections.Event) error {
	switch b := e.Body.(type) {
	case domain.MerchantRegistered:
		k := balanceKey{e.Merchant, string(b.Currency)}
		w.balances.Insert(k, Balance{
			Merchant: k.merchant, Currency: k.currency,
			Revision: e.Revision, Position: int64(e.Position), EffectiveAt: projections.InstantOf(e.EffectiveAt),
		})
	case domain.WalletCredited:
		return w.move(e, Credit, b.Money, "", b.Reference)
	case domain.WalletDebited:
		return w.move(e, Debit, b.Money, "", b.Reference)
	case domain.ArrearsRecorded:
		d := w.arrears.Ensure(e.Merchant, Debt{Merchant: e.Merchant, Currency: string(b.Money.Currency)})
		d.Amount += b.Money.Minor
		d.set(e, b.Reference)
	case domain.ArrearsCleared:
		if d := w.arrears.Change(e.Merchant); d != nil {
			d.Amount = 0
			d.set(e, b.Reference)
		}
	case domain.PayoutRequested:
		return w.reserve(e, b.Payout, b.Money)
	case domain.PayoutReturned:
		return w.move(e, Return, b.Money, b.Payout, b.RailID)
	default:
		if end, ok := endOf(e.Body); ok {
			return w.settle(e, end)
		}
	}
	return nil
}

func (d *Debt) set(e *projections.Event, reference string) {
	d.Reference, d.ChangedAt, d.Position = reference, projections.InstantOf(e.EffectiveAt), int64(e.Position)
}

func (w *writer) reserve(e *projections.Event, payout string, m domain.Money) error {
	added := w.holds.Insert(payout, Reservation{
		Payout: payout, Merchant: e.Merchant, Currency: string(m.Currency), Amount: m.Minor,
		Since: projections.InstantOf(e.EffectiveAt), Position: int64(e.Position),
	})
	if !added {
		return fmt.Errorf("payout %s holds money already", payout)
	}
	return w.move(e, Hold, m, payout, "")
}

// settle ends a hold. It must be the same merchant's and of the same amount:
// else money would appear or vanish here.
func (w *writer) settle(e *projections.Event, end ending) error {
	h := w.holds.Get(end.payout)
	if h == nil || h.Merchant != e.Merchant {
		return fmt.Errorf("payout %s holds no money of merchant %q", end.payout, e.Merchant)
	}
	if h.Amount != end.money.Minor || h.Currency != string(end.money.Currency) {
		return fmt.Errorf("payout %s holds %d minor units of %s, not %s", end.payout, h.Amount, h.Currency, end.money)
	}
	w.holds.Delete(end.payout)
	return w.move(e, end.kind, end.money, end.payout, end.reference)
}

// move changes a balance and writes the entry of it.
func (w *writer) move(e *projections.Event, kind string, m domain.Money, payout, reference string) error {
	k := balanceKey{e.Merchant, string(m.Currency)}
	b := w.balances.Ensure(k, Balance{Merchant: k.merchant, Currency: k.currency})
	switch kind {
	case Credit:
		b.Available += m.Minor
		b.Credited += m.Minor
	case Debit:
		b.Available -= m.Minor
		b.Debited += m.Minor
	case Hold:
		b.Available -= m.Minor
		b.Held += m.Minor
	case Release:
		b.Held -= m.Minor
		b.Available += m.Minor
	case Pay:
		b.Held -= m.Minor
		b.Paid += m.Minor
	case Return:
		b.Available += m.Minor
		b.Returned += m.Minor
	}
	if b.Available < 0 || b.Held < 0 {
		return fmt.Errorf("%s of %s leaves merchant %q with available %d and held %d", kind, m, e.Merchant, b.Available, b.Held)
	}
	b.Entries++
	b.Revision, b.Position, b.EffectiveAt = e.Revision, int64(e.Position), projections.InstantOf(e.EffectiveAt)
	w.entries.Add(Entry{
		Position: b.Position, Merchant: k.merchant, Currency: k.currency, Kind: kind, Amount: m.Minor,
		Available: b.Available, Held: b.Held, Payout: payout, Reference: reference,
		EffectiveAt: b.EffectiveAt, RecordedAt: projections.InstantOf(e.RecordedAt), Revision: e.Revision,
	})
	return nil
}
