package account

import (
	"net/http"
	"net/url"
	"time"

	"gekko/local/flow"
	"gekko/local/traffic"
)

// stream is a flow of requests to a listener.
type stream struct {
	balancer string
	find     func() *traffic.Front // nil if nothing listens any more
	request  *http.Request
	rate     func(at time.Time) float64
	until    time.Time // all that came before was carried
	rest     float64   // of a request
}

// Flow lets requests for a path come from now on, so many a second at a time. What
// finds the listener is asked each time anew.
func (a *Account) Flow(balancer, path string, find func() *traffic.Front, rate func(at time.Time) float64) {
	a.Carry()
	a.streams = append(a.streams, &stream{
		balancer: balancer, find: find, rate: rate, until: time.Now(),
		request: &http.Request{Method: http.MethodGet, Host: balancer, URL: &url.URL{Path: path}, Header: make(http.Header)},
	})
	a.count()
}

// Carry lets those of all flows that came until now be served by what is there
// now. It is called before that changes.
func (a *Account) Carry() {
	for _, s := range a.streams {
		a.carry(s, time.Now())
	}
}

func (a *Account) carry(s *stream, now time.Time) {
	if !s.until.Before(now) {
		return
	}
	came := s.rest + max(0, s.rate(s.until))*now.Sub(s.until).Seconds()
	span := flow.Span{From: s.until, To: now, N: int(came + hair)}
	s.until, s.rest = now, max(0, came-float64(span.N))
	front := s.find()
	if front == nil {
		a.Lose(flow.Loss{Cause: flow.NoListener, Balancer: s.balancer, Requests: span.N})
		return
	}
	front.Carry(s.request, span)
}

// hair makes up for what floating point loses of a whole number.
const hair = 1e-6

// Lose notes requests that nobody answered.
func (a *Account) Lose(l flow.Loss) {
	if l.Requests <= 0 {
		return
	}
	l.At = time.Now()
	for i := range a.losses {
		known := &a.losses[i]
		if known.Cause == l.Cause && known.Balancer == l.Balancer && known.Target == l.Target {
			known.Requests += l.Requests
			return
		}
	}
	a.losses = append(a.losses, l)
}

// Losses are what flows lost until now, by cause and target.
func (a *Account) Losses() []flow.Loss {
	a.Carry()
	return append([]flow.Loss(nil), a.losses...)
}

// Lost notes what became of a flow's requests, if it was nothing good.
func (a *Account) Lost(balancer string, s traffic.Sample) {
	if s.N == 0 {
		return
	}
	lost := flow.Loss{Balancer: balancer, Target: s.Target}
	if s.Served == nil {
		if s.Own == http.StatusServiceUnavailable && !s.Fixed {
			lost.Cause, lost.Requests = flow.NoTarget, s.N
			a.Lose(lost)
		}
		return
	}
	lost.Cause, lost.Requests = flow.Unreached, s.Served.Refused
	a.Lose(lost)
	lost.Cause, lost.Requests = flow.Broken, s.Served.Broken
	a.Lose(lost)
}
