package balancing

import (
	"fmt"
	"time"

	"gekko/local/flow"
	"gekko/local/traffic"
)

// Flow lets requests for a path come to a listener by the number, so many a
// second at a time.
func (b *Balancers) Flow(balancer string, port int, path string, rate func(at time.Time) float64) error {
	find := func() *traffic.Front {
		if f := b.Application.Front(balancer, port); f != nil {
			return f
		}
		return b.Classic.Front(balancer, port)
	}
	if find() == nil {
		return fmt.Errorf("balancer %s: nothing listens for HTTP on port %d", balancer, port)
	}
	b.account.Flow(balancer, path, find, rate)
	return nil
}

// Carry lets the instances have what flows brought until now.
func (b *Balancers) Carry() { b.account.Carry() }

// Losses are the requests of flows that nobody answered until now.
func (b *Balancers) Losses() []flow.Loss { return b.account.Losses() }
