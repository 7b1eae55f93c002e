package traffic

import (
	"net"
	"sync"
	"time"
)

// handover is a listener whose clients come from the express way: net/http
// accepts them there. Its zero value is not ready; see newHandover.
type handover struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newHandover() *handover {
	return &handover{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (h *handover) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

func (h *handover) Close() error   { h.once.Do(func() { close(h.closed) }); return nil }
func (h *handover) Addr() net.Addr { return &net.TCPAddr{} }

// handOver gives a connection to net/http, as if nothing of it had been read.
func (f *Front) handOver(conn net.Conn, read []byte) {
	c := &clientConn{Conn: conn, read: append([]byte(nil), read...)}
	c.idle = time.AfterFunc(time.Hour, func() { conn.Close() })
	select {
	case f.handed.conns <- c:
	case <-f.handed.closed:
		c.Close()
	}
}

// clientConn is a client's connection in the hands of net/http.
type clientConn struct {
	net.Conn
	read []byte // what was read before and comes first
	idle *time.Timer
}

func (c *clientConn) Read(p []byte) (int, error) {
	if len(c.read) > 0 {
		n := copy(p, c.read)
		c.read = c.read[n:]
		return n, nil
	}
	return c.Conn.Read(p)
}

func (c *clientConn) Close() error {
	c.idle.Stop()
	return c.Conn.Close()
}
