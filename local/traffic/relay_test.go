package traffic_test

import (
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"gekko/local/traffic"
)

func TestARelayCarriesBytesBothWaysUntilBothEndsAreDone(t *testing.T) {
	echo, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer echo.Close()
	go func() {
		for {
			conn, err := echo.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(conn, conn); conn.Close() }()
		}
	}()
	target := traffic.NewTarget("t", "a", dialer(echo.Addr().String()))
	defer target.Close()
	pool := traffic.NewPool("p")
	pool.Set(traffic.Policy{}, []traffic.Member{{Target: target, Healthy: true}})
	samples := make(chan traffic.Sample, 2)
	relay := &traffic.Relay{Pool: pool, Observe: func(s traffic.Sample) { samples <- s }}
	relay.SetIdle(time.Minute)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go relay.Serve(l)
	defer relay.Close()

	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(conn, "hello")
	conn.(*net.TCPConn).CloseWrite()
	if got, err := io.ReadAll(conn); string(got) != "hello" {
		t.Errorf("got %q %v", got, err)
	}
	if s := <-samples; s.Own != 0 || s.Zone != "a" {
		t.Errorf("observed %+v", s)
	}
	pool.Set(traffic.Policy{}, nil)
	conn, err = net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(conn); len(got) != 0 {
		t.Errorf("got %q of an empty pool", got)
	}
	if s := <-samples; s.Own != 503 {
		t.Errorf("observed %+v", s)
	}
}

// crowded is a listener that cannot accept the first time.
type crowded struct {
	oneConn
	once sync.Once
}

func (l *crowded) Accept() (conn net.Conn, err error) {
	l.once.Do(func() { err = &net.OpError{Op: "accept", Err: syscall.EMFILE} })
	if err != nil {
		return nil, err
	}
	return l.oneConn.Accept()
}

func TestTooManyOpenFilesEndNoListener(t *testing.T) {
	type server interface {
		Serve(net.Listener) error
		Close() error
	}
	for name, newServer := range map[string]func() server{
		"a front": func() server { return traffic.NewFront(traffic.Settings{}, nil) },
		"a relay": func() server {
			return &traffic.Relay{Pool: traffic.NewPool("p"), Observe: func(traffic.Sample) {}}
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			server := newServer()
			inside, outside := net.Pipe()
			l := &crowded{oneConn: oneConn{conn: make(chan net.Conn, 1), closed: make(chan struct{})}}
			l.conn <- inside
			go server.Serve(l)
			synctest.Wait()
			time.Sleep(time.Second)
			outside.Close()
			if len(l.conn) > 0 {
				t.Errorf("%s accepts nobody any more", name)
			}
			server.Close()
			synctest.Wait()
		})
	}
}
