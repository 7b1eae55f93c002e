package demo

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// paper is a terminal that keeps its lines.
type paper struct{ strings.Builder }

func (p *paper) Print(line string)  { fmt.Fprintln(p, line) }
func (*paper) Wait(_ func() string) {}

// played is a show whose traffic went to this handler until each version had
// answered, and whose scenes are all played.
func played(t *testing.T, handler http.HandlerFunc) (*show, *paper) {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	p := &paper{}
	s := &show{
		screen:  &screen{Terminal: p},
		names:   map[string]string{"1": "hello-20260101-000000", "2": "hello-20260102-000000", "3": "hello-20260103-000000"},
		timings: []timing{{"bake version 1", 1.5}, {"bake version 2", 2}},
		traffic: newTraffic(server.URL, 1),
	}
	for range 6 {
		s.traffic.request()
	}
	s.traffic.client.CloseIdleConnections()
	return s, p
}

// inTurn answers as one version after the other; alter may change an answer,
// which is the n-th.
func inTurn(alter func(n int, w http.ResponseWriter) (answered bool)) http.HandlerFunc {
	var all atomic.Int64 // each connection has a goroutine of its own
	return func(w http.ResponseWriter, _ *http.Request) {
		n := int(all.Add(1))
		if alter != nil && alter(n, w) {
			return
		}
		w.Header().Set(versionHeader, fmt.Sprint(1+n%3))
	}
}

func TestTheReportIsOfThisShape(t *testing.T) {
	s, _ := played(t, inTurn(nil))
	s.releases = []Released{{"hello-20260102-000000", promoted, 0, 30.5}}
	file := filepath.Join(t.TempDir(), "report.json")
	if err := s.report(true, time.Minute).write(file); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "ok": true,
  "requests": 6,
  "failed": 0,
  "by_version": {
    "hello-20260101-000000": {
      "requests": 2,
      "errors": 0
    },
    "hello-20260102-000000": {
      "requests": 2,
      "errors": 0
    },
    "hello-20260103-000000": {
      "requests": 2,
      "errors": 0
    }
  },
  "releases": [
    {
      "version": "hello-20260102-000000",
      "outcome": "promoted",
      "lost": 0,
      "seconds": 30.5
    }
  ],
  "steps": [
    {
      "name": "bake version 1",
      "seconds": 1.5
    },
    {
      "name": "bake version 2",
      "seconds": 2
    }
  ]
}
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestAReportOfNothingHasNoNulls(t *testing.T) {
	s := &show{}
	got, err := json.Marshal(s.report(false, 0))
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"ok":false,"requests":0,"failed":0,"by_version":{},"releases":[],"steps":[]}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWhatTheBalancerItselfAnswersCountsAsFailed(t *testing.T) {
	cutOff := func(http.ResponseWriter) { panic(http.ErrAbortHandler) }
	status := func(code int) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { w.WriteHeader(code) }
	}
	for _, c := range []struct {
		name           string
		answer         func(http.ResponseWriter)
		failed, errors int
		told           string
	}{
		{"the connection", cutOff, 1, 0, "Requests were lost. The first: Get "},
		{"the balancer's own 502", status(502), 1, 0, "The first: the balancer answered 502 Bad Gateway"},
		{"the balancer's own 503", status(503), 1, 0, "The first: the balancer answered 503 Service Unavailable"},
		{"the balancer's own 504", status(504), 1, 0, "The first: the balancer answered 504 Gateway Timeout"},
		{"the service's own error", func(w http.ResponseWriter) {
			w.Header().Set(versionHeader, "2")
			w.WriteHeader(503)
		}, 0, 1, "Some requests were answered with an error."},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, told := played(t, inTurn(func(n int, w http.ResponseWriter) bool {
				if n == 3 {
					c.answer(w)
				}
				return n == 3
			}))
			r := s.report(true, time.Second)
			s.screen.summary(r)
			if r.OK || r.Requests != 6 || r.Failed != c.failed || r.ByVersion[s.names["2"]].Errors != c.errors {
				t.Errorf("got %+v", r)
			}
			if !strings.Contains(told.String(), c.told) {
				t.Errorf("the summary does not say %q:\n%s", c.told, told)
			}
		})
	}
}

func TestWhatTheFaultyVersionFailsIsCountedApart(t *testing.T) {
	s, told := played(t, inTurn(func(n int, w http.ResponseWriter) bool {
		if n == 2 {
			w.Header().Set(versionHeader, faulty)
			w.WriteHeader(500)
		}
		return n == 2
	}))
	r := s.report(true, time.Second)
	s.screen.summary(r)
	if !r.OK || r.Failed != 0 || r.ByVersion[s.names[faulty]].Errors != 1 {
		t.Errorf("got %+v", r)
	}
	if !strings.Contains(told.String(), "with an error of its own") {
		t.Errorf("the summary does not tell of it:\n%s", told)
	}
}

func TestAllVersionsHaveToAnswer(t *testing.T) {
	s, told := played(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set(versionHeader, "1") })
	r := s.report(true, time.Second)
	s.screen.summary(r)
	if r.OK || strings.Contains(told.String(), "has replaced") {
		t.Errorf("%+v is called well:\n%s", r, told)
	}
}

func TestTheSplitIsSaidInPercent(t *testing.T) {
	c := counts{requests: 1200, versions: map[string]Count{"1": {Requests: 900}, "2": {Requests: 300}}}
	if got, want := c.split(), "version 1 900 (75%), version 2 300 (25%)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	later := counts{requests: 1300, versions: map[string]Count{"1": {Requests: 900}, "2": {Requests: 400}}}
	if got, want := later.since(c).split(), "version 2 100 (100%)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := thousands(1234567); got != "1,234,567" {
		t.Errorf("got %q", got)
	}
}

func TestACommandThatFailsIsToldInItsOwnWords(t *testing.T) {
	s := &show{screen: &screen{Terminal: &paper{}}}
	last := s.relay(strings.NewReader("launch group\ngekko: group web: conflict\nhint: gekko status\n"))
	if last != "group web: conflict" {
		t.Errorf("got %q", last)
	}
}
