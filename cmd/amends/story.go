package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/explain"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/records"
	"github.com/amends-ledger/amends/vault"
)

// story is one payout with every event of it.
type story struct {
	record
	Failures []domain.Failure `json:"failures,omitempty"` // of a refused request, all of them
	Events   []step           `json:"events"`
}

// step is one event of a story.
type step struct {
	Position    int64           `json:"position"`
	Revision    int64           `json:"revision"`
	Type        string          `json:"type"`
	Status      string          `json:"status"` // of the payout after it
	Actor       string          `json:"actor"`
	EffectiveAt string          `json:"effective_at"`
	RecordedAt  string          `json:"recorded_at"`
	Words       string          `json:"words"`
	Details     json.RawMessage `json:"details"`

	failures []domain.Failure // for people: one line each
}

var stepColumns = []column{
	{key: "position", title: "position", right: true}, {key: "revision", title: "revision", right: true, wide: true},
	{key: "effective_at", title: "effective"}, {key: "recorded_at", title: "recorded"}, {key: "type", title: "event"},
	{key: "status", title: "status", wide: true}, {key: "actor", title: "by"}, {key: "words", title: "what happened"},
	{key: "details", title: "details", wide: true},
}

func (s step) cells() []string {
	return []string{
		number(s.Position), number(s.Revision), s.EffectiveAt, s.RecordedAt, s.Type, s.Status, s.Actor, s.Words, string(s.Details),
	}
}

func (a *app) payoutsShow(ctx context.Context, l *looking, name string) error {
	s, err := a.story(ctx, l, name)
	if err != nil {
		return err
	}
	switch a.format {
	case asJSON, asJSONL:
		return a.object(s)
	case asCSV:
		return listing[step]{columns: stepColumns, cells: step.cells, rows: each(s.Events)}.show(a)
	}
	return a.tell(a.out, s)
}

// story finds a payout by its number, its order's or the caller's own.
func (a *app) story(ctx context.Context, l *looking, name string) (story, error) {
	const enough = 3 // to say that there are several
	page, err := records.Find(ctx, l.db, records.Filter{Merchant: a.merchant, Search: name}, projections.PageOptions{Limit: enough})
	if err != nil {
		return story{}, err
	}
	switch len(page.Rows) {
	case 0:
		return story{}, notFound("no payout, order or number of your own is "+strconv.Quote(name), "amends payouts ls")
	case 1:
	default:
		return story{}, &problem{
			Exit: exitUsage, Code: "AMBIGUOUS", Message: "several payouts have the number " + strconv.Quote(name),
			Why: "an order may have more than one payout, and your own numbers may stand twice",
			Try: "amends payouts ls --search " + name,
		}
	}
	full, err := records.Show(ctx, l.db, "", page.Rows[0].Payout)
	if errors.Is(err, records.ErrNotFound) {
		return story{}, notFound(err.Error(), "amends payouts ls")
	}
	if err != nil {
		return story{}, err
	}
	s := story{}
	if s.record, err = l.record(ctx, full.Record); err != nil {
		return story{}, err
	}
	for _, st := range full.Steps {
		one, err := a.step(ctx, l, full.Record, st)
		if err != nil {
			return story{}, err
		}
		if st.Type == "PayoutRefused" {
			s.Failures = one.failures
		}
		s.Events = append(s.Events, one)
	}
	return s, nil
}

// step puts one event into words.
func (a *app) step(ctx context.Context, l *looking, r records.Record, st records.Step) (step, error) {
	var d records.Details
	if err := json.Unmarshal([]byte(st.Details), &d); err != nil {
		return step{}, fmt.Errorf("read history of payout %s: %w", r.Payout, err)
	}
	phone, err := l.masked(ctx, vault.Phone, d.Phone)
	if err != nil {
		return step{}, err
	}
	actor := domain.ParseActor(st.Actor)
	key := "step." + st.Type
	if st.Type == "PayoutAuthorized" {
		key += "." + d.Confirm
	}
	words := a.words.say(key,
		"who", a.words.say("who."+string(actor.Role), "id", actor.ID), "money", r.Currency+" "+money(r.Amount, r.Currency),
		"day", d.Day, "phone", phone, "expires", moment(d.ExpiresAt), "send", count(d.Send), "provider", d.Provider,
		"attempt", count(d.Attempt), "tries", count(d.Tries), "rail", d.Rail, "reference", d.Reference, "railid", d.RailID,
		"code", d.Code, "why", d.Why, "command", d.Command,
	)
	if _, ok := a.words[key]; !ok { // other events, and other languages
		words = explain.Step(a.lang(), stepFacts(r, st, d, phone), time.UTC)
	}
	return step{
		Position: st.Position, Revision: st.Revision, Type: st.Type, Status: st.Status, Actor: st.Actor,
		EffectiveAt: moment(st.EffectiveAt.Time()), RecordedAt: moment(st.RecordedAt.Time()),
		Words: words, Details: json.RawMessage(st.Details), failures: d.Failures,
	}, nil
}

// count is a number in words' places: nothing for zero.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// tell writes a story for people.
func (a *app) tell(w io.Writer, s story) error {
	paint := a.painter(w)
	status := paint.good(s.Status)
	if s.Status != string(domain.Paid) {
		status = paint.bad(s.Status)
	}
	fmt.Fprintf(w, "%s  %s %s  %s\n", paint.bold(s.Payout), s.Currency, s.Amount, status)
	for _, line := range [][2]string{
		{"merchant", s.Merchant}, {"requested by", s.RequestedBy}, {"reason", s.Reason}, {"order no.", s.OrderNo},
		{"order total", s.OrderTotal}, {"customer", s.Customer}, {"your number", s.External}, {"entry", s.Entry},
	} {
		if line[1] != "" {
			fmt.Fprintf(w, "  %-13s %s\n", line[0], oneLine(line[1]))
		}
	}
	fmt.Fprintln(w)
	for _, e := range s.Events {
		fmt.Fprintf(w, "  %s  %-18s  %s\n", shortTime(e.EffectiveAt), e.Type, oneLine(e.Words))
		fmt.Fprintf(w, "  %s\n", paint.quiet(fmt.Sprintf("%-42sevent %d, by %s, recorded %s", "", e.Position, oneLine(e.Actor), shortTime(e.RecordedAt))))
		for _, f := range e.failures {
			fmt.Fprintf(w, "  %42s✗ %s\n", "", oneLine(a.failure(f)))
		}
	}
	return nil
}

// failure is one failing rule with its figures.
func (a *app) failure(f domain.Failure) string {
	return a.words.say("failure", "rule", string(f.Rule), "name", f.Name, "limit", f.Limit, "used", f.Used,
		"asked", f.Asked, "unit", f.Unit, "resets", moment(f.ResetsAt), "earlier", f.Earlier)
}

// shortTime is a moment to the second.
func shortTime(s string) string {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return s
	}
	return t.Format(time.RFC3339)
}
