package domain

// RegisterMerchant makes a merchant known, with its owner account.
type RegisterMerchant struct {
	Profile
	Owner Operator `json:"owner"`
}

// Operator is an account and the phone that its SMS goes to.
type Operator struct {
	ID    string  `json:"id"`
	Phone Subject `json:"phone"`
}

// MerchantRegistered opens a merchant's stream.
type MerchantRegistered struct {
	Merchant string `json:"merchant"`
	Profile
	Owner Operator `json:"owner"`
}
