package account

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strconv"

	"gekko/local/traffic"
	"gekko/local/wire"
)

// Server serves the connections of a listener: a traffic.Front or a traffic.Relay.
type Server interface {
	Serve(net.Listener) error
	Close() error
}

var (
	_ Server = (*traffic.Front)(nil)
	_ Server = (*traffic.Relay)(nil)
)

// Door is where clients of a listener come in.
type Door struct{ server Server }

// Open begins to listen, where Options.Port puts that port.
func (a *Account) Open(addr netip.Addr, port int, s Server) (*Door, error) {
	at := net.JoinHostPort(addr.String(), strconv.Itoa(a.Port(port)))
	l, err := a.Listen("tcp", at)
	if err != nil {
		return nil, wire.Errorf("InvalidConfigurationRequest", "nothing can listen for port %d here: %v", port, err)
	}
	a.count()
	go func() {
		if err := s.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			a.Log.Warn("a balancer's listener ended", "address", at, "error", err)
		}
	}()
	return &Door{s}, nil
}

// Close lets no more client in and cuts those that are.
func (d *Door) Close() { d.server.Close() }
