package domain

// CreditWallet is a top-up (充值) that the platform reports.
type CreditWallet struct {
	Money     Money  `json:"money"`
	Reference string `json:"reference"` // of the money's source, e.g. a bank statement line
}

// WalletCredited adds to the available balance.
type WalletCredited CreditWallet

// DebitWallet takes from the available balance, other than by a payout.
type DebitWallet struct {
	Money     Money  `json:"money"`
	Reference string `json:"reference"`
}

// WalletDebited is the answer to DebitWallet.
type WalletDebited DebitWallet

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

// decide: what payouts hold can't be taken.
func (c DebitWallet) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkPositive("money", c.Money, m.Profile.Currency); err != nil {
		return nil, err
	}
	if err := checkOptionalID("reference", c.Reference, MaxReferenceBytes); err != nil {
		return nil, err
	}
	if failures := m.only(meta, RolePlatform); failures != nil {
		return refuse(c, "", failures...), nil
	}
	if available := m.Wallet.Available; c.Money.Minor > available {
		currency := m.Profile.Currency
		return refuse(c, "", Failure{
			Rule: RuleInsufficientBalance, Name: "available", Unit: string(currency),
			Limit: Money{available, currency}.Amount(), Asked: c.Money.Amount(),
		}), nil
	}
	return []Event{WalletDebited(c)}, nil
}

func (e WalletCredited) apply(m *Merchant, _ Meta) { m.Wallet.credit(e.Money.Minor) }
func (e WalletDebited) apply(m *Merchant, _ Meta)  { m.Wallet.debit(e.Money.Minor) }
