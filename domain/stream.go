package domain

import (
	"net/url"
	"strings"
)

// Streams that are not a merchant's.
const (
	PlatformStream = "platform" // policies, labels
	UnroutedStream = "unrouted" // refusals that name no known merchant

	merchantPrefix = "merchant-"
	phonePrefix    = "phone-"
)

// MaxIDBytes bounds ids of merchants and accounts: percent-encoded, a merchant's
// id must still fit the 200 bytes of a stream name behind its prefix.
const MaxIDBytes = 60

// MerchantStream is the stream of a merchant. Ids are percent-encoded, since a
// stream name has neither spaces nor dots.
func MerchantStream(id string) string {
	const hex = "0123456789ABCDEF"
	b := append(make([]byte, 0, len(merchantPrefix)+3*len(id)), merchantPrefix...)
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '~':
			b = append(b, c)
		default:
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(b)
}

// MerchantOfStream is the merchant whose stream this is.
func MerchantOfStream(stream string) (id string, ok bool) {
	escaped, ok := strings.CutPrefix(stream, merchantPrefix)
	if !ok {
		return "", false
	}
	id, err := url.PathUnescape(escaped)
	return id, err == nil
}

// PhoneStream is the stream of a phone, named by a keyed hash of its number.
func PhoneStream(hash string) string { return phonePrefix + hash }
