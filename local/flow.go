package local

import (
	"time"

	"gekko/local/flow"
)

// Flow is requests that come by the number, as they do in virtual time.
type Flow struct {
	Balancer string // name
	Port     int    // of one of its HTTP listeners
	Path     string // empty: /
	// Rate is how many come in a second, at a time. It is asked inside the
	// world's loop, so it must be quick and must not call the world.
	Rate func(at time.Time) float64
}

// Flow lets requests come from now on, until the listener is gone. Machines that
// are a machine.Flow serve them; others refuse them.
func (w *World) Flow(f Flow) error {
	if f.Path == "" {
		f.Path = "/"
	}
	var err error
	w.loop.Do(func() { err = w.balancers.Flow(f.Balancer, f.Port, f.Path, f.Rate) })
	return err
}

// Losses are the requests of flows that nobody answered until now, by cause and
// target.
func (w *World) Losses() (all []flow.Loss) {
	w.loop.Do(func() { all = w.balancers.Losses() })
	return all
}
