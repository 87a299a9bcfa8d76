package backfill

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"unicode/utf8"
)

const (
	// maxInputBytes bounds one file, unpacked: rows are held in memory, and a
	// small gzip file can hold terabytes of zeros.
	maxInputBytes = 4 << 30
	// maxRows bounds the rows of one file, about 300 bytes of memory each.
	maxRows = 5_000_000
)

// Open opens an input file by the name that the plan and --data lead to.
type Open func(name string) (io.ReadCloser, error)

// table reads one CSV file with a header, strictly.
type table struct {
	file     string
	csv      *csv.Reader
	columns  map[string]int
	header   []string
	fields   []string
	line     int // where the current record begins
	mistakes *Mistakes
}

// openTable opens the file that the plan names at from and reads its header.
// Whatever is wrong with it is noted, and ok is false.
func openTable(open Open, name string, from Place, mistakes *Mistakes) (t *table, closer io.Closer, ok bool) {
	f, err := open(name)
	if err != nil {
		mistakes.Add(from, "%s", whyNotOpen(name, err))
		return nil, nil, false
	}
	r, err := unpack(f)
	if err != nil {
		f.Close()
		mistakes.Add(Place{File: name, Line: 1, Col: 1}, "not a gzip file: %v", err)
		return nil, nil, false
	}
	t = &table{file: name, csv: csv.NewReader(r), columns: map[string]int{}, mistakes: mistakes}
	t.csv.FieldsPerRecord, t.csv.ReuseRecord = -1, true // counted here, with a better message
	if !t.readHeader() {
		f.Close()
		return nil, nil, false
	}
	return t, f, true
}

func whyNotOpen(name string, err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Sprintf("there is no file %s", name)
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Sprintf("open %s: %v", name, err)
}

// unpack looks at the first bytes, not at the name, passes over a byte order
// mark, and ends with an error where the file is too long.
func unpack(f io.Reader) (io.Reader, error) {
	r := bufio.NewReaderSize(f, 1<<16)
	if magic, _ := r.Peek(2); string(magic) == "\x1f\x8b" {
		gz, err := gzip.NewReader(r)
		if err != nil {
			return nil, err
		}
		r = bufio.NewReaderSize(gz, 1<<16)
	}
	if bom, _ := r.Peek(3); string(bom) == "\ufeff" {
		if _, err := r.Discard(len(bom)); err != nil {
			return nil, err
		}
	}
	return &bounded{r, maxInputBytes}, nil
}

// bounded fails, rather than ends, behind the last byte that is allowed.
type bounded struct {
	io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("the file has more than %d bytes", int64(maxInputBytes))
	}
	return n, err
}

func (t *table) readHeader() bool {
	if !t.next() {
		if t.mistakes.Count() == 0 {
			t.mistakes.Add(Place{File: t.file, Line: 1, Col: 1}, "the file is empty; a header with the names of the columns is expected")
		}
		return false
	}
	for i, name := range t.fields {
		if first, twice := t.columns[name]; twice {
			t.mistakes.Add(t.at(i), "column %q stands twice in the header, first as column %d", name, first+1)
			return false
		}
		t.columns[name] = i
	}
	t.header = append(t.header, t.fields...)
	return true
}

// next reads a record into fields. It returns false at the end of the file and
// after a fault behind which nothing can be read.
func (t *table) next() bool {
	for {
		fields, err := t.csv.Read()
		if err == io.EOF {
			return false
		}
		var syntax *csv.ParseError
		switch {
		case errors.As(err, &syntax) && syntax.Err == csv.ErrBareQuote:
			t.mistakes.Add(Place{File: t.file, Line: syntax.Line, Col: syntax.Column}, "not CSV: a quote inside a field that does not begin with one")
			continue
		case errors.As(err, &syntax): // an open quote may have swallowed the rest
			t.mistakes.Add(Place{File: t.file, Line: syntax.StartLine, Col: 1}, "not CSV: a quoted field of this row does not end with a quote and a comma")
			return false
		case errors.Is(err, io.ErrUnexpectedEOF):
			t.mistakes.Add(Place{File: t.file, Line: t.line + 1, Col: 1}, "the gzip data end too early: the file is cut off")
			return false
		case err != nil:
			t.mistakes.Add(Place{File: t.file, Line: t.line + 1, Col: 1}, "%v", err)
			return false
		}
		t.fields = fields
		t.line, _ = t.csv.FieldPos(0)
		if t.header != nil && len(fields) != len(t.header) {
			t.mistakes.Add(Place{File: t.file, Line: t.line, Col: 1}, "the row has %d columns, the header %d", len(fields), len(t.header))
			continue
		}
		if i, ok := t.invalid(); ok {
			t.mistakes.Add(t.at(i), "not UTF-8")
			continue
		}
		return true
	}
}

// invalid is the first field that is not UTF-8.
func (t *table) invalid() (field int, ok bool) {
	for i, f := range t.fields {
		if !utf8.ValidString(f) {
			return i, true
		}
	}
	return 0, false
}

// at is the place of a field of the current record. The CSV reader counts bytes
// of the line; what fields before it on that line have more than characters is
// taken off.
func (t *table) at(field int) Place {
	line, col := t.csv.FieldPos(field)
	for i := range field {
		f := t.fields[i]
		last := strings.LastIndexByte(f, '\n') + 1 // a quoted field may have begun on a line before
		if from, _ := t.csv.FieldPos(i); from+strings.Count(f, "\n") == line {
			col -= len(f[last:]) - utf8.RuneCountInString(f[last:])
		}
	}
	return Place{File: t.file, Line: line, Col: col}
}

// index finds the column of a source; a column that is not there is noted where
// the plan names it. It is -1 for a source without column.
func (t *table) index(s source) int {
	if !s.column.Given() {
		return -1
	}
	i, ok := t.columns[s.column.Value]
	if !ok {
		t.mistakes.Add(s.column.Place, "%s has no column %q; it has %s", t.file, s.column.Value, strings.Join(t.header, ", "))
		return -1
	}
	return i
}

// get is the field in column i, "" if i is -1. The string is the caller's.
func (t *table) get(i int) string {
	if i < 0 {
		return ""
	}
	return t.fields[i]
}
