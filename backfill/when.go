package backfill

import (
	"fmt"
	"time"
)

// Years that a time may be in. Outside of them it is a slip of the pen, and the
// zero time would mean "now" to the ledger.
const (
	minYear = 1900
	maxYear = 2200
)

// localLayouts are times without an offset; RFC 3339 comes first of all.
var localLayouts = []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly}

// parseWhen reads a time as the package documentation says.
func parseWhen(s string, zone *time.Location) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	for i := 0; err != nil && i < len(localLayouts); i++ {
		var wall time.Time
		if wall, err = time.Parse(localLayouts[i], s); err == nil {
			t = firstInstant(wall, zone)
		}
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a time, such as 2011-03-27T09:41:00+01:00, 2011-03-27T09:41 or 2011-03-27", s)
	}
	if year := t.Year(); year < minYear || year > maxYear {
		return time.Time{}, fmt.Errorf("the year of %q is not from %d to %d", s, minYear, maxYear)
	}
	return t.UTC(), nil
}

// firstInstant is the first instant at which a clock in zone shows wall (given as
// if it were UTC) or, where a change of clocks skips wall, shows more. time.Date
// does not promise which of two it takes.
func firstInstant(wall time.Time, zone *time.Location) time.Time {
	const farthest = 26 * time.Hour // no offset from UTC is as large
	for at := wall.Add(-farthest); ; {
		local := at.In(zone)
		_, offset := local.Zone()
		_, end := local.ZoneBounds()
		shows := wall.Add(-time.Duration(offset) * time.Second) // wall, while this offset is in force
		if shows.Before(at) {
			shows = at
		}
		if end.IsZero() || shows.Before(end) {
			return shows.UTC()
		}
		at = end
	}
}

// month is a local calendar month: its first day, as if it were UTC.
type month time.Time

// parseMonth reads "2010-12".
func parseMonth(s string) (month, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return month{}, fmt.Errorf("%q is not a month, such as 2010-12", s)
	}
	if t.Year() < minYear || t.Year() > maxYear {
		return month{}, fmt.Errorf("the year of %q is not from %d to %d", s, minYear, maxYear)
	}
	return month(t), nil
}

func (m month) String() string { return time.Time(m).Format("2006-01") }

// monthStarts are the first instants of every local month from first to last.
func monthStarts(first, last month, zone *time.Location) []time.Time {
	var starts []time.Time
	for t := time.Time(first); !t.After(time.Time(last)); t = t.AddDate(0, 1, 0) {
		starts = append(starts, firstInstant(t, zone))
	}
	return starts
}
