package judge_test

import (
	"strings"
	"testing"
	"time"

	"gekko"
	"gekko/judge"
)

// zoned are minutes of two zones with so many errors in each: old a, old b, new.
func zoned(n int, a, b, new float64) []gekko.Minute {
	all := make([]gekko.Minute, n)
	for i := range all {
		all[i] = gekko.Minute{
			At:  time.Unix(int64(i)*60, 0),
			Old: []gekko.Sample{{Zone: "a", Requests: 500, Errors: a}, {Zone: "b", Requests: 500, Errors: b}},
			New: []gekko.Sample{{Zone: "a", Requests: 100, Errors: new}},
		}
	}
	return all
}

func TestZonesOfTheOldVersionThatDifferMakeTheJudgeWary(t *testing.T) {
	for _, c := range []struct {
		name      string
		a, b, new float64
		want      judge.Verdict
		noted     bool
	}{
		{"alike", 10, 10, 2, judge.Fine, false},
		{"a little apart", 10, 15, 2, judge.Fine, false},
		{"far apart", 5, 50, 5, judge.Fine, true},
		{"alike, and harm", 10, 10, 20, judge.Harm, false},
		{"far apart, and harm far beyond", 1, 10, 30, judge.Harm, true},
	} {
		late := zoned(480, c.a, c.b, c.a/10+c.b/10)
		if c.want == judge.Harm {
			late = append(late, zoned(240, c.a, c.b, c.new)...)
		} else {
			late = zoned(480, c.a, c.b, c.new)
		}
		j := judge.Replay(gekko.JudgePolicy{}, late, judge.Errors)
		noted := len(j.Notes) == 1 && strings.Contains(j.Notes[0], "5xx: zone b of the old version")
		if j.Verdict != c.want || noted != c.noted {
			t.Errorf("%s: %s %v, %s", c.name, j.Verdict, j.Notes, j.Metrics[0].Why)
		}
	}
}

func TestTooFewInstancesAreNoted(t *testing.T) {
	all := zoned(10, 1, 1, 1)
	for i := range all {
		all[i].New[0].Hosts = 2
	}
	j := judge.Replay(gekko.JudgePolicy{}, all, judge.Errors)
	if len(j.Notes) != 1 || !strings.HasPrefix(j.Notes[0], "the new version had 2 of the 3 instances") {
		t.Errorf("notes %q", j.Notes)
	}
}
