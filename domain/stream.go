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
)

// MaxIDBytes bounds ids of merchants and accounts: percent-encoded, a merchant's
// id must still fit the 200 bytes of a stream name behind its prefix.
const MaxIDBytes = 60

// MerchantStream is the stream of a merchant. Ids are percent-encoded, since a
// stream name has neither spaces nor dots.
func MerchantStream(id string) string {
	escaped := url.PathEscape(id)
	return merchantPrefix + strings.NewReplacer(".", "%2E", "*", "%2A").Replace(escaped)
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
