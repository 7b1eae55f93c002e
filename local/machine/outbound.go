//go:build linux

package machine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"gekko/local/machine/control"
)

// outbound is a machine's way out: an HTTP proxy in the host. It leads to the
// public Internet alone, whatever a name resolves to.
type outbound struct {
	dialer    net.Dialer
	transport *http.Transport
}

var errPrivate = errors.New("instances reach public addresses only")

func newOutbound() *outbound {
	o := &outbound{dialer: net.Dialer{Timeout: 20 * time.Second, Control: publicOnly}}
	o.transport = &http.Transport{
		DialContext: o.dialer.DialContext, Proxy: nil, DisableCompression: true,
		IdleConnTimeout: 30 * time.Second, ResponseHeaderTimeout: 2 * time.Minute,
	}
	return o
}

// publicOnly looks at the address that a connection is about to be made to.
func publicOnly(network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !public(to.Addr()) {
		return fmt.Errorf("%s: %w", to.Addr(), errPrivate)
	}
	return nil
}

// public says of an address that it is neither this host nor a neighbour.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, special := range specialAddresses {
		if special.Contains(a) {
			return false
		}
	}
	return true
}

// Of IANA's special-purpose registries, what net/netip does not know of; the
// 6to4 and NAT64 ranges may hide an IPv4 address.
var specialAddresses = [...]netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("2002::/16"),
}

func (o *outbound) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		o.tunnel(w, r)
		return
	}
	if r.URL.Scheme != "http" || r.URL.Host == "" {
		http.Error(w, "this is a proxy: ask it for http:// URLs, or to CONNECT", http.StatusBadRequest)
		return
	}
	out := r.Clone(r.Context())
	out.RequestURI = ""
	out.Header.Del("Proxy-Connection")
	out.Header.Del("Proxy-Authorization")
	out.Header.Del("Connection")
	answer, err := o.transport.RoundTrip(out)
	if err != nil {
		refuse(w, err)
		return
	}
	defer answer.Body.Close()
	maps.Copy(w.Header(), answer.Header)
	w.WriteHeader(answer.StatusCode)
	io.Copy(w, answer.Body)
}

func refuse(w http.ResponseWriter, err error) {
	status := http.StatusBadGateway
	if errors.Is(err, errPrivate) {
		status = http.StatusForbidden
	}
	http.Error(w, err.Error(), status)
}

func (o *outbound) tunnel(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), o.dialer.Timeout)
	defer cancel()
	far, err := o.dialer.DialContext(ctx, "tcp", r.Host)
	if err != nil {
		refuse(w, err)
		return
	}
	near, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		far.Close()
		refuse(w, err)
		return
	}
	fmt.Fprint(near, "HTTP/1.1 200 Connection established\r\n\r\n")
	if n := buffered.Reader.Buffered(); n > 0 {
		io.CopyN(far, buffered, int64(n))
	}
	control.Join(near.(*net.TCPConn), far.(*net.TCPConn))
}
