package domain

// Subject stands for a personal value (a customer account, a phone) that never
// enters the log. Pseudonym joins events of the same person; Commitment is a
// salted hash (HMAC-SHA-256, base64url) that proves the value to whoever is shown
// value and salt, and proves nothing once the vault has erased them.
type Subject struct {
	Pseudonym  string `json:"pseudonym"`
	Commitment string `json:"commitment,omitempty"`
}
