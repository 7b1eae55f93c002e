package evidence

import (
	"context"
	"maps"
	"slices"
	"time"

	"gekko"
)

// Periods that a load is told from: a day of minutes, means over a quarter of
// an hour, and at least five measurements.
const (
	loadPeriods = 1440
	loadWindow  = 15
	loadLeast   = 5
)

// Load tells what the fleet carries now, and the most that one of its healthy
// instances was seen to carry, from the last 1,440 periods.
func (m *Meter) Load(ctx context.Context, f gekko.Fleet, period time.Duration) (gekko.Load, error) {
	return m.LoadBefore(ctx, f, time.Now(), period)
}

// LoadBefore is the load as it was at a time: what the fleet carried before a
// release began is what its instances are known to bear.
func (m *Meter) LoadBefore(ctx context.Context, f gekko.Fleet, at time.Time, period time.Duration) (gekko.Load, error) {
	if f.ID == "" {
		return gekko.Load{}, nil
	}
	requests, healthy, slow, err := m.loadMetrics(ctx, f)
	if err != nil {
		return gekko.Load{}, err
	}
	end := at.Truncate(period)
	answers, err := m.measure(ctx, slices.Concat(requests, healthy, slow), end.Add(-loadPeriods*period), end, period)
	if err != nil {
		return gekko.Load{}, err
	}
	n, all := len(requests), len(requests)+len(healthy)
	l := load(together(answers[:n]), together(carried(answers[n:all], period)), period)
	for _, s := range answers[all:] {
		l.Slowest = max(l.Slowest, inSeconds(s.highest()))
	}
	return l, nil
}

// loadMetrics asks each pool. Of a Classic balancer that does not send requests
// across zones, each zone counts its own healthy instances
// (https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-cloudwatch-metrics.html).
func (m *Meter) loadMetrics(ctx context.Context, f gekko.Fleet) (requests, healthy, slow []metric, err error) {
	if f.Balancer.Weighted() {
		for _, p := range f.Pools {
			of := poolCounter(f.ID, p)
			requests = append(requests, metric{"RequestCount", "Sum", of})
			healthy = append(healthy, metric{"HealthyHostCount", "Average", of})
			slow = append(slow, metric{"TargetResponseTime", "Maximum", of})
		}
		return requests, healthy, slow, nil
	}
	whole := classicCounter(f.ID)
	requests = []metric{{"RequestCount", "Sum", whole}}
	slow = []metric{{"Latency", "Maximum", whole}}
	zones, apart, err := m.zonesOf.Classic(ctx, f.ID)
	if err != nil || !apart {
		return requests, []metric{{"HealthyHostCount", "Average", whole}}, slow, err
	}
	for _, zone := range zones {
		in := counter{whole.namespace, append(slices.Clone(whole.dimensions), dimension("AvailabilityZone", zone))}
		healthy = append(healthy, metric{"HealthyHostCount", "Average", in})
	}
	return requests, healthy, slow, nil
}

// carried fills the gaps of counts of hosts with the last one before, for up
// to five periods: a count does not end because nobody told it.
func carried(all []series, period time.Duration) []series {
	for _, s := range all {
		for _, t := range slices.SortedFunc(maps.Keys(s), time.Time.Compare) {
			for next := range loadLeast {
				at := t.Add(time.Duration(next+1) * period)
				if _, there := s[at]; there {
					break
				}
				s[at] = s[t]
			}
		}
	}
	return all
}

// together adds up series period by period.
func together(all []series) series {
	sum := series{}
	for _, s := range all {
		for t, v := range s {
			sum[t] += v
		}
	}
	return sum
}

// load compares requests with the healthy instances that took them, in windows
// of 15 periods; a period in which one of both is missing does not count.
func load(requests, healthy series, period time.Duration) gekko.Load {
	perMinute := float64(time.Minute) / float64(period)
	var both []time.Time
	for _, t := range slices.SortedFunc(maps.Keys(requests), time.Time.Compare) {
		if healthy[t] > 0 {
			both = append(both, t)
		}
	}
	var l gekko.Load
	if len(both) == 0 {
		return l
	}
	last := both[len(both)-1]
	l.Span = last.Sub(both[0]) + period
	l.Known = len(both) >= loadLeast
	begin := 0
	for end, t := range both {
		for both[begin].Before(t.Add(-(loadWindow - 1) * period)) {
			begin++
		}
		if end-begin+1 < min(loadWindow, len(both)) && end-begin+1 < loadLeast {
			continue
		}
		sum, hosts := 0.0, 0.0
		for _, t := range both[begin : end+1] {
			sum += requests[t]
			hosts += healthy[t]
		}
		l.Peak = max(l.Peak, sum/hosts*perMinute)
		l.Now = sum / float64(end-begin+1) * perMinute
	}
	return l
}
