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

func (c RegisterMerchant) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if meta.Actor.Role != RolePlatform {
		return refuse(c, "", Failure{Rule: RuleRoleForbidden, Name: meta.Actor.String()}), nil
	}
	if m.Registered {
		if m.Profile == c.Profile && m.Owner.ID == c.Owner.ID && m.Owner.Phone.Pseudonym == c.Owner.Phone.Pseudonym {
			return nil, nil
		}
		return refuse(c, "", Failure{Rule: RuleMerchantExists, Name: m.ID}), nil
	}
	return []Event{MerchantRegistered{Merchant: m.ID, Profile: c.Profile, Owner: c.Owner}}, nil
}

func (c RegisterMerchant) check() error {
	if err := c.Owner.check("owner"); err != nil {
		return err
	}
	return c.Profile.check()
}

func (o Operator) check(field string) error {
	if err := checkID(field+".id", o.ID, MaxIDBytes); err != nil {
		return err
	}
	return checkOptionalID(field+".phone", o.Phone.Pseudonym, MaxReferenceBytes)
}

// check does not load the zone, which would be I/O: that it exists is checked at
// the edge, which resolves it for Meta.
func (p Profile) check() error {
	if _, ok := p.Currency.Scale(); !ok {
		return &Invalid{"currency", "is not an ISO 4217 code, such as CNY"}
	}
	if err := checkID("zone", p.Zone, MaxReferenceBytes); err != nil {
		return err
	}
	for _, f := range [...]struct{ field, value string }{
		{"name", p.Name}, {"mode", p.Mode}, {"entity_type", p.EntityType}, {"policy", p.Policy},
	} {
		if err := checkOptionalID(f.field, f.value, MaxReferenceBytes); err != nil {
			return err
		}
	}
	return nil
}

func (e MerchantRegistered) apply(m *Merchant, _ Meta) {
	m.Registered = true
	m.Profile = e.Profile
	m.Owner = Account{ID: e.Owner.ID, Phone: e.Owner.Phone}
}
