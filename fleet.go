package gekko

import "time"

// Balancer says what spreads requests over the groups: a Classic balancer by
// its name, or an ALB's listener. Just one of them is set.
type Balancer struct {
	Classic  string   `json:"classic,omitempty"`
	Listener string   `json:"listener,omitempty"` // NAME:PORT, or the listener's ARN
	Rules    []string `json:"rules,omitempty"`    // whose forward actions are gekko's: "default" or a priority
}

// Weighted says whether requests are split by weight (an ALB) or follow the
// count of instances (Classic).
func (b Balancer) Weighted() bool { return b.Listener != "" }

// Known says whether any balancer is named.
func (b Balancer) Known() bool { return b.Classic != "" || b.Listener != "" }

func (b Balancer) String() string {
	switch {
	case b.Classic != "":
		return b.Classic
	case b.Listener != "":
		return b.Listener
	}
	return "none"
}

// Fleet is all groups of one app behind one balancer, oldest first.
type Fleet struct {
	App      AppName
	Balancer Balancer
	Drain    time.Duration // how long the balancer lets requests finish; 0: draining is off
	Groups   []Group
	Pools    []Pool    // on an ALB, those in gekko's rules and those of the groups
	Rules    []string  // on an ALB, the rules that gekko splits requests in
	ID       string    // the cloud's own id of the balancer or listener
	At       time.Time // when it was observed
}

// Group finds a group by its name.
func (f Fleet) Group(name GroupName) (Group, bool) {
	for _, g := range f.Groups {
		if g.Name == name {
			return g, true
		}
	}
	return Group{}, false
}

// Pool finds a pool by its name.
func (f Fleet) Pool(name string) (Pool, bool) {
	for _, p := range f.Pools {
		if p.Name == name {
			return p, true
		}
	}
	return Pool{}, false
}

// PoolOf is the pool of an ALB that a group's instances are in.
func (f Fleet) PoolOf(name GroupName) (Pool, bool) {
	g, ok := f.Group(name)
	if !ok || !f.Balancer.Weighted() {
		return Pool{}, false
	}
	return f.Pool(g.Pool)
}

// UnderWay is the group that a release is bringing in, if there is one.
func (f Fleet) UnderWay() (Group, bool) {
	for _, g := range f.Groups {
		if g.App == f.App && g.Release.UnderWay() {
			return g, true
		}
	}
	return Group{}, false
}

// Traffic is what a group, or a whole balancer, was seen to carry.
type Traffic struct {
	Group    GroupName     `json:"group,omitempty"` // empty: all groups together
	Span     time.Duration `json:"span"`            // how long it was looked at
	Requests float64       `json:"requests"`
	Errors   float64       `json:"errors"` // answers with status 5xx
	P50      time.Duration `json:"p50"`
	P99      time.Duration `json:"p99"`
	// Known says whether there was any measurement; zero requests are one.
	Known bool `json:"known"`
}
