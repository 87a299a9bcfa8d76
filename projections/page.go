package projections

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/amends-ledger/amends/eventstore"
)

// Limits of a page: what a list shows if nobody says, and the most that one
// answer holds in memory.
const (
	DefaultPage = 50
	MaxPage     = 1_000
)

// PageOptions asks for one page of a list.
type PageOptions struct {
	Limit  int    // 0 is DefaultPage; more than MaxPage is MaxPage
	Cursor string // Page.Next of the page before; empty for the first
}

func (o PageOptions) size() int {
	if o.Limit <= 0 {
		return DefaultPage
	}
	return min(o.Limit, MaxPage)
}

// Page is one page of a list. Pages follow each other by the values that the
// list is sorted by, which never change: rows that come or change meanwhile
// neither repeat nor hide others.
type Page[R any] struct {
	Rows []R
	Next string              // cursor of the next page; empty on the last
	AsOf eventstore.Position // the rows hold every event up to here
}

// ErrCursor says that a cursor is not one that this list gave out for this filter.
var ErrCursor = errors.New("cursor does not belong to this list and filter")

// cursor is a place in a list: behind the row with these sort values. It is not
// secret and not trusted: it only ever becomes arguments of the list's query.
type cursor struct {
	List   string            `json:"l"` // digest of the list and its filter
	Values []json.RawMessage `json:"v"`
}

// digest tells lists apart: by their query and the arguments of its filter.
func digest(query string, args []any) (string, error) {
	b, err := json.Marshal(args)
	if err != nil {
		return "", fmt.Errorf("digest a filter: %w", err)
	}
	sum := sha256.Sum256(append([]byte(query), b...))
	return base64.RawURLEncoding.EncodeToString(sum[:9]), nil
}

func (c cursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic("projections: a cursor of raw JSON can't be written: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseCursor(text string) (cursor, error) {
	var c cursor
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(b, &c) != nil {
		return c, ErrCursor
	}
	return c, nil
}
