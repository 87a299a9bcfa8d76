package exposure

import (
	"context"
	"errors"
	"fmt"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/projections"
)

var (
	orderList = projections.List[Order]{
		View: Name, Table: orders, Fields: (*Order).fields, Sort: []string{"merchant", "order_no"},
	}
	payoutList = projections.List[Payout]{
		View: Name, Table: payouts, Fields: (*Payout).fields, Sort: []string{"position"},
	}
	refundList = projections.List[Refund]{
		View: Name, Table: refunds, Fields: (*Refund).fields, Sort: []string{"merchant", "order_no", "position"},
	}
	suspicionList = projections.List[Suspicion]{
		View: Name, Table: suspicions, Fields: (*Suspicion).fields, Sort: []string{"merchant", "order_no", "position"},
	}
)

// Filter chooses orders; an empty field chooses all.
type Filter struct {
	Merchant string
	Order    string
	// Suspicious keeps orders with a warning, Over those where more went back than
	// the customer is known to have paid.
	Suspicious, Over bool
}

func (f Filter) where() projections.Where {
	var w projections.Where
	w.Is("merchant", f.Merchant)
	w.Is("order_no", f.Order)
	if f.Suspicious {
		w.And("suspicions > ?", int64(0))
	}
	if f.Over {
		w.And("paid > ?", int64(0))
		w.And("paid < compensated + CASE WHEN stated > observed THEN stated ELSE observed END")
	}
	return w
}

// Orders lists orders by merchant and number.
func Orders(ctx context.Context, db *projections.DB, f Filter, o projections.PageOptions) (projections.Page[Order], error) {
	return orderList.Page(ctx, db, f.where(), o)
}

// Story is an order with all that makes its exposure.
type Story struct {
	Order
	PayoutList []Payout // that count, the first one first
	Refunds    []Refund
	Warnings   []Suspicion
	AsOf       eventstore.Position
}

// ErrNotFound says that neither a payout nor a refund was ever on the order.
var ErrNotFound = errors.New("nothing is known of the order")

// Show tells all of one order.
func Show(ctx context.Context, db *projections.DB, merchant, order string) (Story, error) {
	var s Story
	err := db.Read(ctx, Name, func(r *projections.Reader) error {
		var w projections.Where
		w.And("merchant = ?", merchant)
		w.And("order_no = ?", order)
		row, found, err := orderList.One(r, w)
		if err != nil {
			return err
		}
		if !found {
			return ErrNotFound
		}
		s.Order, s.AsOf = row, r.AsOf
		if s.PayoutList, err = projections.Collect(payoutList.All(r, w)); err != nil {
			return err
		}
		if s.Refunds, err = projections.Collect(refundList.All(r, w)); err != nil {
			return err
		}
		s.Warnings, err = projections.Collect(suspicionList.All(r, w))
		return err
	})
	if err != nil {
		return Story{}, fmt.Errorf("show order %s: %w", order, err)
	}
	return s, nil
}
