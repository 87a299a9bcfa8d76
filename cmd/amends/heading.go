package main

import (
	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/explain"
	"github.com/amends-ledger/amends/projections/records"
)

// heading is a column's title in the chosen language. A column that has no other
// title there keeps the English one.
func (a *app) heading(c column) string {
	if a.lang() == explain.English || c.title == "" {
		return c.title
	}
	if title := explain.Column(a.lang(), "", c.key); title != c.key {
		return title
	}
	return c.title
}

// stepFacts are what a payout's history says of one event.
func stepFacts(r records.Record, st records.Step, d records.Details, phone string) explain.Facts {
	f := explain.Facts{
		Type: st.Type, Actor: domain.ParseActor(st.Actor), Money: domain.Money{Minor: r.Amount, Currency: domain.Currency(r.Currency)},
		Day: d.Day, Order: r.OrderNo, Command: d.Command, Why: d.Why, State: domain.PayoutState(d.State), Confirm: d.Confirm,
		Expires: d.ExpiresAt, Phone: phone, Send: d.Send, Provider: d.Provider, Attempt: d.Attempt, Tries: d.Tries,
		Rail: d.Rail, Reference: d.Reference, RailID: d.RailID, Code: d.Code, Dispute: d.Dispute, Outcome: d.Outcome,
	}
	if d.Recovered != nil {
		f.Recovered = *d.Recovered
	}
	return f
}
