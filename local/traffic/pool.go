package traffic

import (
	"sync/atomic"
	"time"
)

// Policy is how a pool chooses among its members.
type Policy struct {
	LeastLoaded bool          // the fewest requests in flight, else round robin
	FailOpen    bool          // all of them when none is healthy, else none
	Zonal       bool          // first a zone in turn, then a member in it
	Sticky      time.Duration // how long a client stays with its target; 0: not at all
}

// Member is a target in a pool.
type Member struct {
	Target  *Target
	Healthy bool
}

// Pool is a set of targets of which each can answer the same requests.
type Pool struct {
	Name string

	view atomic.Pointer[view]
	turn atomic.Uint64
}

// view is what a choice is made from; it never changes.
type view struct {
	policy Policy
	zones  [][]*Target // one list if the policy is not zonal; no list is empty
}

// NewPool makes an empty pool. Its name is for whoever reads samples.
func NewPool(name string) *Pool {
	p := &Pool{Name: name}
	p.view.Store(&view{})
	return p
}

// Set replaces the members. A request chooses among those before or those after.
func (p *Pool) Set(policy Policy, members []Member) {
	healthy := make([]*Target, 0, len(members))
	for _, m := range members {
		if m.Healthy {
			healthy = append(healthy, m.Target)
		}
	}
	if len(healthy) == 0 && policy.FailOpen {
		for _, m := range members {
			healthy = append(healthy, m.Target)
		}
	}
	p.view.Store(&view{policy: policy, zones: byZone(healthy, policy.Zonal)})
}

func byZone(targets []*Target, zonal bool) [][]*Target {
	if len(targets) == 0 {
		return nil
	}
	if !zonal {
		return [][]*Target{targets}
	}
	var zones [][]*Target
	place := make(map[string]int)
	for _, t := range targets {
		i, ok := place[t.Zone]
		if !ok {
			i = len(zones)
			place[t.Zone] = i
			zones = append(zones, nil)
		}
		zones[i] = append(zones[i], t)
	}
	return zones
}

// triesToPick bounds the search when members begin to drain one after another.
const triesToPick = 1000

// pick chooses a target and counts a request to it in; the caller ends it. It
// gives nil if there is none to choose.
func (p *Pool) pick() *Target {
	for range triesToPick {
		v := p.view.Load()
		if len(v.zones) == 0 {
			return nil
		}
		turn := p.turn.Add(1) - 1
		zones := uint64(len(v.zones))
		if t := v.choose(v.zones[turn%zones], turn/zones); t.begin() {
			return t
		}
	}
	return nil
}

// named chooses the member of that name, if it may be chosen at all.
func (p *Pool) named(name string) *Target {
	for _, zone := range p.view.Load().zones {
		for _, t := range zone {
			if t.Name == name && t.begin() {
				return t
			}
		}
	}
	return nil
}

func (v *view) choose(targets []*Target, turn uint64) *Target {
	n := uint64(len(targets))
	best := targets[turn%n]
	if !v.policy.LeastLoaded {
		return best
	}
	// The turn decides between equals, so that an idle pool is not all one target's.
	least := best.load.Load()
	for i := uint64(1); i < n && least > 0; i++ {
		t := targets[(turn+i)%n]
		if load := t.load.Load(); load < least {
			best, least = t, load
		}
	}
	return best
}
