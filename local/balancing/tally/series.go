package tally

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// Recorder takes CloudWatch datapoints. Add may be called from any goroutine;
// count says how often the value was seen.
type Recorder interface {
	Add(namespace, name, unit string, dims map[string]string, at time.Time, value, count float64)
}

// Series writes the datapoints of one period under some dimensions.
type Series struct {
	To        Recorder
	Namespace string
	At        time.Time
	Dims      map[string]string
}

// Add writes one value.
func (s Series) Add(name, unit string, value float64) {
	s.To.Add(s.Namespace, name, unit, s.Dims, s.At, value, 1)
}

// Some writes a count unless it is 0, which AWS does not write either.
func (s Series) Some(name string, n int) {
	if n > 0 {
		s.Add(name, "Count", float64(n))
	}
}

// With gives the same series with more dimensions.
func (s Series) With(pairs ...string) Series {
	s.Dims = maps.Clone(s.Dims)
	for i := 0; i < len(pairs); i += 2 {
		s.Dims[pairs[i]] = pairs[i+1]
	}
	return s
}

// Classes writes a status class's count for each that was seen.
func (s Series) Classes(c *Counts, prefix, suffix string) {
	for class := 2; class < len(c.classes); class++ {
		s.Some(prefix+strconv.Itoa(class)+"XX"+suffix, c.classes[class])
	}
}

// Own writes the balancer's own answers by class, and those of single codes
// that AWS tells apart.
func (s Series) Own(c *Counts, suffix string, apart ...int) {
	var classes [6]int
	for code, n := range c.own {
		classes[code/100] += n
	}
	for class := 4; class < len(classes); class++ {
		s.Some("HTTPCode_ELB_"+strconv.Itoa(class)+"XX"+suffix, classes[class])
	}
	for _, code := range apart {
		s.Some("HTTPCode_ELB_"+strconv.Itoa(code)+suffix, c.own[code])
	}
}

// Latencies writes how long targets took to answer.
func (s Series) Latencies(name string, c *Counts) {
	for seconds, n := range c.latencies {
		s.To.Add(s.Namespace, name, "Seconds", s.Dims, s.At, seconds, float64(n))
	}
}

// Sum adds counts to those kept under a key.
func Sum[K comparable](all map[K]*Counts, key K, c *Counts) {
	if all[key] == nil {
		all[key] = NewCounts()
	}
	all[key].Add(c)
}

// Hosts writes counts of hosts, over all zones and in each.
func (s Series) Hosts(healthy, unhealthy map[string]int) {
	s.Add("HealthyHostCount", "Count", float64(SumOf(healthy)))
	s.Add("UnHealthyHostCount", "Count", float64(SumOf(unhealthy)))
	zones := maps.Clone(healthy)
	maps.Copy(zones, unhealthy)
	for _, zone := range slices.Sorted(maps.Keys(zones)) {
		zoned := s.With("AvailabilityZone", zone)
		zoned.Add("HealthyHostCount", "Count", float64(healthy[zone]))
		zoned.Add("UnHealthyHostCount", "Count", float64(unhealthy[zone]))
	}
}

// SumOf is the sum over all zones.
func SumOf(counts map[string]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}
