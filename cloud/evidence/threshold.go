package evidence

import (
	"context"
	"math"
	"slices"
	"time"

	"gekko"
)

// The slow requests of a release are those slower than the old version's own
// 99th percentile: the middle one of a day's windows of ten periods.
const (
	thresholdWindow  = 10
	thresholdWindows = 144
)

// Threshold is the latency beyond which a request is slow, from what the old
// group did before a time. It is 0 if nothing was measured, and the same for
// the same time whenever it is asked for.
func (m *Meter) Threshold(ctx context.Context, f gekko.Fleet, old gekko.GroupName, before time.Time, period time.Duration) (time.Duration, error) {
	p, ok := f.PoolOf(old)
	if !ok {
		return 0, nil
	}
	p99 := []metric{{"TargetResponseTime", "p99", poolCounter(f.ID, p)}}
	// A group that is younger than a window has single periods to tell from.
	for _, span := range []time.Duration{thresholdWindow * period, period} {
		end := before.Truncate(span)
		answers, err := m.measure(ctx, p99, end.Add(-thresholdWindows*span), end, span)
		if err != nil {
			return 0, err
		}
		if len(answers[0]) > 0 {
			return roundedUp(answers[0].middle()), nil
		}
	}
	return 0, nil
}

// middle is the lower one of two middle values.
func (s series) middle() float64 {
	var values []float64
	for _, v := range s {
		values = append(values, v)
	}
	slices.Sort(values)
	return values[(len(values)-1)/2]
}

// roundedUp is a latency of two digits: one that a person can remember.
func roundedUp(seconds float64) time.Duration {
	if seconds <= 0 || math.IsInf(seconds, 0) || math.IsNaN(seconds) {
		return 0
	}
	unit := math.Pow10(int(math.Floor(math.Log10(seconds))) - 1)
	const hair = 1e-9 // of floating point
	return time.Duration(math.Round(math.Ceil(seconds/unit-hair) * unit * float64(time.Second)))
}
