package yamlnode

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Reader reads one document of a file and notes every mistake in it.
type Reader struct {
	File     string // what mistakes call the file
	Whole    string // what they call the document, e.g. "the plan"
	Mistakes *Mistakes
}

// errorLine finds the line in an error of the YAML parser, which has no field for it.
var errorLine = regexp.MustCompile(`^line ([0-9]+): `)

// byteOrderMark is what some editors write before UTF-8.
const byteOrderMark = "\ufeff"

// Parse returns the root of the one document in data, or notes why not and
// returns nil. The caller bounds the length of data.
func (r *Reader) Parse(data []byte) *yaml.Node {
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	if at, broken := firstBroken(data); broken {
		before := data[:at]
		start := bytes.LastIndexByte(before, '\n') + 1
		r.Mistakes.Add(Place{r.File, bytes.Count(before, []byte{'\n'}) + 1, utf8.RuneCount(before[start:]) + 1}, "not UTF-8")
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		r.Mistakes.Add(Place{r.File, 1, 1}, "%s is empty", r.Whole)
		return nil
	}
	if err == nil {
		if err = dec.Decode(&second); err == nil {
			r.Mistakes.Add(Place{r.File, second.Line, second.Column}, "a second document; %s is one", r.Whole)
			return nil
		}
	}
	if !errors.Is(err, io.EOF) {
		r.notYAML(err)
		return nil
	}
	return doc.Content[0]
}

func (r *Reader) notYAML(err error) {
	at, what := Place{r.File, 1, 1}, strings.TrimPrefix(err.Error(), "yaml: ")
	if m := errorLine.FindStringSubmatch(what); m != nil {
		at.Line, _ = strconv.Atoi(m[1])
		what = what[len(m[0]):]
	}
	r.Mistakes.Add(at, "not YAML: %s", what)
}

// firstBroken is where data stops being UTF-8.
func firstBroken(data []byte) (at int, broken bool) {
	for at < len(data) {
		c, size := utf8.DecodeRune(data[at:])
		if c == utf8.RuneError && size == 1 {
			return at, true
		}
		at += size
	}
	return 0, false
}

// Place is where a node stands.
func (r *Reader) Place(n *yaml.Node) Place { return Place{r.File, n.Line, n.Column} }

// Wrong notes a mistake at a node.
func (r *Reader) Wrong(n *yaml.Node, format string, args ...any) {
	r.Mistakes.Add(r.Place(n), format, args...)
}
