package domain

// RevealPersonalData asks to see the value behind a pseudonym. The ledger knows
// no values: it records who asked and why, and the vault answers after that.
type RevealPersonalData struct {
	Pseudonym string `json:"pseudonym"`
	Why       string `json:"why"`
}

// ErasePersonalData asks the vault to forget a person's value and salt. Limits
// and duplicate checks go on: they join on the pseudonym.
type ErasePersonalData struct {
	Pseudonym string `json:"pseudonym"`
	Why       string `json:"why"`
}

// Answers to the two commands.
type (
	PersonalDataRevealed RevealPersonalData
	PersonalDataErased   ErasePersonalData
)

func (c RevealPersonalData) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkPersonal(c.Pseudonym, c.Why); err != nil {
		return nil, err
	}
	if failures := m.only(meta, RoleAuditor); failures != nil {
		return refuse(c, "", failures...), nil
	}
	return []Event{PersonalDataRevealed(c)}, nil
}

func (c ErasePersonalData) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkPersonal(c.Pseudonym, c.Why); err != nil {
		return nil, err
	}
	if failures := m.only(meta, RoleAuditor); failures != nil {
		return refuse(c, "", failures...), nil
	}
	return []Event{PersonalDataErased(c)}, nil
}

// checkPersonal wants a reason: looking at and erasing what is somebody's own is
// never done just so.
func checkPersonal(pseudonym, why string) error {
	if err := checkID("pseudonym", pseudonym, MaxReferenceBytes); err != nil {
		return err
	}
	if why == "" {
		return &Invalid{"why", "is empty"}
	}
	return checkText("why", why, MaxWhyChars)
}

func (e PersonalDataRevealed) apply(*Merchant, Meta) {}
func (e PersonalDataErased) apply(*Merchant, Meta)   {}
