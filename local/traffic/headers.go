package traffic

import (
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"
	"time"
)

// rewrite turns a client's request into the target's. The proxy has removed the
// hop-by-hop headers and all forwarding ones.
func (f *Front) rewrite(pr *httputil.ProxyRequest) {
	x := pr.In.Context().Value(exchangeKey{}).(*exchange)
	out := pr.Out
	out.URL.Scheme, out.URL.Host = "http", "target" // the host names nothing: a target has a transport of its own
	out.URL.RawQuery = pr.In.URL.RawQuery           // also what Go cannot parse
	out.Host = pr.In.Host
	if x.settings.Classic {
		out.Header.Del("Connection")
		out.Header.Del("Upgrade")
	}
	for _, name := range []string{"Forwarded", "X-Forwarded-Host"} {
		if values := pr.In.Header[name]; values != nil {
			out.Header[name] = values
		}
	}
	out.Header.Set("X-Forwarded-Proto", "http")
	out.Header.Set("X-Forwarded-Port", strconv.Itoa(x.settings.Port))
	forwardedFor(x.settings.Forward, pr.In, out.Header)
	if !x.settings.Classic && out.Header["X-Amzn-Trace-Id"] == nil {
		out.Header["X-Amzn-Trace-Id"] = []string{traceID(time.Now())}
	}
}

func forwardedFor(mode Forwarded, in *http.Request, out http.Header) {
	before := in.Header["X-Forwarded-For"]
	if mode == Remove {
		return
	}
	if mode == Preserve {
		if before != nil {
			out["X-Forwarded-For"] = before
		}
		return
	}
	client, _, err := net.SplitHostPort(in.RemoteAddr)
	if err != nil {
		client = in.RemoteAddr
	}
	var list strings.Builder
	for _, value := range before {
		list.WriteString(value + ", ")
	}
	out["X-Forwarded-For"] = []string{list.String() + client}
}

// traceID is Root=1-<seconds, 8 hex digits>-<24 random hex digits>.
func traceID(now time.Time) string {
	b := append(make([]byte, 0, 42), "Root=1-"...)
	b = hex(b, uint64(now.Unix()), 8)
	b = append(b, '-')
	b = hex(b, rand.Uint64(), 16)
	return string(hex(b, rand.Uint64(), 8))
}

func hex(b []byte, v uint64, digits int) []byte {
	for i := digits - 1; i >= 0; i-- {
		b = append(b, "0123456789abcdef"[v>>(4*i)&15])
	}
	return b
}
