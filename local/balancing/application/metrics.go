package application

import (
	"time"

	"gekko/local/balancing/account"
	"gekko/local/balancing/tally"
	"gekko/local/traffic"
)

const namespace = "AWS/ApplicationELB"

// recordBalancer writes what a balancer did since the last time.
func (b *Application) recordBalancer(lb *loadBalancer, at time.Time) {
	if b.account.Metrics == nil {
		return
	}
	if lb.series == nil {
		lb.series = tally.NewSeries(b.account.Metrics, namespace, "LoadBalancer", account.Resource(lb.arn))
	}
	s := lb.series
	s.Begin(at)
	taken := lb.tally.Take()
	all := &tally.Counts{}
	zones := make(map[string]*tally.Counts)
	pools := make(map[*traffic.Pool]*tally.Counts)
	for key, c := range taken {
		all.Add(c)
		if key.Zone != "" {
			tally.Sum(zones, key.Zone, c)
		}
		if key.Pool != nil {
			tally.Sum(pools, key.Pool, c)
		}
	}
	requests(s, all)
	s.Own(all, "_Count", 500, 502, 503, 504)
	s.Some("HTTP_Fixed_Response_Count", all.Fixed)
	s.Some("HTTP_Redirect_Count", all.Redirects)
	s.Some("HTTPCode_ELB_3XX_Count", all.Redirects)
	for zone, c := range zones {
		zoned := s.With("AvailabilityZone", zone)
		requests(zoned, c)
		zoned.Own(c, "_Count", 500, 502, 503, 504)
	}
	for pool, c := range pools {
		requests(s.With("TargetGroup", pool.Name), c)
	}
	for key, c := range taken {
		if key.Pool != nil && key.Zone != "" {
			requests(s.With("TargetGroup", key.Pool.Name, "AvailabilityZone", key.Zone), c)
		}
	}
	for _, g := range b.groups {
		if g.balancer == lb && len(g.targets) > 0 {
			g.recordHosts(s.With("TargetGroup", g.pool.Name), pools[g.pool])
		}
	}
}

// requests writes what an ALB tells of requests that reached a target.
func requests(s *tally.Series, c *tally.Counts) {
	s.Some("RequestCount", c.Requests)
	s.Classes(c, "HTTPCode_Target_", "_Count")
	s.Some("TargetConnectionErrorCount", c.Failed)
	s.Latencies("TargetResponseTime", c)
}

// recordHosts writes how many of a group's targets are healthy, by zone too, and
// how many requests each had to serve.
func (g *targetGroup) recordHosts(s *tally.Series, c *tally.Counts) {
	healthy, unhealthy := make(map[string]int), make(map[string]int)
	for _, t := range g.targets {
		switch {
		case t.leaving || !t.started:
		case t.health.Healthy:
			healthy[t.zone]++
		default:
			unhealthy[t.zone]++
		}
	}
	s.Hosts(healthy, unhealthy)
	if n := tally.SumOf(healthy); c != nil && n > 0 {
		each := float64(c.Requests) / float64(n)
		s.Add("RequestCountPerTarget", "Count", each)
		s.Alone("TargetGroup").Add("RequestCountPerTarget", "Count", each)
	}
}
