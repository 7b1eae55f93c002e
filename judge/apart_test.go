package judge_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gekko"
	"gekko/judge"
)

// across are minutes in which each side has two zones or three, each with so
// many errors of a hundred requests on the new side.
func across(n int, errors ...float64) []gekko.Minute {
	all := make([]gekko.Minute, n)
	for i := range all {
		all[i].At = time.Unix(int64(i)*60, 0)
		for z, k := range errors {
			zone := string(rune('a' + z))
			all[i].Old = append(all[i].Old, gekko.Sample{Zone: zone, Requests: 500, Errors: 5})
			all[i].New = append(all[i].New, gekko.Sample{Zone: zone, Requests: 100, Errors: k})
		}
	}
	return all
}

// renamed puts the samples of the new side into other zones.
func renamed(all []gekko.Minute, zone func(string) string) []gekko.Minute {
	all = slices.Clone(all)
	for i := range all {
		all[i].New = slices.Clone(all[i].New)
		for j := range all[i].New {
			all[i].New[j].Zone = zone(all[i].New[j].Zone)
		}
	}
	return all
}

func TestHarmCountsWhereItShowsInMoreThanOneZone(t *testing.T) {
	alone := "harm in zone a alone: a bad host, or a zone's trouble: look there"
	for _, c := range []struct {
		name    string
		minutes []gekko.Minute
		want    judge.Verdict
		within  int // minutes; 0: to the end
		why     string
	}{
		{"in both of two", across(480, 10, 10), judge.Harm, 7, ""},
		{"in one of two", across(480, 15, 1), judge.NotEnoughEvidence, 0, alone},
		{"in one of three", across(480, 15, 1, 1), judge.NotEnoughEvidence, 0, alone},
		{"in two of three", across(480, 15, 15, 1), judge.Harm, 7, ""},
		{"so much in one that a fifth of all requests fail", across(480, 90, 1, 1), judge.Harm, 7, ""},
		{"in the only one that there is", renamed(across(480, 15, 1), func(string) string { return "a" }), judge.Harm, 9, ""},
		{"where no zones are told", renamed(across(480, 15, 1), func(string) string { return "" }), judge.Harm, 9, ""},
		{"first in one, then in the other too", join(across(60, 15, 1, 1), across(60, 15, 15, 1)), judge.Harm, 65, ""},
		{"for a short time of a day, in one", join(across(600, 1, 1, 1), across(40, 15, 1, 1), across(800, 1, 1, 1)), judge.Fine, 0, ""},
	} {
		j := judge.Replay(gekko.JudgePolicy{}, c.minutes, judge.Errors)
		at, m := int(j.At.Unix()/60)+1, j.Metrics[0]
		if j.Verdict != c.want || c.within == 0 && at != len(c.minutes) || c.within > 0 && at > c.within {
			t.Errorf("%s: %s at %d, want %s: %s", c.name, j.Verdict, at, c.want, m.Why)
		}
		if unproven := c.why != ""; m.Unproven != unproven || unproven && (m.Why != c.why || m.Zone != "a" || m.Evidence >= m.Threshold) {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
}

func TestHarmInOneZoneIsToldThoughTheWholeIsFine(t *testing.T) {
	j := judge.Replay(gekko.JudgePolicy{}, join(across(600, 1, 1, 1), across(40, 15, 1, 1), across(800, 1, 1, 1)), judge.Errors)
	if len(j.Notes) != 1 || !strings.HasPrefix(j.Notes[0], "5xx: there was harm in zone a alone") {
		t.Errorf("notes %q", j.Notes)
	}
}

func TestAZoneThatHasNextToNothingHidesNoHarm(t *testing.T) {
	all := across(480, 10, 0)
	for _, m := range all {
		m.New[1].Requests = 2
	}
	if j := judge.Replay(gekko.JudgePolicy{}, all, judge.Errors); j.Verdict != judge.Harm {
		t.Errorf("%s: %s", j.Verdict, j.Metrics[0].Why)
	}
}

func TestAloneTooHarmCountsWhereItShowsInMoreThanOneZone(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b float64
		want judge.Verdict
	}{
		{"in both", 10, 10, judge.Harm},
		{"in one", 15, 1, judge.NotEnoughEvidence},
		{"in one, so that a fifth of all requests fail", 50, 1, judge.Harm},
	} {
		e := judge.New(gekko.JudgePolicy{}, judge.Errors)
		for _, m := range across(480, 1, 1) {
			e.Add(m)
		}
		for _, m := range across(60, c.a, c.b) {
			m.Old, m.Alone = nil, true
			e.Add(m)
		}
		if j := e.Judge(true); j.Verdict != c.want || j.Metrics[0].Unproven != (c.want != judge.Harm) {
			t.Errorf("%s: %s: %+v", c.name, j.Verdict, j.Metrics[0])
		}
	}
}

func TestOneZoneIsJudgedAsIfNoneWereTold(t *testing.T) {
	for _, c := range verdicts {
		zoned := renamed(c.minutes, func(string) string { return "a" })
		want := judge.Replay(gekko.JudgePolicy{}, c.minutes, judge.Errors, judge.Slow)
		got := judge.Replay(gekko.JudgePolicy{}, zoned, judge.Errors, judge.Slow)
		if d := cmp.Diff(want, got, cmpopts.EquateNaNs()); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}
