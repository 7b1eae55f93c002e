package release

import (
	"context"
	"math"
	"time"

	"gekko"
	"gekko/release/phase"
)

// Watch shows a release; it changes nothing and needs no lease. Without one
// under way it shows the fleet.
func (e *Engine) Watch(ctx context.Context, q Request) (View, error) {
	w := &work{e: e, q: q}
	f, err := w.look(ctx, false)
	s := View{Fleet: f, Share: math.NaN()}
	if err != nil {
		return s, err
	}
	if s.Lease, err = e.Cloud.Lease(ctx, q.App); err != nil {
		return s, err
	}
	g, there := f.UnderWay()
	if !there {
		return s, nil
	}
	s.Release = g.Release
	v, p, err := e.foreseen(ctx, w, f, g.Release)
	if err != nil {
		return s, err
	}
	s.Policy, s.Judge, s.Judgement, s.Threshold = v.Release, v.Judge, v.Judged, e.watched.threshold
	if v.Weighted() {
		s.Share = v.Share()
	}
	s.Next, s.Why, s.Due = p.Next, p.Why, p.Due
	if len(p.Steps) > 0 {
		s.Next = p.Steps[0].String()
	}
	s.Alone = e.Silent(s.Lease, f.At)
	s.Acts, err = e.Cloud.Acts(ctx, g.Name)
	return s, err
}

// foreseen decides without acting. The evidence is kept for the next look.
func (e *Engine) foreseen(ctx context.Context, w *work, f gekko.Fleet, r gekko.Release) (phase.View, phase.Plan, error) {
	e.watching.Lock()
	defer e.watching.Unlock()
	w.evidence = e.watched
	v, p, err := w.decided(ctx, f, r)
	e.watched = w.evidence
	return v, p, err
}

// Silent says whether nobody has looked at a release for a while. A tick of
// `--once` frees its lease, so that only silence tells.
func (e *Engine) Silent(l gekko.Lease, now time.Time) bool {
	return l.Term == 0 || now.Sub(l.Beat) > max(e.term(), 3*e.period())
}
