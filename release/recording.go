package release

import (
	"context"
	"fmt"
	"slices"

	"gekko"
	"gekko/release/phase"
)

// Recording is what the release under way was judged from so far, or an ended one
// of the snapshot that is asked for, read from the cloud's metrics, and the policy
// that it began with. It changes nothing.
func (e *Engine) Recording(ctx context.Context, q Request) (gekko.Recording, gekko.JudgePolicy, error) {
	all := &gathered{}
	w := &work{e: e, q: q, keep: all, told: map[string]bool{}}
	f, err := w.look(ctx, false)
	if err != nil {
		return gekko.Recording{}, q.Judge, err
	}
	g, there := f.UnderWay()
	switch {
	case q.Snapshot != "" && (!there || g.Name != gekko.GroupName(q.Snapshot)):
		return e.ended(ctx, f, q)
	case !there:
		return gekko.Recording{}, q.Judge, gekko.Hint(fmt.Errorf("app %s: %w: no release is under way", q.App, gekko.ErrNotFound), "-s NAME for one that has ended (gekko history)")
	}
	v, _, err := w.decided(ctx, f, g.Release)
	return gekko.Recording{Threshold: w.evidence.threshold, Minutes: append(all.minutes, w.evidence.unkept...)}, v.Judge, err
}

// ended is what the last release of a snapshot was judged from.
func (e *Engine) ended(ctx context.Context, f gekko.Fleet, q Request) (gekko.Recording, gekko.JudgePolicy, error) {
	o, err := e.lastOf(ctx, q)
	if err != nil {
		return gekko.Recording{}, q.Judge, err
	}
	p, err := phase.ReadPolicies(o.Basis.Policy)
	if err != nil {
		return gekko.Recording{}, q.Judge, fmt.Errorf("release %s: %w", o.Snapshot, err)
	}
	f = pooled(pooled(f, o.Old, o.Basis.Old), gekko.GroupName(o.Snapshot), o.Basis.New)
	period := p.Judge.Period
	all := gekko.Recording{}
	if all.Threshold, err = e.Cloud.Threshold(ctx, f, o.Old, o.Begun, period); err != nil {
		return all, p.Judge, err
	}
	all.Minutes, err = e.Cloud.Samples(ctx, f, o.Old, gekko.GroupName(o.Snapshot), all.Threshold,
		firstWhole(o.Basis.Soak, period), o.Basis.Until.Truncate(period), period)
	left := 0
	for i, m := range all.Minutes {
		all.Minutes[i].Alone = aloneAt(o.Basis.Alone, m.At)
		left += len(m.Old) + len(m.New)
	}
	if err == nil && left == 0 {
		err = gekko.Hint(fmt.Errorf("release %s: %w: the cloud has forgotten what it was judged from", o.Snapshot, gekko.ErrNotFound), "--samples FILE, if it was recorded (gekko release --record)")
	}
	return all, p.Judge, err
}

// pooled is a fleet in which a group, whether it is still there or not, has the
// pool that it had.
func pooled(f gekko.Fleet, name gekko.GroupName, id string) gekko.Fleet {
	g, _ := f.Group(name)
	g.Name, g.Pool = name, id
	f.Groups = append(slices.DeleteFunc(slices.Clone(f.Groups), func(g gekko.Group) bool { return g.Name == name }), g)
	f.Pools = append(slices.Clone(f.Pools), gekko.Pool{Name: id, ID: id})
	return f
}

// lastOf is how the last release of a snapshot ended that was judged.
func (e *Engine) lastOf(ctx context.Context, q Request) (gekko.Outcome, error) {
	all, err := e.Cloud.Outcomes(ctx, q.App)
	if err != nil {
		return gekko.Outcome{}, err
	}
	at := slices.IndexFunc(all, func(o gekko.Outcome) bool { return o.Snapshot == q.Snapshot && o.Ending != gekko.Open })
	switch {
	case at < 0:
		return gekko.Outcome{}, gekko.Hint(fmt.Errorf("release %s: %w", q.Snapshot, gekko.ErrNotFound), "gekko history")
	case all[at].Basis.Soak.IsZero():
		return gekko.Outcome{}, gekko.Hint(fmt.Errorf("release %s: %w: nothing is kept of what it was compared by", q.Snapshot, gekko.ErrNotFound),
			"gekko history shows on what it was decided")
	}
	return all[at], nil
}

// gathered is a Recorder that keeps periods in memory.
type gathered struct{ minutes []gekko.Minute }

// Minute keeps a period.
func (g *gathered) Minute(m gekko.Minute) error {
	g.minutes = append(g.minutes, m)
	return nil
}

// Console keeps nothing.
func (*gathered) Console(gekko.GroupName, map[gekko.InstanceID]string) error { return nil }
