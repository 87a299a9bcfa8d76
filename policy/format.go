package policy

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/amends-ledger/amends/domain"
)

// Format writes a policy as a document without comments, its keys in the order of
// Keys. Parse reads the same policy back.
func Format(name string, p domain.Policy) []byte {
	var b bytes.Buffer
	writeHead(&b, name, currencyOf(&p))
	for _, k := range Keys() {
		if k.Given(&p) {
			k.write(&b, &p)
		}
	}
	return b.Bytes()
}

func writeHead(b *bytes.Buffer, name string, c domain.Currency) {
	fmt.Fprintf(b, "%s: %s\n", keyName, scalar(name))
	if c != "" {
		fmt.Fprintf(b, "%s: %s\n", keyCurrency, scalar(string(c)))
	}
}

// write adds the key's line, or its lines.
func (k Key) write(b *bytes.Buffer, p *domain.Policy) {
	labels, ok := k.field(p).(*map[string]string)
	if !ok {
		fmt.Fprintf(b, "%s: %s\n", k.Name, k.yaml(p))
		return
	}
	fmt.Fprintf(b, "%s:\n", k.Name)
	for _, code := range slices.Sorted(maps.Keys(*labels)) {
		fmt.Fprintf(b, "  %s: %s\n", scalar(code), scalar((*labels)[code]))
	}
}

// yaml is the key's value as it stands in a document, on one line.
func (k Key) yaml(p *domain.Policy) string {
	switch f := k.field(p).(type) {
	case **domain.Money:
		return strconv.Quote((*f).Amount())
	case **domain.Percent:
		return strconv.Quote((*f).String())
	case *int:
		return strconv.Itoa(*f)
	case *bool:
		return strconv.FormatBool(*f)
	case *[]string:
		return flow(*f)
	case *[]domain.Rule:
		var words []string
		for _, r := range *f {
			words = append(words, string(r))
		}
		return flow(words)
	case *string:
		return scalar(*f)
	case *map[string]string:
		var pairs []string
		for _, code := range slices.Sorted(maps.Keys(*f)) {
			pairs = append(pairs, code+": "+(*f)[code])
		}
		return strings.Join(pairs, ", ")
	}
	panic("policy: key " + k.Name + " has no way to be written")
}

func flow(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = scalar(w)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// scalar is a text in YAML on one line: in quotes where it has to be, also within
// a list in brackets and as a key.
func scalar(s string) string {
	if plain(s) {
		return s
	}
	quoted, err := yaml.Marshal(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: s})
	if err != nil {
		panic(fmt.Sprintf("policy: the text %q does not encode: %v", s, err))
	}
	return string(bytes.TrimSpace(quoted))
}

// olderTruth are words that readers of YAML 1.1 take for true or false.
var olderTruth = []string{"y", "n", "yes", "no", "on", "off"}

// plain tells whether s reads back as itself without quotes, by asking the reader.
func plain(s string) bool {
	if slices.Contains(olderTruth, strings.ToLower(s)) {
		return false
	}
	var n yaml.Node
	if err := yaml.Unmarshal([]byte("["+s+"]"), &n); err != nil || strings.ContainsAny(s, ":#&*!|>'\"%@`{}[],\n\t") {
		return false
	}
	list := n.Content[0].Content
	return len(list) == 1 && list[0].Kind == yaml.ScalarNode && list[0].ShortTag() == "!!str" && list[0].Value == s
}

// Value is the key's value in a policy that gives it, as it stands in a document.
func (k Key) Value(p *domain.Policy) string { return k.yaml(p) }
