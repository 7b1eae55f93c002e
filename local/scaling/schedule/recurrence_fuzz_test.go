package schedule

import (
	"testing"
	"time"
)

// Where the clock goes forward at midnight, a day has none.
func TestADayWithoutMidnightIsPassed(t *testing.T) {
	for zone, day := range map[string]string{
		"Africa/Cairo":      "2026-04-24",
		"America/Sao_Paulo": "2018-11-04",
		"Asia/Beirut":       "2026-03-29",
		"America/Havana":    "2026-03-08",
		"Pacific/Apia":      "2011-12-30", // it was left out as a whole
	} {
		r, err := parseRecurrence("30 5 1 1 *", zone)
		if err != nil {
			t.Fatal(err)
		}
		from, err := time.ParseInLocation(time.DateOnly, day, r.zone)
		if err != nil {
			t.Fatal(err)
		}
		for back := range 5 {
			r.after(from.AddDate(0, 0, -back).Add(12 * time.Hour))
		}
		next := r.after(from.AddDate(0, 0, -3))
		if want := time.Date(from.Year()+1, 1, 1, 5, 30, 0, 0, r.zone); !next.Equal(want) {
			t.Errorf("%s: %v, want %v", zone, next, want)
		}
	}
}

func FuzzRecurrence(f *testing.F) {
	f.Add("*/5 0-6,22 1 JAN-MAR *", "Africa/Cairo", int64(1776880000))
	f.Add("0 0 30 2 *", "", int64(0))
	f.Add("59 23 31 12 SUN", "Pacific/Apia", int64(1325160000))
	f.Fuzz(func(t *testing.T, text, zone string, from int64) {
		r, err := parseRecurrence(text, zone)
		if err != nil {
			return
		}
		now := time.Unix(from%(1<<33), 0)
		if next := r.after(now); !next.IsZero() && !next.After(now) {
			t.Errorf("%q in %q after %v: %v", text, zone, now, next)
		}
	})
}
