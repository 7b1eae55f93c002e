package traffic

import (
	"errors"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Settings are what a Front may be told anew while it serves.
type Settings struct {
	Port    int           // what clients believe to speak to
	Idle    time.Duration // how long a connection may be silent; 0: 60 s
	Classic bool          // no upgrades, bare refusals, another target when one cannot be reached
	Rules   []Rule        // the first whose conditions are met acts; none: 503
	Forward Forwarded     // what becomes of X-Forwarded-For
}

// Forwarded says what becomes of a request's X-Forwarded-For.
type Forwarded int

const (
	AppendClient Forwarded = iota // the client's address is added
	Preserve                      // it stays as it came
	Remove                        // it goes
)

// Front is where clients connect: it serves HTTP and passes requests on.
type Front struct {
	observe  Observer
	settings atomic.Pointer[Settings]
	proxy    *httputil.ReverseProxy
	server   *http.Server // of what the express way hands over
	handed   *handover
	lent     expressBuffers

	mu       sync.Mutex // guards what follows
	listener net.Listener
	clients  map[net.Conn]struct{} // on the express way
	closed   bool
}

// NewFront makes a front that tells observe of each request; nil tells nobody.
func NewFront(s Settings, observe Observer) *Front {
	if observe == nil {
		observe = func(Sample) {}
	}
	f := &Front{observe: observe, handed: newHandover(), clients: make(map[net.Conn]struct{})}
	f.Set(s)
	silent := log.New(io.Discard, "", 0) // every failure is a sample, and the client's to see
	f.proxy = &httputil.ReverseProxy{
		Rewrite:        f.rewrite,
		Transport:      roundTripper(f.roundTrip),
		ModifyResponse: f.answered,
		ErrorHandler:   f.failed,
		BufferPool:     new(bufferPool),
		FlushInterval:  20 * time.Millisecond, // for a body that trickles although its length is known
		ErrorLog:       silent,
	}
	f.server = &http.Server{Handler: f, ConnState: f.connState, ErrorLog: silent, ReadHeaderTimeout: time.Minute}
	return f
}

// Set replaces the settings; requests that have begun keep theirs.
func (f *Front) Set(s Settings) {
	if s.Idle == 0 {
		s.Idle = 60 * time.Second
	}
	f.settings.Store(&s)
}

// Serve accepts clients until Close. It takes the listener over.
func (f *Front) Serve(l net.Listener) error {
	defer l.Close()
	f.mu.Lock()
	f.listener = l
	closed := f.closed
	f.mu.Unlock()
	if closed {
		return http.ErrServerClosed
	}
	defer f.handed.Close()
	go f.server.Serve(f.handed)
	for {
		conn, err := accept(l)
		switch {
		case err == nil:
			go f.receive(conn)
		case f.isClosed():
			return http.ErrServerClosed
		default:
			return err
		}
	}
}

// accept takes the next client of a listener in. That too many files are open
// here, or that a client left while it came, passes.
func accept(l net.Listener) (net.Conn, error) {
	for {
		conn, err := l.Accept()
		if !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.ENFILE) && !errors.Is(err, syscall.ECONNABORTED) {
			return conn, err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// receive takes a client in, unless all are being sent away.
func (f *Front) receive(conn net.Conn) {
	f.mu.Lock()
	closed := f.closed
	if !closed {
		f.clients[conn] = struct{}{}
	}
	f.mu.Unlock()
	if closed {
		conn.Close()
		return
	}
	f.express(conn)
	f.mu.Lock()
	delete(f.clients, conn)
	f.mu.Unlock()
}

func (f *Front) isClosed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closed
}

// Close ends the listener and every connection of a client.
func (f *Front) Close() error {
	f.mu.Lock()
	f.closed = true
	clients := slices.Collect(maps.Keys(f.clients))
	l := f.listener
	f.mu.Unlock()
	f.handed.Close()
	for _, conn := range clients {
		conn.Close()
	}
	if l != nil {
		l.Close()
	}
	return f.server.Close()
}

// ServeHTTP carries one request.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := f.settings.Load()
	for _, rule := range s.Rules {
		if rule.matches(r) {
			rule.Action.serve(f, w, r)
			return
		}
	}
	refuse(w, r, http.StatusServiceUnavailable, s.Classic)
	f.observe(Sample{Own: http.StatusServiceUnavailable})
}

// connState closes a client's connection that was idle for too long. The
// server's own timeout cannot be changed while it serves.
func (f *Front) connState(conn net.Conn, state http.ConnState) {
	c, ok := conn.(*clientConn)
	if !ok {
		return
	}
	if state == http.StateIdle || state == http.StateNew {
		c.idle.Reset(f.settings.Load().Idle)
	} else {
		c.idle.Stop()
	}
}

// bufferPool lends the buffers that bodies are copied through. Its zero value is ready.
type bufferPool struct{ pool sync.Pool }

type buffer [32 << 10]byte

func (b *bufferPool) Get() []byte {
	if kept, ok := b.pool.Get().(*buffer); ok {
		return kept[:]
	}
	return new(buffer)[:]
}

func (b *bufferPool) Put(p []byte) { b.pool.Put((*buffer)(p)) }
