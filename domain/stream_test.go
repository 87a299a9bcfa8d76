package domain

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

// Any merchant id makes a stream name that every store takes, and reads back.
func TestMerchantStream(t *testing.T) {
	wellFormed := regexp.MustCompile(`^[!-~]+$`)
	forbidden := regexp.MustCompile(`[*>. ]`)
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.String().Draw(t, "id")
		stream := MerchantStream(id)
		if !wellFormed.MatchString(stream) || forbidden.MatchString(stream) {
			t.Errorf("%q makes the stream name %q", id, stream)
		}
		if back, ok := MerchantOfStream(stream); !ok || back != id {
			t.Errorf("%q reads back as %q, %v", id, back, ok)
		}
	})
	for in, want := range map[string]string{"JFK": "merchant-JFK", "United Kingdom": "merchant-United%20Kingdom", "京東.x": "merchant-%E4%BA%AC%E6%9D%B1%2Ex"} {
		if got := MerchantStream(in); got != want {
			t.Errorf("MerchantStream(%q) = %q, want %q", in, got, want)
		}
	}
	for _, other := range []string{PlatformStream, UnroutedStream, "merchant"} {
		if _, ok := MerchantOfStream(other); ok {
			t.Errorf("%q counts as a merchant's stream", other)
		}
	}
}
