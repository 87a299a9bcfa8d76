package explain

import (
	"slices"
	"strings"
	"time"

	"github.com/amends-ledger/amends/domain"
)

// KeyReused is the code of an answer that is no domain.Rule, because it is never
// recorded: the same idempotency key came with another command or content.
const KeyReused domain.Rule = "IDEMPOTENCY_KEY_REUSED"

// Context is what a failure is about. What is not known stays empty, and the words
// then do without it.
type Context struct {
	Merchant string
	Agent    string // the account that is bound by quotas and permissions
	Payout   string // the payout no. that a command named
	Order    string
	Command  string         // domain.CommandName of what was refused
	Zone     *time.Location // the merchant's; nil is UTC
}

// Text is one failing rule for people. Each part is one line without a period at
// its end.
type Text struct {
	Code string `json:"code"`
	What string `json:"what"` // with the figures
	Why  string `json:"why"`  // the cause
	Try  string `json:"try"`  // the remedy, with the command to type where there is one
}

// Failure puts one failing rule into words. A rule that this release does not know,
// from a newer log, is told by its code and its figures.
func Failure(l Lang, f domain.Failure, c Context) Text {
	t := texts(l)
	r, ok := t.refusals[t.variant(f)]
	if !ok {
		r = t.refusals[unknownRule]
	}
	v := t.values(f, c)
	return Text{Code: string(f.Rule), What: t.render(r.what, v), Why: t.render(r.why, v), Try: t.render(r.try, v)}
}

// Failures puts all failing rules of a refusal into words, in their order.
func Failures(l Lang, all []domain.Failure, c Context) []Text {
	out := make([]Text, len(all))
	for i, f := range all {
		out[i] = Failure(l, f, c)
	}
	return out
}

// Title is a rule in a few words without figures, for charts and lists.
func Title(l Lang, r domain.Rule) string {
	if title, ok := texts(l).titles[string(r)]; ok {
		return title
	}
	return string(r)
}

// unknownRule is the refusal of a rule that has no words.
const unknownRule = "?"

// variant is the text for a failure: most rules have one, some have others for
// each limit, or for what it is about.
func (t *catalog) variant(f domain.Failure) string {
	base := string(f.Rule)
	name := f.Name
	switch f.Rule {
	case domain.RulePermissionMissing:
		if !permissions(f.Name) {
			name = "actor"
		}
	case domain.RuleLimitAbovePolicy:
		if strings.Trim(f.Limit, "0.") == "" {
			name = "none"
		}
	case domain.RulePayoutStateForbidden:
		if _, ok := t.refusals[base+"/"+name]; !ok && f.Used != "" {
			name = "count"
		}
	}
	if _, ok := t.refusals[base+"/"+name]; ok {
		return base + "/" + name
	}
	return base
}

// permissions tells whether a name lists permissions, as opposed to an actor.
func permissions(name string) bool {
	known := []string{domain.PermissionView, domain.PermissionInitiate, domain.PermissionExport}
	for p := range strings.SplitSeq(name, ",") {
		if !slices.Contains(known, p) {
			return false
		}
	}
	return true
}

// values are what the places of a refusal stand for.
func (t *catalog) values(f domain.Failure, c Context) func(string) string {
	if f.Rule == domain.RulePayoutMissing {
		c.Payout = f.Name
	}
	if f.Name != "" {
		switch f.Rule {
		case domain.RuleQuotaMissing, domain.RuleQuotaDisabled, domain.RuleAgentMissing, domain.RuleAgentExists:
			c.Agent = f.Name
		case domain.RuleOrderMissing, domain.RuleOrderCustomerMismatch:
			c.Order = f.Name
		case domain.RuleMerchantExists:
			c.Merchant = f.Name
		}
	}
	return func(place string) string {
		if command, ok := strings.CutPrefix(place, "do:"); ok {
			return t.command(command, f, c)
		}
		switch place {
		case "merchant":
			return t.named("merchant", c.Merchant)
		case "agent":
			return t.named("agent", c.Agent)
		case "payout":
			return t.named("payout", c.Payout)
		case "order":
			return t.named("order", c.Order)
		case "no": // the bare number of what is missing or was before
			return f.Name
		case "earlier":
			return f.Earlier
		case "actor":
			return t.actor(domain.ParseActor(f.Name))
		case "command":
			return t.label(CommandName, c.Command)
		case "label":
			return t.labelOf(f)
		case "limit":
			return t.figure(f.Limit, f.Unit)
		case "used":
			return t.figure(f.Used, f.Unit)
		case "asked":
			return t.figure(f.Asked, f.Unit)
		case "left":
			return t.left(f)
		case "limit#":
			return bare(f.Limit)
		case "used#":
			return bare(f.Used)
		case "asked#":
			return bare(f.Asked)
		case "resets":
			return moment(f.ResetsAt, c.Zone)
		case "rule":
			return string(f.Rule)
		}
		panic("explain: a text has a place that stands for nothing: " + place)
	}
}

// command is a command line with the words that are known put in.
func (t *catalog) command(name string, f domain.Failure, c Context) string {
	line, ok := commands[name]
	if !ok {
		panic("explain: a text names a command that is not listed: " + name)
	}
	words := map[string]string{
		"merchant": c.Merchant, "agent": c.Agent, "payout": c.Payout, "order": c.Order, "earlier": f.Earlier, "limit": f.Limit,
	}
	if f.Rule == domain.RuleAgreementRequired {
		words["agreement"] = f.Name
	}
	return english.render(line, func(place string) string { return shell(words[place]) })
}

// named is what sentences call something: "merchant m_8", or "the merchant" where
// its name is not known.
func (t *catalog) named(kind, id string) string {
	if id == "" {
		return t.phrases[kind+".none"]
	}
	return t.render(t.phrases[kind], func(string) string { return id })
}

// labelOf puts the name of a failure into words: what it is depends on the rule.
func (t *catalog) labelOf(f domain.Failure) string {
	if f.Name == "" {
		return ""
	}
	switch f.Rule {
	case domain.RuleMerchantNotEligible:
		var words []string
		for code := range strings.FieldsSeq(f.Name) {
			words = append(words, t.label(Mode, t.label(EntityType, code)))
		}
		return strings.Join(words, t.phrases["comma"])
	case domain.RuleOrderStateForbidden:
		return t.label(OrderState, f.Name)
	case domain.RuleReasonNotAllowed:
		return t.label(Reason, f.Name)
	case domain.RulePayoutStateForbidden:
		return t.label(State, f.Name)
	case domain.RulePermissionMissing:
		return t.several(Permission, strings.Split(f.Name, ","))
	}
	return f.Name
}
