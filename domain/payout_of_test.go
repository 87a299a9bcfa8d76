package domain

import "testing"

func TestPayoutOf(t *testing.T) {
	for data, want := range map[string]string{
		`{"payout_no":"P1"}`:                 "P1",
		`{"payout_no":"P1","money":{}}`:      "P1",
		`{"money":{"a":1},"payout_no":"P1"}`: "P1", // no such version yet
		`{ "payout_no" : "P1" }`:             "P1",
		`{"payout_no":"P\u0031"}`:            "P1",
		`{"payout_no":""}`:                   "",
		`{"note":"{\"payout_no\":\"P1\""}`:   "",
		`{"payout_no":7}`:                    "",
		`not JSON`:                           "",
	} {
		got, err := PayoutOf([]byte(data))
		if got != want || (err == nil) != (want != "") {
			t.Errorf("payout of %s: %q, %v", data, got, err)
		}
	}
}
