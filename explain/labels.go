package explain

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/amends-ledger/amends/domain"
)

// Kind says what a code is of.
type Kind string

// Kinds of codes that have labels.
const (
	Reason       Kind = "reason"       // of a payout: price_difference, …
	State        Kind = "state"        // domain.PayoutState
	ServiceState Kind = "service"      // domain.ServiceState; "" is never opened
	Entry        Kind = "entry"        // domain.Entries
	Confirm      Kind = "confirm"      // how a payout is confirmed: sms, exempt, approval
	Role         Kind = "role"         // domain.Role
	Permission   Kind = "permission"   // view, initiate, export
	OrderState   Kind = "order_state"  // that nothing is paid in
	Mode         Kind = "mode"         // cooperation mode
	EntityType   Kind = "entity"       // of a merchant
	Outcome      Kind = "outcome"      // of a dispute
	QuotaState   Kind = "quota"        // none, enabled, disabled
	WalletEntry  Kind = "wallet_entry" // credit, debit, hold, release, pay, return
	CommandName  Kind = "command"      // domain.CommandName
)

// Label is what people call a code. A code without a label, such as a reason that
// a platform made up, is shown as it is.
func Label(l Lang, k Kind, code string) string { return texts(l).label(k, code) }

func (t *catalog) label(k Kind, code string) string {
	if label, ok := t.labels[k][code]; ok {
		return label
	}
	return code
}

// several joins the labels of codes.
func (t *catalog) several(k Kind, codes []string) string {
	words := make([]string, len(codes))
	for i, code := range codes {
		words[i] = t.label(k, code)
	}
	return strings.Join(words, t.phrases["comma"])
}

// Actor is who gave a command, within a sentence: "agent amy", "the owner".
func Actor(l Lang, a domain.Actor) string { return texts(l).actor(a) }

func (t *catalog) actor(a domain.Actor) string {
	phrase, ok := t.phrases["actor."+string(a.Role)]
	if !ok {
		return a.String()
	}
	return t.render(phrase, func(string) string { return a.ID })
}

// Column is the heading of a column in tables, by its key in JSON and CSV. listing
// tells columns of the same key apart: "payouts", "wallet", "entries", "quota",
// "events", "agents". A key without a heading is shown as it is.
func Column(l Lang, listing, key string) string {
	t := texts(l)
	if heading, ok := t.columns[listing+"."+key]; ok {
		return heading
	}
	if heading, ok := t.columns[key]; ok {
		return heading
	}
	return key
}

// Header is the heading of a column in an export: Column, with a capital where the
// language has them.
func Header(l Lang, listing, key string) string {
	heading := Column(l, listing, key)
	if !texts(l).capital {
		return heading
	}
	first, size := utf8.DecodeRuneInString(heading)
	return string(unicode.ToUpper(first)) + heading[size:]
}
