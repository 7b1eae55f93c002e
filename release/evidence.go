package release

import (
	"context"
	"time"

	"gekko"
	"gekko/judge"
	"gekko/release/phase"
)

// evidence is what a release is judged from, as far as it was read. It is a
// cache: the cloud's metrics give the same again to any other process.
type evidence struct {
	of        gekko.GroupName
	begun     time.Time // of the judging
	judge     *judge.Evidence
	threshold time.Duration
	next      time.Time // the first period that was not added yet
	said      judge.Judgement
	over      bool
	unkept    []gekko.Minute // for the recorder, once it is known to be the soak's or the last
}

// judgedSince is from when on a release is judged; zero: there is nothing to
// compare. What the ramp showed is not what the soak is measured by.
func judgedSince(r gekko.Release) time.Time {
	if r.Soak.IsZero() && r.Phase == gekko.Ramping {
		return r.Since
	}
	return r.Soak
}

// fold adds the periods that are settled since the last look, and gives the
// judgement.
func (e *Engine) fold(ctx context.Context, x *evidence, v *phase.View, keep Recorder) error {
	begun := judgedSince(v.Record)
	if begun.IsZero() || v.Record.Old == "" || !v.Weighted() || v.Record.Phase == gekko.Retiring {
		return nil
	}
	period := v.Judge.Period
	if x.judge == nil || x.of != v.Record.New || !x.begun.Equal(begun) {
		threshold, err := e.Cloud.Threshold(ctx, v.Fleet, v.Record.Old, v.Record.Begun, period)
		if err != nil {
			return err
		}
		*x = evidence{of: v.Record.New, begun: begun, judge: judge.New(v.Judge), threshold: threshold, next: firstWhole(begun, period)}
	}
	until := v.Now.Truncate(period).Add(-time.Duration(v.Judge.Settling) * period)
	if v.Record.Phase == gekko.Rejecting && v.Record.Since.Before(until) {
		until = v.Record.Since.Truncate(period)
	}
	if until.After(x.next) && v.NewThere {
		if err := e.read(ctx, x, v, until, keep != nil); err != nil {
			return err
		}
	}
	// The soak begins anew, so what the ramp shows is of use only where it was all.
	for keep != nil && !v.Record.Soak.IsZero() && len(x.unkept) > 0 {
		if err := keep.Minute(x.unkept[0]); err != nil {
			return err
		}
		x.unkept = x.unkept[1:]
	}
	v.Judged, v.Over = x.said, x.over
	return nil
}

// firstWhole is when the first period begins that lies after a time.
func firstWhole(t time.Time, period time.Duration) time.Time {
	if at := t.Truncate(period); at.Before(t) {
		return at.Add(period)
	}
	return t
}

// aloneAt says whether a period begins when the old group takes no requests any
// more.
func aloneAt(since, at time.Time) bool { return !since.IsZero() && !at.Before(since) }

// read adds the periods up to a time. One that the cloud says nothing of is
// missing.
func (e *Engine) read(ctx context.Context, x *evidence, v *phase.View, until time.Time, keeps bool) error {
	period := v.Judge.Period
	minutes, err := e.Cloud.Samples(ctx, v.Fleet, v.Record.Old, v.Record.New, x.threshold, x.next, until, period)
	if err != nil {
		return err
	}
	for ; x.next.Before(until); x.next = x.next.Add(period) {
		m := gekko.Minute{At: x.next}
		for len(minutes) > 0 && !minutes[0].At.After(x.next) {
			if minutes[0].At.Equal(x.next) {
				m = minutes[0]
			}
			minutes = minutes[1:]
		}
		m.Alone = aloneAt(v.Record.Alone, m.At)
		x.judge.Add(m)
		if keeps {
			x.unkept = append(x.unkept, m)
		}
	}
	x.said = x.judge.Judge(false)
	if v.Release.Soak > 0 && v.Record.Phase == gekko.Soaking && time.Duration(x.said.Measured)*period >= v.Release.Soak {
		x.over = true
		x.said = x.judge.Judge(true)
	}
	return nil
}
