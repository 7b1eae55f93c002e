package traffic_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gekko/local/traffic"
)

// raw opens a connection to a front and sends bytes as they are.
func raw(t *testing.T, url, sent string) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	io.WriteString(conn, sent)
	return conn, bufio.NewReader(conn)
}

func answer(t *testing.T, r *bufio.Reader, method string) (*http.Response, string) {
	t.Helper()
	res, err := http.ReadResponse(r, &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func TestRequestsOfAllKindsFollowEachOtherOnOneConnection(t *testing.T) {
	url := behind(t, nil, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Length", fmt.Sprint(len(r.URL.Path)+len(body)))
		io.WriteString(w, r.URL.Path+string(body))
	})
	const host = " HTTP/1.1\r\nHost: a\r\n"
	_, r := raw(t, url, "GET /1"+host+"\r\nHEAD /2"+host+"\r\nGET /3"+host+"\r\nPOST /4"+host+"Content-Length: 4\r\n\r\nbodyGET /5"+host+"\r\n")
	for _, want := range []struct{ method, body string }{{"GET", "/1"}, {"HEAD", ""}, {"GET", "/3"}, {"POST", "/4body"}, {"GET", "/5"}} {
		if res, body := answer(t, r, want.method); res.StatusCode != 200 || body != want.body || res.Header.Get("Date") == "" {
			t.Errorf("got %d %q %v, want %q", res.StatusCode, body, res.Header, want.body)
		}
	}
}

// Each of these is one request or none, whatever a target thinks of it.
func TestNoRequestIsSmuggledPastTheBalancer(t *testing.T) {
	const smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
	var seen atomic.Int64
	url := behind(t, nil, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if r.URL.Path == "/smuggled" {
			seen.Add(1)
		}
	})
	for name, request := range map[string]string{
		"length before chunks":    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
		"a length":                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n",
		"a length and its double": "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\nContent-Length: 0\r\n\r\n",
		"a folded length":         "GET / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n %d\r\n\r\n",
		"a length after a blank":  "GET / HTTP/1.1\r\nHost: a\r\nContent-Length : %d\r\n\r\n",
		"a bad chunk's size":      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x%x\r\n",
		"chunks, misspelt":        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\nContent-Length: %d\r\n\r\n",
		"chunks after a CR":       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \rchunked\r\nContent-Length: %d\r\n\r\n",
	} {
		conn, r := raw(t, url, fmt.Sprintf(request, len(smuggled))+smuggled)
		conn.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, r)
		if seen.Swap(0) > 0 {
			t.Errorf("%s: what was a body became a request", name)
		}
	}
}

// talking is a target that has each of its connections served, and closed after.
func talking(t *testing.T, serve func(net.Conn)) *traffic.Pool {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	target := traffic.NewTarget("t", "a", dialer(l.Addr().String()))
	t.Cleanup(target.Close)
	pool := traffic.NewPool("p")
	pool.Set(traffic.Policy{}, []traffic.Member{{Target: target, Healthy: true}})
	return pool
}

// scripted is a target that answers each request on a connection with the next
// text; after the last it closes the connection.
func scripted(t *testing.T, texts ...string) *traffic.Pool {
	t.Helper()
	return talking(t, func(conn net.Conn) {
		r := bufio.NewReader(conn)
		for _, text := range texts {
			if _, err := http.ReadRequest(r); err != nil {
				return
			}
			io.WriteString(conn, text)
		}
	})
}

func TestAnswersThatAreNotPlainArriveWhole(t *testing.T) {
	for name, text := range map[string]string{
		"HTTP/1.0, up to the end": "HTTP/1.0 200 OK\r\n\r\nhello",
		"chunks":                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Late\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\nX-Late: yes\r\n\r\n",
		"a hint before":           "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
		"its connection closes":   "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
		"a folded line":           "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 5\r\n\r\nhello",
		"more than was asked for": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
	} {
		t.Run(name, func(t *testing.T) {
			url := front(t, forwardTo(scripted(t, text)), nil)
			_, r := raw(t, url, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
			for range 2 {
				res, body := answer(t, r, "GET")
				if res.StatusCode != 200 || body != "hello" || res.ProtoMinor != 1 || res.Close {
					t.Errorf("got %+v %q", res, body)
				}
				if name == "chunks" && res.Trailer.Get("X-Late") != "yes" {
					t.Errorf("trailers %v", res.Trailer)
				}
			}
		})
	}
}

func TestAnAnswerThatIsNoneIsABadGateway(t *testing.T) {
	for name, text := range map[string]string{
		"rubbish":           "rubbish\r\n\r\n",
		"two lengths":       "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"half a head":       "HTTP/1.1 200 OK\r\nContent-",
		"nothing":           "",
		"an upgrade by far": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
	} {
		samples := make(chan traffic.Sample, 2)
		url := front(t, forwardTo(scripted(t, text)), func(s traffic.Sample) { samples <- s })
		_, r := raw(t, url, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
		for range 2 { // the client's connection lives on
			res, body := answer(t, r, "GET")
			if s := <-samples; res.StatusCode != 502 || s.Own != 502 || s.Code != 0 || !strings.Contains(body, "502 Bad Gateway") {
				t.Errorf("%s: got %d %q, observed %+v", name, res.StatusCode, body, s)
			}
		}
	}
}

// What a target sends unasked must not become the answer to what comes next.
func TestBytesThatNobodyAskedForAnswerNothing(t *testing.T) {
	const good = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
	late := make(chan struct{})
	pool := talking(t, func(conn net.Conn) {
		http.ReadRequest(bufio.NewReader(conn))
		io.WriteString(conn, good+"good")
		<-late
		io.WriteString(conn, good+"evil")
		late <- struct{}{}
	})
	conn, r := raw(t, front(t, forwardTo(pool), nil), "")
	for range 3 {
		io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if _, body := answer(t, r, "GET"); body != "good" {
			t.Fatalf("got %q", body)
		}
		late <- struct{}{}
		<-late
	}
}

// quietly serves a front and a target on pipes, in a bubble. The target takes a
// request and does as act says.
func quietly(t *testing.T, idle time.Duration, act func(net.Conn)) (client net.Conn, samples chan traffic.Sample) {
	return toTarget(t, idle, func(context.Context) (net.Conn, error) {
		inside, outside := net.Pipe()
		go func() {
			http.ReadRequest(bufio.NewReader(inside))
			act(inside)
		}()
		return outside, nil
	})
}

// toTarget serves a front on a pipe whose one target is reached by dial.
func toTarget(t *testing.T, idle time.Duration, dial traffic.Dial) (client net.Conn, samples chan traffic.Sample) {
	target := traffic.NewTarget("t", "a", dial)
	pool := traffic.NewPool("p")
	pool.Set(traffic.Policy{}, []traffic.Member{{Target: target, Healthy: true}})
	samples = make(chan traffic.Sample, 1)
	s := forwardTo(pool)
	s.Idle = idle
	f := traffic.NewFront(s, func(s traffic.Sample) { samples <- s })
	inside, outside := net.Pipe()
	l := &oneConn{conn: make(chan net.Conn, 1), closed: make(chan struct{})}
	l.conn <- inside
	go f.Serve(l)
	t.Cleanup(func() { outside.Close(); target.Close(); f.Close(); synctest.Wait() })
	return outside, samples
}

type oneConn struct {
	conn   chan net.Conn
	closed chan struct{}
}

func (l *oneConn) Accept() (net.Conn, error) {
	select {
	case c := <-l.conn:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *oneConn) Close() error {
	select {
	case <-l.closed:
	default:
		close(l.closed)
	}
	return nil
}
func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }

func TestASilentTargetIsAGatewayTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, samples := quietly(t, 10*time.Second, func(conn net.Conn) { io.Copy(io.Discard, conn) })
		began := time.Now()
		io.WriteString(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		res, _ := answer(t, bufio.NewReader(client), "GET")
		if s := <-samples; res.StatusCode != 504 || s.Own != 504 || time.Since(began) != 10*time.Second {
			t.Errorf("answered %d after %v, observed %+v", res.StatusCode, time.Since(began), s)
		}
	})
}

// The way of the request makes no difference: a POST is net/http's to carry.
func TestATargetThatCannotBeReachedInTimeIsAGatewayTimeout(t *testing.T) {
	for _, request := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
	} {
		synctest.Test(t, func(t *testing.T) {
			client, samples := toTarget(t, time.Minute, func(ctx context.Context) (net.Conn, error) {
				<-ctx.Done()
				return nil, context.Cause(ctx)
			})
			io.WriteString(client, request)
			res, _ := answer(t, bufio.NewReader(client), "GET")
			if s := <-samples; res.StatusCode != 504 || s.Own != 504 || s.Failed != 1 {
				t.Errorf("%.4s: answered %d, observed %+v", request, res.StatusCode, s)
			}
		})
	}
}

func TestAClientThatLeavesIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		let := make(chan struct{})
		client, samples := quietly(t, time.Minute, func(conn net.Conn) { io.Copy(io.Discard, conn); close(let) })
		io.WriteString(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		time.Sleep(time.Second)
		client.Close()
		if s := <-samples; s.Own != 460 || s.Code != 0 {
			t.Errorf("observed %+v", s)
		}
		<-let // the target is let go
	})
}

func TestWhatAClientSendsAheadIsAnsweredNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, samples := quietly(t, time.Minute, func(conn net.Conn) {
			for {
				time.Sleep(time.Second)
				if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"); err != nil {
					return
				}
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
					return
				}
			}
		})
		io.WriteString(client, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n")
		time.Sleep(500 * time.Millisecond)
		io.WriteString(client, "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
		r := bufio.NewReader(client)
		for range 2 {
			if res, body := answer(t, r, "GET"); res.StatusCode != 200 || body != "x" {
				t.Errorf("answered %d %q", res.StatusCode, body)
			}
			if s := <-samples; s.Code != 200 || s.Latency != time.Second {
				t.Errorf("observed %+v", s)
			}
		}
	})
}

func TestAConnectionOnWhichNothingComesIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := quietly(t, 10*time.Second, func(net.Conn) {})
		began := time.Now()
		if _, err := client.Read(make([]byte, 1)); err != io.EOF || time.Since(began) != 10*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}
