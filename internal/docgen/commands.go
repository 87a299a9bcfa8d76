package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amends-ledger/amends/internal/domaindoc"
)

func writeCommands(in *input, pages map[string][]byte) error {
	p := newPage("Commands",
		"A command asks for something. It is decided against the folded state of one stream, a merchant's for most of them, and its answer is "+
			"one or more [events](events.md), stored before it is given; or no event, if what is asked for is done already; or a "+
			"[refusal](refusals.md), which is an event too. A malformed command (no key, an unknown currency, a text too long) is an error, "+
			"and leaves no trace.",
		"Every command is stamped once, where it comes in, with an idempotency key in the scope of its merchant, who gives it "+
			"(`role` or `role/account`), and its two times. The same key gets the same answer, for ever.",
		"In JSON an amount is `{\"amount\":\"12.30\",\"currency\":\"CNY\"}`: a text with all decimal digits of the currency, never a number. "+
			"Times are RFC 3339, in UTC. Members that have nothing to say are left out.")
	for _, group := range who {
		p.heading(2, group.group)
		var rows [][]string
		for _, a := range group.commands {
			t, ok := find(in.Commands, a.command)
			if !ok {
				return fmt.Errorf("write commands: there is no command %s", a.command)
			}
			rows = append(rows, []string{link("", t.Name), strings.Join(strings.Fields(a.roles), ", "), links("events.md", answers(t))})
		}
		p.table([]string{"command", "who", "leads to"}, rows)
		for _, a := range group.commands {
			t, _ := find(in.Commands, a.command)
			p.command(t, a)
		}
	}
	pages["commands.md"] = p.Bytes()
	return nil
}

// answers are the events of a command other than its refusal.
func answers(t domaindoc.Type) []string {
	return slices.DeleteFunc(slices.Clone(t.Events), func(e string) bool { return e == "CommandRefused" || e == "PayoutRefused" })
}

func (p *page) command(t domaindoc.Type, a asked) {
	p.heading(3, t.Name)
	p.paragraph("%s", prose(t.Doc))
	given := "Given by: " + strings.Join(strings.Fields(a.roles), ", ") + "."
	if a.roles == everybody {
		given = ""
	}
	p.paragraph("%s", strings.TrimSpace(given+" "+a.note))
	p.fieldTable(t)
	p.paragraph("Leads to %s. [JSON Schema](%s)", links("events.md", answers(t)), schemaOf(t))
	if len(t.Rules) > 0 {
		p.paragraph("Can be refused with %s.", links("refusals.md", t.Rules))
	}
}

// everybody are all roles: of a command that nobody gives from outside.
const everybody = "owner agent platform processor sender clock auditor"
