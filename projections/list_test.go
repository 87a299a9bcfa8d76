package projections_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/projtest"
)

func toyList(v *projections.View, descending bool) *projections.List[sum] {
	return &projections.List[sum]{
		View: v.Name, Table: v.Tables[0], Fields: (*sum).fields, Sort: []string{"credits", "merchant"}, Descending: descending,
	}
}

// Rows that come while somebody pages neither repeat nor hide others.
func TestPages(t *testing.T) {
	for _, descending := range []bool{false, true} {
		t.Run(fmt.Sprintf("descending %v", descending), func(t *testing.T) {
			log, db, v := projtest.NewLog(), openViews(t), toyView("toy", 1)
			var want []string
			for i := range 25 {
				m := fmt.Sprintf("m%02d", i)
				credit(t, log, m, 1)
				want = append(want, m)
			}
			if descending {
				for i, j := 0, len(want)-1; i < j; i, j = i+1, j-1 {
					want[i], want[j] = want[j], want[i]
				}
			}
			views := []*projections.View{v}
			projtest.Run(t, log, db, views, projections.RunnerOptions{})
			list := toyList(v, descending)
			var got []string
			o := projections.PageOptions{Limit: 4}
			for n := 0; ; n++ {
				page, err := list.Page(t.Context(), db, projections.Where{}, o)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range page.Rows {
					if r.Merchant[0] == 'm' {
						got = append(got, r.Merchant)
					}
				}
				if o.Cursor = page.Next; o.Cursor == "" {
					break
				}
				credit(t, log, fmt.Sprintf("a%02d", n), 1) // sorts before all others
				projtest.Run(t, log, db, views, projections.RunnerOptions{})
			}
			if !cmp.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestCursorBelongsToItsList(t *testing.T) {
	log, db, v := projtest.NewLog(), openViews(t), toyView("toy", 1)
	credit(t, log, "a", 1)
	credit(t, log, "b", 1)
	projtest.Run(t, log, db, []*projections.View{v}, projections.RunnerOptions{})
	page, err := toyList(v, false).Page(t.Context(), db, projections.Where{}, projections.PageOptions{Limit: 1})
	if err != nil || page.Next == "" {
		t.Fatalf("first page: %v, %v", page, err)
	}
	var filtered projections.Where
	filtered.Is("merchant", "b")
	for name, try := range map[string]func() error{
		"another order": func() error {
			_, err := toyList(v, true).Page(t.Context(), db, projections.Where{}, projections.PageOptions{Cursor: page.Next})
			return err
		},
		"another filter": func() error {
			_, err := toyList(v, false).Page(t.Context(), db, filtered, projections.PageOptions{Cursor: page.Next})
			return err
		},
		"garbage": func() error {
			_, err := toyList(v, false).Page(t.Context(), db, projections.Where{}, projections.PageOptions{Cursor: "x" + page.Next})
			return err
		},
	} {
		if err := try(); !errors.Is(err, projections.ErrCursor) {
			t.Errorf("%s: got %v, want %v", name, err, projections.ErrCursor)
		}
	}
}

func TestPageAsOf(t *testing.T) {
	log, db, v := projtest.NewLog(), openViews(t), toyView("toy", 1)
	tail := credit(t, log, "a", 1, 2)
	projtest.Run(t, log, db, []*projections.View{v}, projections.RunnerOptions{})
	credit(t, log, "a", 3) // not yet in the view
	page, err := toyList(v, false).Page(t.Context(), db, projections.Where{}, projections.PageOptions{})
	if err != nil || page.AsOf != tail || page.Next != "" {
		t.Fatalf("got %+v, %v; want everything up to %d", page, err, tail)
	}
	if want := []sum{{"a", 3, 2}}; !cmp.Equal(page.Rows, want) {
		t.Errorf("got %v, want %v", page.Rows, want)
	}
}
