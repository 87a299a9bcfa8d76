package domain

import "slices"

// ObserveRefund reports that an order was refunded by Money (a refund does not
// look at payouts, so the ledger does). As a dry run before the refund is made it
// is the other direction of the exposure guard: it shows the warning.
type ObserveRefund struct {
	OrderNo   string `json:"order_no"`
	Money     Money  `json:"money"`
	Reference string `json:"reference"` // of the refund; the same one counts once
}

// RefundObserved is the answer to ObserveRefund.
type RefundObserved ObserveRefund

// DuplicateSuspected warns that the customer has a refund and payouts for the
// same order.
type DuplicateSuspected struct {
	OrderNo     string   `json:"order_no"`
	Reference   string   `json:"reference"`         // of the refund
	Paid        Money    `json:"paid,omitzero"`     // by the customer, if known
	Refunded    Money    `json:"refunded"`          // in all, this refund included
	Compensated Money    `json:"compensated"`       // by payouts, reserved ones included
	Over        Money    `json:"over,omitzero"`     // what both together are more than Paid
	Payouts     []string `json:"payouts,omitempty"` // the latest ones
}

const (
	// maxOrderRefunds bounds the refunds observed on one order: their references
	// are kept, to count each once.
	maxOrderRefunds = 1_000
	// maxSuspects bounds the payouts that a warning names.
	maxSuspects = 10
)

func (c ObserveRefund) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkID("order_no", c.OrderNo, MaxReferenceBytes); err != nil {
		return nil, err
	}
	if err := checkPositive("money", c.Money, m.Profile.Currency); err != nil {
		return nil, err
	}
	if err := checkID("reference", c.Reference, MaxReferenceBytes); err != nil {
		return nil, err
	}
	if failures := m.only(meta, RolePlatform); failures != nil {
		return refuse(c, "", failures...), nil
	}
	observed := RefundObserved(c)
	o := m.Orders[c.OrderNo]
	if o == nil {
		return []Event{observed}, nil
	}
	if slices.Contains(o.Refunds, c.Reference) {
		return nil, nil
	}
	if _, ok := addMinor(o.Refunded, c.Money.Minor); !ok || len(o.Refunds) >= maxOrderRefunds {
		return nil, &Invalid{"money", "all refunds of the order together would be over what an order can have"}
	}
	if o.Amount == 0 {
		return []Event{observed}, nil
	}
	return []Event{observed, o.suspect(c)}, nil
}

func (o *Order) suspect(c ObserveRefund) DuplicateSuspected {
	x := o.exposure(c.Money.Currency)
	d := DuplicateSuspected{
		OrderNo: c.OrderNo, Reference: c.Reference, Paid: x.Paid, Compensated: x.Compensated,
		Refunded: Money{max(o.Refunded+c.Money.Minor, o.Stated), c.Money.Currency},
	}
	if over := d.Refunded.Minor + d.Compensated.Minor - d.Paid.Minor; o.Total > 0 && over > 0 {
		d.Over = Money{over, c.Money.Currency}
	}
	for i := len(o.Payouts) - 1; i >= 0 && len(d.Payouts) < maxSuspects; i-- {
		d.Payouts = append(d.Payouts, o.Payouts[i].Payout)
	}
	return d
}

// Exposure is what an order cost the merchant beyond the sale.
type Exposure struct {
	Paid        Money // by the customer; zero: not known
	Refunded    Money // as observed, or as the order's facts say, whichever is more
	Compensated Money // by payouts, reserved ones included, returned ones not
	Remaining   Money // Paid − Refunded − Compensated; negative: more went back than came
	Payouts     int   // that count against the order's limit
}

// Exposure of an order that is in memory (see Needs: an ObserveRefund names it).
func (m *Merchant) Exposure(order string) (Exposure, bool) {
	o := m.Orders[order]
	if o == nil {
		return Exposure{}, false
	}
	return o.exposure(m.Profile.Currency), true
}

func (o *Order) exposure(c Currency) Exposure {
	x := Exposure{Refunded: Money{max(o.Refunded, o.Stated), c}, Compensated: Money{o.Amount, c}, Payouts: o.Count}
	if o.Total > 0 {
		x.Paid = Money{o.Total, c}
		x.Remaining = Money{o.Total - x.Refunded.Minor - o.Amount, c}
	}
	return x
}

func (e RefundObserved) apply(m *Merchant, meta Meta) {
	o := m.order(e.OrderNo)
	o.Refunded += e.Money.Minor
	o.Refunds = append(o.Refunds, e.Reference)
	o.Touched = meta.EffectiveAt
	if o.Open == 0 {
		m.idle(ColdOrder, e.OrderNo, &o.resident)
	}
}

// A suspicion is for people; the refund itself is what later decisions read.
func (e DuplicateSuspected) apply(*Merchant, Meta) {}
