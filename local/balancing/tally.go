package balancing

import (
	"math"
	"sync"
	"time"

	"gekko/local/traffic"
)

// tally counts what one balancer served, until it is taken. Its zero value is
// empty and ready; note may be called from any goroutine.
type tally struct {
	mu     sync.Mutex
	served map[served]*counts
}

// served says for whom requests were counted: a pool and a zone, or nobody.
type served struct {
	pool *traffic.Pool
	zone string
}

// counts is what was seen of some requests.
type counts struct {
	requests  int
	classes   [6]int          // of the targets' codes: 2 is 2XX
	own       map[int]int     // the balancer's own answers by code
	failed    int             // connections to targets
	fixed     int             // answers that a rule gave
	redirects int             // of the own, those that a rule gave
	latencies map[float64]int // in seconds, rounded
}

func newCounts() *counts { return &counts{own: make(map[int]int), latencies: make(map[float64]int)} }

func (t *tally) note(s traffic.Sample) {
	key := served{pool: s.Pool, zone: s.Zone}
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.served[key]
	if c == nil {
		if t.served == nil {
			t.served = make(map[served]*counts)
		}
		c = newCounts()
		t.served[key] = c
	}
	if s.Pool != nil {
		c.requests++
	}
	c.failed += s.Failed
	if class := s.Code / 100; class > 0 && class < len(c.classes) {
		c.classes[class]++
		c.latencies[round(s.Latency)]++
	}
	switch {
	case s.Fixed:
		c.fixed++
	case s.Redirect:
		c.redirects++
	case s.Own > 0:
		c.own[s.Own]++
	}
}

// take gives what was counted since the last time.
func (t *tally) take() map[served]*counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.served
	t.served = nil
	return out
}

func (c *counts) add(o *counts) {
	c.requests += o.requests
	c.failed += o.failed
	c.fixed += o.fixed
	c.redirects += o.redirects
	for i, n := range o.classes {
		c.classes[i] += n
	}
	for code, n := range o.own {
		c.own[code] += n
	}
	for latency, n := range o.latencies {
		c.latencies[latency] += n
	}
}

// round gives seconds to within 0.4 %, so that few values stand for many requests.
func round(d time.Duration) float64 {
	const kept = 7 // bits of the fraction
	bits := math.Float64bits(d.Seconds())
	bits += 1 << (52 - kept - 1)
	return math.Float64frombits(bits &^ (1<<(52-kept) - 1))
}
