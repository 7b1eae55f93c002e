package balancing_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/smithy-go"

	"gekko/local/balancing"
	"gekko/local/balancing/tally"
	"gekko/local/flow"
	"gekko/local/loop"
	"gekko/local/wire"
)

// world is an embedded cloud in a bubble: instances are handlers, sockets are
// pipes, and the SDK's own clients speak to it.
type world struct {
	t        *testing.T
	loop     *loop.Loop
	b        *balancing.Balancers
	classic  *elb.Client
	v2       *elbv2.Client
	client   *http.Client
	mu       sync.Mutex
	machines map[string]*server
	doors    map[string]*pipes
	tell     []func(string, ec2types.InstanceStateName)
	points   map[string]float64 // sums by namespace, name and dimensions
}

// server is one instance.
type server struct {
	id, zone string
	state    ec2types.InstanceStateName
	handler  http.HandlerFunc
	pipes    *pipes
	http     *http.Server
}

func inWorld(t *testing.T, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := &world{
			t: t, loop: new(loop.Loop), machines: make(map[string]*server), doors: make(map[string]*pipes),
			points: make(map[string]float64),
		}
		addresses := byte(0)
		w.b = balancing.New(balancing.Options{
			Account: "000000000000", Region: "eu-west-1", Loop: w.loop, Instances: w, Metrics: w,
			Address: func() netip.Addr { addresses++; return netip.AddrFrom4([4]byte{127, 0, 1, addresses}) },
			Listen:  w.listen,
		})
		mux := wire.NewMux(wire.Options{Around: w.loop.Do})
		w.b.Register(mux)
		config := aws.Config{
			Region: "eu-west-1", BaseEndpoint: aws.String("http://127.0.0.1"), RetryMaxAttempts: 1,
			Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), HTTPClient: inProcess{mux},
		}
		w.classic, w.v2 = elb.NewFromConfig(config), elbv2.NewFromConfig(config)
		transport := &http.Transport{DialContext: w.dialDoor, MaxIdleConnsPerHost: 64}
		w.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		ended := make(chan struct{})
		go func() { w.loop.Run(ctx); close(ended) }()
		test(w)
		transport.CloseIdleConnections()
		w.loop.Do(w.b.Close)
		for _, s := range w.machines {
			s.http.Close()
		}
		cancel()
		<-ended
	})
}

type inProcess struct{ h http.Handler }

func (p inProcess) Do(r *http.Request) (*http.Response, error) {
	rec := &answer{header: make(http.Header), code: 200}
	in := r.Clone(r.Context())
	if in.Body == nil {
		in.Body = http.NoBody
	}
	in.RequestURI = in.URL.RequestURI()
	p.h.ServeHTTP(rec, in)
	return &http.Response{
		StatusCode: rec.code, Header: rec.header, Body: io.NopCloser(strings.NewReader(rec.body.String())),
		ContentLength: int64(rec.body.Len()), Request: r, ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

type answer struct {
	header http.Header
	code   int
	body   strings.Builder
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(code int)        { a.code = code }
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

// pipes is a listener without sockets.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

var errRefused = errors.New("connection refused")

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- addressed{there}:
		return here, nil
	case <-p.done:
		return nil, errRefused
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// addressed gives a pipe the addresses of a socket.
type addressed struct{ net.Conn }

func (addressed) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 9), Port: 4711} }

func (w *world) listen(_, addr string) (net.Listener, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if old := w.doors[addr]; old != nil {
		select {
		case <-old.done:
		default:
			return nil, errors.New("address already in use")
		}
	}
	w.doors[addr] = newPipes()
	return w.doors[addr], nil
}

func (w *world) dialDoor(ctx context.Context, _, addr string) (net.Conn, error) {
	w.mu.Lock()
	door := w.doors[addr]
	w.mu.Unlock()
	if door == nil {
		return nil, errRefused
	}
	return door.dial(ctx)
}

// launch starts an instance that answers with its own name.
func (w *world) launch(id, zone string) *server {
	s := &server{id: id, zone: zone, state: ec2types.InstanceStateNameRunning, pipes: newPipes()}
	s.handler = func(rw http.ResponseWriter, r *http.Request) { fmt.Fprint(rw, id) }
	s.http = &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		h := s.handler
		w.mu.Unlock()
		h(rw, r)
	})}
	w.mu.Lock()
	w.machines[id] = s
	w.mu.Unlock()
	go s.http.Serve(s.pipes)
	return s
}

// serves changes what an instance answers.
func (w *world) serves(s *server, h http.HandlerFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s.handler = h
}

func (w *world) become(s *server, state ec2types.InstanceStateName) {
	w.loop.Do(func() {
		w.mu.Lock()
		s.state = state
		w.mu.Unlock()
		for _, f := range w.tell {
			f(s.id, state)
		}
	})
}

func (w *world) Instance(id string) (ec2types.Instance, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.machines[id]
	if s == nil {
		return ec2types.Instance{}, false
	}
	return ec2types.Instance{
		InstanceId: aws.String(id), State: &ec2types.InstanceState{Name: s.state}, PrivateIpAddress: aws.String("127.0.2.1"),
		Placement: &ec2types.Placement{AvailabilityZone: aws.String(s.zone)},
	}, true
}

func (w *world) Dial(ctx context.Context, id string, port int) (net.Conn, error) {
	w.mu.Lock()
	s := w.machines[id]
	w.mu.Unlock()
	if s == nil || port != 8080 {
		return nil, errRefused
	}
	return s.pipes.dial(ctx)
}

func (w *world) Take(_ string, s flow.Span) flow.Served { return flow.Served{Refused: s.N} }

func (w *world) Probe(string, int, string) (int, bool) { return 0, false }

func (w *world) OnState(f func(string, ec2types.InstanceStateName)) { w.tell = append(w.tell, f) }

func (w *world) SubnetZone(id string) (string, bool) {
	zone, ok := strings.CutPrefix(id, "subnet-")
	return "eu-west-1" + zone, ok && strings.Contains("abc", zone)
}

func (w *world) Prepare(namespace, name, unit string, dims map[string]string) tally.Point {
	var key strings.Builder
	key.WriteString(namespace + " " + name)
	for _, k := range slices.Sorted(maps.Keys(dims)) {
		key.WriteString(" " + k + "=" + dims[k])
	}
	return func(_ time.Time, value, count float64) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.points[key.String()] += value * count
	}
}

// point is the sum of all that was recorded under a name and dimensions.
func (w *world) point(key string) (float64, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	v, ok := w.points[key]
	return v, ok
}

// get asks a balancer and gives code and body; an error counts as code 0.
func (w *world) get(url string) (int, string) {
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		return 0, err.Error()
	}
	res, body := w.do(r)
	return res.StatusCode, body
}

// do sends a request and reads the whole answer.
func (w *world) do(r *http.Request) (*http.Response, string) {
	res, err := w.client.Do(r)
	if err != nil {
		return &http.Response{}, err.Error()
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return &http.Response{}, err.Error()
	}
	return res, string(body)
}

// wait lets virtual time pass, a little more than d.
func (w *world) wait(d time.Duration) {
	time.Sleep(d + time.Millisecond)
	synctest.Wait()
}

// refused checks an operation's refusal.
func (w *world) refused(err error, code, text string) {
	w.t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), text) {
		w.t.Errorf("refused with %v, want %s saying %q", err, code, text)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
