package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/explain"
	"github.com/amends-ledger/amends/internal/domaindoc"
)

func writeRefusals(in *input, pages map[string][]byte) error {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		return fmt.Errorf("write refusals: %w", err)
	}
	p := newPage("Refusals",
		"A refusal is a business “no”. It is a stored answer: the same idempotency key gets it for ever, and trying again takes a new key. "+
			"It lists every failing rule with its figures, in this page's order; the first one is the outcome. The command line ends with exit code 3.",
		"A limit that the [policy](policy.md) in force does not have never fires. Limits are inclusive: exactly at the limit passes. A window of "+
			"n days is n × 24 hours between instants; a day or month of a quota is the merchant's calendar day or month.",
		"Figures are texts: `limit` is the most that is allowed, `used` what was used of it before, `asked` what this request asks for, `unit` a "+
			"currency code, `payouts`, `days`, `tries` or `sends`. `name` says which limit it is, or what or who is not allowed. `resets_at` is when "+
			"`used` falls by itself; it is left out where waiting does not help.",
		"The sentences are about a request of agent amy of merchant m_8, in Asia/Shanghai.")
	p.heading(2, "Of a request for a payout, in order")
	request := true
	for _, r := range in.Rules {
		if request && !r.Request {
			request = false
			p.heading(2, "Of other commands")
		}
		p.rule(r, zone)
	}
	p.heading(2, "Not recorded")
	p.heading(3, string(explain.KeyReused))
	text := explain.Failure(explain.English, domain.Failure{Rule: explain.KeyReused}, explain.Context{})
	p.paragraph("%s: %s. %s. The command line ends with exit code 5.", capital(text.What), text.Why, capital(text.Try))
	pages["refusals.md"] = p.Bytes()
	return nil
}

func (p *page) rule(r domaindoc.Rule, zone *time.Location) {
	rule := domain.Rule(r.Code)
	p.heading(3, r.Code)
	var titles []string
	for _, l := range explain.Langs() {
		titles = append(titles, explain.Title(l, rule))
	}
	p.paragraph("**%s**", strings.Join(titles, " · "))
	when := r.Checks
	if len(when) == 0 && r.Doc != "" {
		when = []string{capital(r.Doc) + "."}
	}
	for _, text := range when {
		p.paragraph("%s", prose(text))
	}
	var rows [][]string
	plain := true // nothing but a name that says what or who it is
	for _, f := range r.Failures {
		rows = append(rows, []string{nameOf(f), figuresOf(f)})
		plain = plain && f.Name == "" && figuresOf(f) == none
	}
	if !plain {
		p.table([]string{"name", "figures"}, rows)
	}
	for _, f := range r.Samples() {
		context := explain.Context{Merchant: "m_8", Agent: "amy", Payout: "P0BQ7ZK3M5N8R2T4V6X9A", Order: "O-1001", Zone: zone}
		p.paragraph("```")
		for i, l := range explain.Langs() {
			text := explain.Failure(l, f, context)
			if i > 0 {
				p.line("")
			}
			p.line("✗ %s  %s", text.Code, text.What)
			p.line("  %s:  %s", explain.Column(l, "", "why"), text.Why)
			p.line("  %s:  %s", explain.Column(l, "", "try"), text.Try)
		}
		p.line("```")
	}
	p.paragraph("Answer to %s.", links("commands.md", r.Commands))
}

// nameOf is which limit a failure is about.
func nameOf(f domaindoc.Failure) string {
	switch {
	case f.Name != "":
		return code(f.Name)
	case f.Varying:
		return "what or who it is"
	}
	return "–"
}

// none is said of a refusal without figures.
const none = "none"

func figuresOf(f domaindoc.Failure) string {
	var all []string
	for _, figure := range []struct {
		name string
		has  bool
	}{{"limit", f.Limit}, {"used", f.Used}, {"asked", f.Asked}, {"unit", f.Unit != ""}, {"resets_at", f.Resets}, {"earlier", f.Earlier}} {
		switch {
		case !figure.has:
		case figure.name == "unit" && f.Unit == "currency":
			all = append(all, "`unit` (the currency)")
		case figure.name == "unit":
			all = append(all, "`unit` `"+f.Unit+"`")
		default:
			all = append(all, code(figure.name))
		}
	}
	if len(all) == 0 {
		return none
	}
	return strings.Join(all, ", ")
}
