package traffic_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gekko/local/traffic"
)

// BenchmarkFront carries a body of 1 KiB through two targets.
func BenchmarkFront(b *testing.B) {
	body := strings.Repeat("x", 1<<10)
	pool := traffic.NewPool("p")
	var members []traffic.Member
	for range 2 {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, body) }))
		b.Cleanup(server.Close)
		target := traffic.NewTarget(server.URL, "a", dialer(server.Listener.Addr().String()))
		b.Cleanup(target.Close)
		members = append(members, traffic.Member{Target: target, Healthy: true})
	}
	pool.Set(traffic.Policy{}, members)
	url := front(b, forwardTo(pool), nil)
	transport := &http.Transport{MaxIdleConnsPerHost: 256}
	b.Cleanup(transport.CloseIdleConnections)
	b.ReportAllocs()
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, _ := http.NewRequest("GET", url, nil)
			res, err := transport.RoundTrip(r)
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
	})
}

// BenchmarkChoice is the choosing alone: a weighted pool, then one of ten targets.
func BenchmarkChoice(b *testing.B) {
	for name, policy := range map[string]traffic.Policy{"round robin": {}, "least loaded": {LeastLoaded: true}} {
		b.Run(name, func(b *testing.B) {
			var members []traffic.Member
			for range 10 {
				members = append(members, traffic.Member{Target: traffic.NewTarget("t", "a", nil), Healthy: true})
			}
			one, two := traffic.NewPool("1"), traffic.NewPool("2")
			one.Set(policy, members)
			two.Set(policy, members)
			f := traffic.NewForward(0, traffic.Share{Pool: one, Weight: 9}, traffic.Share{Pool: two, Weight: 1})
			r := httptest.NewRequest("GET", "/", nil)
			b.ReportAllocs()
			for b.Loop() {
				traffic.Choose(f, r)
			}
		})
	}
}
