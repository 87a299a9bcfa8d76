package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/explain"
	"github.com/amends-ledger/amends/ledger"
	"github.com/amends-ledger/amends/vault"
)

// answer is what an accepted command came to, as scripts read it.
type answer struct {
	Command     string              `json:"command"`
	Merchant    string              `json:"merchant,omitempty"`
	Key         string              `json:"idempotency_key,omitempty"`
	Repeated    bool                `json:"repeated,omitempty"` // the stored answer to an earlier use of the key
	DryRun      bool                `json:"dry_run,omitempty"`  // nothing was recorded
	Position    eventstore.Position `json:"position"`           // of its last event; 0: there was nothing to do
	EffectiveAt string              `json:"effective_at,omitempty"`
	Payout      string              `json:"payout_no,omitempty"`
	Status      string              `json:"status,omitempty"` // of the payout, when what can go on by itself has
	Words       []string            `json:"words"`
	Warnings    []string            `json:"warnings,omitempty"`
	Next        []string            `json:"next,omitempty"` // what to type next
	Open        []string            `json:"open,omitempty"` // still under way when the wait ended
	Released    []released          `json:"released,omitempty"`
	Events      []told              `json:"events"`
}

// told is an event of the answer.
type told struct {
	Type string       `json:"type"`
	Data domain.Event `json:"data"`
}

// released is a payout that a command let go on.
type released struct {
	Payout string `json:"payout_no"`
	Status string `json:"status"`
}

var answerColumns = []column{
	{key: "command", title: "command"}, {key: "merchant", title: "merchant"}, {key: "payout_no", title: "payout no."},
	{key: "status", title: "status"}, {key: "position", title: "position", right: true},
	{key: "idempotency_key", title: "key"}, {key: "words", title: "what happened"},
}

func (a answer) cells() []string {
	return []string{a.Command, a.Merchant, a.Payout, a.Status, fmt.Sprint(a.Position), a.Key, strings.Join(a.Words, "; ")}
}

// answer puts a receipt into words, with where its payout stands now.
func (k *desk) answer(ctx context.Context, r ledger.Request, receipt ledger.Receipt, held []string) (answer, error) {
	ans := k.begin(r, receipt)
	ans.Position, ans.Repeated = receipt.Position, receipt.Repeated
	if of := payoutIn(r.Command); of != "" {
		ans.Payout = of
	} else if _, ok := r.Command.(domain.RequestPayout); ok {
		ans.Payout = receipt.Payout()
	}
	k.describe(&ans, r.Actor, receipt.Events)
	if err := k.ledger.View(ctx, k.merchant, func(m *domain.Merchant) {
		if p := m.Payouts[ans.Payout]; p != nil {
			ans.Status = string(p.State)
			k.standing(ctx, &ans, m, *p, flows(receipt.Events) || len(receipt.Events) == 0)
		}
		for _, no := range held {
			if p := m.Payouts[no]; p != nil {
				ans.Released = append(ans.Released, released{no, string(p.State)})
			}
		}
		k.next(&ans, m, receipt.Events)
	}); err != nil {
		return ans, err
	}
	if len(ans.Words) == 0 {
		ans.Words = []string{k.a.words.say("did.nothing")}
	}
	return ans, nil
}

func (k *desk) begin(r ledger.Request, receipt ledger.Receipt) answer {
	ans := answer{Command: domain.CommandName(r.Command), Merchant: r.Merchant, Key: r.Key, EffectiveAt: moment(receipt.EffectiveAt)}
	ans.Events = []told{}
	for _, e := range receipt.Events {
		name, _ := domain.EventName(e)
		ans.Events = append(ans.Events, told{name, e})
	}
	return ans
}

// checked is the answer to a dry run that would be accepted.
func (k *desk) checked(r ledger.Request, receipt ledger.Receipt) answer {
	ans := k.begin(r, receipt)
	ans.DryRun, ans.Key = true, ""
	ans.Words = []string{k.a.words.say("check.ok")}
	k.describe(&ans, r.Actor, receipt.Events)
	for _, e := range receipt.Events {
		if p, ok := e.(domain.PayoutRequested); ok {
			ans.Words = append(ans.Words, k.a.words.say("check."+p.Confirm, "money", p.Money.String()))
		}
	}
	return ans
}

// describe adds the words of events that are news by themselves. How a payout
// goes on is told by where it stands.
func (k *desk) describe(ans *answer, actor domain.Actor, events []domain.Event) {
	cancelled := 0
	for _, e := range events {
		switch e := e.(type) {
		case domain.PolicyAdopted:
			continue
		case domain.PayoutCancelled:
			cancelled++
			continue
		case domain.DuplicateSuspected:
			ans.Warnings = append(ans.Warnings, k.a.words.say("warn.exposure", "order", e.OrderNo, "paid", moneyOrNone(e.Paid),
				"refunded", e.Refunded.String(), "compensated", e.Compensated.String(), "over", moneyOrNone(e.Over), "payouts", strings.Join(e.Payouts, ", ")))
			continue
		case domain.DisputeOpened, domain.DisputeResolved:
		default:
			if payoutIn(e) != "" {
				continue
			}
		}
		ans.Words = append(ans.Words, explain.Step(k.a.lang(), explain.FactsOf(e, actor), k.zone))
	}
	if ans.Payout == "" && cancelled > 0 {
		ans.Words = append(ans.Words, k.a.words.say("did.cancelled", "n", number(int64(cancelled))))
	}
}

// flows tells whether events move a payout: then where it stands is the news.
func flows(events []domain.Event) bool {
	return slices.ContainsFunc(events, func(e domain.Event) bool {
		switch e.(type) {
		case domain.PayoutRequested, domain.SMSChallengeIssued, domain.PayoutAuthorized, domain.PayoutApproved,
			domain.PayoutRejected, domain.PayoutCancelled:
			return true
		}
		return false
	})
}

// standing says where a payout stands.
func (k *desk) standing(ctx context.Context, ans *answer, m *domain.Merchant, p domain.Payout, news bool) {
	if !news {
		return
	}
	key := "now." + string(p.State)
	var why string
	switch {
	case p.State == domain.Authorized && p.HeldBack:
		key += ".held"
		why = k.heldBy(m)
	case p.State == domain.AwaitingSMS && p.Challenge.SendFailed:
		key += ".unsent"
	case p.State == domain.AwaitingApproval:
		var over []string
		for _, f := range p.Excess {
			over = append(over, explain.Failure(k.a.lang(), f, explain.Context{Merchant: k.merchant, Agent: p.By.ID, Zone: k.zone}).What)
		}
		why = strings.Join(over, "; ")
	}
	ans.Words = append(ans.Words, k.a.words.say(key, "payout", p.No, "money", p.Money.String(), "order", p.Order,
		"phone", k.maskedPhone(ctx, p.Challenge.Phone), "expires", k.local(p.Challenge.ExpiresAt), "retry", k.local(p.Challenge.RetryAt),
		"deadline", k.local(p.Deadline), "rail", p.Rail, "why", why))
}

// heldBy is what holds a merchant's payouts back.
func (k *desk) heldBy(m *domain.Merchant) string {
	var all []string
	if m.Service != domain.ServiceIsOpen {
		all = append(all, string(domain.RuleServiceNotOpen))
	}
	if m.Arrears > 0 {
		owed := domain.Money{Minor: m.Arrears, Currency: m.Profile.Currency}
		all = append(all, string(domain.RuleArrearsOutstanding)+" "+owed.String())
	}
	return strings.Join(all, ", ")
}

func (k *desk) maskedPhone(ctx context.Context, pseudonym string) string {
	text, err := (&looking{vault: k.vault}).masked(ctx, vault.Phone, pseudonym)
	if err != nil {
		return pseudonym // a pseudonym tells nothing, and the answer matters more
	}
	return text
}

func moneyOrNone(m domain.Money) string {
	if m.Currency == "" {
		return ""
	}
	return m.String()
}

// payoutIn is the payout that an event or a command names; "" for none.
func payoutIn(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("amends: an event or a command of the domain can't be encoded: " + err.Error())
	}
	var of struct {
		Payout string `json:"payout_no"`
	}
	if json.Unmarshal(b, &of) != nil {
		return ""
	}
	return of.Payout
}

// show writes the answer.
func (ans answer) show(a *app) error {
	switch a.format {
	case asJSON, asJSONL:
		return a.object(ans)
	case asCSV:
		return listing[answer]{columns: answerColumns, cells: answer.cells, rows: only(ans)}.show(a)
	}
	paint := a.painter(a.out)
	if ans.Repeated {
		fmt.Fprintln(a.out, paint.quiet(a.words.say("key.repeated", "time", ans.EffectiveAt)))
	}
	for i, w := range ans.Words {
		mark := paint.good("✓")
		if i > 0 {
			mark = " "
		}
		fmt.Fprintf(a.out, "%s %s\n", mark, oneLine(w))
	}
	for _, r := range ans.Released {
		fmt.Fprintf(a.out, "  %s  %s\n", r.Payout, r.Status)
	}
	for _, w := range ans.Warnings {
		fmt.Fprintf(a.out, "%s %s\n", paint.bad("!"), oneLine(w))
	}
	for _, w := range ans.Open {
		a.note("… %s", oneLine(w))
	}
	for i, n := range ans.Next {
		lead := a.words.say("next")
		if i > 0 {
			lead = strings.Repeat(" ", cells(lead))
		}
		fmt.Fprintf(a.out, "  %s %s\n", lead, n)
	}
	return nil
}
