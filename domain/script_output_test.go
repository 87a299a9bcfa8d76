package domain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"
)

// hiddenFields repeat the request, or are too long to read.
var hiddenFields = []string{
	"money", "reason", "entry", "order_no", "order", "customer", "earlier", "buyer_note", "rail_note", "internal_note",
	"external", "reason_label", "policy", "month",
}

// render writes an event as its name and fields, failures on lines of their own.
func (s *script) render(e Event) string {
	name, _ := EventName(e)
	data, err := json.Marshal(e)
	if err != nil {
		s.t.Fatal(err)
	}
	long := slices.Contains([]string{"PayoutRequested", "PayoutRefused", "PolicyPublished", "PolicyAdopted"}, name)
	line, below := name, ""
	for _, f := range fields(s.t, data) {
		if long && slices.Contains(hiddenFields, f.name) {
			continue
		}
		if f.name == "failures" || f.name == "excess" {
			var list []json.RawMessage
			if err := json.Unmarshal(f.value, &list); err != nil {
				s.t.Fatal(err)
			}
			for _, item := range list {
				below += " " + s.flat(item) + "\n"
			}
			continue
		}
		line += " " + f.name + "=" + s.value(f.value)
	}
	return s.called(line + "\n" + below)
}

func (s *script) flat(object []byte) string {
	out := ""
	for _, f := range fields(s.t, object) {
		if f.name == "rule" {
			out += " " + s.value(f.value)
			continue
		}
		out += " " + f.name + "=" + s.value(f.value)
	}
	return out
}

func (s *script) value(raw []byte) string {
	var text string
	var money Money
	switch {
	case json.Unmarshal(raw, &text) == nil:
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return at.In(s.zone).Format(time.RFC3339Nano)
		}
		if strings.ContainsAny(text, " ") || text == "" {
			return strconv.Quote(text)
		}
		return text
	case bytes.Contains(raw, []byte(`"currency"`)) && json.Unmarshal(raw, &money) == nil:
		return money.Amount()
	}
	return string(raw)
}

type fieldOf struct {
	name  string
	value json.RawMessage
}

// fields reads an object's fields in their order.
func fields(t rapid.TB, object []byte) []fieldOf {
	d := json.NewDecoder(bytes.NewReader(object))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	var out []fieldOf
	for d.More() {
		name, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
		out = append(out, fieldOf{name.(string), value})
	}
	return out
}

// show prints parts of the state: wallet, service, payout=p1, order=O1,
// customer=c1, agent=amy, due.
func (s *script) show(args *arguments) string {
	var b strings.Builder
	amount := func(minor int64) string { return Money{minor, s.currency}.Amount() }
	if args.flag("wallet") {
		w := s.m.Wallet
		fmt.Fprintf(&b, "wallet available=%s held=%s credited=%s debited=%s paid=%s returned=%s arrears=%s\n",
			amount(w.Available), amount(w.Held), amount(w.Credited), amount(w.Debited), amount(w.Paid), amount(w.Returned), amount(s.m.Arrears))
	}
	if args.flag("service") {
		fmt.Fprintf(&b, "service %s agreement=%s by=%s\n", s.m.Service, s.m.Agreement.Version, s.m.Agreement.By)
	}
	if args.flag("due") {
		fmt.Fprintf(&b, "due %s", s.m.Due(s.now, 10))
		if at, ok := s.m.NextDue(); ok {
			fmt.Fprintf(&b, " next=%s", at.In(s.zone).Format(time.RFC3339))
		}
		b.WriteString("\n")
	}
	if id := args.take("payout", ""); id != "" {
		p := s.m.Payouts[s.number(id)]
		fmt.Fprintf(&b, "payout %s %s by=%s tries=%d locked=%t held_back=%t", id, p.State, p.By, p.Challenge.Tries, p.Challenge.Locked, p.HeldBack)
		if !p.Deadline.IsZero() {
			fmt.Fprintf(&b, " deadline=%s", p.Deadline.In(s.zone).Format(time.RFC3339))
		}
		b.WriteString("\n")
	}
	if no := args.take("order", ""); no != "" {
		x, _ := s.m.Exposure(no)
		fmt.Fprintf(&b, "order %s payouts=%d paid=%s refunded=%s compensated=%s remaining=%s\n", no, x.Payouts,
			x.Paid.Amount(), x.Refunded.Amount(), x.Compensated.Amount(), x.Remaining.Amount())
	}
	if id := args.take("customer", ""); id != "" {
		c := s.m.Customers[id]
		fmt.Fprintf(&b, "customer %s day=%s %s in %d recent=%d\n", id, c.Day.Period, amount(c.Day.Amount), c.Day.Count, len(c.Recent))
	}
	if id := args.take("agent", ""); id != "" {
		a := s.m.Agents[id]
		fmt.Fprintf(&b, "agent %s day=%s %s in %d month=%s %s in %d exempt=%s in %d removed=%t\n", id,
			a.Day.Period, amount(a.Day.Amount), a.Day.Count, a.Month.Period, amount(a.Month.Amount), a.Month.Count,
			amount(a.ExemptDay.Amount), a.ExemptDay.Count, a.Removed)
	}
	return s.called(b.String())
}
