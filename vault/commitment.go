package vault

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
)

const (
	saltBytes = 32 // the width of the hash: a commitment can't be searched for its value
	nameBytes = 10 // 80 bits of randomness in a pseudonym, 16 characters
)

// crockford is Crockford's base 32: no I, L, O, U, so it can be read aloud.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// text is how salts, lookups and commitments are written: 43 characters of 32 bytes.
var text = base64.RawURLEncoding

// draw makes a new pseudonym and, as text, its salt.
func draw(random io.Reader, kind Kind) (pseudonym, salt string, err error) {
	var b [nameBytes + saltBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", "", fmt.Errorf("read randomness: %w", err)
	}
	name := append(make([]byte, 0, 3+nameBytes*8/5), prefixes[kind]...)
	for i := 0; i < nameBytes; i += 5 { // five bytes are eight characters
		group := uint64(b[i])<<32 | uint64(b[i+1])<<24 | uint64(b[i+2])<<16 | uint64(b[i+3])<<8 | uint64(b[i+4])
		for shift := 35; shift >= 0; shift -= 5 {
			name = append(name, crockford[group>>shift&31])
		}
	}
	return string(name), text.EncodeToString(b[nameBytes:]), nil
}

// commit is the commitment to a value: base64url(HMAC-SHA-256(salt, kind|0|value)).
// The salt is the key, so that without it not even a short value can be guessed.
func commit(kind Kind, value string, salt []byte) string {
	return text.EncodeToString(mac(salt, kind, value))
}

// Verify tells whether commitment was made of kind, value and salt. It takes the
// same time whatever differs.
func Verify(commitment string, kind Kind, value string, salt []byte) bool {
	return hmac.Equal([]byte(commitment), []byte(commit(kind, value, salt)))
}

// lookup finds a value's row without the value being an index: with the key kept
// elsewhere, a stolen file still has to be read row by row.
func (v *Vault) lookup(kind Kind, value string) string {
	return text.EncodeToString(mac(v.key, kind, value))
}

func mac(key []byte, kind Kind, value string) []byte {
	h := hmac.New(sha256.New, key)
	io.WriteString(h, string(kind))
	h.Write([]byte{0})
	io.WriteString(h, value)
	return h.Sum(nil)
}
