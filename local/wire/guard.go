package wire

import (
	"net"
	"net/netip"
)

// loopback tells whether a Host header without port names this machine by its
// loopback address or as localhost.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}
