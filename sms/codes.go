package sms

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"

	"github.com/amends-ledger/amends/ledger"
)

// MinKeyBytes is the least length of the key that codes are derived from.
const MinKeyBytes = 32

// Codes derives SMS codes. A code is never stored: whoever has the key derives it
// again, after any crash, from what the log says of its challenge. It implements
// ledger.Codes and may be used concurrently.
type Codes struct{ key []byte }

// NewCodes needs a key that is kept outside the store. With another key, codes
// that are on their way don't match any more; nothing else is lost.
func NewCodes(key []byte) (*Codes, error) {
	if len(key) < MinKeyBytes {
		return nil, fmt.Errorf("derive SMS codes: key of %d bytes, at least %d are needed", len(key), MinKeyBytes)
	}
	return &Codes{append([]byte(nil), key...)}, nil
}

// maxDigits keeps 10^digits within the 64 bits of a draw. Policies allow 4 to 10.
const maxDigits = 18

// Code is the code of a challenge: HMAC-SHA-256 over everything that it confirms,
// each field with its length before it, so that no two inputs write the same
// bytes. Change the amount, the payee or the send number, and the code is another
// (the dynamic linking of the EU's regulation 2018/389, article 5).
//
// The digits are drawn as in HOTP (RFC 4226, section 5.3), with 64 bits in place
// of 31 and without its bias: a draw in the incomplete last run of 10^digits is
// thrown away and the next one taken.
func (c *Codes) Code(in ledger.CodeInput) string {
	if in.Digits < 1 || in.Digits > maxDigits {
		panic(fmt.Sprintf("sms: a challenge with a code of %d digits, which no policy allows", in.Digits))
	}
	runs := uint64(1)
	for range in.Digits {
		runs *= 10
	}
	limit := -(-runs % runs) // the largest multiple of runs below 2^64
	for draw := uint64(0); ; draw++ {
		sum := c.mac(in, draw)
		for ; len(sum) >= 8; sum = sum[8:] {
			if v := binary.BigEndian.Uint64(sum); v < limit {
				return fmt.Sprintf("%0*d", in.Digits, v%runs)
			}
		}
	}
}

func (c *Codes) mac(in ledger.CodeInput, draw uint64) []byte {
	b := make([]byte, 0, 256)
	for _, field := range [...]string{
		"amends SMS code 1", in.Merchant, in.Payout, in.Challenge, string(in.Money.Currency), in.Customer,
	} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(field)))
		b = append(b, field...)
	}
	for _, n := range [...]uint64{uint64(in.Money.Minor), uint64(in.Send), uint64(in.Digits), draw} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	h := hmac.New(sha256.New, c.key)
	h.Write(b)
	return h.Sum(nil)
}

// Match compares a code with what was typed, in a time that does not tell how
// much of it is right.
func Match(code, typed string) bool {
	return subtle.ConstantTimeCompare([]byte(code), []byte(typed)) == 1
}
