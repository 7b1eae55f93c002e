package judge_test

import (
	"testing"
	"time"

	"gekko"
	"gekko/judge"
)

// grown are minutes of one zone or two, in which instances come at some minute.
func grown(n, at int, before, after, other float64) []gekko.Minute {
	all := make([]gekko.Minute, n)
	for i := range all {
		all[i].At = time.Unix(int64(i)*60, 0)
		hosts := before
		if i >= at {
			hosts = after
		}
		all[i].Old = []gekko.Sample{{Zone: "a", Requests: 100, Hosts: 9}, {Zone: "b", Requests: 10, Hosts: 9}}
		all[i].New = []gekko.Sample{{Zone: "a", Requests: 100, Hosts: hosts}, {Zone: "b", Requests: 10, Hosts: other}}
	}
	return all
}

func TestZonesWithNewInstancesAreLeftOut(t *testing.T) {
	for _, c := range []struct {
		name        string
		minutes     []gekko.Minute
		warmUp      time.Duration
		left, whole float64 // periods without zone a, and requests of both sides that count
	}{
		{"nothing grows", grown(30, 10, 4, 4, 4), 0, 0, 30 * 220},
		{"one of five is new for five minutes", grown(30, 10, 4, 5, 4), 0, 5, 25*220 + 5*20},
		{"a longer warm-up", grown(30, 10, 4, 5, 4), 12 * time.Minute, 12, 18*220 + 12*20},
		{"no warm-up", grown(30, 10, 4, 5, 4), -time.Second, 0, 30 * 220},
		{"one of ten is not more than a tenth", grown(30, 10, 9, 10, 4), 0, 0, 30 * 220},
		{"one leaves", grown(30, 10, 5, 4, 4), 0, 0, 30 * 220},
		{"it is not known how many", grown(30, 10, 0, 0, 0), 0, 0, 30 * 220},
		{"it was not known at first", grown(30, 10, 0, 5, 4), 0, 0, 30 * 220},
	} {
		j := judge.Replay(gekko.JudgePolicy{WarmUp: c.warmUp}, c.minutes, judge.Errors)
		m := j.Metrics[0]
		if got := m.Old.Requests + m.New.Requests; got != c.whole || j.Measured != 30 {
			t.Errorf("%s: %v requests count, want %v", c.name, got, c.whole)
		}
	}
}

func TestAZoneThatIsNewToASideWarmsUp(t *testing.T) {
	all := grown(30, 0, 4, 4, 4)
	for i := range 10 {
		all[i].New = all[i].New[:1]
	}
	m := judge.Replay(gekko.JudgePolicy{}, all, judge.Errors).Metrics[0]
	if m.New.Requests != 30*100+15*10 {
		t.Errorf("%v requests count", m.New.Requests)
	}
}
