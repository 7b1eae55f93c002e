// Package traffic carries a load balancer's requests: which target gets which
// request, what a client sees when none can answer, how a target is drained,
// and how its health is found out.
//
// It knows nothing of AWS's API: local/balancing tells it what is there. All of
// it is safe for concurrent use, and all of it runs in a synctest bubble when
// its listeners and targets are pipes.
package traffic

import (
	"time"

	"gekko/local/flow"
)

// Sample is what became of one request, or of some that a flow brought together.
type Sample struct {
	N        int           // how many requests; 0: one
	Served   *flow.Served  // what became of a flow's at a target, in place of Code and Latency
	Target   string        // the flow's target
	Pool     *Pool         // nil if no target was chosen
	Zone     string        // of the target
	Code     int           // what the target answered; 0 if it gave no answer
	Own      int           // what the balancer answered by itself; 0 if it did not
	Latency  time.Duration // from the sending of the request to the answer's headers
	Failed   int           // connections to targets that could not be made
	Redirect bool          // Own is a redirect that a rule asked for
	Fixed    bool          // Own is a fixed response that a rule asked for
}

// Observer is told of each request once its fate is known, on the request's own
// goroutine: it should be quick.
type Observer func(Sample)
