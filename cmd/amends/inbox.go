package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/sms"
	"github.com/amends-ledger/amends/vault"
)

// message is a code in the demo inbox, as scripts read it.
type message struct {
	Merchant  string `json:"merchant"`
	Payout    string `json:"payout_no"`
	Amount    string `json:"amount"`
	Currency  string `json:"currency"`
	Phone     string `json:"phone"` // masked
	Send      int    `json:"send"`
	Code      string `json:"code"`
	ExpiresAt string `json:"expires_at"`
	Expired   bool   `json:"expired"`
}

func (a *app) inboxCommand() *cobra.Command {
	return &cobra.Command{
		Use: "inbox", Short: "Demo: show the codes that were texted", Args: cobra.NoArgs, GroupID: "run",
		Long: "Show the codes that were texted and can still be used. This release has no SMS provider: codes go\n" +
			"to this demo inbox, and whoever can read the ledger's folder can confirm any payout. No real\n" +
			"money moves.",
		RunE: func(cmd *cobra.Command, _ []string) error { return a.look(cmd.Context(), a.inboxShow) },
	}
}

func (a *app) inboxShow(ctx context.Context, l *looking) error {
	s, err := l.home.loadSecrets(false)
	if err != nil {
		return err
	}
	codes, err := sms.NewCodes(s.SMS)
	if err != nil {
		return err
	}
	open, err := sms.Codebook{Store: l.store, Codes: codes}.Open(ctx, a.merchant)
	if err != nil {
		return err
	}
	var all []message
	for _, m := range open {
		phone, err := l.masked(ctx, vault.Phone, m.Phone)
		if err != nil {
			return err
		}
		all = append(all, message{
			Merchant: m.Merchant, Payout: m.Payout, Amount: m.Money.Amount(), Currency: string(m.Money.Currency), Phone: phone,
			Send: m.Send, Code: m.Code, ExpiresAt: moment(m.ExpiresAt), Expired: a.now().After(m.ExpiresAt),
		})
	}
	if a.format == asTable {
		a.note("%s", a.painter(a.err).bad(a.words.say("inbox.demo")))
	}
	return listing[message]{
		columns: []column{
			{key: "merchant", title: "merchant"}, {key: "payout_no", title: "payout no."}, {key: "amount", title: "amount", right: true},
			{key: "currency", title: ""}, {key: "phone", title: "phone"}, {key: "send", title: "SMS", right: true},
			{key: "code", title: "code"}, {key: "expires_at", title: "valid until"}, {key: "expired", title: "expired"},
		},
		cells: func(m message) []string {
			return []string{m.Merchant, m.Payout, m.Amount, m.Currency, m.Phone, number(int64(m.Send)), m.Code, m.ExpiresAt, yesNo(m.Expired)}
		},
		rows: each(all), empty: a.words.say("none.codes"),
	}.show(a)
}
