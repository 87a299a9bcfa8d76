package vault

import (
	"strings"
	"unicode"
)

// hidden stands for what is not shown. Its length tells nothing.
const hidden = "****"

// Mask shows enough of a value for somebody who knows it, and too little for
// anybody else: 138****5678 of a mobile phone, 17****50 of an account,
// l****@example.com of an address. Short values show less, very short ones
// nothing. Characters are never cut, and those that don't print are never shown.
func Mask(kind Kind, value string) string {
	if local, host, ok := strings.Cut(value, "@"); ok && kind == Customer {
		r := []rune(local)
		return ends(r, min(1, len(r)/2), 0) + "@" + printable([]rune(host))
	}
	r := []rune(value)
	switch {
	case kind == Phone && len(r) >= 11: // with area or country code
		return ends(r, 3, 4)
	case kind == Phone:
		return ends(r, 0, len(r)/4)
	}
	each := min(2, len(r)/4)
	return ends(r, each, each)
}

func ends(r []rune, head, tail int) string {
	return printable(r[:head]) + hidden + printable(r[len(r)-tail:])
}

// printable keeps what a terminal shows and does not obey.
func printable(r []rune) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return '*'
		}
		return c
	}, string(r))
}
