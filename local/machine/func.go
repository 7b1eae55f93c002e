package machine

import (
	"bytes"
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

	"gekko/local/flow"
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
	// Health gives the code of a health check at once; nil: the handler is asked
	// through a connection, as a process would be. Set it before Boot.
	Health func(path string) int
	// Serve says what becomes of a flow's requests; nil: each is answered well
	// within a millisecond. Set it before Boot.
	Serve func(flow.Span) flow.Served

	mu          sync.Mutex
	on          bool
	server      *http.Server // nil: nobody has dialled since it booted
	conns       *pipes
	ended       func(End)
	cpu         time.Duration
	onAt, offAt time.Time
	console     []byte
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
	if f.on {
		return fmt.Errorf("machine %s: it runs already", f.spec.ID)
	}
	f.on, f.onAt, f.ended = true, time.Now(), ended
	return nil
}

// listener is where it accepts connections; nil if it is off.
func (f *Func) listener() *pipes {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.on && f.server == nil {
		f.server, f.conns = &http.Server{Handler: f.handler}, newPipes()
		go f.server.Serve(f.conns)
	}
	if !f.on {
		return nil
	}
	return f.conns
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
	on, server, ended := f.on, f.server, f.ended
	if on {
		f.offAt = time.Now()
	}
	f.on, f.server, f.ended = false, nil, nil
	f.mu.Unlock()
	if server != nil {
		server.Close()
	}
	if !on {
		return
	}
	if ended != nil {
		go ended(e)
	}
}

// Dial connects to one of its ports.
func (f *Func) Dial(ctx context.Context, port int) (net.Conn, error) {
	conns := f.listener()
	if conns == nil || !f.listens(port) {
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

// Console is what Print wrote.
func (f *Func) Console() []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return bytes.Clone(f.console)
}

// Print writes to its console.
func (f *Func) Print(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.console = append(f.console, text...)
}

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
