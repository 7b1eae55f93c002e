package traffic

import (
	"net/http"
	"time"

	"gekko/local/flow"
)

// Carry spreads a flow's requests, all of which are like r, as single ones would
// be. Cookies play no part, and all targets of a pool count as equally loaded.
func (f *Front) Carry(r *http.Request, s flow.Span) {
	if s.N == 0 {
		return
	}
	for _, rule := range f.settings.Load().Rules {
		if rule.matches(r) {
			rule.Action.carry(f, s)
			return
		}
	}
	f.refused(s.N)
}

func (f *Front) refused(n int) {
	if n > 0 {
		f.observe(Sample{N: n, Own: http.StatusServiceUnavailable})
	}
}

func (a Fixed) carry(f *Front, s flow.Span) { f.observe(Sample{N: s.N, Own: a.Code, Fixed: true}) }

func (a Redirect) carry(f *Front, s flow.Span) {
	f.observe(Sample{N: s.N, Own: a.Code, Redirect: true})
}

func (a *Forward) carry(f *Front, s flow.Span) {
	for i, n := range a.split(s.N) {
		s.N = n
		f.give(a.shares[i].Pool, s)
	}
	if a.total == 0 {
		f.refused(s.N)
	}
}

// split says how many of n requests each share gets.
func (a *Forward) split(n int) []int {
	if a.total == 0 {
		return nil
	}
	counts := make([]int, len(a.shares))
	for i, s := range a.shares {
		counts[i] = n / a.total * s.Weight
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for range n % a.total {
		counts[a.turn()]++
	}
	return counts
}

// give sends requests to a pool. On a Classic balancer those that a target
// refuses go to others, some times over.
func (f *Front) give(p *Pool, s flow.Span) {
	tries := 1
	if f.settings.Load().Classic {
		tries = triesToConnect
	}
	for try := 1; s.N > 0 && try <= tries; try++ {
		refused := 0
		left := p.spread(s.N, func(t *Target, n int) {
			served := t.take(flow.Span{From: s.From, To: s.To, N: n})
			sample := Sample{N: n, Served: &served, Pool: p, Zone: t.Zone, Target: t.Name, Failed: served.Refused}
			if try < tries {
				refused += served.Refused
				sample.N -= served.Refused
				served.Refused = 0
			}
			f.observe(sample)
		})
		f.refused(left)
		s.N = refused
	}
}

// spread says which targets get how many of n requests, and how many are left
// over because there is no target.
func (p *Pool) spread(n int, to func(t *Target, n int)) (left int) {
	v := p.view.Load()
	if len(v.zones) == 0 {
		return n
	}
	begin := p.turn.Add(uint64(n)) - uint64(n)
	for i, zone := range v.zones {
		first, inZone := turnsOf(begin, n, i, len(v.zones))
		for j, t := range zone {
			if _, count := turnsOf(first, inZone, j, len(zone)); count > 0 {
				to(t, count)
			}
		}
	}
	return 0
}

// turnsOf counts, of n turns from begin on, those of the ith of so many parts
// that take turns, and says in which round the first of them is.
func turnsOf(begin uint64, n, i, parts int) (round uint64, count int) {
	of, at := uint64(parts), uint64(i)
	first := begin + (at+of-begin%of)%of
	end := begin + uint64(n)
	if first >= end {
		return 0, 0
	}
	return first / of, int((end-1-first)/of) + 1
}

// taken is the last that a target took of a flow.
type taken struct {
	span flow.Span
	took flow.Latencies
}

func (t *Target) take(s flow.Span) flow.Served {
	if t.Take == nil {
		return flow.Served{Refused: s.N}
	}
	served := t.Take(s)
	t.mu.Lock()
	t.taken = taken{s, served.Took}
	t.mu.Unlock()
	return served
}

// Finishing is how long the requests of a flow that are still being answered
// take, to the next power of two of milliseconds.
func (t *Target) Finishing(at time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := t.taken
	after, still := at.Sub(last.span.To), time.Duration(0)
	for last.took.InFlight(last.span.To.Sub(last.span.From), after+still) > 0 && still < time.Hour {
		still = max(2*still, time.Millisecond)
	}
	return still
}

// Cut says how many of a flow's requests were still being answered when the
// target ended, and forgets them.
func (t *Target) Cut(at time.Time) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := t.taken
	t.taken = taken{}
	return last.took.InFlight(last.span.To.Sub(last.span.From), at.Sub(last.span.To))
}
