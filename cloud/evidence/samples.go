package evidence

import (
	"context"
	"slices"
	"strconv"
	"time"

	"gekko"
)

// Samples are what both groups did in each period from one time to another,
// whether anything was measured in it or not. They come by one call for each
// 100,800 values. A balancer that does not split its numbers has none.
func (m *Meter) Samples(ctx context.Context, f gekko.Fleet, old, new gekko.GroupName, threshold time.Duration, from, to time.Time, period time.Duration) ([]gekko.Minute, error) {
	from, to = from.UTC().Truncate(period), to.UTC().Truncate(period)
	if !f.Balancer.Weighted() || f.ID == "" || !from.Before(to) {
		return nil, nil
	}
	zones, err := m.zones(ctx, f)
	if err != nil {
		return nil, err
	}
	var asked []metric
	var sides [2]*side
	for i, name := range []gekko.GroupName{old, new} {
		if p, ok := f.PoolOf(name); ok {
			sides[i] = &side{zones: zones, slow: threshold > 0, begin: len(asked)}
			asked = append(asked, sideMetrics(poolCounter(f.ID, p), zones, threshold)...)
		}
	}
	answers := make([]series, len(asked))
	if len(asked) > 0 {
		if answers, err = m.measure(ctx, asked, from, to, period); err != nil {
			return nil, err
		}
	}
	var all []gekko.Minute
	for at := from; at.Before(to); at = at.Add(period) {
		all = append(all, gekko.Minute{At: at, Old: sides[0].samples(answers, at), New: sides[1].samples(answers, at)})
	}
	return all, nil
}

// side finds one group's answers among those of a call: first those of the
// whole group, then those of each zone.
type side struct {
	zones []string
	slow  bool // whether slow requests were asked for
	begin int
}

// Metrics of a whole group. A request without an answer is one that none of the
// counts of answers has; with so few of them, no zones are told apart.
func groupMetrics() []string {
	return []string{"TargetConnectionErrorCount", "HTTPCode_Target_2XX_Count", "HTTPCode_Target_3XX_Count", "HTTPCode_Target_4XX_Count"}
}

func sideMetrics(of counter, zones []string, threshold time.Duration) []metric {
	var all []metric
	for _, name := range groupMetrics() {
		all = append(all, metric{name, "Sum", of})
	}
	for _, zone := range zones {
		in := counter{of.namespace, append(slices.Clip(of.dimensions), dimension("AvailabilityZone", zone))}
		all = append(all,
			metric{"RequestCount", "Sum", in},
			metric{"HTTPCode_Target_5XX_Count", "Sum", in},
			metric{"HealthyHostCount", "Average", in})
		if threshold > 0 {
			beyond := "TC(" + strconv.FormatFloat(threshold.Seconds(), 'f', -1, 64) + ":)"
			all = append(all, metric{"TargetResponseTime", beyond, in})
		}
	}
	return all
}

// samples are what a side did in one period; none if it was not measured. A
// count of requests, of errors or of answers is there only if it is not 0; that
// of hosts always, so it tells a zone without requests from one without
// telemetry
// (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html).
func (s *side) samples(answers []series, at time.Time) []gekko.Sample {
	if s == nil {
		return nil
	}
	next := s.begin
	take := func() (float64, bool) {
		v, ok := answers[next][at]
		next++
		return v, ok
	}
	whole := gekko.Sample{}
	whole.Refused, _ = take()
	answered := 0.0
	for range len(groupMetrics()) - 1 {
		n, _ := take()
		answered += n
	}
	var all []gekko.Sample
	requests, measured := 0.0, false
	for _, zone := range s.zones {
		z := gekko.Sample{Zone: zone}
		var counted, told bool
		z.Requests, counted = take()
		z.Errors, _ = take()
		z.Hosts, told = take()
		if s.slow {
			z.Slow, _ = take()
		}
		requests += z.Requests
		answered += z.Errors
		measured = measured || counted || told
		if counted || z.Hosts > 0 {
			all = append(all, z)
		}
	}
	whole.Lost = max(requests-answered, 0)
	if measured && (len(all) == 0 || whole != (gekko.Sample{})) {
		all = append(all, whole)
	}
	return all
}

// zones are those of the balancer, and those that instances are in. The
// balancer's are asked for once: one that is added later counts as soon as an
// instance runs there.
func (m *Meter) zones(ctx context.Context, f gekko.Fleet) ([]string, error) {
	known, ok := m.known.Load(f.ID)
	if !ok {
		zones, err := m.zonesOf.ALB(ctx, f.ID)
		if err != nil {
			return nil, err
		}
		known, _ = m.known.LoadOrStore(f.ID, zones)
	}
	zones := slices.Clone(known.([]string))
	for _, g := range f.Groups {
		for _, i := range g.Instances {
			zones = append(zones, i.Zone)
		}
	}
	slices.Sort(zones)
	return slices.Compact(zones), nil
}
