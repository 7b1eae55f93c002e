package release

import (
	"context"
	"fmt"

	"gekko"
)

// Previous asks for the way back: a release, at production size at once, of the
// snapshot that was promoted before the live one, unless q names another.
func (e *Engine) Previous(ctx context.Context, q Request) (Request, error) {
	q.Back = true
	f, err := e.Cloud.Observe(ctx, q.App, q.Balancer)
	if err != nil {
		return q, err
	}
	if g, there := f.UnderWay(); there {
		if g.Release.Back && (q.Snapshot == "" || q.Snapshot == g.Snapshot) {
			q.Snapshot = g.Snapshot
			return q, nil
		}
		return q, gekko.Hint(fmt.Errorf("release %s: %w: it is under way", g.Name, gekko.ErrConflict), "gekko abort takes it back")
	}
	live, there := liveGroup(f, "")
	if there && q.Size == (gekko.Size{}) {
		q.Size = live.Size
	}
	if q.Snapshot != "" {
		return q, nil
	}
	all, err := e.Cloud.Outcomes(ctx, q.App)
	if err != nil {
		return q, err
	}
	if q.Snapshot = gekko.Previous(all, live.Snapshot); q.Snapshot == "" {
		return q, gekko.Hint(fmt.Errorf("app %s: no snapshot was promoted before: %w", q.App, gekko.ErrNotFound), "gekko rollback -s NAME names one")
	}
	return q, nil
}

// Rollback releases the previous snapshot.
func (e *Engine) Rollback(ctx context.Context, q Request) (gekko.Outcome, error) {
	q, err := e.Previous(ctx, q)
	if err != nil {
		return gekko.Outcome{}, err
	}
	return e.Release(ctx, q)
}

// liveGroup is the app's group that carries the load: of those that serve, the
// one with the most requests, or on a Classic balancer the most instances.
func liveGroup(f gekko.Fleet, but gekko.GroupName) (gekko.Group, bool) {
	var live gekko.Group
	for _, g := range f.Groups {
		if g.App != f.App || g.Name == but || g.Deleting || g.Out.Leaving() || g.Serving() == 0 {
			continue
		}
		if live.Name == "" || carriesMore(f, g, live) {
			live = g
		}
	}
	return live, live.Name != ""
}

func carriesMore(f gekko.Fleet, a, b gekko.Group) bool {
	if f.Balancer.Weighted() && a.Weight != b.Weight {
		return a.Weight > b.Weight
	}
	return a.Serving() > b.Serving()
}
