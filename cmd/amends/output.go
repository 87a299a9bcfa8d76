package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// column is one column of a listing.
type column struct {
	key   string // in CSV and JSON: English, snake_case, never changes
	title string // for people
	right bool   // numbers stand at the right
	wide  bool   // not in tables: it would push the others off the screen
	width int    // in tables of a listing that is streamed, in terminal cells
}

// listing is what a verb lists: rows of R, each told once as cells (the columns'
// values for tables and CSV) and once as R itself (JSON).
type listing[R any] struct {
	columns []column
	cells   func(R) []string
	rows    iter.Seq2[R, error]
	empty   string // for people, instead of a table without rows
}

// show writes the listing in the format that was asked for. JSON, JSON lines and
// CSV are streamed; a table must know all its rows to line them up.
func (l listing[R]) show(a *app) error {
	w := bufio.NewWriter(a.out)
	var err error
	switch a.format {
	case asJSON:
		err = l.json(w)
	case asJSONL:
		err = l.jsonLines(w)
	case asCSV:
		err = l.csv(w)
	default:
		err = l.table(a, w)
	}
	if flushErr := w.Flush(); err == nil {
		err = flushErr
	}
	return err
}

func (l listing[R]) json(w io.Writer) error {
	before := "[\n"
	for row, err := range l.rows {
		if err != nil {
			return err
		}
		b, err := json.Marshal(row)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s%s", before, b); err != nil {
			return err
		}
		before = ",\n"
	}
	if before == "[\n" {
		_, err := io.WriteString(w, "[]\n")
		return err
	}
	_, err := io.WriteString(w, "\n]\n")
	return err
}

func (l listing[R]) jsonLines(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for row, err := range l.rows {
		if err != nil {
			return err
		}
		if err := enc.Encode(row); err != nil {
			return err
		}
	}
	return nil
}

func (l listing[R]) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	header := make([]string, len(l.columns))
	for i, c := range l.columns {
		header[i] = c.key
	}
	if err := out.Write(header); err != nil {
		return err
	}
	for row, err := range l.rows {
		if err != nil {
			return err
		}
		cells := l.cells(row)
		for i := range cells {
			if !l.columns[i].right {
				cells[i] = harmless(cells[i])
			}
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// harmless keeps a spreadsheet from taking text for a formula, also one that
// begins with the wide form of a sign.
func harmless(s string) string {
	for _, r := range s {
		if strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", r) {
			return "'" + s
		}
		break
	}
	return s
}

func (l listing[R]) table(a *app, w io.Writer) error {
	if l.columns[0].width > 0 {
		return l.lines(a, w)
	}
	t := newTable(a.painter(a.out))
	var header table.Row
	var configs []table.ColumnConfig
	for _, c := range l.columns {
		if c.wide {
			continue
		}
		header = append(header, a.heading(c))
		if c.right {
			configs = append(configs, table.ColumnConfig{Number: len(header), Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(configs)
	none := true
	for row, err := range l.rows {
		if err != nil {
			return err
		}
		none = false
		var cells table.Row
		for i, cell := range l.cells(row) {
			if !l.columns[i].wide {
				cells = append(cells, oneLine(cell))
			}
		}
		t.AppendRow(cells)
	}
	if none && l.empty != "" {
		_, err := fmt.Fprintln(w, l.empty)
		return err
	}
	_, err := fmt.Fprintln(w, t.Render())
	return err
}

// lines writes a table whose widths are fixed beforehand, row by row.
func (l listing[R]) lines(a *app, w io.Writer) error {
	write := func(paint func(string) string, cell func(i int) string) error {
		var b strings.Builder
		for i, c := range l.columns {
			if c.wide {
				continue
			}
			s := oneLine(cell(i))
			if c.right {
				b.WriteString(strings.Repeat(" ", max(0, c.width-text.StringWidth(s))) + s + "  ")
			} else {
				b.WriteString(text.Pad(s, c.width, ' ') + "  ")
			}
		}
		_, err := fmt.Fprintln(w, paint(strings.TrimRight(b.String(), " ")))
		return err
	}
	none := true
	for row, err := range l.rows {
		if err != nil {
			return err
		}
		if none {
			none = false
			if err := write(a.painter(a.out).bold, func(i int) string { return a.heading(l.columns[i]) }); err != nil {
				return err
			}
		}
		cells := l.cells(row)
		if err := write(func(s string) string { return s }, func(i int) string { return cells[i] }); err != nil {
			return err
		}
	}
	if none {
		_, err := fmt.Fprintln(w, l.empty)
		return err
	}
	return nil
}

// newTable is a table in the house style: a rule under the header, no boxes. Width
// is counted in terminal cells, of which a Chinese character takes two.
func newTable(paint painter) table.Writer {
	t := table.NewWriter()
	style := table.StyleLight
	style.Options = table.Options{SeparateHeader: true}
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = text.FormatDefault
	if paint {
		style.Color.Header = text.Colors{text.Bold}
	}
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	return t
}

// oneLine keeps what was typed by somebody else from breaking a table or steering
// the terminal.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '·'
		}
		return r
	}, s)
}

// object writes one thing as JSON; in the other formats a verb shows it itself.
func (a *app) object(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	if a.format == asJSON {
		enc.SetIndent("", "  ")
	}
	return enc.Encode(v)
}

// only is a listing of one.
func only[R any](r R) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) { yield(r, nil) }
}

// each is a listing of what is in memory already.
func each[R any](rows []R) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}
