package backfill

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/amends-ledger/amends/domain"
)

// A result is only shown when three books agree with the answers.
func TestBooksAreCompared(t *testing.T) {
	for name, c := range map[string]struct {
		falsify func(*harness)
		want    string
	}{
		"wallet":        {func(h *harness) { h.falsifyWallet = func(w *Wallet) { w.Available-- } }, "wallet of A: available GBP 29.99, held GBP 0.00, paid GBP 1.00; by the answers GBP 30.00, GBP 0.00, GBP 1.00"},
		"held":          {func(h *harness) { h.falsifyWallet = func(w *Wallet) { w.Held++ } }, "held GBP 0.01"},
		"record amount": {func(h *harness) { h.falsifyRecord = func(r *Record) { r.Money.Minor++ } }, "record of "},
		"record state": {func(h *harness) {
			h.falsifyRecord = func(r *Record) {
				if r.State == domain.Paid {
					r.State = domain.Submitted
				}
			}
		}, "SUBMITTED GBP 1.00; by the answer PAID GBP 1.00"},
		"no record":    {func(h *harness) { h.falsifyRecord = func(r *Record) { r.Payout = "another" } }, ": there is none"},
		"rail amount":  {func(h *harness) { h.falsifyRail = func(_ string, m *domain.Money) { m.Minor++ } }, "the rail paid GBP 1.01 for P"},
		"rail missing": {func(h *harness) { h.falsifyRail = func(_ string, m *domain.Money) { m.Minor = 0 } }, "the rail has not paid P"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			c.falsify(h)
			in, err := plain().load()
			if err != nil {
				t.Fatal(err)
			}
			result, err := Run(within(t, time.Minute), in, h.Parts)
			var d *Disagreement
			if !errors.As(err, &d) || result != nil {
				t.Fatalf("result %v, error %v", result, err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q does not say %q", err, c.want)
			}
		})
	}
}

// A rail that pays twice, or what was refused, is found as well.
func TestRailPaysTooMuch(t *testing.T) {
	h := newHarness(t)
	in, err := plain().load()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(within(t, time.Minute), in, h.Parts); err != nil {
		t.Fatal(err)
	}
	books := h.Books
	var refused string
	if err := books.Records(context.Background(), func(r Record) error {
		if r.State == domain.Refused {
			refused = r.Payout
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for name, extra := range map[string]func(paid string) string{
		"twice": func(paid string) string { return paid }, "refused": func(string) string { return refused },
	} {
		h.Books = extraPayment{books, extra}
		_, err := Run(within(t, time.Minute), in, h.Parts)
		var d *Disagreement
		if !errors.As(err, &d) || !strings.Contains(err.Error(), "not owed, or a second time") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// extraPayment is a book with one line too many.
type extraPayment struct {
	Books
	of func(paid string) string
}

func (b extraPayment) Settled(ctx context.Context, each func(string, domain.Money) error) error {
	last, money := "", domain.Money{}
	if err := b.Books.Settled(ctx, func(payout string, m domain.Money) error {
		last, money = payout, m
		return each(payout, m)
	}); err != nil {
		return err
	}
	return each(b.of(last), money)
}
