package traffic

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"sync"
	"time"
)

// express is the short way of a client's connection, as long as its requests are
// plain and go to a target by weight alone: each head is read once and passed on
// with few changes, and bodies are copied. The first request that is not plain
// takes the connection to net/http, from its first byte on.
type express struct {
	front  *Front
	conn   net.Conn
	client string // its address, without the port

	in         []byte // what was read and not yet carried: in[from:to]
	from, to   int
	out        []byte // what is to be written
	back       []byte // what was read from a target
	request    plainRequest
	answer     plainAnswer
	conditions *http.Request // what conditions look at
	waiting    wait

	settings *Settings // of the request under way, as all that follows
	toHead   bool      // it is a HEAD
	pool     *Pool
	target   *Target
	began    time.Time
	sample   Sample
}

// Heads that are longer than these are net/http's to read.
const (
	requestSpace = 8 << 10
	answerSpace  = 16 << 10
)

// expressBuffers lends the buffers of connections; its zero value is ready.
type expressBuffers struct{ pool sync.Pool }

func (b *expressBuffers) lend() *express {
	if kept, ok := b.pool.Get().(*express); ok {
		return kept
	}
	return &express{in: make([]byte, requestSpace), back: make([]byte, answerSpace)}
}

// outcome is how the carrying of one request ended.
type outcome int

const (
	carried outcome = iota // the connection is ready for the next
	ended                  // the connection can carry no more
	other                  // nothing was done: it is not plain
)

// express carries a client's requests until the client leaves or one of them is
// not plain.
func (f *Front) express(conn net.Conn) {
	x := f.lent.lend()
	x.front, x.conn, x.from, x.to = f, conn, 0, 0
	x.client = addressOf(conn)
	how := carried
	for how == carried {
		how = x.next()
	}
	if how == other {
		conn.SetDeadline(time.Time{})
		f.handOver(conn, x.in[x.from:x.to])
	} else {
		conn.Close()
	}
	x.front, x.conn, x.settings, x.pool, x.target, x.conditions = nil, nil, nil, nil, nil, nil
	f.lent.pool.Put(x)
}

func addressOf(conn net.Conn) string {
	address := conn.RemoteAddr().String()
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

// next reads and carries one request.
func (x *express) next() outcome {
	if x.from == x.to {
		x.from, x.to = 0, 0
		x.conn.SetReadDeadline(time.Now().Add(x.front.settings.Load().Idle))
		n, err := x.conn.Read(x.in)
		if x.to = n; n == 0 && err != nil {
			return ended
		}
	}
	if !x.request.read(x.in[x.from:x.to]) {
		return other
	}
	x.settings = x.front.settings.Load()
	forward := x.forward()
	if forward == nil {
		return other
	}
	x.from += x.request.size
	return x.carry(forward)
}

// forward is the action that the request meets, if it is one of the express
// way's: stickiness is net/http's.
func (x *express) forward() *Forward {
	for _, rule := range x.settings.Rules {
		if len(rule.Conditions) > 0 && !rule.matches(x.asked()) {
			continue
		}
		x.conditions = nil
		forward, ok := rule.Action.(*Forward)
		if !ok || forward.sticky > 0 {
			return nil
		}
		for _, s := range forward.shares {
			if s.Pool.view.Load().policy.Sticky > 0 {
				return nil
			}
		}
		return forward
	}
	x.conditions = nil
	return nil
}

// asked is the request as conditions know it, made once for all rules.
func (x *express) asked() *http.Request {
	if x.conditions != nil {
		return x.conditions
	}
	p := &x.request
	path, query, _ := bytes.Cut(p.target, question)
	r := &http.Request{
		Method: string(p.method), URL: &url.URL{Path: string(path), RawQuery: string(query)}, Host: string(p.host),
		Header: make(http.Header, len(p.lines)), RemoteAddr: x.conn.RemoteAddr().String(),
	}
	for _, l := range p.lines {
		if l.kind != hostLine {
			r.Header.Add(string(l.name), string(l.value))
		}
	}
	x.conditions = r
	return r
}

// carry passes the request on and its answer back.
func (x *express) carry(forward *Forward) outcome {
	x.sample, x.waiting = Sample{}, wait{}
	x.toHead = string(x.request.method) == http.MethodHead
	if x.pool = forward.next(); x.pool != nil {
		x.target = x.pool.pick()
	}
	if x.pool == nil || x.target == nil {
		how := x.refuse(http.StatusServiceUnavailable)
		x.front.observe(Sample{Own: http.StatusServiceUnavailable})
		return how
	}
	x.write()
	how := x.ask()
	x.sample.Pool, x.sample.Zone = x.pool, x.target.Zone
	x.target.end()
	x.target = nil
	x.front.observe(x.sample)
	return how
}

// write makes the request that the target will see.
func (x *express) write() {
	p := &x.request
	out := append(append(x.out[:0], p.start...), "\r\n"...)
	var before []byte
	for _, l := range p.lines {
		switch l.kind {
		case connectionLine, ownLine:
		case clientLine:
			if x.settings.Forward == Preserve {
				out = append(out, l.raw...)
			}
			before = append(append(before, l.value...), ", "...)
		default:
			out = append(out, l.raw...)
		}
	}
	out = append(out, "X-Forwarded-Proto: http\r\nX-Forwarded-Port: "...)
	out = strconv.AppendInt(out, int64(x.settings.Port), 10)
	if x.settings.Forward == AppendClient {
		out = append(append(append(out, "\r\nX-Forwarded-For: "...), before...), x.client...)
	}
	if !x.settings.Classic && !p.traced {
		out = append(append(out, "\r\nX-Amzn-Trace-Id: "...), traceID(time.Now())...)
	}
	x.out = append(out, "\r\n\r\n"...)
}

// ask sends the request and passes the answer on. A kept connection that turns
// out dead before its first byte is not the client's trouble: what is plain can
// be asked twice.
func (x *express) ask() outcome {
	for {
		conn, used, err := x.connect()
		if err != nil {
			return x.refuse(gatewayCode(err))
		}
		x.began = time.Now()
		n, err := x.send(conn)
		if err == nil {
			return x.pass(conn, n)
		}
		conn.Close()
		switch {
		case x.waiting.left:
			x.sample.Own = clientLeft // there is nobody to answer
			return ended
		case used && n == 0 && !errors.Is(err, os.ErrDeadlineExceeded):
		default:
			return x.refuse(gatewayCode(err))
		}
	}
}

// gatewayCode is what a client sees of a target that fails: one that could not be
// reached in time, or was silent for too long, is a timeout.
func gatewayCode(err error) int {
	var unreached *connectError
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &unreached) && errors.Is(err, context.DeadlineExceeded) {
		return http.StatusGatewayTimeout
	}
	return http.StatusBadGateway
}

// connect gives a connection to the target, or, on a Classic balancer, to
// another one when no connection can be made.
func (x *express) connect() (conn *targetConn, used bool, err error) {
	for {
		conn, used, err = x.target.borrow()
		if err == nil {
			return conn, used, nil
		}
		x.sample.Failed++
		if !x.settings.Classic || x.sample.Failed == triesToConnect {
			return nil, false, err
		}
		other := x.pool.pick()
		if other == nil {
			return nil, false, err
		}
		x.target.end()
		x.target = other
	}
}

// send sends the request and reads the beginning of an answer, of at least one
// byte.
func (x *express) send(conn *targetConn) (n int, err error) {
	conn.SetWriteDeadline(x.began.Add(x.settings.Idle))
	if _, err := conn.Write(x.out); err != nil {
		return 0, err
	}
	// Most answers come at once; only while one does not is it worth to look
	// whether the client still waits.
	conn.SetReadDeadline(x.began.Add(soon))
	n, err = conn.Read(x.back)
	if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		return n, nothing(n, err)
	}
	x.waiting.begin(x, conn)
	conn.SetReadDeadline(x.began.Add(x.settings.Idle))
	n, err = conn.Read(x.back)
	x.waiting.end(x)
	return n, nothing(n, err)
}

// nothing is the error if not even a byte came.
func nothing(n int, err error) error {
	if n > 0 {
		return nil
	}
	return err
}

// pass passes an answer on of which n bytes are there.
func (x *express) pass(conn *targetConn, n int) outcome {
	p := &x.answer
	if !p.read(x.back[:n], x.toHead) {
		return x.passOdd(conn, n)
	}
	x.sample.Code, x.sample.Latency = p.code, time.Since(x.began)
	out := append(append(x.out[:0], p.start...), "\r\n"...)
	for _, l := range p.lines {
		if l.kind != connectionLine && l.kind != keepAliveLine {
			out = append(out, l.raw...)
		}
	}
	if !p.dated {
		out = appendDate(out)
	}
	out = append(out, "\r\n"...)
	body := x.back[p.size:n]
	whole := int64(len(body)) <= p.body
	if !whole {
		body = body[:p.body] // what follows answers nothing
	}
	x.out = append(out, body...)
	if _, err := (patient{x.conn, x.settings.Idle}).Write(x.out); err != nil {
		conn.Close()
		return ended
	}
	if err := x.copy(conn, p.body-int64(len(body))); err != nil {
		conn.Close()
		return ended
	}
	if !whole {
		conn.Close()
		return carried
	}
	x.target.giveBack(conn)
	return carried
}

// copy passes so many bytes of a body on.
func (x *express) copy(conn *targetConn, rest int64) error {
	for rest > 0 {
		n, err := patient{conn, x.settings.Idle}.Read(x.back[:min(rest, int64(len(x.back)))])
		if n > 0 {
			if _, err := (patient{x.conn, x.settings.Idle}).Write(x.back[:n]); err != nil {
				return err
			}
		}
		if rest -= int64(n); rest > 0 && err != nil {
			return err
		}
	}
	return nil
}

func appendDate(out []byte) []byte {
	out = append(out, "Date: "...)
	return append(time.Now().UTC().AppendFormat(out, http.TimeFormat), "\r\n"...)
}

// refuse answers for the balancer.
func (x *express) refuse(code int) outcome {
	x.sample.Own = code
	x.out = appendRefusal(x.out[:0], code, x.settings.Classic, x.toHead)
	if _, err := (patient{x.conn, x.settings.Idle}).Write(x.out); err != nil {
		return ended
	}
	return carried
}
