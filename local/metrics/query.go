package metrics

import (
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko/local/wire"
)

// reading is what one asks of a metric: a statistic for each period.
type reading struct {
	key       key
	unit      string // empty: any
	statistic statistic
	period    int64 // seconds
}

// line is a row of points by the Unix second that their period begins with.
type line struct {
	points map[int64]float64
	period int64
	label  string
}

// read gives the points of a reading in [start, end). Periods begin at start.
func (s *Store) read(r reading, start, end int64, late lateness) line {
	l := line{points: map[int64]float64{}, period: r.period}
	s.visit(r, start, end, late, func(at int64, v float64) { l.points[at] = v })
	return l
}

// visit shows the points of a reading in [start, end), in the order of time.
func (s *Store) visit(r reading, start, end int64, late lateness, show func(at int64, value float64)) {
	point := func(b *bucket) {
		b, seen := late.shown(b, r.period)
		if !seen {
			return
		}
		if v, known := r.statistic(b); known {
			show(b.at, v)
		}
	}
	family := s.family(r.key, r.unit)
	if len(family) == 1 && family[0].each(start, end, r.period, point) {
		return
	}
	buckets := merged(family, start, end, r.period)
	for _, at := range slices.Sorted(maps.Keys(buckets)) {
		point(buckets[at])
	}
}

// family is a metric's series in a unit, or in all.
func (s *Store) family(k key, unit string) []*Series {
	s.mu.RLock()
	defer s.mu.RUnlock()
	family := s.series[k]
	if unit == "" {
		return family[:len(family):len(family)]
	}
	if one := inUnit(family, unit); one != nil {
		return []*Series{one}
	}
	return nil
}

func merged(family []*Series, start, end, period int64) map[int64]*bucket {
	all := map[int64]*bucket{}
	for _, r := range family {
		r.between(start, end, period, all)
	}
	return all
}

// readingOf checks what a caller asked for. where names the parameter in errors.
func readingOf(m *types.Metric, stat string, period int32, unit types.StandardUnit, where string) (reading, error) {
	if m == nil || aws.ToString(m.Namespace) == "" || aws.ToString(m.MetricName) == "" {
		return reading{}, wire.Invalid("The parameter %s.Metric needs a Namespace and a MetricName.", where)
	}
	f, err := parseStatistic(stat)
	if err != nil {
		return reading{}, err
	}
	if err := checkPeriod(period, where+".Period"); err != nil {
		return reading{}, err
	}
	if err := checkDims(m.Dimensions); err != nil {
		return reading{}, err
	}
	return reading{
		key:       key{*m.Namespace, *m.MetricName, joined(m.Dimensions)},
		unit:      string(unit),
		statistic: f,
		period:    int64(period),
	}, nil
}

// checkPeriod allows CloudWatch's periods: 1, 5, 10, 20 and 30 seconds and
// whole minutes up to a day.
func checkPeriod(seconds int32, where string) error {
	switch seconds {
	case 1, 5, 10, 20, 30:
		return nil
	}
	if seconds < 60 || seconds%60 != 0 {
		return wire.Invalid("The value %d for parameter %s is not valid: a period is 1, 5, 10, 20, 30 or any multiple of 60 seconds.", seconds, where)
	}
	if seconds > 86400 {
		return wire.Invalid("The value %d for parameter %s is above the longest period, 86400 seconds.", seconds, where)
	}
	return nil
}

func dimsOf(all []types.Dimension) (map[string]string, error) {
	if err := checkDims(all); err != nil {
		return nil, err
	}
	dims := make(map[string]string, len(all))
	for _, d := range all {
		dims[*d.Name] = aws.ToString(d.Value)
	}
	return dims, nil
}

func checkDims(all []types.Dimension) error {
	if len(all) > 30 {
		return wire.Errorf("InvalidParameterValue", "A metric has at most 30 dimensions; %d were given.", len(all))
	}
	for i, d := range all {
		name := aws.ToString(d.Name)
		twice := slices.ContainsFunc(all[:i], func(o types.Dimension) bool { return *o.Name == name })
		if name == "" || twice {
			return wire.Errorf("InvalidParameterValue", "The dimension %q is empty or given twice.", name)
		}
	}
	return nil
}

// joined is joinDims of dimensions that were checked.
func joined(all []types.Dimension) string {
	var few [4]string
	names := few[:0]
	for _, d := range all {
		names = append(names, *d.Name)
	}
	return join(names, func(name string) string {
		at := slices.IndexFunc(all, func(d types.Dimension) bool { return *d.Name == name })
		return aws.ToString(all[at].Value)
	})
}

// roundedRange rounds a start down to a whole number of periods, as CloudWatch
// does; the end is exclusive.
func roundedRange(start, end time.Time, period int64) (from, to int64) {
	from, to = start.Unix(), end.Unix()
	if end.Nanosecond() > 0 {
		to++
	}
	return from - from%period, to
}

func sortedTimes(points map[int64]float64, by types.ScanBy) []int64 {
	times := make([]int64, 0, len(points))
	for at := range points {
		times = append(times, at)
	}
	slices.Sort(times)
	if by != types.ScanByTimestampAscending {
		slices.Reverse(times)
	}
	return times
}
