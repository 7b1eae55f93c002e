package wire

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// guard refuses what a browser may send on behalf of a web page: this serves
// programs, and starts others for them. It returns why, empty if all is well.
func guard(r *http.Request, allowed func(host string) bool) string {
	host := bareHost(requestHost(r))
	if !allowed(host) {
		return "the Host " + host + " is not served here"
	}
	if r.Header.Get("Origin") != "" {
		return "calls from web pages are not served"
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "none" {
		return "calls from web pages are not served"
	}
	return ""
}

// requestHost is the Host header, or what would become it on its way.
func requestHost(r *http.Request) string {
	if r.Host != "" {
		return r.Host
	}
	return r.URL.Host
}

func bareHost(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return strings.Trim(host, "[]")
}

// loopback tells whether a host is this machine by its loopback address or as
// localhost, also in front of a dot: clients put regions there.
func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}
