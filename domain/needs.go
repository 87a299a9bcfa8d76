package domain

// Needs names the records that a command reads. Before Decide the ledger recalls
// those of them that it keeps; what was never kept does not exist yet or is in
// memory. Then it asks NeedsMore, once, and recalls again.
func Needs(c Command) []ColdKey {
	switch c := c.(type) {
	case RequestPayout:
		return c.PayoutTerms.needs()
	case ConfirmSMS:
		return needPayout(c.Payout)
	case CompareSMS:
		return needPayout(c.Payout)
	case RecordSMSSent:
		return needPayout(c.Payout)
	case RecordSMSFailed:
		return needPayout(c.Payout)
	case CancelPayout:
		return needPayout(c.Payout)
	case SubmitPayout:
		return needPayout(c.Payout)
	case RecordPaid:
		return needPayout(c.Payout)
	case RecordFailed:
		return needPayout(c.Payout)
	case RecordUnknown:
		return needPayout(c.Payout)
	}
	return nil
}

func needPayout(no string) []ColdKey { return []ColdKey{{ColdPayout, no}} }

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
