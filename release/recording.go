package release

import (
	"context"
	"fmt"
	"time"

	"gekko"
)

// Recording is what the release under way was judged from so far, read from the
// cloud's metrics, and the policy that it began with. It changes nothing.
func (e *Engine) Recording(ctx context.Context, q Request) (gekko.Recording, gekko.JudgePolicy, error) {
	all := &gathered{}
	w := &work{e: e, q: q, keep: all, told: map[string]bool{}}
	f, err := w.look(ctx, false)
	if err != nil {
		return gekko.Recording{}, q.Judge, err
	}
	g, there := f.UnderWay()
	if !there {
		return gekko.Recording{}, q.Judge, gekko.Hint(fmt.Errorf("app %s: %w: no release is under way", q.App, gekko.ErrNotFound), "--samples FILE, of a release that was recorded (gekko release --record)")
	}
	v, _, err := w.decided(ctx, f, g.Release)
	return gekko.Recording{Threshold: w.evidence.threshold, Minutes: all.minutes}, v.Judge, err
}

// gathered is a Recorder that keeps periods in memory.
type gathered struct{ minutes []gekko.Minute }

// Minute keeps a period.
func (g *gathered) Minute(m gekko.Minute, _ time.Duration) error {
	g.minutes = append(g.minutes, m)
	return nil
}

// Console keeps nothing.
func (*gathered) Console(gekko.GroupName, map[gekko.InstanceID]string) error { return nil }
