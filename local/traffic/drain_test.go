package traffic_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gekko/local/traffic"
)

// backend is a real server behind a pool.
type backend struct {
	*httptest.Server
	target *traffic.Target
	gone   atomic.Bool // it is drained: a request now is one too many
	late   atomic.Int64
}

func newBackend(name string) *backend {
	b := new(backend)
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b.gone.Load() {
			b.late.Add(1)
		}
		io.Copy(io.Discard, r.Body)
		if rand.IntN(4) == 0 {
			time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
		}
		fmt.Fprint(w, name)
	}))
	b.target = traffic.NewTarget(name, "a", dialer(b.Listener.Addr().String()))
	return b
}

func dialer(addr string) traffic.Dial {
	return func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "tcp", addr) }
}

// front serves rules on a real socket and gives its URL.
func front(tb testing.TB, s traffic.Settings, observe traffic.Observer) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	f := traffic.NewFront(s, observe)
	go f.Serve(l)
	tb.Cleanup(func() { f.Close() })
	return "http://" + l.Addr().String()
}

func forwardTo(pool *traffic.Pool) traffic.Settings {
	return traffic.Settings{Rules: []traffic.Rule{{Action: traffic.NewForward(0, traffic.Share{Pool: pool, Weight: 1})}}}
}

// Many clients keep sending, with and without bodies, on kept and on fresh
// connections, while every target is replaced again and again: let go of by the
// pool, drained, and shut as soon as it says that it is.
func TestNoRequestIsLostWhileTargetsComeAndGo(t *testing.T) {
	for _, leastLoaded := range []bool{false, true} {
		t.Run(fmt.Sprintf("least loaded %v", leastLoaded), func(t *testing.T) {
			pool := traffic.NewPool("p")
			var wrong atomic.Int64
			url := front(t, forwardTo(pool), func(s traffic.Sample) {
				if s.Own != 0 || s.Failed != 0 || s.Code != 200 {
					wrong.Add(1)
				}
			})
			live := []*backend{newBackend("0"), newBackend("1"), newBackend("2")}
			set := func() {
				var members []traffic.Member
				for _, b := range live {
					members = append(members, traffic.Member{Target: b.target, Healthy: true})
				}
				pool.Set(traffic.Policy{LeastLoaded: leastLoaded}, members)
			}
			set()
			stop := make(chan struct{})
			var clients, leaving sync.WaitGroup
			var sent atomic.Int64
			for range 32 {
				clients.Go(func() { sent.Add(int64(send(t, url, stop))) })
			}
			for i := range 30 {
				fresh := newBackend(fmt.Sprint(i + 3))
				old := live[0]
				live = append(live[1:], fresh)
				set()
				leaving.Add(1)
				old.target.Drain(func() {
					defer leaving.Done()
					old.gone.Store(true)
					go old.Close() // its idle connections end
				})
				time.Sleep(10 * time.Millisecond)
				if n := old.late.Load(); n > 0 {
					t.Errorf("target %d got %d requests after it was drained", i, n)
				}
			}
			close(stop)
			clients.Wait()
			leaving.Wait()
			for _, b := range live {
				b.target.Close()
				b.Close()
			}
			if wrong.Load() > 0 || sent.Load() < 50 {
				t.Errorf("%d of %d requests went wrong", wrong.Load(), sent.Load())
			}
		})
	}
}

// send asks until stop and says how often.
func send(t *testing.T, url string, stop <-chan struct{}) (n int) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	for ; ; n++ {
		select {
		case <-stop:
			return n
		default:
		}
		method, body := "GET", io.Reader(nil)
		if n%3 == 0 {
			method, body = "POST", strings.NewReader(strings.Repeat("x", rand.IntN(20_000)))
		}
		r, _ := http.NewRequest(method, url, body)
		r.Close = n%7 == 0
		res, err := transport.RoundTrip(r)
		if err != nil {
			t.Error(err)
			return n
		}
		got, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != 200 {
			t.Errorf("%s got %d %q %v", method, res.StatusCode, got, err)
			return n
		}
	}
}

func TestADrainedTargetTellsOnceAndKeepsItsRequestInFlight(t *testing.T) {
	release, began := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(began)
		<-release
		fmt.Fprint(w, "done")
	}))
	defer server.Close()
	target := traffic.NewTarget("t", "a", dialer(server.Listener.Addr().String()))
	defer target.Close()
	pool := traffic.NewPool("p")
	pool.Set(traffic.Policy{}, []traffic.Member{{Target: target, Healthy: true}})
	url := front(t, forwardTo(pool), nil)
	answer := make(chan string, 1)
	go func() {
		res, err := http.Get(url)
		if err != nil {
			answer <- err.Error()
			return
		}
		body, _ := io.ReadAll(res.Body)
		answer <- string(body)
	}()
	<-began
	pool.Set(traffic.Policy{}, nil)
	drained := make(chan struct{})
	target.Drain(func() { close(drained) })
	select {
	case <-drained:
		t.Fatal("drained with a request in flight")
	default:
	}
	close(release)
	if got := <-answer; got != "done" {
		t.Errorf("the request in flight got %q", got)
	}
	<-drained
}
