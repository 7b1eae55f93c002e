package traffic

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// exchange is one request on its way through a target.
type exchange struct {
	front    *Front
	settings *Settings
	forward  *Forward
	pool     *Pool
	target   *Target
	client   context.Context // ends when the client leaves
	timer    *time.Timer     // ends the exchange when both sides are silent
	uploaded atomic.Bool     // the client has sent its whole request
	begun    time.Time
	sample   Sample
}

type exchangeKey struct{}

// clientLeft is what AWS counts when a client hangs up before it has its answer.
const clientLeft = 460

var errSilent = errors.New("nothing was sent for the idle timeout")

func (a *Forward) serve(f *Front, w http.ResponseWriter, r *http.Request) {
	s := f.settings.Load()
	pool, target := a.choose(r)
	if target == nil {
		refuse(w, r, http.StatusServiceUnavailable, s.Classic)
		f.observe(Sample{Own: http.StatusServiceUnavailable})
		return
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	x := &exchange{front: f, settings: s, forward: a, pool: pool, target: target, client: r.Context(), begun: time.Now()}
	x.timer = time.AfterFunc(s.Idle, func() { cancel(errSilent) })
	defer x.end() // also when the copying of an answer panics to cut the client off
	x.uploaded.Store(r.ContentLength == 0)
	f.proxy.ServeHTTP(w, r.WithContext(context.WithValue(ctx, exchangeKey{}, x)))
}

func (x *exchange) end() {
	x.timer.Stop()
	x.target.end()
	x.sample.Pool, x.sample.Zone = x.pool, x.target.Zone
	x.front.observe(x.sample)
}

func (x *exchange) alive() { x.timer.Reset(x.settings.Idle) }

// triesToConnect is how many targets a Classic balancer tries for one request.
const triesToConnect = 3

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// roundTrip sends the request to the target. Only a request that cannot have
// reached one is sent again: by the transport, when a kept connection turns out
// dead before anything was written, and here, on a Classic balancer, when no
// connection could be made.
func (f *Front) roundTrip(req *http.Request) (*http.Response, error) {
	x := req.Context().Value(exchangeKey{}).(*exchange)
	if req.Body != nil && req.Body != http.NoBody {
		req.Body = &upload{req.Body, x}
	}
	for {
		x.begun = time.Now()
		res, err := x.target.transport.RoundTrip(req)
		var unreached *connectError
		if !errors.As(err, &unreached) || x.client.Err() != nil {
			return res, err
		}
		x.sample.Failed++
		if !x.settings.Classic || x.sample.Failed == triesToConnect {
			return nil, err
		}
		other := x.pool.pick()
		if other == nil {
			return nil, err
		}
		x.target.end()
		x.target = other
	}
}

// answered sees the headers of a target's answer before the client does.
func (f *Front) answered(res *http.Response) error {
	x := res.Request.Context().Value(exchangeKey{}).(*exchange)
	x.sample.Code, x.sample.Latency = res.StatusCode, time.Since(x.begun)
	x.alive()
	if both, ok := res.Body.(io.ReadWriteCloser); ok { // upgraded
		res.Body = &tunnel{both, x}
	} else {
		res.Body = &download{res.Body, x}
	}
	x.stick(res.Header)
	return nil
}

// failed answers for a target that did not.
func (f *Front) failed(w http.ResponseWriter, r *http.Request, err error) {
	x := r.Context().Value(exchangeKey{}).(*exchange)
	x.sample.Code = 0 // an upgrade may fail after its answer was seen
	if x.client.Err() != nil {
		x.sample.Own = clientLeft // there is nobody to answer
		return
	}
	silent := context.Cause(r.Context()) == errSilent
	switch {
	case silent && !x.uploaded.Load():
		x.sample.Own = http.StatusRequestTimeout
	case silent:
		x.sample.Own = http.StatusGatewayTimeout
	default:
		x.sample.Own = gatewayCode(err)
	}
	refuse(w, r, x.sample.Own, x.settings.Classic)
}

// upload is a request's body. Its closing is the proxy's: the request may be
// sent once more.
type upload struct {
	body io.ReadCloser
	x    *exchange
}

func (u *upload) Read(p []byte) (int, error) {
	n, err := u.body.Read(p)
	u.x.alive()
	if err != nil {
		u.x.uploaded.Store(true)
	}
	return n, err
}

func (u *upload) Close() error { return nil }

// download is an answer's body.
type download struct {
	io.ReadCloser
	x *exchange
}

func (d *download) Read(p []byte) (int, error) {
	n, err := d.ReadCloser.Read(p)
	d.x.alive()
	return n, err
}

// tunnel is a connection after an upgrade.
type tunnel struct {
	io.ReadWriteCloser
	x *exchange
}

func (t *tunnel) Read(p []byte) (int, error) {
	n, err := t.ReadWriteCloser.Read(p)
	t.x.alive()
	return n, err
}

func (t *tunnel) Write(p []byte) (int, error) {
	n, err := t.ReadWriteCloser.Write(p)
	t.x.alive()
	return n, err
}
