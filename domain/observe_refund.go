package domain

// RefundObserved says that an order was refunded by Money after a payout was
// made on it (a refund does not look at payouts, so the ledger does).
type RefundObserved struct {
	OrderNo   string `json:"order_no"`
	Money     Money  `json:"money"`
	Reference string `json:"reference"`
}

func (e RefundObserved) apply(m *Merchant, meta Meta) {
	o := m.order(e.OrderNo)
	o.Refunded += e.Money.Minor
	o.Touched = meta.EffectiveAt
	if o.Open == 0 {
		m.idle(ColdOrder, e.OrderNo, &o.resident)
	}
}
