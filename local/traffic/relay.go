package traffic

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Relay is a Front for plain TCP: each connection is one request, answered by
// one target's connection.
type Relay struct {
	Pool    *Pool
	Observe Observer // told of each connection once it is made or cannot be

	idle    atomic.Int64 // nanoseconds
	buffers bufferPool

	mu       sync.Mutex // guards what follows
	listener net.Listener
	clients  map[net.Conn]struct{}
	closed   bool
}

// SetIdle says how long connections may be silent.
func (r *Relay) SetIdle(d time.Duration) { r.idle.Store(int64(d)) }

// Serve accepts clients until Close.
func (r *Relay) Serve(l net.Listener) error {
	r.mu.Lock()
	r.listener = l
	closed := r.closed
	r.mu.Unlock()
	if closed {
		l.Close()
	}
	for {
		conn, err := accept(l)
		if err != nil {
			return err
		}
		go r.relay(conn)
	}
}

// Close ends the listener and every connection.
func (r *Relay) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for conn := range r.clients {
		conn.Close()
	}
	if r.listener == nil {
		return nil
	}
	return r.listener.Close()
}

func (r *Relay) relay(client net.Conn) {
	defer client.Close()
	if !r.enter(client) {
		return
	}
	defer r.leave(client)
	s := Sample{Pool: r.Pool}
	for s.Failed < triesToConnect {
		target := r.Pool.pick()
		if target == nil {
			break
		}
		s.Zone = target.Zone
		begun := time.Now()
		server, err := target.connect(context.Background(), "", "")
		if err == nil {
			s.Latency = time.Since(begun)
			r.Observe(s)
			r.splice(client, server)
			target.end()
			return
		}
		target.end()
		s.Failed++
	}
	s.Own = http.StatusServiceUnavailable
	r.Observe(s)
}

func (r *Relay) enter(client net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.clients == nil {
		r.clients = make(map[net.Conn]struct{})
	}
	r.clients[client] = struct{}{}
	return !r.closed
}

func (r *Relay) leave(client net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.clients, client)
}

// splice copies both ways until both ends have finished, one fails, or nothing
// was sent for the idle timeout.
func (r *Relay) splice(client, server net.Conn) {
	defer server.Close()
	d := time.Duration(r.idle.Load())
	idle := time.AfterFunc(d, func() { client.Close(); server.Close() })
	defer idle.Stop()
	var both sync.WaitGroup
	both.Go(func() { r.copy(server, watched{client, idle, d}) })
	both.Go(func() { r.copy(client, watched{server, idle, d}) })
	both.Wait()
}

func (r *Relay) copy(to net.Conn, from io.Reader) {
	buffer := r.buffers.Get()
	defer r.buffers.Put(buffer)
	_, err := io.CopyBuffer(to, from, buffer)
	half, ok := to.(interface{ CloseWrite() error })
	if err != nil || !ok || half.CloseWrite() != nil {
		to.Close()
	}
}

type watched struct {
	io.Reader
	idle *time.Timer
	d    time.Duration
}

func (w watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	w.idle.Reset(w.d)
	return n, err
}
