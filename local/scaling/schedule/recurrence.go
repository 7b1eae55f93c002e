package schedule

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"gekko/local/wire"
)

// recurrence is a cron expression of five fields: minute, hour, day of the
// month, month, day of the week.
type recurrence struct {
	minutes, hours, days, months, weekdays []bool
	anyDay, anyWeekday                     bool
	zone                                   *time.Location
}

func parseRecurrence(text, zone string) (*recurrence, error) {
	location, err := time.LoadLocation(zone) // empty is UTC
	if err != nil {
		return nil, wire.Invalid("Given time zone %s is invalid.", zone)
	}
	refused := wire.Invalid("Given recurrence string: %s is invalid", text)
	fields := strings.Fields(text)
	if len(fields) != 5 {
		return nil, refused
	}
	r := &recurrence{zone: location, anyDay: fields[2] == "*", anyWeekday: fields[4] == "*"}
	months := []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	weekdays := []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
	for i, f := range []struct {
		to         *[]bool
		low, high  int
		names      []string
		firstNamed int
	}{
		{&r.minutes, 0, 59, nil, 0},
		{&r.hours, 0, 23, nil, 0},
		{&r.days, 1, 31, nil, 0},
		{&r.months, 1, 12, months, 1},
		{&r.weekdays, 0, 7, weekdays, 0},
	} {
		*f.to = make([]bool, f.high+1)
		for part := range strings.SplitSeq(fields[i], ",") {
			if !mark(*f.to, part, f.low, f.high, func(word string) (int, bool) {
				if n := slices.Index(f.names, strings.ToUpper(word)); n >= 0 {
					return n + f.firstNamed, true
				}
				n, err := strconv.Atoi(word)
				return n, err == nil && n >= f.low && n <= f.high
			}) {
				return nil, refused
			}
		}
	}
	r.weekdays[0] = r.weekdays[0] || r.weekdays[7]
	if r.after(time.Now()).IsZero() {
		return nil, refused // the thirtieth of February
	}
	return r, nil
}

// mark sets what one part of a field names: *, 5, 1-5, each with /step or not.
func mark(to []bool, part string, low, high int, number func(string) (int, bool)) bool {
	part, stepText, stepped := strings.Cut(part, "/")
	step := 1
	if stepped {
		n, err := strconv.Atoi(stepText)
		if err != nil || n < 1 || n > high {
			return false
		}
		step = n
	}
	if part != "*" {
		first, last, isRange := strings.Cut(part, "-")
		n, ok := number(first)
		if !ok {
			return false
		}
		low = n
		switch {
		case isRange:
			if high, ok = number(last); !ok || high < low {
				return false
			}
		case !stepped:
			high = low
		}
	}
	for n := low; n <= high; n += step {
		to[n] = true
	}
	return true
}

// after is the next time beyond now; zero if there is none within five years.
func (r *recurrence) after(now time.Time) time.Time {
	t := now.In(r.zone).Truncate(time.Minute).Add(time.Minute)
	for limit := now.AddDate(5, 0, 0); t.Before(limit); {
		year, month, day := t.Date()
		switch {
		case !r.months[month]:
			t = r.midnight(t, year, month+1, 1)
		case !r.on(t):
			t = r.midnight(t, year, month, day+1)
		case !r.hours[t.Hour()]:
			t = t.Add(time.Hour - time.Duration(t.Minute())*time.Minute)
		case !r.minutes[t.Minute()]:
			t = t.Add(time.Minute)
		default:
			return t.UTC()
		}
	}
	return time.Time{}
}

// midnight begins a day that is to come. Where a zone has left out that moment,
// or the whole day, its begin as package time gives it may have passed already.
func (r *recurrence) midnight(now time.Time, year int, month time.Month, day int) time.Time {
	if t := time.Date(year, month, day, 0, 0, 0, 0, r.zone); t.After(now) {
		return t
	}
	return now.Truncate(time.Minute).Add(time.Hour)
}

// on follows cron's rule: if day and weekday are both given, either will do.
func (r *recurrence) on(t time.Time) bool {
	day, weekday := r.days[t.Day()], r.weekdays[t.Weekday()]
	if r.anyDay || r.anyWeekday {
		return day && weekday
	}
	return day || weekday
}
