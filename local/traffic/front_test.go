package traffic_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"

	"gekko/local/traffic"
)

// behind puts a handler behind a front and gives its URL.
func behind(t *testing.T, change func(*traffic.Settings), h http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	target := traffic.NewTarget("t", "a", dialer(server.Listener.Addr().String()))
	t.Cleanup(target.Close)
	pool := traffic.NewPool("p")
	pool.Set(traffic.Policy{}, []traffic.Member{{Target: target, Healthy: true}})
	s := forwardTo(pool)
	s.Port = 80
	if change != nil {
		change(&s)
	}
	return front(t, s, nil)
}

func TestTheTargetSeesWhoAsked(t *testing.T) {
	for _, c := range []struct {
		mode traffic.Forwarded
		want string
	}{{traffic.AppendClient, "10.0.0.1, 127.0.0.1"}, {traffic.Preserve, "10.0.0.1"}, {traffic.Remove, ""}} {
		seen := make(chan *http.Request, 1)
		url := behind(t, func(s *traffic.Settings) { s.Forward = c.mode }, func(w http.ResponseWriter, r *http.Request) { seen <- r })
		r, _ := http.NewRequest("GET", url+"/a%2Fb?x=1;y=2", nil)
		r.Host = "example.com"
		r.Header.Set("X-Forwarded-For", "10.0.0.1")
		r.Header.Set("X-Forwarded-Proto", "https")
		r.Header.Set("Connection", "X-Hop")
		r.Header.Set("X-Hop", "mine")
		if _, err := http.DefaultClient.Do(r); err != nil {
			t.Fatal(err)
		}
		got := <-seen
		for name, want := range map[string]string{
			"X-Forwarded-For": c.want, "X-Forwarded-Proto": "http", "X-Forwarded-Port": "80", "X-Hop": "", "Accept-Encoding": "gzip",
		} {
			if got.Header.Get(name) != want {
				t.Errorf("%s is %q, want %q", name, got.Header.Get(name), want)
			}
		}
		if got.Host != "example.com" || got.RequestURI != "/a%2Fb?x=1;y=2" || !strings.HasPrefix(got.Header.Get("X-Amzn-Trace-Id"), "Root=1-") {
			t.Errorf("asked %s %s with %v", got.Host, got.RequestURI, got.Header)
		}
	}
}

func TestARedirectLeadsToThePortThatTheClientCameTo(t *testing.T) {
	url := front(t, traffic.Settings{Port: 80, Rules: []traffic.Rule{{Action: traffic.Redirect{
		Code: http.StatusFound, Protocol: "#{protocol}", Host: "#{host}", Port: "#{port}", Path: "/new/#{path}", Query: "#{query}",
	}}}}, nil)
	res, err := http.DefaultTransport.RoundTrip(httptest.NewRequest("GET", url+"/old?x=1", nil))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := res.Header.Get("Location"), url+"/new/old?x=1"; got != want {
		t.Errorf("led to %s, want %s", got, want)
	}
}

func TestAStreamArrivesAsItIsWritten(t *testing.T) {
	for _, length := range []string{"", "10"} {
		next := make(chan struct{})
		url := behind(t, nil, func(w http.ResponseWriter, r *http.Request) {
			if length != "" {
				w.Header().Set("Content-Length", length)
			}
			for range 5 {
				io.WriteString(w, "x\n")
				w.(http.Flusher).Flush()
				<-next
			}
		})
		res, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(res.Body)
		for range 5 {
			if line, err := lines.ReadString('\n'); line != "x\n" {
				t.Fatal(line, err)
			}
			next <- struct{}{} // the handler waits for this: the line came before
		}
		res.Body.Close()
	}
}

func TestAnUpgradedConnectionGoesBothWaysAndClassicRefusesIt(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "echo" {
			w.WriteHeader(http.StatusUpgradeRequired)
			return
		}
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		io.Copy(conn, rw)
	}
	ask := func(url string) (net.Conn, *http.Response, *bufio.Reader) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		r := bufio.NewReader(conn)
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		return conn, res, r
	}
	conn, res, r := ask(behind(t, nil, echo))
	defer conn.Close()
	if res.StatusCode != 101 {
		t.Fatalf("answered %d, want 101", res.StatusCode)
	}
	io.WriteString(conn, "hello\n")
	if line, err := r.ReadString('\n'); line != "hello\n" {
		t.Error(line, err)
	}
	classic, res, _ := ask(behind(t, func(s *traffic.Settings) { s.Classic = true }, echo))
	defer classic.Close()
	if res.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("Classic answered %d", res.StatusCode)
	}
}

func TestEarlyHintsHeadAndBodiesPass(t *testing.T) {
	url := behind(t, nil, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "</a.css>")
		w.WriteHeader(http.StatusEarlyHints)
		n, _ := io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Body", fmt.Sprint(n))
		w.Header().Set("Trailer", "X-Late")
		fmt.Fprint(w, "12345")
		w.Header().Set("X-Late", "yes")
	})
	hints := 0
	trace := &httptrace.ClientTrace{Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
		if code == 103 && h.Get("Link") != "" {
			hints++
		}
		return nil
	}}
	r, _ := http.NewRequest("POST", url, io.LimitReader(endless{}, 1<<20))
	res, err := http.DefaultClient.Do(r.WithContext(httptrace.WithClientTrace(t.Context(), trace)))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	if hints != 1 || res.Header.Get("X-Body") != "1048576" || string(body) != "12345" || res.Trailer.Get("X-Late") != "yes" {
		t.Errorf("hints %d, headers %v, body %q, trailers %v", hints, res.Header, body, res.Trailer)
	}
	head, err := http.Head(url)
	if err != nil || head.StatusCode != 200 {
		t.Error(head, err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// The server closes each kept connection after its answer without saying so, as
// one does whose own idle timeout is short.
func TestAKeptConnectionThatDiedIsNotTheClientsTrouble(t *testing.T) {
	pool := talking(t, func(conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	})
	url := front(t, forwardTo(pool), nil)
	for i := range 200 {
		res, err := http.Get(url)
		if err != nil || res.StatusCode != 200 {
			t.Fatalf("request %d: %v %v", i, res, err)
		}
		res.Body.Close()
	}
}
