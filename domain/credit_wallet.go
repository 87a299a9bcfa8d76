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

func (c CreditWallet) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkPositive("money", c.Money, m.Profile.Currency); err != nil {
		return nil, err
	}
	if err := checkOptionalID("reference", c.Reference, MaxReferenceBytes); err != nil {
		return nil, err
	}
	if failures := m.only(meta, RolePlatform); failures != nil {
		return refuse(c, "", failures...), nil
	}
	if _, ok := addMinor(m.Wallet.Credited, c.Money.Minor); !ok {
		return nil, &Invalid{"money", "all credits of the wallet together would be over the largest amount"}
	}
	return []Event{WalletCredited(c)}, nil
}

func (e WalletCredited) apply(m *Merchant, _ Meta)  { m.Wallet.credit(e.Money.Minor) }
func (e WalletDebited) apply(m *Merchant, _ Meta)   { m.Wallet.debit(e.Money.Minor) }
func (e ArrearsRecorded) apply(m *Merchant, _ Meta) { m.Arrears += e.Money.Minor }
func (e ArrearsCleared) apply(m *Merchant, _ Meta)  { m.Arrears = 0 }
