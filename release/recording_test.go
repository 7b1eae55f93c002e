package release_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gekko"
	"gekko/judge"
	"gekko/release"
)

// tape is a Recorder that keeps a recording's text and the periods as they were.
type tape struct {
	minutes []gekko.Minute
	text    strings.Builder
	alone   int
}

func newTape() *tape {
	t := &tape{alone: -1}
	t.text.WriteString(judge.Heading())
	return t
}

func (t *tape) Minute(m gekko.Minute) error {
	if m.Alone && t.alone < 0 {
		t.alone = len(t.minutes)
	}
	t.text.WriteString(judge.Rows(len(t.minutes), m, t.alone))
	t.minutes = append(t.minutes, m)
	return nil
}

func (*tape) Console(gekko.GroupName, map[gekko.InstanceID]string) error { return nil }

// TestAnEndedReleaseIsJudgedAgain: what was said of a release while it was under
// way, in the soak and after it, is what a replay says of each of its periods: of
// the recording, and of what the cloud still knows by the release's name.
func TestAnEndedReleaseIsJudgedAgain(t *testing.T) {
	for _, c := range []struct {
		name   string
		fresh  version
		ending gekko.Ending
	}{
		{"promoted", nil, gekko.Promoted},
		{"errors while warming", from(150*time.Minute, conduct{errors: 0.05}), gekko.Rejected},
		{"errors in the ramp", always(conduct{errors: 0.3}), gekko.Rejected},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				p := try(t, setting{on: onALB, fresh: c.fresh, policy: hours, judge: gekko.JudgePolicy{SlowPath: 1.8}})
				said, kept := map[time.Time]judge.Judgement{}, newTape()
				o := p.seen(kept, said)
				if o.Ending != c.ending {
					t.Fatalf("ended %+v", o)
				}
				policy := gekko.JudgePolicy{SlowPath: 1.8}.Complete()
				p.sameAs(said, kept.minutes, policy)
				read, _, err := judge.ReadRecording(strings.NewReader(kept.text.String()), time.Minute)
				p.check(err)
				for i := range read {
					read[i].At = kept.minutes[i].At
				}
				p.sameAs(said, read, policy)
				q := p.request()
				q.Judge = gekko.JudgePolicy{}
				again, by, err := p.process("eve@home/3").Recording(t.Context(), q)
				p.check(err)
				if by != policy || len(again.Minutes) < len(kept.minutes) {
					t.Errorf("policy %+v, %d periods of %d", by, len(again.Minutes), len(kept.minutes))
				}
				p.sameAs(said, again.Minutes, policy)
			})
		})
	}
}

// seen carries the release out, looked at by somebody else each minute.
func (p *trial) seen(keep release.Recorder, said map[time.Time]judge.Judgement) (o gekko.Outcome) {
	defer p.begin()()
	x, watcher := p.process("ann@laptop/1"), p.process("bob@desk/2")
	x.Record = keep
	done := make(chan error)
	go func() {
		var err error
		o, err = x.Release(p.ctx, p.request())
		done <- err
	}()
	for {
		select {
		case <-done:
			return o
		case <-time.After(time.Minute):
			v, err := watcher.Watch(p.ctx, p.request())
			p.check(err)
			if !v.Release.Soak.IsZero() && len(v.Judgement.Metrics) > 0 {
				said[v.Judgement.At] = v.Judgement
			}
		}
	}
}

// sameAs judges minutes again and compares what was said after each of them.
func (p *trial) sameAs(said map[time.Time]judge.Judgement, minutes []gekko.Minute, policy gekko.JudgePolicy) {
	p.t.Helper()
	e, compared := judge.New(policy), 0
	for _, m := range minutes {
		e.Add(m)
		was, there := said[m.At]
		if !there {
			continue
		}
		compared++
		if d := cmp.Diff(was, e.Judge(false), cmpopts.EquateNaNs()); d != "" && !cmp.Equal(was, e.Judge(true), cmpopts.EquateNaNs()) {
			p.t.Errorf("at %v (-live +again):\n%s", m.At, d)
			return
		}
	}
	if compared != len(said) || compared == 0 {
		p.t.Errorf("%d of %d judgements compared", compared, len(said))
	}
}
