// Package export writes what the views hold to files for people and programs, as
// CSV and JSON Lines.
//
// An export is one consistent look at a view. It is streamed, in constant
// memory, to a temporary file that takes its name when it is complete, with a
// manifest beside it that says what is in it.
package export

import (
	"time"

	"github.com/amends-ledger/amends/domain"
)

// Kind is what a column's cells are.
type Kind uint8

const (
	// ID is a text that must not be taken for a number: 007 stays 007.
	ID Kind = iota
	// Text is any text, possibly one that somebody chose to do harm with.
	Text
	// Amount is money: Cell.Int minor units of Cell.Currency.
	Amount
	// Integer is a whole number.
	Integer
	// Time is an instant: Cell.Int nanoseconds since 1970-01-01 UTC.
	Time
)

// Column is a column of an export. Names are English snake_case: the same for
// ever, so that programs can rely on them.
type Column struct {
	Name string
	Kind Kind
}

// Cell is one value. None is a value that is not there.
type Cell struct {
	Text     string
	Int      int64
	Currency domain.Currency
	None     bool
}

// Writer writes rows in a format. Row may be given the same slice each time.
type Writer interface {
	// Begin writes what comes before rows. headers are what people read above
	// the columns: the columns' names, or a translation.
	Begin(columns []Column, headers []string) error
	Row(cells []Cell) error
	End() error
}

// Money is the amount of a cell.
func (c Cell) Money() domain.Money { return domain.Money{Minor: c.Int, Currency: c.Currency} }

// Time is the instant of a cell.
func (c Cell) Time() time.Time { return time.Unix(0, c.Int).UTC() }
