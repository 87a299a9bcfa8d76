package backfill

import (
	"testing"
	"time"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestParseWhen(t *testing.T) {
	for _, c := range []struct{ zone, text, want string }{
		{"Europe/London", "2011-03-27T09:41:00+01:00", "2011-03-27T08:41:00Z"},
		{"Europe/London", "2011-03-27T09:41:00Z", "2011-03-27T09:41:00Z"},
		{"Europe/London", "2011-07-01T09:41:00.5+01:00", "2011-07-01T08:41:00.5Z"},
		{"Europe/London", "2011-07-01T09:41:00", "2011-07-01T08:41:00Z"},
		{"Europe/London", "2011-07-01T09:41", "2011-07-01T08:41:00Z"},
		{"Europe/London", "2011-07-01 09:41:30", "2011-07-01T08:41:30Z"},
		{"Asia/Shanghai", "2011-07-01", "2011-06-30T16:00:00Z"},
		{"Europe/London", "2011-03-27T01:30", "2011-03-27T01:00:00Z"}, // skipped: the change itself
		{"Europe/London", "2011-10-30T01:30", "2011-10-30T00:30:00Z"}, // twice: the first
		{"America/Havana", "2011-11-13", "2011-11-13T04:00:00Z"},      // midnight twice: the first
		{"America/Sao_Paulo", "2011-10-16", "2011-10-16T03:00:00Z"},   // no midnight: 1 o'clock
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},        // no such day: the next
		{"Pacific/Kiritimati", "2011-12-30", "2011-12-29T10:00:00Z"},
		{"UTC", "1900-01-01", "1900-01-01T00:00:00Z"},
	} {
		got, err := parseWhen(c.text, zone(t, c.zone))
		if err != nil {
			t.Errorf("%s in %s: %v", c.text, c.zone, err)
			continue
		}
		if g := got.Format(time.RFC3339Nano); g != c.want {
			t.Errorf("%s in %s: %s, want %s", c.text, c.zone, g, c.want)
		}
	}
	for _, text := range []string{
		"", "2011", "2011-13-01", "2011-02-29", "2011-02-28T24:00", "27/03/2011", "2011-3-27", " 2011-03-27", "1899-12-31", "9999-01-01",
	} {
		if got, err := parseWhen(text, time.UTC); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

// A month begins at the first instant that a clock there shows it.
func TestMonthStarts(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/London", "America/Havana", "Asia/Beirut", "Pacific/Apia", "Asia/Kathmandu", "America/Asuncion"} {
		loc := zone(t, name)
		first, err := parseMonth("1996-01")
		if err != nil {
			t.Fatal(err)
		}
		last, err := parseMonth("2025-12")
		if err != nil {
			t.Fatal(err)
		}
		starts := monthStarts(first, last, loc)
		if len(starts) != 360 {
			t.Fatalf("%s: %d months", name, len(starts))
		}
		want := time.Time(first)
		for _, start := range starts {
			at, before := start.In(loc), start.Add(-time.Nanosecond).In(loc)
			if at.Format("2006-01") != want.Format("2006-01") || before.Format("2006-01") >= at.Format("2006-01") {
				t.Errorf("%s: %s begins at %v, a nanosecond before it is %v", name, want.Format("2006-01"), at, before)
			}
			want = want.AddDate(0, 1, 0)
		}
	}
}
