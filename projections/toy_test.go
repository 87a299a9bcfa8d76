package projections_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/projtest"
)

// sum is a row of the toy view: what was credited to each merchant.
type sum struct {
	Merchant string
	Total    int64
	Credits  int64
}

func (s *sum) fields() []any { return []any{&s.Merchant, &s.Total, &s.Credits} }

func sums(name string) *projections.Schema {
	return &projections.Schema{
		Name: name,
		Columns: []projections.Column{
			{Name: "merchant", Type: projections.Text},
			{Name: "total", Type: projections.Integer},
			{Name: "credits", Type: projections.Integer},
		},
		Key: []string{"merchant"},
	}
}

// Credits of these amounts are poison to the toy view, each in its way.
const (
	unapplicable = 666
	panicking    = 667
)

type toy struct {
	sums *projections.Table[string, sum]
}

func toyView(name string, version int) *projections.View {
	schema := sums(name + "_sums")
	return &projections.View{
		Name: name, Version: version, Types: []string{"WalletCredited"}, Tables: []*projections.Schema{schema},
		New: func() projections.Writer {
			return &toy{projections.NewTable(schema, (*sum).fields, schema.Key, func(k string) []any { return []any{k} })}
		},
		Simple: func() projections.Evaluator {
			return &simpleToy{table: schema.Name, rows: map[string]projections.Row{}}
		},
	}
}

func (t *toy) Caches() []projections.Cache { return []projections.Cache{t.sums} }

func (t *toy) Apply(tx *projections.Tx, events []projections.Event) error {
	for _, e := range events {
		t.sums.Want(e.Merchant)
	}
	if err := t.sums.Load(tx); err != nil {
		return err
	}
	for _, e := range events {
		b := e.Body.(domain.WalletCredited)
		s := t.sums.Ensure(e.Merchant, sum{Merchant: e.Merchant})
		s.Total += b.Money.Minor // a failing event leaves its trace before it fails
		s.Credits++
		switch b.Money.Minor {
		case unapplicable:
			return errors.New("666 can't be applied")
		case panicking:
			panic("667 hurts")
		}
	}
	return nil
}

type simpleToy struct {
	table string
	rows  map[string]projections.Row
}

func (s *simpleToy) Add(e projections.Event) {
	b, ok := e.Body.(domain.WalletCredited)
	if !ok {
		return
	}
	r := s.rows[e.Merchant]
	if r == nil {
		r = projections.Row{"merchant": e.Merchant, "total": int64(0), "credits": int64(0)}
		s.rows[e.Merchant] = r
	}
	r["total"], r["credits"] = r["total"].(int64)+b.Money.Minor, r["credits"].(int64)+1
}

func (s *simpleToy) Rows() map[string][]projections.Row {
	out := map[string][]projections.Row{s.table: {}}
	for _, r := range s.rows {
		out[s.table] = append(out[s.table], r)
	}
	return out
}

// credit appends credits to a merchant's stream and tells the log's tail.
func credit(t testing.TB, store eventstore.Store, merchant string, amounts ...int64) eventstore.Position {
	t.Helper()
	ctx := context.Background()
	stream := domain.MerchantStream(merchant)
	for _, minor := range amounts {
		head, err := store.Head(ctx, stream)
		if err != nil {
			t.Fatal(err)
		}
		meta := domain.Meta{
			ID: uuid.New(), Key: "k", Actor: domain.Actor{Role: domain.RolePlatform},
			EffectiveAt: time.Date(2024, 1, 1, 0, 0, int(head)+1, 0, time.UTC), RecordedAt: time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC),
		}
		e := domain.WalletCredited{Money: domain.Money{Minor: minor, Currency: "CNY"}, Reference: fmt.Sprint(minor)}
		s, err := domain.Encode(e, meta, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		_, err = store.Append(ctx, eventstore.Write{Stream: stream, Expect: eventstore.At(head), Events: []eventstore.Event{{
			ID: meta.ID, Type: s.Type, Version: s.Version, RecordedAt: meta.RecordedAt, Data: s.Data, Meta: s.Meta,
		}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	tail, err := store.Tail(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return tail
}

// totals reads the toy view as "merchant:total".
func totals(t testing.TB, db *projections.DB, v *projections.View) map[string]int64 {
	t.Helper()
	rows, _, err := db.Rows(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{}
	for _, r := range rows[v.Tables[0].Name] {
		out[r["merchant"].(string)] = r["total"].(int64)
	}
	return out
}

func openViews(t testing.TB) *projections.DB { return projtest.SQLite(t)(t, projections.Options{}) }

// statusOf finds a view's status.
func statusOf(t testing.TB, r *projections.Runner, view string) projections.Status {
	t.Helper()
	all, err := r.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.View == view {
			return s
		}
	}
	t.Fatalf("no status of view %s", view)
	return projections.Status{}
}
