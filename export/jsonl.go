package export

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"
	"time"
)

// JSONL writes JSON Lines: one object per row, columns in order. Amounts and
// times are strings, as everywhere in the product, and a value that is not there
// is null. Headers are always the columns' names.
type JSONL struct {
	w    *bufio.Writer
	keys [][]byte // `{"name":`, then `,"name":`
	cols []Column
	line []byte
}

// NewJSONL writes to w.
func NewJSONL(w io.Writer) *JSONL { return &JSONL{w: bufio.NewWriterSize(w, csvBuffer)} }

// Begin notes the columns.
func (j *JSONL) Begin(columns []Column, _ []string) error {
	j.cols = columns
	for i, c := range columns {
		key := []byte{','}
		if i == 0 {
			key[0] = '{'
		}
		j.keys = append(j.keys, append(strconv.AppendQuote(key, c.Name), ':'))
	}
	return nil
}

// Row writes an object.
func (j *JSONL) Row(cells []Cell) error {
	j.line = j.line[:0]
	for i := range cells {
		c := &cells[i]
		j.line = append(j.line, j.keys[i]...)
		switch {
		case c.None:
			j.line = append(j.line, "null"...)
		case j.cols[i].Kind == Integer:
			j.line = strconv.AppendInt(j.line, c.Int, 10)
		case j.cols[i].Kind == Amount:
			j.line = append(append(append(j.line, '"'), c.Money().Amount()...), '"')
		case j.cols[i].Kind == Time:
			j.line = append(c.Time().AppendFormat(append(j.line, '"'), time.RFC3339Nano), '"')
		default:
			text, err := json.Marshal(c.Text)
			if err != nil {
				return err
			}
			j.line = append(j.line, text...)
		}
	}
	_, err := j.w.Write(append(j.line, "}\n"...))
	return err
}

// End writes what is still in memory.
func (j *JSONL) End() error { return j.w.Flush() }
