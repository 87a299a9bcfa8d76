package domain

import (
	"strconv"
	"unicode/utf8"
)

// What people and other systems send is checked for shape before any rule sees
// it. JSON would silently replace broken UTF-8, so it is not let in.

// checkID requires a short printable name.
func checkID(field, id string, maxBytes int) error {
	if id == "" {
		return &Invalid{field, "is empty"}
	}
	return checkOptionalID(field, id, maxBytes)
}

func checkOptionalID(field, id string, maxBytes int) error {
	if len(id) > maxBytes {
		return &Invalid{field, "is longer than " + strconv.Itoa(maxBytes) + " bytes"}
	}
	for _, c := range id { // a broken byte reads as U+FFFD
		if c < ' ' || c == 0x7f || c == utf8.RuneError {
			return &Invalid{field, "holds a character that can't be printed"}
		}
	}
	return nil
}

// checkText requires at most so many characters of valid UTF-8.
func checkText(field, text string, maxChars int) error {
	if text == "" {
		return nil
	}
	if !utf8.ValidString(text) {
		return &Invalid{field, "is not UTF-8"}
	}
	if len(text) > maxChars && utf8.RuneCountInString(text) > maxChars {
		return &Invalid{field, "is longer than " + strconv.Itoa(maxChars) + " characters"}
	}
	return nil
}

// checkPositive requires an amount over zero in the currency; no currency stands
// for any that ISO 4217 lists.
func checkPositive(field string, m Money, c Currency) error {
	if m.Minor <= 0 {
		return &Invalid{field, "must be more than zero"}
	}
	return checkMoney(field, m, c)
}

func checkMoney(field string, m Money, c Currency) error {
	if _, ok := m.Currency.Scale(); !ok {
		return &Invalid{field, strconv.Quote(string(m.Currency)) + " is not an ISO 4217 code, such as CNY"}
	}
	if c != "" && m.Currency != c {
		return &Invalid{field, "is in " + string(m.Currency) + ", but the merchant's currency is " + string(c)}
	}
	if m.Minor > MaxMinor || m.Minor < 0 {
		return &Invalid{field, "is not between zero and the largest amount"}
	}
	return nil
}
