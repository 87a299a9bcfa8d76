package main

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/amends-ledger/amends/internal/yamlnode"
)

// maxCSV bounds an input file: ten times what the largest batch or a day's orders
// take, and still small enough to check before anything is done.
const maxCSV = 64 << 20

// csvFile is a table that was read whole, with the place of every cell.
type csvFile struct {
	name     string
	data     []byte
	columns  []string
	rows     []csvRow
	mistakes yamlnode.Mistakes
}

// csvRow is one row; cells are in the order of the file's columns.
type csvRow struct {
	file   *csvFile
	line   int
	cells  []string
	places []yamlnode.Place
}

// readCSV reads a table whose header names known columns, all of need among them.
// Mistakes are noted, not returned: a caller finds all of them before it gives up.
func readCSV(name string, need, may []string, maxRows int) (*csvFile, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, usage("read %s: %v", name, errors.Unwrap(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxCSV+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	t := &csvFile{name: name, data: data}
	switch {
	case len(data) > maxCSV:
		t.wrong(1, 1, "the file is larger than %d bytes", maxCSV)
	case !utf8.Valid(data):
		t.wrong(1, 1, "the file is not UTF-8")
	default:
		t.read(bytes.TrimPrefix(data, []byte("\ufeff")), need, may, maxRows)
	}
	return t, nil
}

func (t *csvFile) wrong(line, col int, format string, args ...any) {
	t.mistakes.Add(yamlnode.Place{File: t.name, Line: line, Col: col}, format, args...)
}

func (t *csvFile) read(data []byte, need, may []string, maxRows int) {
	in := csv.NewReader(bytes.NewReader(data))
	in.FieldsPerRecord = -1 // told below, with the place
	lines := bytes.Split(data, []byte{'\n'})
	for first := true; ; first = false {
		cells, err := in.Read()
		var bad *csv.ParseError
		switch {
		case errors.Is(err, io.EOF) && first:
			t.wrong(1, 1, "the file is empty")
			return
		case errors.Is(err, io.EOF):
			return
		case errors.As(err, &bad):
			t.wrong(bad.Line, bad.Column, "%v", bad.Err)
			return // where the next row begins can't be told any more
		}
		row := csvRow{file: t, cells: cells}
		for i := range cells {
			line, col := in.FieldPos(i)
			if i == 0 {
				row.line = line
			}
			row.places = append(row.places, yamlnode.Place{File: t.name, Line: line, Col: characters(lines, line, col)})
		}
		if first {
			if !t.header(row, need, may) {
				return
			}
			continue
		}
		if len(cells) != len(t.columns) {
			t.wrong(row.line, 1, "the row has %d columns, the header %d", len(cells), len(t.columns))
			continue
		}
		if len(t.rows) == maxRows {
			t.wrong(row.line, 1, "there are more than %d rows; split the file", maxRows)
			return
		}
		t.rows = append(t.rows, row)
	}
}

// characters makes of a byte's column in a line the character's.
func characters(lines [][]byte, line, col int) int {
	if line > len(lines) || col-1 > len(lines[line-1]) {
		return col
	}
	return utf8.RuneCount(lines[line-1][:col-1]) + 1
}

// header checks the names of columns.
func (t *csvFile) header(row csvRow, need, may []string) bool {
	known := slices.Concat(need, may)
	for i, name := range row.cells {
		at := row.places[i]
		switch {
		case !slices.Contains(known, name):
			t.mistakes.Add(at, "column %q is not known; there are %s", name, strings.Join(known, ", "))
		case slices.Contains(row.cells[:i], name):
			t.mistakes.Add(at, "column %q is there twice", name)
		}
	}
	for _, name := range need {
		if !slices.Contains(row.cells, name) {
			t.wrong(row.line, 1, "column %q is missing", name)
		}
	}
	t.columns = row.cells
	return t.mistakes.Count() == 0
}

// get is the cell under a column, "" if the file does not have it.
func (r csvRow) get(column string) string {
	if i := slices.Index(r.file.columns, column); i >= 0 {
		return strings.TrimSpace(r.cells[i])
	}
	return ""
}

// wrong notes a mistake at a cell, or at the row if there is no such column.
func (r csvRow) wrong(column, format string, args ...any) {
	if i := slices.Index(r.file.columns, column); i >= 0 {
		r.file.mistakes.Add(r.places[i], format, args...)
		return
	}
	r.file.wrong(r.line, 1, format, args...)
}

// err is what is wrong with the file, nil if nothing is.
func (t *csvFile) err(message string) error {
	if t.mistakes.Count() == 0 {
		return nil
	}
	p := &problem{Exit: exitUsage, Code: "BAD_INPUT", Message: message, More: t.mistakes.More}
	slices.SortStableFunc(t.mistakes.First, func(x, y yamlnode.Mistake) int { return cmp.Compare(x.Line, y.Line) })
	for _, m := range t.mistakes.First {
		p.Mistakes = append(p.Mistakes, m.String())
	}
	return p
}
