package schedule

import (
	"testing"
	"time"
)

func TestARecurrenceFindsItsNextTime(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 45, 30, 0, time.UTC) // a Monday
	for _, row := range []struct{ text, zone, want string }{
		{"* * * * *", "", "2026-11-23T00:46:00Z"},
		{"*/15 * * * *", "", "2026-11-23T01:00:00Z"},
		{"0 9 * * 1-5", "", "2026-11-23T09:00:00Z"},
		{"0 9 * * SAT,SUN", "", "2026-11-28T09:00:00Z"},
		{"30 0 1 JAN *", "", "2027-01-01T00:30:00Z"},
		{"0 0 29 2 *", "", "2028-02-29T00:00:00Z"},
		{"0 0 13 * 5", "", "2026-11-27T00:00:00Z"},
		{"0 12 * * 7", "", "2026-11-29T12:00:00Z"},
		{"0 9 * * *", "America/New_York", "2026-11-23T14:00:00Z"},
	} {
		r, err := parseRecurrence(row.text, row.zone)
		if err != nil {
			t.Errorf("%s: %v", row.text, err)
			continue
		}
		if got := r.after(now).Format(time.RFC3339); got != row.want {
			t.Errorf("%s %s: %s, want %s", row.text, row.zone, got, row.want)
		}
	}
}

func TestWhatIsNoRecurrenceIsRefused(t *testing.T) {
	for _, text := range []string{"", "* * * *", "60 * * * *", "* 24 * * *", "0 0 0 * *", "0 0 30 2 *", "*/0 * * * *", "5-1 * * * *", "a * * * *", "1/9223372036854775807 * * * *"} {
		if _, err := parseRecurrence(text, ""); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	if _, err := parseRecurrence("* * * * *", "Middle/Earth"); err == nil {
		t.Error("an unknown time zone was taken")
	}
}
