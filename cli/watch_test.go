package cli

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gekko"
	"gekko/judge"
	"gekko/release"
)

var noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

func TestWhereAReleaseStandsInOneLine(t *testing.T) {
	r := gekko.Release{New: "web-20260131-090000", Old: "web-20260130-090000", Phase: gekko.Soaking, Since: noon.Add(-3 * time.Hour)}
	for _, c := range []struct {
		name string
		view release.View
		want string
	}{
		{"little known", release.View{Release: r, Share: math.NaN()}, "soaking for 3h00m"},
		{
			"all known",
			release.View{
				Release: r, Share: 0.2, Due: noon.Add(21 * time.Hour), Next: "promote",
				Judgement: judge.Judgement{Verdict: judge.NotEnoughEvidence, Metrics: []judge.Metric{
					{Name: "5xx", Verdict: judge.Fine, Ratio: 0.98},
					{Name: "slow", Verdict: judge.NotEnoughEvidence, Ratio: math.NaN()},
				}},
			},
			"soaking for 3h00m; at least 21h00m to go; share 20%; judge: not-enough-evidence; 5xx fine (×0.98); slow not-enough-evidence; next: promote",
		},
		{
			"held and paused",
			release.View{Release: gekko.Release{Phase: gekko.Warming, Since: noon, Paused: true, Holds: "healthy"}, Share: 1},
			"warming for 0s; paused; held: healthy; share 100%",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.view.Fleet.At = noon
			if d := cmp.Diff(c.want, viewLine(c.view)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAReleaseThatNobodyLooksAfterIsTold(t *testing.T) {
	u := underWay{Release: gekko.Release{New: "web-20260131-090000", Phase: gekko.Soaking, Since: noon.Add(-time.Hour)}}
	if got, want := u.lonely(noon), "nobody carries release web-20260131-090000 out: nobody has looked at it yet; gekko release goes on with it"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	u.Lease = gekko.Lease{Holder: "ada@desk:12", Beat: noon.Add(-10 * time.Minute)}
	if got, want := u.lonely(noon), "nobody carries release web-20260131-090000 out: ada@desk:12 looked last, 10m00s ago; gekko release goes on with it"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := u.line(noon), "Release web-20260131-090000: soaking for 1h00m; last looked at 10m00s ago by ada@desk:12"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHistorySaysOnWhatAndWhy(t *testing.T) {
	for _, c := range []struct {
		name       string
		outcome    gekko.Outcome
		on, reason string
	}{
		{"judged", gekko.Outcome{Ending: gekko.Promoted, Judged: "fine", Grounds: "no metric is worse"}, "judged fine", "no metric is worse"},
		{
			"forced",
			gekko.Outcome{Ending: gekko.Promoted, Judged: "forced", Acts: []gekko.Ask{
				{Verb: gekko.Pause, By: "ada@desk"}, {Verb: gekko.Promote, By: "bob@desk", Why: "hotfix"},
			}},
			"forced", "pause by ada@desk; promote by bob@desk: hotfix",
		},
		{"harm", gekko.Outcome{Ending: gekko.Rejected, Cause: "harm", Grounds: "5xx"}, "harm", "5xx"},
		{"a rollback", gekko.Outcome{Ending: gekko.Promoted, Back: true}, "rollback", ""},
		{"a rollback without a soak", gekko.Outcome{Ending: gekko.Promoted, Back: true, Judged: "back"}, "rollback", ""},
		{"a first release", gekko.Outcome{Ending: gekko.Promoted, Judged: "alone"}, "nothing to compare with", ""},
		{"a rollback that was judged", gekko.Outcome{Ending: gekko.Promoted, Back: true, Judged: "health"}, "rollback, instance health only", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if on, reason := ground(c.outcome), reasons(c.outcome); on != c.on || reason != c.reason {
				t.Errorf("got %q, %q; want %q, %q", on, reason, c.on, c.reason)
			}
		})
	}
}
