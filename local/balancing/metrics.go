package balancing

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"gekko/local/traffic"
)

const (
	classicNamespace     = "AWS/ELB"
	applicationNamespace = "AWS/ApplicationELB"
)

// count begins to record metrics, once.
func (b *Balancers) count() {
	if b.counting || b.o.Metrics == nil {
		return
	}
	b.counting = true
	b.nextRecord()
}

// nextRecord records at each full period what happened in the one before.
func (b *Balancers) nextRecord() {
	from := time.Now().Truncate(b.o.Period)
	b.o.Loop.At(from.Add(b.o.Period), func() {
		if b.closed {
			return
		}
		for _, lb := range b.balancers {
			b.recordBalancer(lb, from)
		}
		for _, c := range b.classics {
			c.record(from)
		}
		b.nextRecord()
	})
}

// series writes the datapoints of one period under some dimensions.
type series struct {
	to        Recorder
	namespace string
	at        time.Time
	dims      map[string]string
}

func (s series) add(name, unit string, value float64) {
	s.to.Add(s.namespace, name, unit, s.dims, s.at, value, 1)
}

// some writes a count unless it is 0, which AWS does not write either.
func (s series) some(name string, n int) {
	if n > 0 {
		s.add(name, "Count", float64(n))
	}
}

// with gives the same series with more dimensions.
func (s series) with(pairs ...string) series {
	s.dims = maps.Clone(s.dims)
	for i := 0; i < len(pairs); i += 2 {
		s.dims[pairs[i]] = pairs[i+1]
	}
	return s
}

// classes writes a status class's count for each that was seen.
func (s series) classes(c *counts, prefix, suffix string) {
	for class := 2; class < len(c.classes); class++ {
		s.some(prefix+strconv.Itoa(class)+"XX"+suffix, c.classes[class])
	}
}

// own writes the balancer's own answers by class, and those of single codes
// that AWS tells apart.
func (s series) own(c *counts, suffix string, apart ...int) {
	var classes [6]int
	for code, n := range c.own {
		classes[code/100] += n
	}
	for class := 4; class < len(classes); class++ {
		s.some("HTTPCode_ELB_"+strconv.Itoa(class)+"XX"+suffix, classes[class])
	}
	for _, code := range apart {
		s.some("HTTPCode_ELB_"+strconv.Itoa(code)+suffix, c.own[code])
	}
}

func (s series) latencies(name string, c *counts) {
	for seconds, n := range c.latencies {
		s.to.Add(s.namespace, name, "Seconds", s.dims, s.at, seconds, float64(n))
	}
}

// recordBalancer writes what a balancer did since the last time.
func (b *Balancers) recordBalancer(lb *loadBalancer, at time.Time) {
	if b.o.Metrics == nil {
		return
	}
	s := series{b.o.Metrics, applicationNamespace, at, map[string]string{"LoadBalancer": resource(lb.arn)}}
	taken := lb.tally.take()
	all := newCounts()
	zones := make(map[string]*counts)
	pools := make(map[*traffic.Pool]*counts)
	for key, c := range taken {
		all.add(c)
		if key.zone != "" {
			sum(zones, key.zone, c)
		}
		if key.pool != nil {
			sum(pools, key.pool, c)
		}
	}
	s.application(all)
	s.own(all, "_Count", 500, 502, 503, 504)
	s.some("HTTP_Fixed_Response_Count", all.fixed)
	s.some("HTTP_Redirect_Count", all.redirects)
	s.some("HTTPCode_ELB_3XX_Count", all.redirects)
	for zone, c := range zones {
		zoned := s.with("AvailabilityZone", zone)
		zoned.application(c)
		zoned.own(c, "_Count", 500, 502, 503, 504)
	}
	for pool, c := range pools {
		s.with("TargetGroup", pool.Name).application(c)
	}
	for key, c := range taken {
		if key.pool != nil && key.zone != "" {
			s.with("TargetGroup", key.pool.Name, "AvailabilityZone", key.zone).application(c)
		}
	}
	for _, g := range b.groups {
		if g.balancer == lb && len(g.targets) > 0 {
			g.recordHosts(s.with("TargetGroup", g.pool.Name), pools[g.pool])
		}
	}
}

func sum[K comparable](all map[K]*counts, key K, c *counts) {
	if all[key] == nil {
		all[key] = newCounts()
	}
	all[key].add(c)
}

// application writes what an ALB tells of requests that reached a target.
func (s series) application(c *counts) {
	s.some("RequestCount", c.requests)
	s.classes(c, "HTTPCode_Target_", "_Count")
	s.some("TargetConnectionErrorCount", c.failed)
	s.latencies("TargetResponseTime", c)
}

// recordHosts writes how many of a group's targets are healthy, by zone too, and
// how many requests each had to serve.
func (g *targetGroup) recordHosts(s series, c *counts) {
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
	s.hosts(healthy, unhealthy)
	if n := sumOf(healthy); c != nil && n > 0 {
		each := float64(c.requests) / float64(n)
		s.add("RequestCountPerTarget", "Count", each)
		alone := s
		alone.dims = map[string]string{"TargetGroup": s.dims["TargetGroup"]}
		alone.add("RequestCountPerTarget", "Count", each)
	}
}

// hosts writes counts of hosts, over all zones and in each.
func (s series) hosts(healthy, unhealthy map[string]int) {
	s.add("HealthyHostCount", "Count", float64(sumOf(healthy)))
	s.add("UnHealthyHostCount", "Count", float64(sumOf(unhealthy)))
	zones := maps.Clone(healthy)
	maps.Copy(zones, unhealthy)
	for _, zone := range slices.Sorted(maps.Keys(zones)) {
		zoned := s.with("AvailabilityZone", zone)
		zoned.add("HealthyHostCount", "Count", float64(healthy[zone]))
		zoned.add("UnHealthyHostCount", "Count", float64(unhealthy[zone]))
	}
}

func sumOf(counts map[string]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}
