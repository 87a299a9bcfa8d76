package export

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
)

// csvBuffer is what is gathered before it is written: large enough that the
// calls do not count.
const csvBuffer = 64 << 10

// utf8BOM makes spreadsheets read the file as UTF-8.
const utf8BOM = "\xef\xbb\xbf"

// CSV writes RFC 4180: CRLF between records, quotes doubled within quotes. Texts
// are always in quotes and numbers never are. Amounts have their currency's
// digits, times are RFC 3339 in UTC, and a value that is not there is empty.
//
// A text that a spreadsheet would run as a formula gets an apostrophe before it,
// which spreadsheets show as the text alone (see guarded).
type CSV struct {
	w    *bufio.Writer
	bom  bool
	cols []Column
	line []byte
}

// NewCSV writes to w, with a byte order mark if bom is set.
func NewCSV(w io.Writer, bom bool) *CSV {
	return &CSV{w: bufio.NewWriterSize(w, csvBuffer), bom: bom}
}

// Begin writes the header.
func (c *CSV) Begin(columns []Column, headers []string) error {
	c.cols = columns
	if c.bom {
		c.line = append(c.line, utf8BOM...)
	}
	for i, h := range headers {
		c.line = appendText(c.comma(i), h)
	}
	return c.flushLine()
}

// Row writes a record.
func (c *CSV) Row(cells []Cell) error {
	for i := range cells {
		c.line = c.comma(i)
		if cells[i].None {
			continue
		}
		c.line = appendCell(c.line, c.cols[i].Kind, &cells[i])
	}
	return c.flushLine()
}

// End writes what is still in memory.
func (c *CSV) End() error { return c.w.Flush() }

func (c *CSV) comma(i int) []byte {
	if i == 0 {
		return c.line
	}
	return append(c.line, ',')
}

func (c *CSV) flushLine() error {
	_, err := c.w.Write(append(c.line, "\r\n"...))
	c.line = c.line[:0]
	return err
}

func appendCell(b []byte, kind Kind, c *Cell) []byte {
	switch kind {
	case Amount:
		return append(b, c.Money().Amount()...)
	case Integer:
		return strconv.AppendInt(b, c.Int, 10)
	case Time:
		return c.Time().AppendFormat(b, time.RFC3339Nano)
	}
	return appendText(b, c.Text)
}

func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	if guarded(s) {
		b = append(b, '\'')
	}
	for {
		before, after, found := strings.Cut(s, `"`)
		b = append(b, before...)
		if !found {
			return append(b, '"')
		}
		b = append(b, `""`...)
		s = after
	}
}

// guarded tells whether a spreadsheet may take the text for a formula, or for
// something else that it runs: it begins with = + - @, with one of their wide
// forms that East Asian versions take for them, or with a control character
// behind which they are found (OWASP, CSV Injection).
func guarded(s string) bool {
	if s == "" {
		return false
	}
	switch s[0] {
	case '=', '+', '-', '@', '\t', '\r', '\n', 0:
		return true
	case "＝"[0]: // and the first byte of all wide forms
	default:
		return false
	}
	for _, wide := range [...]string{"＝", "＋", "－", "＠"} {
		if strings.HasPrefix(s, wide) {
			return true
		}
	}
	return false
}
