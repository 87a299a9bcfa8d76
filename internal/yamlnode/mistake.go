package yamlnode

import (
	"fmt"
	"strings"
)

// Place is where something stands in an input file. Line and Col count from 1;
// Col counts characters. The zero Place is no place.
type Place struct {
	File      string
	Line, Col int
}

func (p Place) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col) }

// Mistake is one fault of the input, at a place that an editor can jump to.
type Mistake struct {
	Place
	What string
}

// String is FILE:LINE:COL: what.
func (m Mistake) String() string { return m.Place.String() + ": " + m.What }

// MaxMistakes is how many mistakes are kept. A wrong column makes one in every
// row, and nobody reads more than a screen of them.
const MaxMistakes = 10

// Mistakes is the error for input that can't be used: the first MaxMistakes
// faults, in the order of reading, and how many more there are.
type Mistakes struct {
	First []Mistake
	More  int
}

func (m *Mistakes) Error() string {
	var b strings.Builder
	for i, one := range m.First {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(one.String())
	}
	switch {
	case m.More == 1:
		b.WriteString("\nand one more mistake")
	case m.More > 1:
		fmt.Fprintf(&b, "\nand %d more mistakes", m.More)
	}
	return b.String()
}

// Add notes a mistake.
func (m *Mistakes) Add(p Place, format string, args ...any) {
	if len(m.First) == MaxMistakes {
		m.More++
		return
	}
	m.First = append(m.First, Mistake{p, fmt.Sprintf(format, args...)})
}

// Count is how many mistakes were noted.
func (m *Mistakes) Count() int { return len(m.First) + m.More }
