package traffic

import (
	"sync"
	"time"
)

// Share is a pool with its weight, 0 to 999.
type Share struct {
	Pool   *Pool
	Weight int
}

// Forward spreads requests over pools by weight. How many targets a pool has,
// and whether one of them is healthy, does not matter to its share.
type Forward struct {
	shares []Share
	sticky time.Duration // how long a client stays with its pool; 0: not at all
	total  int

	mu      sync.Mutex
	credits []int // of each share; they add up to 0 after each choice
}

// NewForward makes a choice among shares. If sticky is not 0, a client that got
// an answer from a pool comes back to it for so long, whatever the weights.
func NewForward(sticky time.Duration, shares ...Share) *Forward {
	f := &Forward{shares: shares, sticky: sticky, credits: make([]int, len(shares))}
	for _, s := range shares {
		f.total += s.Weight
	}
	return f
}

// next is the pool whose turn it is, or nil if every weight is 0.
func (a *Forward) next() *Pool {
	if a.total == 0 {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.shares[a.turn()].Pool
}

// turn takes a turn and says whose it was, with mu held. Of each run of as many
// turns as the weights' sum, each share gets exactly its weight, and evenly: each
// earns its weight, the richest is chosen and pays the sum.
func (a *Forward) turn() int {
	if len(a.shares) == 1 {
		return 0
	}
	best := -1
	for i, s := range a.shares {
		if s.Weight == 0 {
			continue
		}
		a.credits[i] += s.Weight
		if best < 0 || a.credits[i] > a.credits[best] {
			best = i
		}
	}
	a.credits[best] -= a.total
	return best
}
