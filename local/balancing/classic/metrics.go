package classic

import (
	"time"

	"gekko/local/balancing/tally"
)

// record writes what a Classic balancer did since the last time. Its metrics
// know no group of instances, only zones.
func (c *balancer) record(at time.Time) {
	if c.b.account.Metrics == nil {
		return
	}
	if c.series == nil {
		c.series = tally.NewSeries(c.b.account.Metrics, "AWS/ELB", "LoadBalancerName", c.name)
	}
	s := c.series
	s.Begin(at)
	all := &tally.Counts{}
	zones := make(map[string]*tally.Counts)
	for key, n := range c.tally.Take() {
		all.Add(n)
		if key.Zone != "" {
			tally.Sum(zones, key.Zone, n)
		}
	}
	requests(s, all)
	for zone, n := range zones {
		requests(s.With("AvailabilityZone", zone), n)
	}
	healthy, unhealthy := make(map[string]int), make(map[string]int)
	for _, i := range c.instances {
		switch {
		case i.leaving:
		case i.healthy():
			healthy[i.zone]++
		default:
			unhealthy[i.zone]++
		}
	}
	if len(c.instances) > 0 {
		s.Hosts(healthy, unhealthy)
	}
}

// requests writes what a Classic balancer tells of requests.
func requests(s *tally.Series, c *tally.Counts) {
	s.Some("RequestCount", c.Requests)
	s.Classes(c, "HTTPCode_Backend_", "")
	s.Own(c, "")
	s.Some("BackendConnectionErrors", c.Failed)
	s.Latencies("Latency", c)
}
