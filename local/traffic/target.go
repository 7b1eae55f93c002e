package traffic

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"gekko/local/flow"
)

// connectTimeout is how long a balancer waits for a connection to a target.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
const connectTimeout = 10 * time.Second

// idleConnTimeout is how long a connection to a target is kept unused.
const idleConnTimeout = 60 * time.Second

// Dial connects to a target.
type Dial func(ctx context.Context) (net.Conn, error)

// Target is one server that gets requests, with the connections to it.
type Target struct {
	Name, Zone string
	// Take serves a flow's requests; nil: they are refused. Set it before a Pool
	// holds the target.
	Take func(flow.Span) flow.Served

	dial      Dial
	transport *http.Transport
	load      atomic.Int64 // requests in flight
	draining  atomic.Bool
	drained   func() // set before draining is
	once      sync.Once

	mu     sync.Mutex // guards what follows
	conns  map[*targetConn]struct{}
	kept   []keptConn  // those of the express way that wait, the oldest first
	expiry *time.Timer // of the oldest
	closed bool
	taken  taken
}

// NewTarget makes a target that nothing is sent to until a Pool holds it.
func NewTarget(name, zone string, dial Dial) *Target {
	t := &Target{Name: name, Zone: zone, dial: dial, conns: make(map[*targetConn]struct{})}
	t.transport = &http.Transport{
		DialContext:         t.connect,
		DisableCompression:  true,
		MaxIdleConnsPerHost: 512,
		IdleConnTimeout:     idleConnTimeout,
	}
	return t
}

// Drain lets the target take no new request and tells once, from any goroutine,
// when the last one in flight is done, which may be at once. Its pools must have
// let go of it before.
func (t *Target) Drain(drained func()) {
	t.drained = drained
	t.draining.Store(true)
	if t.load.Load() == 0 {
		t.once.Do(drained)
	}
}

// Close cuts all connections to the target, those in use too.
func (t *Target) Close() {
	t.mu.Lock()
	conns := t.conns
	t.conns, t.kept, t.closed = nil, nil, true
	if t.expiry != nil {
		t.expiry.Stop()
	}
	t.mu.Unlock()
	for c := range conns {
		c.Conn.Close()
	}
	t.transport.CloseIdleConnections()
}

// Load is the number of requests in flight.
func (t *Target) Load() int { return int(t.load.Load()) }

// begin counts a request in, or says that the target takes none any more. The
// order matters: whoever drains either sees the count or is seen here.
func (t *Target) begin() bool {
	t.load.Add(1)
	if t.draining.Load() {
		t.end()
		return false
	}
	return true
}

func (t *Target) end() {
	if t.load.Add(-1) == 0 && t.draining.Load() {
		t.once.Do(t.drained)
	}
}

// connectError says that a request never reached its target.
type connectError struct{ err error }

func (e *connectError) Error() string { return "connect: " + e.err.Error() }
func (e *connectError) Unwrap() error { return e.err }

var errTargetClosed = errors.New("the target is gone")

func (t *Target) connect(ctx context.Context, _, _ string) (net.Conn, error) { return t.open(ctx) }

func (t *Target) open(ctx context.Context) (*targetConn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := t.dial(ctx)
	if err != nil {
		return nil, &connectError{err}
	}
	c := &targetConn{Conn: conn, target: t}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		conn.Close()
		return nil, &connectError{errTargetClosed}
	}
	t.conns[c] = struct{}{}
	return c, nil
}

// targetConn is a connection that its target can cut.
type targetConn struct {
	net.Conn
	target *Target
}

// CloseWrite ends one direction, where the connection can.
func (c *targetConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

func (c *targetConn) Close() error {
	c.target.mu.Lock()
	delete(c.target.conns, c)
	c.target.mu.Unlock()
	return c.Conn.Close()
}
