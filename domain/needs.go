package domain

// Needs names the records that a command reads. Before Decide the ledger recalls
// those of them that it keeps; what was never kept does not exist yet or is in
// memory. Then it asks NeedsMore, once, and recalls again.
func Needs(c Command) []ColdKey {
	switch c := c.(type) {
	case RequestPayout:
		return c.PayoutTerms.needs()
	case ObserveRefund:
		if c.OrderNo != "" {
			return []ColdKey{{ColdOrder, c.OrderNo}}
		}
	}
	if no := payoutOf(c); no != "" {
		return []ColdKey{{ColdPayout, no}}
	}
	return nil
}

// NeedsMore names what a command reads besides, now that its payout is in memory:
// an outcome or a dispute of a closed payout changes the payout's order.
func (m *Merchant) NeedsMore(c Command) []ColdKey {
	switch c.(type) {
	case RecordReturned, ResolveDispute:
		if p := m.Payouts[payoutOf(c)]; p != nil && p.Order != "" && m.Orders[p.Order] == nil {
			return []ColdKey{{ColdOrder, p.Order}}
		}
	}
	return nil
}

// payoutOf is the payout that a command names; "" for none.
func payoutOf(c Command) string {
	switch c := c.(type) {
	case ConfirmSMS:
		return c.Payout
	case CompareSMS:
		return c.Payout
	case ResendSMS:
		return c.Payout
	case RecordSMSSent:
		return c.Payout
	case RecordSMSFailed:
		return c.Payout
	case ApprovePayout:
		return c.Payout
	case RejectPayout:
		return c.Payout
	case CancelPayout:
		return c.Payout
	case ExpirePayout:
		return c.Payout
	case SubmitPayout:
		return c.Payout
	case RecordPaid:
		return c.Payout
	case RecordFailed:
		return c.Payout
	case RecordUnknown:
		return c.Payout
	case RecordReturned:
		return c.Payout
	case OpenDispute:
		return c.Payout
	case ResolveDispute:
		return c.Payout
	}
	return ""
}

func (t *PayoutTerms) needs() []ColdKey {
	var keys []ColdKey
	if no := t.orderNo(); no != "" {
		keys = append(keys, ColdKey{ColdOrder, no})
	}
	if t.Customer != nil && t.Customer.Pseudonym != "" {
		keys = append(keys, ColdKey{ColdCustomer, t.Customer.Pseudonym})
	}
	return keys
}
