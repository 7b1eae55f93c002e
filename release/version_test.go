package release_test

import (
	"context"
	"errors"
	"math"
	"sync"
	"time"

	"gekko/local/flow"
	"gekko/local/machine"
)

// conduct is how a service behaves for a while.
type conduct struct {
	errors  float64 // share of requests that it answers with a 5xx
	slow    float64 // how many times as long as usual it takes; 0: once
	sick    bool    // it fails its health check
	crashes bool    // its machine ends by itself
}

// version is how a service behaves on a host, at a time since the release
// began.
type version func(h *host, since time.Duration) conduct

// good is a version like the one before.
func good(*host, time.Duration) conduct { return conduct{errors: usualErrors} }

// usualErrors is the share of requests that any version answers with a 5xx.
const usualErrors = 0.0005

// always is a version that never changes its ways.
func always(c conduct) version { return func(*host, time.Duration) conduct { return c } }

// from is a version that is good at first.
func from(d time.Duration, c conduct) version {
	return func(h *host, since time.Duration) conduct {
		if since < d {
			return good(h, since)
		}
		return c
	}
}

// breaking is a version that is good until it breaks.
func breaking(h *host, since time.Duration) conduct {
	if h.w.down.Load() {
		return conduct{sick: true}
	}
	return good(h, since)
}

// host is an instance's computer, which serves requests by the number.
type host struct {
	*machine.Func
	spec machine.Spec
	w    *world
	boot time.Duration // how long it takes
	fail bool          // to boot

	mu     sync.Mutex // guards what follows
	image  string     // once it has booted
	number int        // of all of its image's machines, from 0
	on     bool
	end    time.Time  // when it was killed
	killed bool       // by the test, not by gekko's doing
	owed   [3]float64 // parts of requests that were not given out yet
}

// Boot lets it find out what it is.
func (h *host) Boot(ctx context.Context, b machine.Boot, ended func(machine.End)) error {
	if h.fail {
		return errors.New("no space left on device")
	}
	image, _ := h.spec.Metadata("meta-data/ami-id")
	h.w.mu.Lock()
	number := h.w.numbers[image]
	h.w.numbers[image]++
	h.w.mu.Unlock()
	h.mu.Lock()
	h.image, h.number = image, number
	h.mu.Unlock()
	if h.boot > 0 {
		time.Sleep(h.boot)
	}
	err := h.Func.Boot(ctx, b, func(e machine.End) { h.turn(false); ended(e) })
	h.turn(err == nil)
	return err
}

func (h *host) turn(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.on = on
}

// conduct is how it behaves now.
func (h *host) conduct() conduct {
	h.mu.Lock()
	image := h.image
	h.mu.Unlock()
	h.w.mu.Lock()
	v, since := h.w.versions[image], time.Duration(0)
	if !h.w.begun.IsZero() {
		since = time.Since(h.w.begun)
	}
	h.w.mu.Unlock()
	if v == nil {
		v = good
	}
	return v(h, since)
}

func (h *host) health(string) int {
	c := h.conduct()
	if c.crashes {
		h.kill()
	}
	if c.sick || c.crashes {
		return 500
	}
	return 200
}

// kill ends the machine as a fault of its own would.
func (h *host) kill() {
	h.mu.Lock()
	if !h.killed {
		h.killed, h.end = true, time.Now()
	}
	h.mu.Unlock()
	go h.Stop(machine.Crashed)
}

// serve answers a span's requests: of each kind its share, to the request,
// however they come.
func (h *host) serve(s flow.Span) (out flow.Served) {
	c := h.conduct()
	h.mu.Lock()
	defer h.mu.Unlock()
	took := func(d time.Duration, n int) { out.Took.Add(time.Duration(float64(d)*max(c.slow, 1)), n) }
	slow := h.part(0, 0.008*float64(s.N), s.N)
	some := h.part(1, 0.092*float64(s.N), s.N-slow)
	took(300*time.Millisecond, slow)
	took(100*time.Millisecond, some)
	took(20*time.Millisecond, s.N-slow-some)
	out.Failed = h.part(2, c.errors*float64(s.N), s.N)
	return out
}

// part is a whole number of about n requests; what it leaves is owed to the
// next.
func (h *host) part(kind int, n float64, most int) int {
	h.owed[kind] += n
	whole := min(int(math.Floor(h.owed[kind])), most)
	h.owed[kind] -= float64(whole)
	return whole
}
