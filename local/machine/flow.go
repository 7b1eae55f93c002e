package machine

import (
	"time"

	"gekko/local/flow"
)

// Flow is a machine that takes requests by the number and tells its health
// without a connection. Both are asked inside the world's loop, so they must be
// quick and must not call the world.
type Flow interface {
	// Take says what became of a span's requests.
	Take(s flow.Span) flow.Served
	// Probe gives the code of a health check, 0 if nothing listens. direct is
	// false if the machine wants to be asked through a connection.
	Probe(port int, path string) (code int, direct bool)
}

var _ Flow = (*Func)(nil)

// Take lets Serve have what came while the machine was on. What came before its
// boot or after its end was refused, and what it was answering then is broken.
func (f *Func) Take(s flow.Span) flow.Served {
	f.mu.Lock()
	from, to := f.onAt, s.To
	if !f.on {
		to = f.offAt
	}
	f.mu.Unlock()
	part := s.Part(from, to)
	served := f.serve(part)
	served.Refused += s.N - part.N
	if to.Before(s.To) {
		served.Break(served.Took.InFlight(part.To.Sub(part.From), 0))
	}
	f.Spend(served.Busy)
	return served
}

// serve is Serve's answer; without one all is well within a millisecond.
func (f *Func) serve(part flow.Span) flow.Served {
	if part.N == 0 {
		return flow.Served{}
	}
	if f.Serve != nil {
		return f.Serve(part)
	}
	var served flow.Served
	served.Took.Add(time.Millisecond, part.N)
	return served
}

// Probe asks Health.
func (f *Func) Probe(port int, path string) (code int, direct bool) {
	if f.Health == nil {
		return 0, false
	}
	f.mu.Lock()
	on := f.on
	f.mu.Unlock()
	if !on || !f.listens(port) {
		return 0, true
	}
	return f.Health(path), true
}
