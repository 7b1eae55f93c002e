package tally

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"gekko/local/flow"
)

// Point takes a value that was seen count times.
type Point = func(at time.Time, value, count float64)

// Recorder makes CloudWatch metrics. Their points may be called from any
// goroutine.
type Recorder interface {
	Prepare(namespace, name, unit string, dims map[string]string) Point
}

// Series writes the metrics of something under its dimensions, one period after
// the other.
type Series struct {
	to        Recorder
	namespace string
	dims      map[string]string
	at        *time.Time // of the period; all series of one root share it
	points    map[string]Point
	below     map[[4]string]*Series
}

// NewSeries makes a series under one dimension.
func NewSeries(to Recorder, namespace, dimension, value string) *Series {
	return newSeries(to, namespace, map[string]string{dimension: value}, new(time.Time))
}

func newSeries(to Recorder, namespace string, dims map[string]string, at *time.Time) *Series {
	return &Series{to: to, namespace: namespace, dims: dims, at: at, points: map[string]Point{}, below: map[[4]string]*Series{}}
}

// Begin says which period is written now.
func (s *Series) Begin(at time.Time) { *s.at = at }

// Add writes one value.
func (s *Series) Add(name, unit string, value float64) { s.add(name, unit, value, 1) }

func (s *Series) add(name, unit string, value, count float64) {
	p := s.points[name]
	if p == nil {
		p = s.to.Prepare(s.namespace, name, unit, s.dims)
		s.points[name] = p
	}
	p(*s.at, value, count)
}

// Some writes a count unless it is 0, which AWS does not write either.
func (s *Series) Some(name string, n int) {
	if n > 0 {
		s.Add(name, "Count", float64(n))
	}
}

// With gives the series with one or two more dimensions.
func (s *Series) With(pairs ...string) *Series {
	var key [4]string
	copy(key[:], pairs)
	if known := s.below[key]; known != nil {
		return known
	}
	dims := maps.Clone(s.dims)
	for i := 0; i < len(pairs); i += 2 {
		dims[pairs[i]] = pairs[i+1]
	}
	made := newSeries(s.to, s.namespace, dims, s.at)
	s.below[key] = made
	return made
}

// Alone gives the series under one of its dimensions, without the others.
func (s *Series) Alone(dimension string) *Series {
	key := [4]string{dimension}
	if s.below[key] == nil {
		s.below[key] = newSeries(s.to, s.namespace, map[string]string{dimension: s.dims[dimension]}, s.at)
	}
	return s.below[key]
}

// Classes writes a status class's count for each that was seen.
func (s *Series) Classes(c *Counts, prefix, suffix string) {
	for class := 2; class < len(c.classes); class++ {
		if n := c.classes[class]; n > 0 {
			s.Some(prefix+strconv.Itoa(class)+"XX"+suffix, n)
		}
	}
}

// Own writes the balancer's own answers by class, and those of single codes
// that AWS tells apart.
func (s *Series) Own(c *Counts, suffix string, apart ...int) {
	if len(c.own) == 0 {
		return
	}
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
func (s *Series) Latencies(name string, c *Counts) {
	for seconds, n := range c.latencies {
		s.add(name, "Seconds", seconds, float64(n))
	}
	for bucket, n := range c.took {
		if n > 0 {
			s.add(name, "Seconds", flow.Bound(bucket).Seconds(), float64(n))
		}
	}
}

// Sum adds counts to those kept under a key.
func Sum[K comparable](all map[K]*Counts, key K, c *Counts) {
	if all[key] == nil {
		all[key] = &Counts{}
	}
	all[key].Add(c)
}

// Hosts writes counts of hosts, over all zones and in each.
func (s *Series) Hosts(healthy, unhealthy map[string]int) {
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
