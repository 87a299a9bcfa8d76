package projections

import (
	"database/sql"
	"fmt"
	"strings"
)

// Null is an integer column that may have no value, such as a limit.
type Null = sql.Null[int64]

// Scan reads a column.
func (i *Instant) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*i = 0
	case int64:
		*i = Instant(v)
	default:
		return fmt.Errorf("read an instant: it is a %T", v)
	}
	return nil
}

// value is what a field of a row is stored as: string, int64 or nil. Fields are
// pointers, keys are plain values.
func value(field any) any {
	switch f := field.(type) {
	case *string:
		return storable(*f)
	case *int64:
		return *f
	case *Instant:
		if *f == 0 {
			return nil
		}
		return int64(*f)
	case *Null:
		if !f.Valid {
			return nil
		}
		return f.V
	case string:
		return storable(f)
	case int64:
		return f
	}
	panic(fmt.Sprintf("projections: a row has a field of type %T", field))
}

// storable is the text that a column can hold: PostgreSQL knows no NUL, which
// only somebody up to no good puts into a note, so it becomes U+FFFD everywhere.
func storable(s string) string {
	if strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(s, "\x00", "\uFFFD")
}

// assign sets a field from a stored value.
func assign(field, v any) error {
	switch f := field.(type) {
	case *string:
		s, ok := v.(string)
		if !ok {
			return fmt.Errorf("read a text: it is a %T", v)
		}
		*f = s
	case *int64:
		n, ok := v.(int64)
		if !ok {
			return fmt.Errorf("read an integer: it is a %T", v)
		}
		*f = n
	case sql.Scanner:
		return f.Scan(v)
	default:
		panic(fmt.Sprintf("projections: a row has a field of type %T", field))
	}
	return nil
}
