package balancing

import "time"

// record writes what a Classic balancer did since the last time. Its metrics
// know no group of instances, only zones.
func (c *classic) record(at time.Time) {
	if c.b.o.Metrics == nil {
		return
	}
	s := series{c.b.o.Metrics, classicNamespace, at, map[string]string{"LoadBalancerName": c.name}}
	all := newCounts()
	zones := make(map[string]*counts)
	for key, n := range c.tally.take() {
		all.add(n)
		if key.zone != "" {
			sum(zones, key.zone, n)
		}
	}
	s.classic(all)
	for zone, n := range zones {
		s.with("AvailabilityZone", zone).classic(n)
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
		s.hosts(healthy, unhealthy)
	}
}

// classic writes what a Classic balancer tells of requests.
func (s series) classic(c *counts) {
	s.some("RequestCount", c.requests)
	s.classes(c, "HTTPCode_Backend_", "")
	s.own(c, "")
	s.some("BackendConnectionErrors", c.failed)
	s.latencies("Latency", c)
}
