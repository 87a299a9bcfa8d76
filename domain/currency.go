package domain

import "strings"

// Currency is an ISO 4217 alphabetic code.
type Currency string

// Scales of ISO 4217's active currencies (list one, 2024): all have two decimal
// digits but those named here.
const (
	scale0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
	scale2 = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD " +
		"CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD " +
		"GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA " +
		"MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON " +
		"RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH " +
		"USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
	scale3 = "BHD IQD JOD KWD LYD OMR TND"
	scale4 = "CLF UYW"
)

var scales = func() map[Currency]int {
	m := make(map[Currency]int, 180)
	for scale, codes := range map[int]string{0: scale0, 2: scale2, 3: scale3, 4: scale4} {
		for code := range strings.FieldsSeq(codes) {
			m[Currency(code)] = scale
		}
	}
	return m
}()

// Scale is the number of decimal digits of c's minor unit; ok is false for a
// code that ISO 4217 does not list.
func (c Currency) Scale() (scale int, ok bool) {
	scale, ok = scales[c]
	return scale, ok
}
