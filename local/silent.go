package local

import (
	"net"
	"sync"
)

// Silent listens where nobody ever calls: for a world whose requests all come by
// Flow.
func Silent(_, addr string) (net.Listener, error) {
	at, err := net.ResolveTCPAddr("tcp", addr)
	return &silence{at: at, closed: make(chan struct{})}, err
}

type silence struct {
	at     net.Addr
	closed chan struct{}
	once   sync.Once
}

func (s *silence) Accept() (net.Conn, error) { <-s.closed; return nil, net.ErrClosed }
func (s *silence) Addr() net.Addr            { return s.at }
func (s *silence) Close() error              { s.once.Do(func() { close(s.closed) }); return nil }
