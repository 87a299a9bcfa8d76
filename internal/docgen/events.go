package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/explain"
	"github.com/amends-ledger/amends/internal/domaindoc"
)

// example is a stored event, as the domain's tests keep one of each type.
type example struct {
	Type    string          `json:"type"`
	Version int             `json:"version"`
	Data    json.RawMessage `json:"data"`
	Meta    json.RawMessage `json:"meta"`
}

// readExamples reads every example in dir; none if there is no such folder.
func readExamples(dir string) (map[string]example, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all := map[string]example{}
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) != ".json" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		var e example
		if err := json.Unmarshal(text, &e); err != nil {
			return nil, fmt.Errorf("read example %s: %w", entry.Name(), err)
		}
		if e.Type == "" || e.Version == 0 || len(e.Data) == 0 {
			return nil, fmt.Errorf("read example %s: it needs type, version and data", entry.Name())
		}
		all[keyOf(e.Type, e.Version)] = e
	}
	return all, nil
}

func keyOf(typ string, version int) string { return typ + "/" + strconv.Itoa(version) }

func writeEvents(in *input, pages map[string][]byte) error {
	p := newPage("Events",
		"An event is a fact. It is appended to one stream, and neither changed nor deleted. What is computed from events (balances, quota use, "+
			"records) can be thrown away and built again.",
		"Streams: `merchant-<id>` holds everything that a decision about a merchant needs; `platform` holds policies; `phone-<hash>` counts "+
			"messages to one phone; `unrouted` keeps refusals that name no known merchant.",
		"An event type keeps its meaning for ever. A new version is a new type for readers; members may be added to a version, so a reader "+
			"leaves out those that it does not know. Amounts are `{\"amount\":\"12.30\",\"currency\":\"CNY\"}`, times are RFC 3339 in UTC.")
	p.metadata(in)
	p.heading(2, "Types")
	var rows [][]string
	for _, e := range in.Events {
		rows = append(rows, []string{link("", e.Name), strconv.Itoa(e.Version), first(prose(in.story(e)), e.Name)})
	}
	p.table([]string{"type", "version", "meaning"}, rows)
	for _, e := range in.Events {
		if err := p.event(in, e); err != nil {
			return err
		}
	}
	p.heading(2, "Parts")
	p.paragraph("Objects that fields of commands and events hold.")
	for _, name := range slices.Sorted(maps.Keys(in.Structs)) {
		if name == "Policy" {
			continue // it has a page
		}
		p.heading(3, name)
		p.paragraph("%s", prose(in.Structs[name].Doc))
		p.fieldTable(inJSON(in.Structs[name]))
	}
	pages["events.md"] = p.Bytes()
	return nil
}

// metadata tells what is stored beside an event's data.
func (p *page) metadata(in *input) {
	p.heading(2, "Metadata")
	p.paragraph("Beside its data, every event has its stream, its revision there (from 0), its position in the log, an id, the time at which " +
		"it was stored (`recorded_at`), and this object:")
	p.fieldTable(in.Meta)
	p.paragraph("The id of a command is a function of merchant and key; the ids of its events are that id, counted up.")
}

func (p *page) event(in *input, e domaindoc.Type) error {
	p.heading(3, e.Name)
	p.paragraph("%s", prose(in.story(e)))
	switch commands := e.Commands; {
	case e.Name == "CommandRefused":
		p.paragraph("Version %d. Any command but [RequestPayout](commands.md#requestpayout) can lead to it.", e.Version)
	case len(commands) > 0:
		p.paragraph("Version %d. Follows %s.", e.Version, links("commands.md", commands))
	}
	if len(e.Fields) == 0 {
		p.paragraph("It has no fields: that it happened is all there is to say.")
	}
	p.fieldTable(e)
	p.paragraph("[JSON Schema](%s)", schemaOf(e))
	ex, ok := in.examples[keyOf(e.Name, e.Version)]
	if !ok {
		return nil
	}
	decoded, err := domain.Decode(ex.Type, ex.Version, ex.Data)
	if err != nil {
		return fmt.Errorf("write event %s: its example: %w", e.Name, err)
	}
	var meta struct {
		Actor string `json:"actor"`
	}
	if len(ex.Meta) > 0 {
		if err := json.Unmarshal(ex.Meta, &meta); err != nil {
			return fmt.Errorf("write event %s: its example: %w", e.Name, err)
		}
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, ex.Data, "", "  "); err != nil {
		return fmt.Errorf("write event %s: its example: %w", e.Name, err)
	}
	p.paragraph("For instance (“%s”):", explain.Step(explain.English, explain.FactsOf(decoded, domain.ParseActor(meta.Actor)), nil))
	p.paragraph("```json\n%s\n```", indented.String())
	return nil
}

// story is what an event means. One that only says which command it answers is told
// by that command as well.
func (in *input) story(e domaindoc.Type) string {
	text := e.Doc
	command, ok := find(in.Commands, e.Same)
	if !ok && len(e.Commands) == 1 && e.Same == "" {
		command, ok = find(in.Commands, e.Commands[0])
	}
	answer := "is the answer to " + command.Name
	switch {
	case !ok:
	case strings.HasPrefix(text, "Answers to the"):
		text = e.Name + " " + answer + ". " + command.Doc
	case strings.Contains(text, answer), e.Same != "":
		text += " " + command.Doc
	}
	return text
}

// first is the first sentence of a text that says more than which command an event
// answers.
func first(text, event string) string {
	sentence, rest, found := strings.Cut(text, ". ")
	switch {
	case found && strings.HasPrefix(sentence, event+" is the answer to "):
		return first(rest, event)
	case found:
		return sentence + "."
	}
	return text
}

// inJSON: an amount has other members in JSON than in memory.
func inJSON(t domaindoc.Type) domaindoc.Type {
	if t.Name == "Money" {
		t.Fields = []domaindoc.Field{
			{Name: "amount", Stored: true, Type: "string", Doc: "decimal, with all digits of the currency: \"12.30\""},
			{Name: "currency", Stored: true, Type: "Currency", Doc: "ISO 4217"},
		}
	}
	return t
}
