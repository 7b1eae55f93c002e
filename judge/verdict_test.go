package judge_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"gekko"
	"gekko/judge"
)

// minutes are n alike ones; a side that is nil is not measured.
func minutes(n int, old, new *gekko.Sample) []gekko.Minute {
	all := make([]gekko.Minute, n)
	for i := range all {
		all[i].At = time.Unix(int64(i)*60, 0)
		if old != nil {
			all[i].Old = []gekko.Sample{*old}
		}
		if new != nil {
			all[i].New = []gekko.Sample{*new}
		}
	}
	return all
}

func sample(requests, errors, slow float64) *gekko.Sample {
	return &gekko.Sample{Requests: requests, Errors: errors, Slow: slow}
}

func join(parts ...[]gekko.Minute) []gekko.Minute {
	var all []gekko.Minute
	for _, p := range parts {
		all = append(all, p...)
	}
	for i := range all {
		all[i].At = time.Unix(int64(i)*60, 0)
	}
	return all
}

var verdicts = []struct {
	name      string
	minutes   []gekko.Minute
	want      judge.Verdict
	at        int // period
	five, slo judge.Verdict
}{
	{
		"a version that is like the old one",
		minutes(480, sample(900, 9, 9), sample(100, 1, 1)),
		judge.Fine, 479, judge.Fine, judge.Fine,
	},
	{
		"no errors at all, on either side",
		minutes(480, sample(900, 0, 0), sample(100, 0, 0)),
		judge.Fine, 479, judge.Fine, judge.Fine,
	},
	{
		"no errors at all, of too few requests",
		minutes(480, sample(50, 0, 0), sample(5, 0, 0)),
		judge.NotEnoughEvidence, 479, judge.NotEnoughEvidence, judge.NotEnoughEvidence,
	},
	{
		"some errors, within the budget, where the old one has none",
		join(minutes(240, sample(9000, 0, 90), sample(1000, 0, 10)), minutes(1, sample(9000, 0, 90), sample(1000, 1, 10)), minutes(240, sample(9000, 0, 90), sample(1000, 0, 10))),
		judge.Fine, 480, judge.Fine, judge.Fine,
	},
	{
		"ten times the errors",
		minutes(480, sample(900, 9, 9), sample(100, 10, 1)),
		judge.Harm, 6, judge.Harm, judge.NotEnoughEvidence,
	},
	{
		"ten times the slow requests",
		minutes(480, sample(900, 9, 9), sample(100, 1, 10)),
		judge.Harm, 6, judge.NotEnoughEvidence, judge.Harm,
	},
	{
		"every request fails",
		minutes(480, sample(900, 0, 9), sample(100, 100, 0)),
		judge.Harm, 5, judge.Harm, judge.NotEnoughEvidence,
	},
	{
		"one terrible minute is a burst, not a version",
		join(minutes(240, sample(900, 18, 9), sample(100, 1, 1)), minutes(1, sample(900, 9, 9), sample(100, 100, 1)), minutes(240, sample(900, 18, 9), sample(100, 1, 1))),
		judge.Fine, 480, judge.Fine, judge.Fine,
	},
	{
		"an outage of what both depend on",
		join(minutes(240, sample(900, 9, 9), sample(100, 1, 1)), minutes(30, sample(900, 450, 9), sample(100, 50, 1)), minutes(240, sample(900, 9, 9), sample(100, 1, 1))),
		judge.Fine, 509, judge.Fine, judge.Fine,
	},
	{
		"half as many errors as before",
		minutes(480, sample(900, 18, 9), sample(100, 1, 1)),
		judge.Fine, 479, judge.Fine, judge.Fine,
	},
	{
		"a little more than the tolerance",
		minutes(480, sample(900, 9, 9), sample(100, 1.7, 1)),
		judge.NotEnoughEvidence, 479, judge.NotEnoughEvidence, judge.Fine,
	},
	{
		"no requests to the new one",
		minutes(480, sample(900, 9, 9), sample(0, 0, 0)),
		judge.NotEnoughEvidence, 479, judge.NotEnoughEvidence, judge.NotEnoughEvidence,
	},
	{
		"the new one is not measured in more than half of the soak",
		join(minutes(99, sample(900, 9, 9), sample(100, 1, 1)), minutes(100, sample(900, 9, 9), nil)),
		judge.NoTelemetry, 198, judge.NoTelemetry, judge.NoTelemetry,
	},
	{
		"nor the old one in half of it",
		join(minutes(240, sample(900, 9, 9), sample(100, 1, 1)), minutes(240, nil, sample(100, 1, 1))),
		judge.Fine, 479, judge.Fine, judge.Fine,
	},
	{
		"harm is seen though telemetry is lost later",
		join(minutes(20, sample(900, 9, 9), sample(100, 10, 1)), minutes(200, nil, nil)),
		judge.Harm, 6, judge.Harm, judge.NotEnoughEvidence,
	},
	{
		"requests without end, and hardly any beside them",
		minutes(480, sample(10, 1, 1), sample(1e15, 1e14, 1e12)),
		judge.Fine, 479, judge.Fine, judge.Fine,
	},
	{
		"all requests in one block",
		join(minutes(5, sample(9e4, 900, 900), sample(1e4, 100, 100)), minutes(400, sample(0, 0, 0), sample(0, 0, 0))),
		judge.NotEnoughEvidence, 404, judge.NotEnoughEvidence, judge.NotEnoughEvidence,
	},
	{
		"fewer periods than blocks",
		minutes(7, sample(9e4, 900, 900), sample(1e4, 100, 100)),
		judge.NotEnoughEvidence, 6, judge.NotEnoughEvidence, judge.NotEnoughEvidence,
	},
}

func TestEachSoakHasItsVerdict(t *testing.T) {
	for _, c := range verdicts {
		t.Run(c.name, func(t *testing.T) {
			j := judge.Replay(gekko.JudgePolicy{}, c.minutes, judge.Errors, judge.Slow)
			at := int(j.At.Unix() / 60)
			if j.Verdict != c.want || at != c.at || j.Metrics[0].Verdict != c.five || j.Metrics[1].Verdict != c.slo {
				t.Errorf("%s at %d: 5xx %s (%s), slow %s (%s); want %s at %d, %s, %s",
					j.Verdict, at, j.Metrics[0].Verdict, j.Metrics[0].Why, j.Metrics[1].Verdict, j.Metrics[1].Why, c.want, c.at, c.five, c.slo)
			}
			for _, m := range j.Metrics {
				if harm := m.Evidence >= m.Threshold; harm != (m.Verdict == judge.Harm) || m.Threshold != 2000 {
					t.Errorf("%s is %s with evidence %v of %v", m.Name, m.Verdict, m.Evidence, m.Threshold)
				}
				if m.Why == "" {
					t.Errorf("%s does not say why", m.Name)
				}
			}
		})
	}
}

func TestSuccessIsOnlyGivenAtTheSoaksEnd(t *testing.T) {
	e := judge.New(gekko.JudgePolicy{})
	for _, m := range minutes(480, sample(900, 9, 9), sample(100, 1, 1)) {
		e.Add(m)
		if j := e.Judge(false); j.Verdict != judge.NotEnoughEvidence {
			t.Fatalf("%s after %d periods", j.Verdict, j.Measured)
		}
	}
	if j := e.Judge(true); j.Verdict != judge.Fine || j.Requests != 48000 || j.Metrics[0].Threshold != 4000 {
		t.Errorf("at the end %+v", j)
	}
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	j := judge.Replay(gekko.JudgePolicy{}, minutes(480, sample(50, 0, 0), sample(5, 0, 0)), judge.Errors)
	// None in 2,400; nobody can say less than 0.1 % before there were ln(20)/0.001.
	if needs := j.Metrics[0].Needs; math.Abs(needs-(2995.73-2400)) > 1 {
		t.Errorf("needs %v", needs)
	}
	if !strings.HasSuffix(j.Metrics[0].Why, "; about 596 more requests are missing") {
		t.Error(j.Metrics[0].Why)
	}
	j = judge.Replay(gekko.JudgePolicy{}, minutes(20, sample(900, 9, 9), sample(100, 1, 1)), judge.Slow)
	// 45.5 events for a tolerance of 1.5, and a tenth more as the old side has
	// nine times the requests only; 20 there were.
	if needs := j.Metrics[0].Needs; math.Abs(needs-(45.6*100*10/9-2000)) > 20 {
		t.Errorf("needs %v", needs)
	}
	j = judge.Replay(gekko.JudgePolicy{}, minutes(480, sample(900, 9, 9), sample(100, 1.7, 1)), judge.Errors)
	if needs := j.Metrics[0].Needs; !math.IsNaN(needs) {
		t.Errorf("%v more requests would make a version fine that is worse than the tolerance", needs)
	}
}

func TestTelemetryThatStopsIsCounted(t *testing.T) {
	e := judge.New(gekko.JudgePolicy{})
	for _, m := range join(minutes(5, nil, sample(1, 0, 0)), minutes(50, sample(9, 0, 0), sample(1, 0, 0)), minutes(3, sample(9, 0, 0), nil)) {
		e.Add(m)
	}
	if j := e.Judge(false); j.Measured != 50 || j.Missing != 8 || j.Blind != 3 {
		t.Errorf("measured %d, missing %d, blind %d", j.Measured, j.Missing, j.Blind)
	}
}

func TestAHarmThatBeginsLateIsFoundLikeAnEarlyOne(t *testing.T) {
	good := minutes(1200, sample(900, 9, 9), sample(100, 1, 1))
	bad := minutes(100, sample(900, 9, 9), sample(100, 5, 1))
	early := judge.Replay(gekko.JudgePolicy{}, bad, judge.Errors, judge.Slow)
	late := judge.Replay(gekko.JudgePolicy{}, join(good, bad), judge.Errors, judge.Slow)
	if early.Verdict != judge.Harm || late.Verdict != judge.Harm {
		t.Fatalf("%s and %s", early.Verdict, late.Verdict)
	}
	first, then := early.At.Unix()/60+1, late.At.Unix()/60+1-1200
	t.Logf("found after %d periods at the start, after %d in the 21st hour", first, then)
	if then > first+25 {
		t.Errorf("found after %d periods at the start, after %d in the 21st hour", first, then)
	}
}

func TestAloneItIsJudgedAgainstTheSoak(t *testing.T) {
	soaked := func() *judge.Evidence {
		e := judge.New(gekko.JudgePolicy{}, judge.Errors, judge.Slow)
		for _, m := range minutes(480, sample(900, 9, 9), sample(100, 1, 1)) {
			e.Add(m)
		}
		return e
	}
	for _, c := range []struct {
		name    string
		minutes []gekko.Minute
		want    judge.Verdict
	}{
		{"as before", minutes(60, nil, sample(1000, 10, 10)), judge.Fine},
		{"twice as many", minutes(60, nil, sample(1000, 20, 10)), judge.Fine},
		{"a bad minute", join(minutes(1, nil, sample(1000, 900, 10)), minutes(60, nil, sample(1000, 10, 10))), judge.Fine},
		{"ten times as many", minutes(60, nil, sample(1000, 100, 10)), judge.Harm},
		{"without telemetry", minutes(60, nil, nil), judge.Fine},
	} {
		e := soaked()
		for _, m := range c.minutes {
			m.Alone = true
			e.Add(m)
		}
		j := e.Judge(true)
		if j.Verdict != c.want {
			t.Errorf("%s: %s, evidence %v", c.name, j.Verdict, j.Metrics[0].Evidence)
		}
		if c.want == judge.Harm && !strings.HasSuffix(j.Metrics[0].Why, " of the old one's over the soak") {
			t.Errorf("%s: %s", c.name, j.Metrics[0].Why)
		}
		if c.want == judge.Harm && j.At.Unix()/60 > 10 {
			t.Errorf("%s: found only at %v", c.name, j.At)
		}
	}
}
