package domain

import "time"

// Use is what was used of a limit in one calendar period ("2011-03-27" or
// "2011-03"). A later period starts at zero; an earlier one never comes back,
// because effective time does not decrease. (If the platform moves a merchant to
// a zone further west, its clock may fall back a day: what is used then still
// counts to the later day, so that a move never makes room.)
type Use struct {
	Period string
	Amount int64 // minor units
	Count  int
}

// in is the use as it stands in period.
func (u Use) in(period string) Use {
	if period > u.Period { // ISO 8601 sorts as text
		return Use{Period: period}
	}
	return u
}

func (u *Use) add(period string, amount int64) {
	*u = u.in(period)
	u.Amount += amount
	u.Count++
}

// giveBack undoes add, if its period is still the current one.
func (u *Use) giveBack(period string, amount int64) {
	if u.Period == period {
		u.Amount -= amount
		u.Count--
	}
}

// localDay is the local date and month of t. known is a date that t probably has
// (the last decision's): it is returned without allocating then.
func localDay(t time.Time, zone *time.Location, known string) (day, month string) {
	var buf [len(time.DateOnly)]byte
	text := t.In(zone).AppendFormat(buf[:0], time.DateOnly)
	if string(text) == known {
		day = known
	} else {
		day = string(text)
	}
	return day, day[:len(monthOnly)]
}

// ends is the instant (UTC) at which the day or month of a use is over: when what
// was used of it falls to zero.
func (u Use) ends(zone *time.Location) time.Time {
	if day, err := time.Parse(time.DateOnly, u.Period); err == nil {
		y, m, d := day.Date()
		return startOfDay(y, m, d+1, zone)
	}
	month, err := time.Parse(monthOnly, u.Period)
	if err != nil {
		return time.Time{} // nothing was used yet
	}
	y, m, _ := month.Date()
	return startOfDay(y, m+1, 1, zone)
}

const monthOnly = "2006-01"

// startOfDay is the first instant of a local date. Midnight may not exist (the
// clock is put forward over it) or come twice: time.Date promises neither the
// end of the gap nor the first of two, so the zone's periods are walked through.
func startOfDay(year int, month time.Month, day int, zone *time.Location) time.Time {
	midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	// No zone is more than 26 h from any other: here the date has not begun.
	at := midnight.Add(-26 * time.Hour).In(zone)
	for {
		_, offset := at.Zone()
		start, end := at.ZoneBounds()
		local := midnight.Add(-time.Duration(offset) * time.Second)
		if local.Before(start) {
			return start.UTC()
		}
		if end.IsZero() || local.Before(end) {
			return local
		}
		at = end // each turn is one later period of the zone; a day has few
	}
}
