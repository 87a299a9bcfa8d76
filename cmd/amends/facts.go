package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/amends-ledger/amends/explain"
)

// fact is one member of something that is shown as a list of names and values.
type fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// showFacts writes one thing: as its JSON, or a line for each of its members.
func (a *app) showFacts(v any) error {
	if a.format == asJSON || a.format == asJSONL {
		return a.object(v)
	}
	var all []fact
	members, err := membersOf(v)
	if err != nil {
		return err
	}
	for _, m := range members {
		if a.format == asTable && (m.Value == "" || m.Value == "null") {
			continue
		}
		all = append(all, m)
	}
	if a.format == asCSV {
		return listing[fact]{
			columns: []column{{key: "name", title: "name"}, {key: "value", title: "value"}},
			cells:   func(f fact) []string { return []string{f.Name, f.Value} }, rows: each(all),
		}.show(a)
	}
	width := 0
	for i := range all {
		all[i].Name = explain.Column(a.lang(), "facts", all[i].Name)
		width = max(width, cells(all[i].Name))
	}
	for _, f := range all {
		fmt.Fprintf(a.out, "%s%s  %s\n", f.Name, strings.Repeat(" ", width-cells(f.Name)), oneLine(f.Value))
	}
	return nil
}

// membersOf are the members of a struct as its JSON has them, in its order.
func membersOf(v any) (all []fact, err error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(strings.NewReader(string(b)))
	if _, err := dec.Token(); err != nil { // {
		return nil, err
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		all = append(all, fact{fmt.Sprint(name), text})
	}
	return all, nil
}
