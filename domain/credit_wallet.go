package domain

// CreditWallet is a top-up (充值) that the platform reports.
type CreditWallet struct {
	Money     Money  `json:"money"`
	Reference string `json:"reference"` // of the money's source, e.g. a bank statement line
}

// WalletCredited adds to the available balance.
type WalletCredited CreditWallet

// WalletDebited takes from the available balance, other than by a payout.
type WalletDebited struct {
	Money     Money  `json:"money"`
	Reference string `json:"reference"`
}

// ArrearsRecorded says that the merchant owes Money more (欠款): payouts are blocked.
type ArrearsRecorded struct {
	Money     Money  `json:"money"`
	Reference string `json:"reference"`
}

// ArrearsCleared says that the merchant owes nothing any more.
type ArrearsCleared struct {
	Reference string `json:"reference"`
}
