package domain

// RecordArrears says that the merchant owes Money more (欠款). Payouts are
// blocked until ClearArrears.
type RecordArrears struct {
	Money     Money  `json:"money"`
	Reference string `json:"reference"`
}

// ClearArrears says that the merchant owes nothing any more. What was held back
// goes on.
type ClearArrears struct {
	Reference string `json:"reference"`
}

// Answers to the two commands.
type (
	ArrearsRecorded RecordArrears
	ArrearsCleared  ClearArrears
)

func (c RecordArrears) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkPositive("money", c.Money, m.Profile.Currency); err != nil {
		return nil, err
	}
	if err := checkOptionalID("reference", c.Reference, MaxReferenceBytes); err != nil {
		return nil, err
	}
	if failures := m.only(meta, RolePlatform); failures != nil {
		return refuse(c, "", failures...), nil
	}
	if _, ok := addMinor(m.Arrears, c.Money.Minor); !ok {
		return nil, &Invalid{"money", "all arrears together would be over the largest amount"}
	}
	return []Event{ArrearsRecorded(c)}, nil
}

func (c ClearArrears) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkOptionalID("reference", c.Reference, MaxReferenceBytes); err != nil {
		return nil, err
	}
	if failures := m.only(meta, RolePlatform); failures != nil {
		return refuse(c, "", failures...), nil
	}
	if m.Arrears == 0 {
		return nil, nil
	}
	return []Event{ArrearsCleared(c)}, nil
}

func (e ArrearsRecorded) apply(m *Merchant, _ Meta) { m.Arrears += e.Money.Minor }
func (e ArrearsCleared) apply(m *Merchant, _ Meta)  { m.Arrears = 0 }
