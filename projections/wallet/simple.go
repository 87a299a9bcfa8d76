package wallet

import (
	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/projections"
)

// simple computes the same tables from a list of movements: every figure is a
// sum over the list, taken anew when it is asked for.
type simple struct {
	wallets map[[2]string]projections.Event // where the wallet was first seen
	moves   []simpleMove
	debts   []projections.Event
}

type simpleMove struct {
	at                              projections.Event
	kind, payout, ref               string
	money                           domain.Money
	toAvailable, toHeld             int64
	credited, debited, paid, cameIn int64
}

func newSimple() *simple { return &simple{wallets: map[[2]string]projections.Event{}} }

func (s *simple) Add(e projections.Event) {
	add := func(m simpleMove) {
		m.at = e
		key := [2]string{e.Merchant, string(m.money.Currency)}
		if _, ok := s.wallets[key]; !ok {
			s.wallets[key] = e
		}
		s.moves = append(s.moves, m)
	}
	switch b := e.Body.(type) {
	case domain.MerchantRegistered:
		s.wallets[[2]string{e.Merchant, string(b.Currency)}] = e
	case domain.WalletCredited:
		n := b.Money.Minor
		add(simpleMove{kind: "credit", ref: b.Reference, money: b.Money, toAvailable: n, credited: n})
	case domain.WalletDebited:
		n := b.Money.Minor
		add(simpleMove{kind: "debit", ref: b.Reference, money: b.Money, toAvailable: -n, debited: n})
	case domain.PayoutRequested:
		n := b.Money.Minor
		add(simpleMove{kind: "hold", payout: b.Payout, money: b.Money, toAvailable: -n, toHeld: n})
	case domain.PayoutPaid:
		n := b.Money.Minor
		add(simpleMove{kind: "pay", payout: b.Payout, ref: b.RailID, money: b.Money, toHeld: -n, paid: n})
	case domain.PayoutFailed:
		n := b.Money.Minor
		add(simpleMove{kind: "release", payout: b.Payout, money: b.Money, toAvailable: n, toHeld: -n})
	case domain.PayoutCancelled:
		n := b.Money.Minor
		add(simpleMove{kind: "release", payout: b.Payout, money: b.Money, toAvailable: n, toHeld: -n})
	case domain.PayoutRejected:
		n := b.Money.Minor
		add(simpleMove{kind: "release", payout: b.Payout, money: b.Money, toAvailable: n, toHeld: -n})
	case domain.PayoutExpired:
		n := b.Money.Minor
		add(simpleMove{kind: "release", payout: b.Payout, money: b.Money, toAvailable: n, toHeld: -n})
	case domain.PayoutReturned:
		n := b.Money.Minor
		add(simpleMove{kind: "return", payout: b.Payout, ref: b.RailID, money: b.Money, toAvailable: n, cameIn: n})
	case domain.ArrearsRecorded, domain.ArrearsCleared:
		s.debts = append(s.debts, e)
	}
}

func (s *simple) Rows() map[string][]projections.Row {
	out := map[string][]projections.Row{}
	add := func(table string, r projections.Row) { out[table] = append(out[table], r) }
	instant := func(e projections.Event) any { return e.EffectiveAt.UnixNano() }

	balances := map[[2]string]projections.Row{}
	for key, first := range s.wallets {
		balances[key] = projections.Row{
			"merchant": key[0], "currency": key[1], "available": int64(0), "held": int64(0), "credited": int64(0),
			"debited": int64(0), "paid": int64(0), "returned": int64(0), "entries": int64(0),
			"revision": first.Revision, "position": int64(first.Position), "effective_at": instant(first),
		}
	}
	open := map[string]simpleMove{}
	for _, m := range s.moves {
		r := balances[[2]string{m.at.Merchant, string(m.money.Currency)}]
		plus := func(column string, n int64) { r[column] = r[column].(int64) + n }
		plus("available", m.toAvailable)
		plus("held", m.toHeld)
		plus("credited", m.credited)
		plus("debited", m.debited)
		plus("paid", m.paid)
		plus("returned", m.cameIn)
		plus("entries", 1)
		r["revision"], r["position"], r["effective_at"] = m.at.Revision, int64(m.at.Position), instant(m.at)
		add("wallet_entries", projections.Row{
			"position": int64(m.at.Position), "merchant": m.at.Merchant, "currency": string(m.money.Currency),
			"kind": m.kind, "amount": m.money.Minor, "available": r["available"], "held": r["held"],
			"payout_no": m.payout, "reference": m.ref, "effective_at": instant(m.at),
			"recorded_at": m.at.RecordedAt.UnixNano(), "revision": m.at.Revision,
		})
		switch m.kind {
		case "hold":
			open[m.payout] = m
		case "pay", "release":
			delete(open, m.payout)
		}
	}
	for _, r := range balances {
		add("wallet_balances", r)
	}
	for payout, m := range open {
		add("wallet_holds", projections.Row{
			"payout_no": payout, "merchant": m.at.Merchant, "currency": string(m.money.Currency),
			"amount": m.money.Minor, "since": instant(m.at), "position": int64(m.at.Position),
		})
	}
	for _, r := range s.arrears() {
		add("wallet_arrears", r)
	}
	return out
}

func (s *simple) arrears() map[string]projections.Row {
	rows := map[string]projections.Row{}
	for _, e := range s.debts {
		r := rows[e.Merchant]
		switch b := e.Body.(type) {
		case domain.ArrearsRecorded:
			if r == nil {
				r = projections.Row{"merchant": e.Merchant, "currency": string(b.Money.Currency), "amount": int64(0)}
				rows[e.Merchant] = r
			}
			r["amount"], r["reference"] = r["amount"].(int64)+b.Money.Minor, b.Reference
		case domain.ArrearsCleared:
			if r == nil {
				continue // nothing was owed
			}
			r["amount"], r["reference"] = int64(0), b.Reference
		}
		r["changed_at"], r["position"] = e.EffectiveAt.UnixNano(), int64(e.Position)
	}
	return rows
}
