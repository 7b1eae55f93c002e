package evidence

import (
	"context"
	"slices"
	"time"

	"gekko"
)

// Traffic gives what each group carried in the last span, and last, without a
// name, what the whole balancer did. A Classic balancer does not split its
// numbers, so its groups' are not known.
func (m *Meter) Traffic(ctx context.Context, f gekko.Fleet, span, period time.Duration) ([]gekko.Traffic, error) {
	if f.ID == "" {
		return nil, nil
	}
	end := time.Now().Truncate(period)
	start := end.Add(-span)
	if isPeriod(span) {
		period = span
	}
	asked, owners := trafficMetrics(f)
	answers, err := m.measure(ctx, asked, start, end, period)
	if err != nil {
		return nil, err
	}
	seen := map[gekko.GroupName]gekko.Traffic{}
	for i, name := range owners {
		at := i * len(trafficQuestions)
		seen[name] = traffic(name, span, answers[at:at+len(trafficQuestions)])
	}
	var all []gekko.Traffic
	for _, g := range f.Groups {
		t := seen[g.Name]
		t.Group, t.Span = g.Name, span
		all = append(all, t)
	}
	return append(all, seen[""]), nil
}

// isPeriod says whether CloudWatch takes a span for a period: then it gives
// percentiles of all of it
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html).
func isPeriod(span time.Duration) bool {
	short := []time.Duration{time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second}
	return slices.Contains(short, span) || span > 0 && span%time.Minute == 0
}

// trafficQuestions are the metrics in which the kinds of balancers and pools
// tell the same things. Errors that the balancer itself answers with are known
// for all pools together only.
var trafficQuestions = [...]struct{ classic, alb, stat string }{
	{"RequestCount", "RequestCount", "Sum"},
	{"HTTPCode_Backend_5XX", "HTTPCode_Target_5XX_Count", "Sum"},
	{"HTTPCode_ELB_5XX", "HTTPCode_ELB_5XX_Count", "Sum"},
	{"Latency", "TargetResponseTime", "p50"},
	{"Latency", "TargetResponseTime", "p99"},
}

// trafficMetrics asks all questions of each pool with a group, and last of the
// whole balancer.
func trafficMetrics(f gekko.Fleet) (asked []metric, owners []gekko.GroupName) {
	ask := func(owner gekko.GroupName, of counter) {
		owners = append(owners, owner)
		for _, q := range trafficQuestions {
			name := q.alb
			if !f.Balancer.Weighted() {
				name = q.classic
			}
			asked = append(asked, metric{name, q.stat, of})
		}
	}
	if !f.Balancer.Weighted() {
		ask("", classicCounter(f.ID))
		return asked, owners
	}
	for _, p := range f.Pools {
		if p.Group != "" {
			ask(p.Group, poolCounter(f.ID, p))
		}
	}
	ask("", albCounter(f.ID))
	return asked, owners
}

// traffic reads the answers to trafficQuestions. Counts of errors are there
// only if there were any, so that of requests says whether anything was
// measured. Of several periods the slowest one's percentiles are given.
func traffic(group gekko.GroupName, span time.Duration, a []series) gekko.Traffic {
	return gekko.Traffic{
		Group:    group,
		Span:     span,
		Requests: a[0].sum(),
		Errors:   a[1].sum() + a[2].sum(),
		P50:      inSeconds(a[3].highest()),
		P99:      inSeconds(a[4].highest()),
		Known:    len(a[0]) > 0,
	}
}

func inSeconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
