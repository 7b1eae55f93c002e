package balancing

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strconv"

	"gekko/local/traffic"
	"gekko/local/wire"
)

// server serves the connections of a listener: a traffic.Front or a traffic.Relay.
type server interface {
	Serve(net.Listener) error
	Close() error
}

var (
	_ server = (*traffic.Front)(nil)
	_ server = (*traffic.Relay)(nil)
)

// door is where clients of a listener come in.
type door struct{ server server }

// open begins to listen, where Options.Port puts that port.
func (b *Balancers) open(addr netip.Addr, port int, s server) (*door, error) {
	at := net.JoinHostPort(addr.String(), strconv.Itoa(b.o.Port(port)))
	l, err := b.o.Listen("tcp", at)
	if err != nil {
		return nil, wire.Errorf("InvalidConfigurationRequest", "nothing can listen for port %d here: %v", port, err)
	}
	b.count()
	go func() {
		if err := s.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			b.o.Log.Warn("a balancer's listener ended", "address", at, "error", err)
		}
	}()
	return &door{s}, nil
}

func (d *door) close() { d.server.Close() }
