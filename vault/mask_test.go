package vault

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMask(t *testing.T) {
	for _, tt := range []struct {
		kind  Kind
		value string
		want  string
	}{
		{Phone, "13812345678", "138****5678"},
		{Phone, "+8613812345678", "+86****5678"},
		{Phone, "23456789", "****89"},
		{Phone, "110", "****"},
		{Customer, "17850", "1****0"},
		{Customer, "customer-17850", "cu****50"},
		{Customer, "ab", "****"},
		{Customer, "li.wei@example.com", "l****@example.com"},
		{Customer, "x@example.com", "****@example.com"},
		{Customer, "@handle-of-somebody", "****@handle-of-somebody"},
		{Customer, "王小明的賬號八字", "王小****八字"},
		{Customer, "e\x1b[31m-red-account", "e*****nt"},
		{Customer, "", "****"},
	} {
		got := Mask(tt.kind, tt.value)
		if got != tt.want {
			t.Errorf("Mask(%s, %q) = %q, want %q", tt.kind, tt.value, got, tt.want)
		}
		if !utf8.ValidString(got) {
			t.Errorf("Mask(%s, %q) = %q cuts a character", tt.kind, tt.value, got)
		}
	}
}

func TestMaskHides(t *testing.T) {
	for n := 1; n <= 40; n++ {
		value := strings.Repeat("é", n)
		for _, kind := range []Kind{Phone, Customer} {
			if shown := strings.Count(Mask(kind, value), "é"); shown > 7 || shown == n {
				t.Errorf("Mask(%s) shows %d of %d characters", kind, shown, n)
			}
		}
	}
}
