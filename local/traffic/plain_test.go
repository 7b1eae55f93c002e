package traffic

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
)

// What two parties could take apart differently is not plain: net/http carries
// or refuses it.
func TestWhatCouldBeReadInTwoWaysIsNotPlain(t *testing.T) {
	const end = "\r\n\r\n"
	for name, request := range map[string]string{
		"length and chunks":          "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked" + end,
		"chunks":                     "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked" + end,
		"chunks, hidden by a tab":    "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\tchunked" + end,
		"chunks, hidden by a blank":  "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked" + end,
		"a length":                   "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0" + end,
		"two lengths":                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5" + end,
		"a folded line":              "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c" + end,
		"a line folded by a tab":     "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc" + end,
		"a bare LF":                  "GET / HTTP/1.1\r\nHost: a\nX: b" + end,
		"a bare CR":                  "GET / HTTP/1.1\r\nHost: a\r\nX: b\rY: c" + end,
		"LF LF at the end":           "GET / HTTP/1.1\r\nHost: a\n\n",
		"a NUL":                      "GET / HTTP/1.1\r\nHost: a\r\nX: b\x00c" + end,
		"a byte that is not ASCII":   "GET / HTTP/1.1\r\nHost: a\r\nX: \xff" + end,
		"no host":                    "GET / HTTP/1.1\r\nX: b" + end,
		"an empty host":              "GET / HTTP/1.1\r\nHost:" + end,
		"two hosts":                  "GET / HTTP/1.1\r\nHost: a\r\nHost: b" + end,
		"a host with a path":         "GET / HTTP/1.1\r\nHost: a/b" + end,
		"a line without a name":      "GET / HTTP/1.1\r\nHost: a\r\n: b" + end,
		"a line without a colon":     "GET / HTTP/1.1\r\nHost: a\r\nX" + end,
		"a name with a blank":        "GET / HTTP/1.1\r\nHost: a\r\nX Y: b" + end,
		"an empty line first":        "\r\nGET / HTTP/1.1\r\nHost: a" + end,
		"HTTP/1.0":                   "GET / HTTP/1.0\r\nHost: a" + end,
		"HTTP/1.10":                  "GET / HTTP/1.10\r\nHost: a" + end,
		"two blanks":                 "GET  / HTTP/1.1\r\nHost: a" + end,
		"a blank in the target":      "GET /a b HTTP/1.1\r\nHost: a" + end,
		"a whole URL":                "GET http://b/ HTTP/1.1\r\nHost: a" + end,
		"a star":                     "GET * HTTP/1.1\r\nHost: a" + end,
		"a path that is an address":  "GET //b/ HTTP/1.1\r\nHost: a" + end,
		"an encoded path":            "GET /a%2fb HTTP/1.1\r\nHost: a" + end,
		"a fragment":                 "GET /a#b HTTP/1.1\r\nHost: a" + end,
		"a backslash":                "GET /a\\b HTTP/1.1\r\nHost: a" + end,
		"another method":             "POST / HTTP/1.1\r\nHost: a" + end,
		"a method in lower case":     "get / HTTP/1.1\r\nHost: a" + end,
		"an upgrade":                 "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c" + end,
		"a named hop":                "GET / HTTP/1.1\r\nHost: a\r\nConnection: X\r\nX: b" + end,
		"a connection to be closed":  "GET / HTTP/1.1\r\nHost: a\r\nConnection: close" + end,
		"a body that is asked for":   "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue" + end,
		"trailers":                   "GET / HTTP/1.1\r\nHost: a\r\nTE: trailers" + end,
		"a head that is not whole":   "GET / HTTP/1.1\r\nHost: a\r\n",
		"nothing":                    "",
		"HTTP/2's beginning":         "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"a proxy's option":           "GET / HTTP/1.1\r\nHost: a\r\nProxy-Connection: keep-alive" + end,
		"a client's keep-alive line": "GET / HTTP/1.1\r\nHost: a\r\nKeep-Alive: 5" + end,
	} {
		if new(plainRequest).read([]byte(request)) {
			t.Errorf("%s is taken as plain", name)
		}
	}
	if !new(plainRequest).read([]byte("GET /a?b=%2f HTTP/1.1\r\nHost: a:80\r\nConnection: Keep-Alive\r\nCookie: a=b; c=\"d\"\r\nX:\r\n\r\nGET ")) {
		t.Error("a plain request is not taken as one")
	}
}

func TestAnAnswerWhoseEndIsInDoubtIsNotPlain(t *testing.T) {
	for name, answer := range map[string]string{
		"no length":               "HTTP/1.1 200 OK\r\n\r\n",
		"chunks":                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		"length and chunks":       "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
		"two lengths":             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
		"a list of lengths":       "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n",
		"a negative length":       "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"a signed length":         "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
		"a length that overflows": "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
		"an interim answer":       "HTTP/1.1 103 Early Hints\r\n\r\n",
		"an upgrade":              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
		"HTTP/1.0":                "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n",
		"its connection closes":   "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n",
		"a length of no content":  "HTTP/1.1 204 No Content\r\nContent-Length: 1\r\n\r\n",
		"a code of four digits":   "HTTP/1.1 2000 OK\r\nContent-Length: 1\r\n\r\n",
		"a code that is none":     "HTTP/1.1 2x0 OK\r\nContent-Length: 1\r\n\r\n",
		"a folded line":           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX: a\r\n b\r\n\r\n",
	} {
		if new(plainAnswer).read([]byte(answer), false) {
			t.Errorf("%s is taken as plain", name)
		}
	}
	for answer, body := range map[string]int64{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nKeep-Alive: timeout=5\r\nConnection: keep-alive\r\n\r\n": 5,
		"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n":                                                       0,
		"HTTP/1.1 204 No Content\r\n\r\n":                                                                 0,
		"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n":                                          0,
	} {
		p := new(plainAnswer)
		if !p.read([]byte(answer), false) || p.body != body {
			t.Errorf("%q: a body of %d, want %d", answer, p.body, body)
		}
	}
	if p := new(plainAnswer); !p.read([]byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), true) || p.body != 0 {
		t.Error("the answer to a HEAD has a body")
	}
}

// FuzzPlainRequest holds that what is plain means to net/http, which a target
// may well be, what it means here: the same request, ending at the same byte.
func FuzzPlainRequest(f *testing.F) {
	f.Add([]byte("GET /a?b=c HTTP/1.1\r\nHost: a\r\nX: b\r\n\r\nGET / HTTP/1.1\r\n"))
	f.Add([]byte("HEAD / HTTP/1.1\r\nhOST: [::1]:80\r\nConnection: keep-alive\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p := new(plainRequest)
		if !p.read(b) {
			return
		}
		source := bufio.NewReaderSize(bytes.NewReader(b), len(b)+16)
		r, err := http.ReadRequest(source)
		if err != nil {
			t.Fatalf("%q is plain, but not to net/http: %v", b, err)
		}
		if rest := len(b) - p.size; source.Buffered() != rest {
			t.Errorf("%q: %d bytes are left, to net/http %d", b, rest, source.Buffered())
		}
		if r.Method != string(p.method) || r.RequestURI != string(p.target) || r.Host != string(p.host) || r.ContentLength != 0 || r.Close || len(r.TransferEncoding) > 0 {
			t.Errorf("%q is %s %s of %s here, to net/http %s %s of %s, %d bytes", b, p.method, p.target, p.host, r.Method, r.RequestURI, r.Host, r.ContentLength)
		}
		if path, _, _ := strings.Cut(string(p.target), "?"); r.URL.Path != path {
			t.Errorf("%q has the path %q, to net/http %q", b, path, r.URL.Path)
		}
		n := 0
		for _, values := range r.Header {
			n += len(values)
		}
		if n+1 != len(p.lines) { // the host is none of net/http's
			t.Errorf("%q has %d lines, to net/http %d", b, len(p.lines), n+1)
		}
	})
}

// FuzzPlainAnswer holds the same of answers, up to the end of the body.
func FuzzPlainAnswer(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1"), false)
	f.Add([]byte("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nDate: now\r\n\r\n"), true)
	f.Fuzz(func(t *testing.T, b []byte, toHead bool) {
		p := new(plainAnswer)
		if !p.read(b, toHead) {
			return
		}
		method := "GET"
		if toHead {
			method = "HEAD"
		}
		source := bufio.NewReaderSize(bytes.NewReader(b), len(b)+16)
		res, err := http.ReadResponse(source, &http.Request{Method: method})
		if err != nil {
			t.Fatalf("%q is plain, but not to net/http: %v", b, err)
		}
		body, err := io.ReadAll(res.Body)
		if int64(len(b)-p.size) < p.body {
			return // it is cut off
		}
		if err != nil || int64(len(body)) != p.body || res.StatusCode != p.code || res.Close {
			t.Errorf("%q is %d with %d bytes, to net/http %d with %d, %v", b, p.code, p.body, res.StatusCode, len(body), err)
		}
	})
}
