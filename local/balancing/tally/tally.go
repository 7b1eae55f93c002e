// Package tally counts what balancers serve and writes it down as CloudWatch's
// datapoints. It knows how metrics are named and when AWS leaves one out, and
// nothing of target groups or instances.
package tally

import (
	"math"
	"net/http"
	"sync"
	"time"

	"gekko/local/flow"
	"gekko/local/traffic"
)

// Tally counts what one balancer served, until it is taken. Its zero value is
// empty and ready; Note may be called from any goroutine.
type Tally struct {
	mu     sync.Mutex
	served map[Served]*Counts
}

// Served says for whom requests were counted: a pool and a zone, or nobody.
type Served struct {
	Pool *traffic.Pool
	Zone string
}

// Counts is what was seen of some requests. Its zero value counts nothing yet.
type Counts struct {
	Requests  int
	classes   [6]int          // of the targets' codes: 2 is 2XX
	own       map[int]int     // the balancer's own answers by code
	Failed    int             // connections to targets
	Fixed     int             // answers that a rule gave
	Redirects int             // of the own, those that a rule gave
	latencies map[float64]int // of single requests, in seconds, rounded
	took      flow.Latencies  // of flows
}

// Note counts a request in.
func (t *Tally) Note(s traffic.Sample) {
	key := Served{Pool: s.Pool, Zone: s.Zone}
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.served[key]
	if c == nil {
		if t.served == nil {
			t.served = make(map[Served]*Counts)
		}
		c = &Counts{}
		t.served[key] = c
	}
	n := max(1, s.N)
	if s.Pool != nil {
		c.Requests += n
	}
	c.Failed += s.Failed
	if s.Served != nil {
		c.served(n, s.Served)
	}
	if class := s.Code / 100; class > 0 && class < len(c.classes) {
		c.classes[class]++
		c.answered(round(s.Latency), 1)
	}
	switch {
	case s.Fixed:
		c.Fixed += n
	case s.Redirect:
		c.Redirects += n
	case s.Own > 0:
		c.refused(s.Own, n)
	}
}

// served counts what a target did with a flow's requests.
func (c *Counts) served(n int, s *flow.Served) {
	c.classes[2] += max(0, s.Answered(n)-s.Redirected-s.Rejected-s.Failed)
	c.classes[3] += s.Redirected
	c.classes[4] += s.Rejected
	c.classes[5] += s.Failed
	if lost := s.Broken + s.Refused; lost > 0 {
		c.refused(http.StatusBadGateway, lost)
	}
	c.took.Merge(&s.Took)
}

func (c *Counts) refused(code, n int) {
	if c.own == nil {
		c.own = make(map[int]int)
	}
	c.own[code] += n
}

func (c *Counts) answered(seconds float64, n int) {
	if c.latencies == nil {
		c.latencies = make(map[float64]int)
	}
	c.latencies[seconds] += n
}

// Take gives what was counted since the last time.
func (t *Tally) Take() map[Served]*Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.served
	t.served = nil
	return out
}

// Add counts what another has counted too.
func (c *Counts) Add(o *Counts) {
	c.Requests += o.Requests
	c.Failed += o.Failed
	c.Fixed += o.Fixed
	c.Redirects += o.Redirects
	for i, n := range o.classes {
		c.classes[i] += n
	}
	for code, n := range o.own {
		c.refused(code, n)
	}
	for latency, n := range o.latencies {
		c.answered(latency, n)
	}
	c.took.Merge(&o.took)
}

// round gives seconds to within 0.4 %, so that few values stand for many requests.
func round(d time.Duration) float64 {
	const kept = 7 // bits of the fraction
	bits := math.Float64bits(d.Seconds())
	bits += 1 << (52 - kept - 1)
	return math.Float64frombits(bits &^ (1<<(52-kept) - 1))
}
