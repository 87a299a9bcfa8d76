package domain

import "time"

// SMSChallengeIssued asks the operator's own phone for a code. The code is
// derived (see Challenge), bound to payout, amount and payee, and used once.
type SMSChallengeIssued struct {
	Payout    string    `json:"payout_no"`
	Challenge string    `json:"challenge"`
	Send      int       `json:"send"`
	Phone     string    `json:"phone"` // pseudonym
	Digits    int       `json:"digits"`
	ExpiresAt time.Time `json:"expires_at"`
}

// ConfirmSMS hands in a code. The ledger runs it in two steps: the attempt is
// counted and durable before the code is compared.
type ConfirmSMS struct {
	Payout string `json:"payout_no"`
	Code   string `json:"-"` // never stored, logged or fingerprinted
}

// SMSAttempted counts a try before it is compared.
type SMSAttempted struct {
	Payout    string `json:"payout_no"`
	Challenge string `json:"challenge"`
	Attempt   int    `json:"attempt"`
}

// CompareSMS is the second step of ConfirmSMS, given by the ledger alone:
// Matched is the result of the constant-time comparison.
type CompareSMS struct {
	Payout    string `json:"payout_no"`
	Challenge string `json:"challenge"`
	Attempt   int    `json:"attempt"`
	Matched   bool   `json:"matched"`
}

// SMSConfirmed says that the code matched.
type SMSConfirmed struct {
	Payout    string `json:"payout_no"`
	Challenge string `json:"challenge"`
	Attempt   int    `json:"attempt"`
}

// SMSChallengeLocked ends a challenge after too many wrong codes.
type SMSChallengeLocked struct {
	Payout    string `json:"payout_no"`
	Challenge string `json:"challenge"`
	Tries     int    `json:"tries"`
}
