package traffic

import (
	"net"
	"net/http"
	"strconv"
	"strings"

	"gekko/local/flow"
)

// Action is what a rule does with a request: a *Forward, a Fixed or a Redirect.
type Action interface {
	serve(f *Front, w http.ResponseWriter, r *http.Request)
	carry(f *Front, s flow.Span)
}

// Fixed answers by itself.
type Fixed struct {
	Code       int
	Type, Body string // the body's content type, and the body
}

func (a Fixed) serve(f *Front, w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Server", serverName)
	if a.Body != "" {
		h.Set("Content-Type", a.Type)
	}
	h.Set("Content-Length", strconv.Itoa(len(a.Body)))
	w.WriteHeader(a.Code)
	if r.Method != http.MethodHead {
		w.Write([]byte(a.Body))
	}
	f.observe(Sample{Own: a.Code, Fixed: true})
}

// Redirect sends a client elsewhere. #{protocol}, #{host}, #{port}, #{path} and
// #{query} stand for the request's own; the path's has no leading slash. The
// port's is the one that the client really came to: it is to find its way back.
type Redirect struct {
	Code                              int
	Protocol, Host, Port, Path, Query string
}

func (a Redirect) serve(f *Front, w http.ResponseWriter, r *http.Request) {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	own := strings.NewReplacer("#{protocol}", "HTTP", "#{host}", host, "#{port}", strconv.Itoa(f.port(r)),
		"#{path}", strings.TrimPrefix(r.URL.EscapedPath(), "/"), "#{query}", r.URL.RawQuery)
	protocol, port := strings.ToLower(own.Replace(a.Protocol)), own.Replace(a.Port)
	var to strings.Builder
	to.WriteString(protocol + "://" + own.Replace(a.Host) + ":" + port + own.Replace(a.Path))
	if query := own.Replace(a.Query); query != "" {
		to.WriteString("?" + query)
	}
	w.Header().Set("Location", to.String())
	refuse(w, r, a.Code, false)
	f.observe(Sample{Own: a.Code, Redirect: true})
}

// port is where a request came in; on a pipe, where clients believe it did.
func (f *Front) port(r *http.Request) int {
	if at, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr); ok {
		return at.Port
	}
	return f.settings.Load().Port
}
