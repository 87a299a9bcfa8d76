package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/amends-ledger/amends/internal/domaindoc"
)

// page is a Markdown page being written.
type page struct{ bytes.Buffer }

// newPage starts a page with what it is about.
func newPage(title string, paragraphs ...string) *page {
	p := &page{}
	p.line("<!-- Written by go run ./internal/docgen from the code. Change the code, not this page. -->")
	p.line("")
	p.line("# %s", title)
	for _, text := range paragraphs {
		p.paragraph("%s", text)
	}
	return p
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *page) paragraph(format string, args ...any) {
	p.line("")
	p.line(format, args...)
}

func (p *page) heading(level int, text string) {
	p.paragraph("%s %s", strings.Repeat("#", level), text)
}

// table writes rows of equal length under a head; nothing without rows.
func (p *page) table(head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	p.line("")
	p.row(head)
	p.line("|%s", strings.Repeat("---|", len(head)))
	for _, row := range rows {
		p.row(row)
	}
}

func (p *page) row(cells []string) {
	for i, cell := range cells {
		cells[i] = strings.ReplaceAll(cell, "|", "\\|")
	}
	p.line("| %s |", strings.Join(cells, " | "))
}

func code(text string) string { return "`" + text + "`" }

// links joins links to headings of a page.
func links(to string, headings []string) string {
	all := make([]string, len(headings))
	for i, h := range headings {
		all[i] = link(to, h)
	}
	return strings.Join(all, ", ")
}

// link leads to a heading that is one word; on the same page, to is "".
func link(to, heading string) string {
	return "[" + heading + "](" + to + "#" + strings.ToLower(heading) + ")"
}

var (
	inside  = regexp.MustCompile(`\s*\(see [^)]*\)`)
	upper   = regexp.MustCompile(`^[A-Z]`)
	nothing = ""
)

// prose is a comment as it stands on a page: without pointers into the source.
func prose(comment string) string { return inside.ReplaceAllString(comment, nothing) }

// capital writes the first letter large.
func capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// fieldTable lists the members of a JSON object.
func (p *page) fieldTable(t domaindoc.Type) {
	var rows [][]string
	for _, f := range t.Fields {
		must := "yes"
		if f.Optional {
			must = ""
		}
		name := code(f.Name)
		if !f.Stored {
			name, must = "*"+f.Name+"*", "never stored"
		}
		rows = append(rows, []string{name, typeWords(f.Type), must, meaning(t.Name, f)})
	}
	p.table([]string{"field", "type", "always there", "meaning"}, rows)
}

// typeWords is a Go type for people. Types with a section of their own are links;
// those sections are on every page that has fields.
func typeWords(typ string) string {
	typ = strings.TrimPrefix(typ, "*")
	if of, ok := strings.CutPrefix(typ, "[]"); ok {
		return "list of " + typeWords(of)
	}
	switch typ {
	case "string":
		return "text"
	case "int":
		return "number"
	case "bool":
		return "true or false"
	case "time.Time":
		return "time"
	case "map[string]string":
		return "texts by code"
	case "Percent":
		return "percentage"
	case "Currency":
		return "currency code"
	case "Rule":
		return "[rule](refusals.md)"
	case "PayoutState":
		return "state"
	case "Policy":
		return "[policy](policy.md)"
	}
	return link("events.md", typ)
}
