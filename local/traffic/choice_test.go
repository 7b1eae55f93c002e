package traffic_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path"
	"strings"
	"testing"
	"testing/quick"

	"gekko/local/traffic"
)

// Pools without members answer 503; what tells them apart is the fixed share.
func TestWeightsAreExactAndSmooth(t *testing.T) {
	names := map[string]int{}
	longest := map[string]int{}
	run, last := 0, ""
	var shares []traffic.Share
	weights := map[string]int{"a": 5, "b": 1, "c": 1, "zero": 0}
	for _, name := range []string{"a", "b", "c", "zero"} {
		shares = append(shares, traffic.Share{Pool: serving(t, name), Weight: weights[name]})
	}
	f := traffic.NewFront(traffic.Settings{Rules: []traffic.Rule{{Action: traffic.NewForward(0, shares...)}}}, func(s traffic.Sample) {
		names[s.Pool.Name]++
		if s.Pool.Name != last {
			run, last = 0, s.Pool.Name
		}
		run++
		longest[last] = max(longest[last], run)
	})
	for round := 1; round <= 10; round++ {
		for range 7 {
			f.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
		}
		for name, w := range weights {
			if names[name] != round*w {
				t.Fatalf("after %d rounds: %v", round, names)
			}
		}
	}
	if longest["a"] > 4 {
		t.Errorf("%d in a row for a weight of 5 in 7", longest["a"])
	}
}

// serving is a pool of one target that always answers.
func serving(t *testing.T, name string) *traffic.Pool {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	target := traffic.NewTarget(name, "a", dialer(server.Listener.Addr().String()))
	t.Cleanup(target.Close)
	p := traffic.NewPool(name)
	p.Set(traffic.Policy{}, []traffic.Member{{Target: target, Healthy: true}})
	return p
}

func TestTheLeastLoadedTargetIsChosen(t *testing.T) {
	block, began := make(chan struct{}), make(chan struct{}, 2)
	pool := traffic.NewPool("p")
	var members []traffic.Member
	for _, name := range []string{"a", "b", "c"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/block" {
				began <- struct{}{}
				<-block
			}
		}))
		t.Cleanup(server.Close)
		target := traffic.NewTarget(name, "a", dialer(server.Listener.Addr().String()))
		t.Cleanup(target.Close)
		members = append(members, traffic.Member{Target: target, Healthy: true})
	}
	pool.Set(traffic.Policy{LeastLoaded: true}, members)
	f := traffic.NewFront(forwardTo(pool), nil)
	ask := func(path string) { f.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil)) }
	for range 2 {
		go ask("/block")
		<-began
	}
	defer close(block)
	free := 0
	for _, m := range members {
		if m.Target.Load() == 0 {
			free++
		}
	}
	if free != 1 {
		t.Fatalf("%d targets are free, want 1: the second request went to the first's", free)
	}
	for range 10 {
		ask("/")
	}
	for _, m := range members {
		if m.Target.Load() > 1 {
			t.Errorf("%s has %d requests", m.Target.Name, m.Target.Load())
		}
	}
}

func TestConditionsAreMetAsAWSMeetsThem(t *testing.T) {
	req := httptest.NewRequest("GET", "http://Shop.example.com:80/img/a.png?Version=V1&x=2", nil)
	req.Header.Set("User-Agent", "Mozilla/5.0 Chrome")
	req.RemoteAddr = "10.1.2.3:99"
	for name, c := range map[string]struct {
		condition traffic.Condition
		want      bool
	}{
		"path":                  {traffic.Path("/img/*"), true},
		"one character":         {traffic.Path("/img/?.png"), true},
		"path, another case":    {traffic.Path("/IMG/*"), false},
		"path without its rest": {traffic.Path("/img"), false},
		"second of two":         {traffic.Path("/x", "*.png"), true},
		"host":                  {traffic.Host("*.EXAMPLE.com"), true},
		"other host":            {traffic.Host("*.example.org"), false},
		"header":                {traffic.Header("user-agent", "*chrome*"), true},
		"absent header":         {traffic.Header("x-none", "*"), false},
		"query":                 {traffic.Query(traffic.Pair{Key: "version", Value: "v?"}), true},
		"any key":               {traffic.Query(traffic.Pair{Value: "2"}), true},
		"other value":           {traffic.Query(traffic.Pair{Key: "version", Value: "v2"}), false},
		"method":                {traffic.Method("GET", "HEAD"), true},
		"other method":          {traffic.Method("POST"), false},
		"source":                {traffic.Source(netip.MustParsePrefix("10.0.0.0/8")), true},
		"other source":          {traffic.Source(netip.MustParsePrefix("11.0.0.0/8")), false},
	} {
		if got := c.condition(req); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// The standard library's matcher knows the same two signs, if there is no slash.
func TestPatternsMatchAsTheStandardLibrarysDo(t *testing.T) {
	alphabet := "ab?*"
	spell := func(in []byte, n int) string {
		var b strings.Builder
		for _, c := range in {
			b.WriteByte(alphabet[int(c)%n])
		}
		return b.String()
	}
	r := httptest.NewRequest("GET", "/", nil)
	same := func(p, s []byte) bool {
		pattern, text := spell(p[:min(len(p), 8)], 4), spell(s[:min(len(s), 8)], 2)
		want, err := path.Match(pattern, text)
		r.URL.Path = text
		return err == nil && traffic.Path(pattern)(r) == want
	}
	if err := quick.Check(same, &quick.Config{MaxCount: 5_000}); err != nil {
		t.Error(err)
	}
}

func TestHealthChangesAfterSoManyFindingsInARow(t *testing.T) {
	var h traffic.Health
	for i, step := range []struct{ well, healthy, known bool }{
		{false, false, false},
		{true, false, false},
		{true, false, false},
		{true, true, true},
		{false, true, true},
		{true, true, true},
		{false, true, true},
		{false, false, true},
		{true, false, true},
	} {
		h.Note(step.well, 3, 2)
		if h.Healthy != step.healthy || h.Known != step.known {
			t.Errorf("after finding %d: %+v", i, h)
		}
	}
}
