package machine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Func is a machine without a process: a handler answers on its ports through
// net.Pipe, so it works in a bubble of virtual time. It has no SSH and no disk;
// user data is not run.
type Func struct {
	spec    Spec
	handler http.Handler

	// Ports are those that answer; nil: all. Set it before Boot.
	Ports []int
	// BootTime is how long Boot takes. Set it before Boot.
	BootTime time.Duration

	mu     sync.Mutex
	server *http.Server // nil: off
	conns  *pipes
	ended  func(End)
	cpu    time.Duration
}

// NewFunc makes a machine of a handler, off.
func NewFunc(s Spec, h http.Handler) *Func { return &Func{spec: s, handler: h} }

// Boot starts serving.
func (f *Func) Boot(ctx context.Context, b Boot, ended func(End)) error {
	if f.BootTime > 0 {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(f.BootTime):
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.server != nil {
		return fmt.Errorf("machine %s: it runs already", f.spec.ID)
	}
	f.server = &http.Server{Handler: f.handler}
	f.conns = newPipes()
	f.ended = ended
	go f.server.Serve(f.conns)
	return nil
}

// Shutdown ends it when what it is serving is answered, at the latest with ctx.
func (f *Func) Shutdown(ctx context.Context) {
	f.mu.Lock()
	server := f.server
	f.mu.Unlock()
	if server != nil {
		server.Shutdown(ctx)
	}
	f.Stop(Halted)
}

// Kill ends it, and the connections to it.
func (f *Func) Kill() { f.Stop(Halted) }

// Stop ends it as something inside would: by a power-off, a reboot, a crash.
func (f *Func) Stop(e End) {
	f.mu.Lock()
	server, ended := f.server, f.ended
	f.server, f.ended = nil, nil
	f.mu.Unlock()
	if server == nil {
		return
	}
	server.Close()
	if ended != nil {
		go ended(e)
	}
}

// Dial connects to one of its ports.
func (f *Func) Dial(ctx context.Context, port int) (net.Conn, error) {
	f.mu.Lock()
	conns, on := f.conns, f.server != nil
	f.mu.Unlock()
	if !on || !f.listens(port) {
		return nil, f.refused(port, syscall.ECONNREFUSED)
	}
	inside, outside := net.Pipe()
	select {
	case conns.accept <- inside:
		return outside, nil
	case <-conns.closed:
		return nil, f.refused(port, syscall.ECONNREFUSED)
	case <-ctx.Done():
		return nil, f.refused(port, context.Cause(ctx))
	}
}

func (f *Func) refused(port int, why error) error {
	return &net.OpError{Op: "dial", Net: "tcp", Addr: address{f.spec.Address.String(), port}, Err: why}
}

func (f *Func) listens(port int) bool {
	if slices.Contains(f.Ports, port) {
		return true
	}
	return f.Ports == nil
}

// Console is empty: nothing writes to it.
func (f *Func) Console() []byte { return nil }

// CPU is what Spend has added up.
func (f *Func) CPU() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cpu
}

// Spend adds to the processor time it has used.
func (f *Func) Spend(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cpu += d
}

// Freeze makes an empty folder.
func (f *Func) Freeze(ctx context.Context, dir string) error { return os.Mkdir(dir, 0o700) }

// Remove ends it.
func (f *Func) Remove() error { f.Kill(); return nil }

// pipes is a listener whose connections are handed in.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes {
	return &pipes{accept: make(chan net.Conn), closed: make(chan struct{})}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accept:
		return c, nil
	case <-p.closed:
		return nil, errors.New("listener closed")
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return address{"pipe", 0} }

// address names a port of a machine in errors.
type address struct {
	host string
	port int
}

func (a address) Network() string { return "tcp" }
func (a address) String() string  { return net.JoinHostPort(a.host, fmt.Sprint(a.port)) }
