package gekko

import "time"

// Pool is what a weighted balancer sends requests to: the instances of one
// group, under a name of its own. At AWS it is an ALB's target group.
type Pool struct {
	Name    string         `json:"name"`
	ID      string         `json:"id"`              // the cloud's own
	Group   GroupName      `json:"group,omitempty"` // whose instances are in it; empty: nobody's that gekko knows
	App     AppName        `json:"app,omitempty"`   // empty: not gekko's
	Weights map[string]int `json:"weights"`         // by rule; a rule that does not send to it is missing
	Healthy int            `json:"healthy"`         // how many can take requests
	Known   int            `json:"known"`           // how many the balancer knows in it
	Drain   time.Duration  `json:"drain"`           // how long requests may finish; 0: draining is off
	Sticky  time.Duration  `json:"sticky"`          // how long a client keeps coming back; 0: it does not
}

// Weight is the highest weight that any rule gives the pool.
func (p Pool) Weight() int {
	w := 0
	for _, n := range p.Weights {
		w = max(w, n)
	}
	return w
}
