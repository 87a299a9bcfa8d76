package projections

import (
	"fmt"
	"time"

	"github.com/amends-ledger/amends/domain"
)

// Calendar tells a view on which local day something happened to a merchant. It
// is a table of the view, so that a day is counted in the zone that the merchant
// had then, also after a restart.
type Calendar struct {
	*Table[string, merchantZone]
	zones map[string]*time.Location
}

type merchantZone struct{ Merchant, Zone string }

func (z *merchantZone) fields() []any { return []any{&z.Merchant, &z.Zone} }

// CalendarTypes are the event types that a Calendar reads.
var CalendarTypes = []string{"MerchantRegistered", "MerchantProfileChanged"}

// CalendarSchema is the schema of a Calendar's table.
func CalendarSchema(name string) *Schema {
	return &Schema{
		Name:    name,
		Columns: []Column{{Name: "merchant", Type: Text}, {Name: "zone", Type: Text}},
		Key:     []string{"merchant"},
	}
}

// NewCalendar makes a calendar that is kept in a table of this schema.
func NewCalendar(s *Schema) *Calendar {
	return &Calendar{
		Table: NewTable(s, (*merchantZone).fields, s.Key, func(k string) []any { return []any{k} }),
		zones: map[string]*time.Location{},
	}
}

// Observe takes up a merchant's zone, if e is about it.
func (c *Calendar) Observe(e *Event) {
	zone := ""
	switch b := e.Body.(type) {
	case domain.MerchantRegistered:
		zone = b.Zone
	case domain.MerchantProfileChanged:
		zone = b.Zone
	default:
		return
	}
	c.Ensure(e.Merchant, merchantZone{Merchant: e.Merchant}).Zone = zone
}

// Day is the merchant's local day at e ("2011-03-27"); of an event that belongs
// to no known merchant it is the day in UTC. The merchant must have been wanted.
func (c *Calendar) Day(e *Event) (string, error) {
	zone := time.UTC
	if m := c.Get(e.Merchant); m != nil {
		var err error
		if zone, err = c.zone(m.Zone); err != nil {
			return "", err
		}
	}
	return e.EffectiveAt.In(zone).Format(time.DateOnly), nil
}

func (c *Calendar) zone(name string) (*time.Location, error) {
	if z := c.zones[name]; z != nil {
		return z, nil
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("count days in zone %s: %w", name, err)
	}
	c.zones[name] = z
	return z, nil
}
