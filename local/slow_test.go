package local

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gekko/local/machine"
)

// pipes is a listener within a bubble.
type pipes struct {
	conns  chan net.Conn
	closed context.Context
	end    context.CancelFunc
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed.Done():
		return nil, net.ErrClosed
	}
}
func (p pipes) Close() error   { p.end(); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p pipes) dial() net.Conn {
	ours, theirs := net.Pipe()
	p.conns <- theirs
	return ours
}

func TestACallerWhoSendsTooSlowlyOrTooMuchIsLetGo(t *testing.T) {
	dir := t.TempDir()
	for name, row := range map[string]struct {
		head, more string
		every      time.Duration
		want       string // of the answer, if there is one
	}{
		"a head without an end": {"POST / HTTP/1.1\r\nHost: localhost\r\n", "X: y\r\n", time.Second, ""},
		"a body by the byte":    {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\n", "x", time.Second, ""},
		"a head without limit":  {"POST / HTTP/1.1\r\nHost: localhost\r\nX: ", strings.Repeat("x", 32<<10), time.Millisecond, "431"},
		"a body without limit":  {"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", "100000\r\n" + strings.Repeat("x", 1<<20) + "\r\n", time.Millisecond, "413"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, err := New(Options{Dir: dir, Machines: func(s machine.Spec) (machine.Machine, error) { return machine.NewFunc(s, http.NotFoundHandler()), nil }})
				if err != nil {
					t.Fatal(err)
				}
				listener := pipes{conns: make(chan net.Conn)}
				listener.closed, listener.end = context.WithCancel(t.Context())
				server := newHTTPServer(w)
				go server.Serve(listener)
				defer server.Close()
				conn := listener.dial()
				answer := make(chan string, 1)
				go func() {
					text, _ := io.ReadAll(bufio.NewReader(conn))
					answer <- string(text)
				}()
				begun := time.Now()
				for _, err = io.WriteString(conn, row.head); err == nil && time.Since(begun) < time.Hour; _, err = io.WriteString(conn, row.more) {
					time.Sleep(row.every)
				}
				if took := time.Since(begun); took > 2*time.Minute {
					t.Errorf("held for %v", took)
				}
				if got := <-answer; !strings.Contains(got, row.want) {
					t.Errorf("answered %.200q", got)
				}
			})
		})
	}
}
