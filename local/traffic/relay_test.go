package traffic_test

import (
	"io"
	"net"
	"testing"
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
