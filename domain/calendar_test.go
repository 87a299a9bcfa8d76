package domain

import (
	"testing"
	"time"
)

// startOfDay against the clock itself: the instant before belongs to an earlier
// date, and every instant of the day comes at it or after.
func TestStartOfDay(t *testing.T) {
	for name, from := range map[string]string{
		"UTC":                 "2026-01-01",
		"Asia/Shanghai":       "2026-01-01",
		"Europe/London":       "2011-01-01",
		"America/Sao_Paulo":   "2018-01-01", // forward at midnight
		"America/Havana":      "2025-01-01", // back at one to midnight
		"Asia/Beirut":         "2022-01-01", // forward at midnight
		"Africa/Cairo":        "2014-01-01", // twice each way in a year
		"Asia/Gaza":           "2023-01-01",
		"Atlantic/Azores":     "2024-01-01", // back at one to midnight, too
		"Pacific/Apia":        "2011-01-01", // a date that never was
		"Australia/Lord_Howe": "2024-01-01", // half an hour
		"Asia/Tehran":         "2021-01-01",
	} {
		z := zone(t, name)
		first, err := time.Parse(time.DateOnly, from)
		if err != nil {
			t.Fatal(err)
		}
		for d := range 366 {
			y, m, day := first.AddDate(0, 0, d).Date()
			want := first.AddDate(0, 0, d).Format(time.DateOnly)
			got := startOfDay(y, m, day, z)
			if before := got.Add(-time.Nanosecond).In(z).Format(time.DateOnly); before >= want {
				t.Errorf("%s: %s begins at %s, but the instant before is %s", name, want, got, before)
			}
			if at := got.In(z).Format(time.DateOnly); at < want {
				t.Errorf("%s: %s begins at %s, which is %s", name, want, got.In(z), at)
			}
			if got.Location() != time.UTC {
				t.Errorf("%s: %s is not UTC", name, got)
			}
		}
	}
}

func TestUseEnds(t *testing.T) {
	london := zone(t, "Europe/London")
	for period, want := range map[string]string{
		"2011-03-26": "2011-03-27T00:00:00Z",
		"2011-03-27": "2011-03-27T23:00:00Z",
		"2011-12-31": "2012-01-01T00:00:00Z",
		"2011-03":    "2011-03-31T23:00:00Z",
		"2011-12":    "2012-01-01T00:00:00Z",
		"2012-02":    "2012-03-01T00:00:00Z",
	} {
		if got := (Use{Period: period}).ends(london).Format(time.RFC3339); got != want {
			t.Errorf("%s ends at %s, want %s", period, got, want)
		}
	}
	if got := (Use{}).ends(london); !got.IsZero() {
		t.Errorf("what was never used ends at %s", got)
	}
}

func TestUse(t *testing.T) {
	var u Use
	u.add("2026-03-02", 5)
	u.add("2026-03-02", 7)
	if want := (Use{"2026-03-02", 12, 2}); u != want {
		t.Errorf("%+v", u)
	}
	u.giveBack("2026-03-01", 5) // another day's
	u.giveBack("2026-03-02", 5)
	if want := (Use{"2026-03-02", 7, 1}); u != want {
		t.Errorf("%+v", u)
	}
	if got, want := u.in("2026-03-03"), (Use{Period: "2026-03-03"}); got != want {
		t.Errorf("%+v", got)
	}
	if got := u.in("2026-03-01"); got != u { // never back
		t.Errorf("%+v", got)
	}
	u.add("2026-03-03", 1)
	if want := (Use{"2026-03-03", 1, 1}); u != want {
		t.Errorf("%+v", u)
	}
}

func TestLocalDay(t *testing.T) {
	at := time.Date(2026, 2, 28, 16, 30, 0, 0, time.UTC)
	for _, known := range []string{"", "2026-03-01", "2026-02-28"} {
		if day, month := localDay(at, zone(t, "Asia/Shanghai"), known); day != "2026-03-01" || month != "2026-03" {
			t.Errorf("%s %s", day, month)
		}
	}
	meta := Meta{Zone: zone(t, "Asia/Shanghai")}
	if meta.Day(at) != "2026-03-01" || meta.Month(at) != "2026-03" {
		t.Errorf("%s %s", meta.Day(at), meta.Month(at))
	}
	if (Meta{}).Day(at) != "2026-02-28" || (Meta{}).Month(at) != "2026-02" {
		t.Error("without a zone it is UTC")
	}
}
