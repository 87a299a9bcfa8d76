package explain

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A template is text with {places}. A part in [square brackets] is left out where
// one of its places has no value: "paid[ by {rail}]". {place|WORD} is WORD where
// there is no value. Brackets do not stand within brackets.
//
// A value is put in as it is: braces and brackets in it mean nothing.

// render fills a template. value is what stands for a place; "" is no value.
func (c *catalog) render(template string, value func(place string) string) string {
	var out writer
	out.spaced = c.spaced
	for rest := template; rest != ""; {
		open := strings.IndexByte(rest, '[')
		if open < 0 {
			out.fill(rest, value)
			break
		}
		out.fill(rest[:open], value)
		var optional string
		optional, rest, _ = strings.Cut(rest[open+1:], "]")
		if filled(optional, value) {
			out.fill(optional, value)
		}
	}
	return out.String()
}

// filled tells whether every place of a part has a value.
func filled(part string, value func(string) string) bool {
	for _, place := range places(part) {
		if name, _, fallback := strings.Cut(place, "|"); !fallback && value(name) == "" {
			return false
		}
	}
	return true
}

// places lists the {places} of a template, with their fallbacks.
func places(template string) []string {
	var all []string
	for {
		_, rest, found := strings.Cut(template, "{")
		if !found {
			return all
		}
		var place string
		place, template, _ = strings.Cut(rest, "}")
		all = append(all, place)
	}
}

// writer joins pieces.
type writer struct {
	strings.Builder
	spaced bool
	last   rune
}

// fill writes a part of a template without brackets.
func (w *writer) fill(part string, value func(string) string) {
	for {
		text, rest, found := strings.Cut(part, "{")
		w.write(text)
		if !found {
			return
		}
		place, after, _ := strings.Cut(rest, "}")
		name, fallback, _ := strings.Cut(place, "|")
		v := value(name)
		if v == "" {
			v = fallback
		}
		w.write(v)
		part = after
	}
}

// write adds a piece, and a space before it where a Chinese character meets a
// Latin letter or a digit: 打款 P123 而不是打款P123.
func (w *writer) write(s string) {
	if s == "" {
		return
	}
	first, _ := utf8.DecodeRuneInString(s)
	if w.spaced && w.Len() > 0 && (han(w.last) && latin(first) || latin(w.last) && han(first)) {
		w.WriteByte(' ')
	}
	w.WriteString(s)
	w.last, _ = utf8.DecodeLastRuneInString(s)
}

func han(r rune) bool { return unicode.Is(unicode.Han, r) }

func latin(r rune) bool {
	return r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) || strings.ContainsRune("%'()", r)
}
