package metrics

import (
	"math"
	"strconv"
	"strings"

	"gekko/local/wire"
)

// statistic reduces a bucket to one number; false means that CloudWatch would
// give no point.
type statistic func(*bucket) (value float64, known bool)

// parseStatistic reads a name such as Average, p99.9, tm90, TC(0.5:) or
// PR(:300). What is not built is refused as UnsupportedOperation, what is not a
// statistic as ValidationError.
func parseStatistic(name string) (statistic, error) {
	switch name {
	case "SampleCount":
		return func(b *bucket) (float64, bool) { return b.count, true }, nil
	case "Sum":
		return func(b *bucket) (float64, bool) { return b.sum, true }, nil
	case "Average":
		return func(b *bucket) (float64, bool) { return b.sum / b.count, true }, nil
	case "Minimum":
		return func(b *bucket) (float64, bool) { return b.min, true }, nil
	case "Maximum":
		return func(b *bucket) (float64, bool) { return b.max, true }, nil
	case "IQM":
		return trimmed("TM", span{0.25, 0.75, true}), nil
	}
	if kind, bounds, ok := strings.Cut(name, "("); ok && strings.HasSuffix(bounds, ")") {
		return parseTrimmed(name, strings.ToUpper(kind), strings.TrimSuffix(bounds, ")"))
	}
	kind := strings.TrimRight(name, "0123456789.")
	percent, err := strconv.ParseFloat(name[len(kind):], 64)
	if err != nil || percent > 100 {
		return nil, notStatistic(name)
	}
	switch kind {
	case "p":
		return percentile(percent / 100), nil
	case "tm", "tc", "ts":
		return trimmed(strings.ToUpper(kind), span{0, percent / 100, true}), nil
	case "wm":
		return nil, wire.Errorf("UnsupportedOperation", "The statistic %s (winsorized mean) is not supported here; use a trimmed mean such as tm90.", name)
	}
	return nil, notStatistic(name)
}

func notStatistic(name string) error {
	return wire.Invalid("The statistic %s is not valid: use SampleCount, Average, Sum, Minimum, Maximum, IQM, p99, tm90, tc90, ts90, or TM, TC, TS, PR with bounds such as TC(0.5:).", name)
}

func parseTrimmed(name, kind, bounds string) (statistic, error) {
	switch kind {
	case "TM", "TC", "TS", "PR":
	case "WM":
		return nil, wire.Errorf("UnsupportedOperation", "The statistic %s (winsorized mean) is not supported here; use a trimmed mean.", name)
	default:
		return nil, notStatistic(name)
	}
	low, high, ok := strings.Cut(bounds, ":")
	if !ok || low == "" && high == "" {
		return nil, notStatistic(name)
	}
	r := span{math.Inf(-1), math.Inf(1), strings.HasSuffix(low, "%") || strings.HasSuffix(high, "%")}
	if r.ranks {
		r.low, r.high = 0, 1
	}
	for _, b := range []struct {
		text string
		to   *float64
	}{{low, &r.low}, {high, &r.high}} {
		if b.text == "" {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSuffix(b.text, "%"), 64)
		if err != nil || strings.HasSuffix(b.text, "%") != r.ranks {
			return nil, notStatistic(name)
		}
		if r.ranks {
			v /= 100
		}
		*b.to = v
	}
	if r.low >= r.high || kind == "PR" && r.ranks {
		return nil, notStatistic(name)
	}
	return trimmed(kind, r), nil
}

// span is what a trimmed statistic looks at: values above low up to high, or,
// of all values in their order, the part between two fractions.
type span struct {
	low, high float64
	ranks     bool
}

func trimmed(kind string, within span) statistic {
	return func(b *bucket) (float64, bool) {
		if b.summed {
			return 0, false
		}
		count, sum := b.within(within)
		switch kind {
		case "TC":
			return count, true
		case "TS":
			return sum, true
		case "PR":
			return 100 * count / b.count, true
		}
		return sum / count, count > 0
	}
}

// within counts and sums up the values of a span.
func (b *bucket) within(s span) (count, sum float64) {
	var before float64
	for _, c := range b.values {
		v, n := b.value(c), float64(c.count)
		switch {
		case s.ranks:
			n = max(0, min(before+n, s.high*b.count)-max(before, s.low*b.count))
		case v <= s.low || v > s.high:
			n = 0
		}
		count += n
		sum += n * v
		before += float64(c.count)
	}
	return count, sum
}

func percentile(fraction float64) statistic {
	return func(b *bucket) (float64, bool) {
		if b.summed {
			return 0, false
		}
		// A hair of tolerance, since counts are summed in floating point.
		rank := fraction*b.count - 1e-6
		var seen float64
		for _, c := range b.values {
			seen += float64(c.count)
			if seen >= rank {
				return b.value(c), true
			}
		}
		return b.max, true
	}
}

// value stands for all values of a cell: its upper edge, so that round numbers
// come back as they went in.
func (b *bucket) value(c cell) float64 {
	return max(b.min, min(c.edge(), b.max))
}
