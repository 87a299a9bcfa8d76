package explain

import (
	"strings"
	"time"

	"github.com/amends-ledger/amends/domain"
)

// Facts is what an event says, as far as its sentence needs it. Fill in what there
// is: a sentence does without the rest. FactsOf fills it from an event.
type Facts struct {
	Type  string       // of the event, e.g. "PayoutPaid"
	Actor domain.Actor // who gave the command

	Money   domain.Money // that moves, is held, owed or allowed
	Day     string       // of the quota that it counts in
	Order   string
	Command string // that was refused
	Why     string // in somebody's own words
	State   domain.PayoutState
	Confirm string // how the payout was authorised
	Expires time.Time
	Retry   time.Time // not before

	Phone    string // masked: never a pseudonym, which nobody knows
	Send     int    // which message
	Provider string // of SMS
	Attempt  int    // which try of a code
	Tries    int

	Rail, Reference, RailID string
	Code                    string // of the rail

	Dispute, Outcome string
	Recovered        domain.Money

	Name        string // of a merchant or policy
	Version     string // of a policy or agreement
	Account     string // that is changed
	Permissions []string
	Quota       domain.Quota
	Finding     string
	About       string // what the finding is about

	Refunded, Compensated, Over domain.Money // of an order
}

// Step tells an event in one short sentence without a period at its end. Failures
// that the event lists are told by Failures. zone is the merchant's; nil is UTC.
// An event type that this release does not know is its own name.
func Step(l Lang, f Facts, zone *time.Location) string {
	t := texts(l)
	template, ok := t.steps[f.variant()]
	if !ok {
		template, ok = t.steps[f.Type]
	}
	if !ok {
		return f.Type
	}
	return t.render(template, func(place string) string { return t.fact(f, place, zone) })
}

// variant is the text for an event: some say one of two things.
func (f Facts) variant() string {
	switch {
	case f.Type == "PayoutAuthorized" && f.Confirm != "":
		return f.Type + "." + f.Confirm
	case f.Type == "DisputeResolved" && f.Outcome != "":
		return f.Type + "." + f.Outcome
	case f.Type == "SMSExemptionSet" && f.Money.Minor == 0:
		return f.Type + ".off"
	case f.Type == "PermissionsGranted" && len(f.Permissions) == 0:
		return f.Type + ".none"
	}
	return f.Type
}

func (t *catalog) fact(f Facts, place string, zone *time.Location) string {
	switch place {
	case "who":
		return t.actor(f.Actor)
	case "money":
		return money(f.Money)
	case "day":
		return f.Day
	case "order":
		return t.named("order", f.Order)
	case "command":
		return t.label(CommandName, f.Command)
	case "why":
		return f.Why
	case "state":
		return t.label(State, string(f.State))
	case "expires":
		return moment(f.Expires, zone)
	case "retry":
		return moment(f.Retry, zone)
	case "phone":
		return f.Phone
	case "send":
		return number(f.Send)
	case "provider":
		return f.Provider
	case "attempt":
		return number(f.Attempt)
	case "tries":
		return number(f.Tries)
	}
	return t.rarerFact(f, place)
}

func (t *catalog) rarerFact(f Facts, place string) string {
	switch place {
	case "rail":
		return f.Rail
	case "reference":
		return f.Reference
	case "railid":
		return f.RailID
	case "code":
		return f.Code
	case "dispute":
		return f.Dispute
	case "recovered":
		return money(f.Recovered)
	case "name":
		return f.Name
	case "version":
		return f.Version
	case "account":
		return f.Account
	case "permissions":
		return t.several(Permission, f.Permissions)
	case "quota":
		return t.quota(f.Quota)
	case "finding":
		return f.Finding
	case "about":
		return f.About
	case "refunded":
		return money(f.Refunded)
	case "compensated":
		return money(f.Compensated)
	case "over":
		return money(f.Over)
	}
	panic("explain: a sentence has a place that stands for nothing: " + place)
}

// quota lists the limits of a quota.
func (t *catalog) quota(q domain.Quota) string {
	var all []string
	add := func(phrase, figure string) {
		all = append(all, t.render(t.phrases[phrase], func(string) string { return figure }))
	}
	if q.PerPayout != nil {
		add("quota.payout", q.PerPayout.String())
	}
	if q.DailyAmount != nil {
		add("quota.day", q.DailyAmount.String())
	}
	if q.DailyCount > 0 {
		add("quota.day", t.counted(number(q.DailyCount), domain.UnitPayouts))
	}
	if q.MonthlyAmount != nil {
		add("quota.month", q.MonthlyAmount.String())
	}
	return strings.Join(all, t.phrases["comma"])
}
