package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/amends-ledger/amends/internal/domaindoc"
)

// schemaFolder is where schemas stand, below the folder of the pages.
const schemaFolder = "schemas"

// draft is the version of JSON Schema that is written.
const draft = "https://json-schema.org/draft/2020-12/schema"

// schema is a JSON Schema, its keywords in the order in which people read them.
type schema struct {
	Schema      string     `json:"$schema,omitempty"`
	Title       string     `json:"title,omitempty"`
	Description string     `json:"description,omitempty"`
	Ref         string     `json:"$ref,omitempty"`
	Type        any        `json:"type,omitempty"` // a word or a list of them
	Format      string     `json:"format,omitempty"`
	Pattern     string     `json:"pattern,omitempty"`
	Enum        []string   `json:"enum,omitempty"`
	Items       *schema    `json:"items,omitempty"`
	Properties  properties `json:"properties,omitzero"`
	Required    []string   `json:"required,omitempty"`
	Additional  any        `json:"additionalProperties,omitempty"` // false or a schema
	Defs        properties `json:"$defs,omitzero"`
}

// properties keep their order.
type properties []property

type property struct {
	name string
	schema
}

// IsZero: an object without members still says so.
func (p properties) IsZero() bool { return p == nil }

func (p properties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, one := range p {
		if i > 0 {
			b.WriteByte(',')
		}
		body, err := encode(one.schema)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s", one.name, body)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// encode leaves < and > as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// schemaOf is where the schema of a command or event stands, from the pages.
func schemaOf(t domaindoc.Type) string {
	if t.Version > 0 {
		return path.Join(schemaFolder, "events", t.Name+".v"+strconv.Itoa(t.Version)+".json")
	}
	return path.Join(schemaFolder, "commands", t.Name+".json")
}

func writeSchemas(in *input, pages map[string][]byte) error {
	for _, all := range [][]domaindoc.Type{in.Commands, in.Events} {
		for _, t := range all {
			body, err := in.schema(t)
			if err != nil {
				return fmt.Errorf("write schema of %s: %w", t.Name, err)
			}
			text, err := encode(body)
			if err != nil {
				return fmt.Errorf("write schema of %s: %w", t.Name, err)
			}
			var indented bytes.Buffer
			if err := json.Indent(&indented, text, "", "  "); err != nil {
				return err
			}
			indented.WriteByte('\n')
			pages[schemaOf(t)] = indented.Bytes()
		}
	}
	return nil
}

// schema of a command is closed: an unknown member is a mistake of the caller. That
// of an event is open: a later release may add members to a version.
func (in *input) schema(t domaindoc.Type) (schema, error) {
	defs := definitions{in: in, at: map[string]int{}}
	s, err := defs.object(t)
	if err != nil {
		return s, err
	}
	s.Schema, s.Title, s.Description = draft, t.Name, prose(t.Doc)
	if t.Version > 0 {
		s.Title += ", version " + strconv.Itoa(t.Version)
		s.Description = prose(in.story(t))
	} else {
		s.Additional = false
	}
	s.Defs = defs.all
	return s, nil
}

// definitions are the structs that a schema refers to, in the order of use.
type definitions struct {
	in  *input
	all properties
	at  map[string]int
}

func (d *definitions) object(t domaindoc.Type) (schema, error) {
	s := schema{Type: "object", Properties: properties{}}
	for _, f := range t.Fields {
		if !f.Stored {
			continue
		}
		value, err := d.value(f.Type, f.Optional)
		if err != nil {
			return s, fmt.Errorf("field %s: %w", f.Name, err)
		}
		value.Description = strings.ReplaceAll(meaning(t.Name, f), "`", "")
		s.Properties = append(s.Properties, property{f.Name, value})
		if !f.Optional {
			s.Required = append(s.Required, f.Name)
		}
	}
	return s, nil
}

// value is the schema of a Go type. A list that is always there is null when empty.
func (d *definitions) value(typ string, optional bool) (schema, error) {
	if of, ok := strings.CutPrefix(typ, "[]"); ok {
		items, err := d.value(of, true)
		s := schema{Type: "array", Items: &items}
		if !optional {
			s.Type = []string{"array", "null"}
		}
		return s, err
	}
	switch strings.TrimPrefix(typ, "*") {
	case "string":
		return schema{Type: "string"}, nil
	case "int":
		return schema{Type: "integer"}, nil
	case "bool":
		return schema{Type: "boolean"}, nil
	case "time.Time":
		return schema{Type: "string", Format: "date-time"}, nil
	case "map[string]string":
		return schema{Type: "object", Additional: schema{Type: "string"}}, nil
	case "Percent":
		return schema{Type: "string", Pattern: `^(0|[1-9][0-9]*)(\.[0-9]{1,4})?$`}, nil
	case "Currency":
		return schema{Type: "string", Pattern: "^[A-Z]{3}$"}, nil
	case "Rule":
		return schema{Type: "string", Pattern: "^[A-Z][A-Z_]*$"}, nil
	case "PayoutState":
		return schema{Type: "string", Enum: d.in.Values("PayoutState")}, nil
	}
	name := strings.TrimPrefix(typ, "*")
	return schema{Ref: "#/$defs/" + name}, d.define(name)
}

func (d *definitions) define(name string) error {
	if _, known := d.at[name]; known {
		return nil
	}
	t, ok := d.in.Structs[name]
	if !ok {
		return fmt.Errorf("type %s has no schema", name)
	}
	d.at[name] = len(d.all)
	d.all = append(d.all, property{name: name})
	s, err := d.object(inJSON(t))
	if err != nil {
		return err
	}
	if name == "Money" { // a balance can be negative
		s.Properties[0].Pattern = `^-?(0|[1-9][0-9]*)(\.[0-9]{1,4})?$`
		s.Additional = false
	}
	s.Description = prose(t.Doc)
	d.all[d.at[name]].schema = s
	return nil
}
