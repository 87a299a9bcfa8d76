package domain

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
)

// AppendFingerprint appends what makes a command the same one when its key comes
// again: name and content, without
//
//   - the SMS code, which must leave no trace;
//   - salted commitments, which differ from vault to vault;
//   - order facts, which come from another source and may change between tries.
//
// The ledger hashes it with a key of its own. The bytes are a pure function of
// the command and must not change between releases: a key is remembered for ever.
func AppendFingerprint(dst []byte, c Command) ([]byte, error) {
	dst = appendField(dst, commandName(c))
	switch c := c.(type) {
	case RequestPayout:
		return c.PayoutTerms.appendFingerprint(dst), nil
	case RegisterMerchant:
		c.Owner.Phone.Commitment = ""
		return appendContent(dst, c)
	case AddAgent:
		c.Agent.Phone.Commitment = ""
		return appendContent(dst, c)
	case ChangePhone:
		c.Phone.Commitment = ""
		return appendContent(dst, c)
	}
	return appendContent(dst, c)
}

// appendFingerprint is by hand because it is on the way of every payout. Each
// field has its length before it, so no two requests have the same bytes.
func (t *PayoutTerms) appendFingerprint(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint64(dst, uint64(t.Money.Minor))
	customer := ""
	if t.Customer != nil {
		customer = t.Customer.Pseudonym
	}
	dst = appendField(dst, string(t.Money.Currency))
	dst = appendField(dst, t.Reason)
	dst = appendField(dst, t.Entry)
	dst = appendField(dst, t.orderNo())
	dst = appendField(dst, customer)
	dst = appendField(dst, t.Earlier)
	dst = appendField(dst, t.BuyerNote)
	dst = appendField(dst, t.RailNote)
	dst = appendField(dst, t.InternalNote)
	return appendField(dst, t.External)
}

func appendField(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendContent(dst []byte, c Command) ([]byte, error) {
	content, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("fingerprint %s: %w", commandName(c), err)
	}
	return append(dst, content...), nil
}
