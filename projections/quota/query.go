package quota

import (
	"context"
	"fmt"
	"time"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/projections"
)

var (
	accountList = projections.List[Account]{
		View: Name, Table: accounts, Fields: (*Account).fields, Sort: []string{"merchant", "account"},
	}
	allUses = projections.List[Use]{
		View: Name, Table: uses, Fields: (*Use).fields, Sort: []string{"merchant", "account", "kind", "period"},
	}
	useList = projections.List[Use]{
		View: Name, Table: uses, Fields: (*Use).fields,
		Sort: []string{"merchant", "account", "kind", "period"}, Descending: true,
	}
	merchantList = projections.List[calendar]{
		View: Name, Table: merchants, Fields: (*calendar).fields, Sort: []string{"merchant"},
	}
)

// Window is a limit as it stands at one moment, in the day or month that the
// moment is in. Amounts are minor units.
type Window struct {
	Period   string // "2011-03-27" or "2011-03"
	Used     int64
	Count    int64
	Limit    projections.Null // amount; not valid: no limit
	MaxCount projections.Null
	ResetsAt time.Time // UTC: when Used and Count fall to zero
}

// Left is what may still be paid, never less than zero; false if nothing limits it.
func (w Window) Left() (int64, bool) {
	return max(0, w.Limit.V-w.Used), w.Limit.Valid
}

// CountLeft is how many payouts may still be made; false if nothing limits them.
func (w Window) CountLeft() (int64, bool) {
	return max(0, w.MaxCount.V-w.Count), w.MaxCount.Valid
}

// Standing is an account's quota and what is left of it at one moment.
type Standing struct {
	Account
	Zone       string // where the days and months are counted
	Today      Window
	ThisMonth  Window
	AssessedAt time.Time
}

// Filter chooses accounts; an empty field chooses all.
type Filter struct {
	Merchant string
	Account  string
	// Agents leaves out owners, and Present agents that were removed.
	Agents, Present bool
}

// Standings lists accounts by merchant and id, as they stand at a moment.
func Standings(ctx context.Context, db *projections.DB, f Filter, at time.Time, o projections.PageOptions) (projections.Page[Standing], error) {
	var w projections.Where
	w.Is("merchant", f.Merchant)
	w.Is("account", f.Account)
	if f.Agents {
		w.And("role = ?", Agent)
	}
	if f.Present {
		w.And("removed = ?", int64(0))
	}
	accounts, err := accountList.Page(ctx, db, w, o)
	if err != nil {
		return projections.Page[Standing]{}, err
	}
	page := projections.Page[Standing]{Next: accounts.Next, AsOf: accounts.AsOf}
	zones := map[string]*time.Location{}
	for _, a := range accounts.Rows {
		zone := zones[a.Merchant]
		if zone == nil {
			if zone, err = zoneOf(ctx, db, a.Merchant); err != nil {
				return projections.Page[Standing]{}, err
			}
			zones[a.Merchant] = zone
		}
		page.Rows = append(page.Rows, stand(a, at, zone))
	}
	return page, nil
}

func zoneOf(ctx context.Context, db *projections.DB, merchant string) (*time.Location, error) {
	var name string
	err := db.Read(ctx, Name, func(r *projections.Reader) error {
		var w projections.Where
		w.And("merchant = ?", merchant)
		c, _, err := merchantList.One(r, w)
		name = c.Zone
		return err
	})
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("count days of merchant %s: %w", merchant, err)
	}
	return zone, nil
}

func stand(a Account, at time.Time, zone *time.Location) Standing {
	year, month, day := at.In(zone).Date()
	s := Standing{
		Account: a, Zone: zone.String(), AssessedAt: at.UTC(),
		Today: Window{
			Period: at.In(zone).Format(time.DateOnly), Limit: a.DailyAmount, MaxCount: a.DailyCount,
			ResetsAt: startOfDay(year, month, day+1, zone),
		},
		ThisMonth: Window{
			Period: at.In(zone).Format("2006-01"), Limit: a.MonthlyAmount,
			ResetsAt: startOfDay(year, month+1, 1, zone),
		},
	}
	// A period that is not over counts; so does a later one (see countIn).
	if a.Day >= s.Today.Period {
		s.Today.Used, s.Today.Count = a.DayAmount, a.DayCount
	}
	if a.Month >= s.ThisMonth.Period {
		s.ThisMonth.Used, s.ThisMonth.Count = a.MonthAmount, a.MonthCount
	}
	return s
}

// startOfDay is the first instant of a local date: midnight, the first one if
// the clock is put back over it, and the end of the gap if it is put forward
// over it.
func startOfDay(year int, month time.Month, day int, zone *time.Location) time.Time {
	noon := time.Date(year, month, day, 12, 0, 0, 0, zone)
	under := func(t time.Time) time.Time { // midnight, by the offset in force at t
		_, offset := t.In(zone).Zone()
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Add(-time.Duration(offset) * time.Second)
	}
	midnight := under(noon)
	began, _ := noon.ZoneBounds() // when the clock was last changed before noon
	if began.IsZero() {
		return midnight
	}
	if earlier := under(began.Add(-1)); earlier.Before(began) {
		return earlier // it was changed between midnight and noon
	}
	if midnight.Before(began) {
		return began.UTC()
	}
	return midnight
}

// UseFilter chooses periods; an empty field chooses all.
type UseFilter struct {
	Merchant string              `json:"merchant,omitempty"`
	Account  string              `json:"account,omitempty"`
	Kind     string              `json:"kind,omitempty"`  // Daily or Monthly
	From     string              `json:"from,omitempty"`  // period
	To       string              `json:"to,omitempty"`    // period, included
	After    eventstore.Position `json:"after,omitempty"` // only what changed behind it
}

func (f UseFilter) where() projections.Where {
	var w projections.Where
	w.Is("merchant", f.Merchant)
	w.Is("account", f.Account)
	w.Is("kind", f.Kind)
	if f.From != "" {
		w.And("period >= ?", f.From)
	}
	if f.To != "" {
		w.And("period <= ?", f.To)
	}
	if f.After > 0 {
		w.And("position > ?", int64(f.After))
	}
	return w
}

// Uses lists what was used, by day and month, the latest first.
func Uses(ctx context.Context, db *projections.DB, f UseFilter, o projections.PageOptions) (projections.Page[Use], error) {
	return useList.Page(ctx, db, f.where(), o)
}

// EachUse calls each for every day and month, by merchant, account and period, all
// from one look at the view, and tells the position that it was taken at.
func EachUse(ctx context.Context, db *projections.DB, f UseFilter, each func(Use) error) (eventstore.Position, error) {
	return allUses.Each(ctx, db, f.where(), each)
}
