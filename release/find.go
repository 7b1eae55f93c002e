package release

import (
	"context"
	"fmt"
	"time"

	"gekko"
)

// release finds the release that is under way, or begins it. It gives none if
// all has been said already. What this process wrote itself it knows better than
// the cloud's answers, which may be old: nobody else writes while it holds the
// lease.
func (w *work) release(ctx context.Context, f gekko.Fleet) (*gekko.Release, Tick, error) {
	g, there := f.UnderWay()
	switch {
	case there && w.q.Snapshot != "" && g.Release.New != gekko.GroupName(w.q.Snapshot):
		return nil, Tick{}, oneAtATime(g.Name)
	case there:
		if w.lease == nil || !w.r.UnderWay() {
			w.r = g.Release
		}
		w.missed = time.Time{}
		w.q.Snapshot = gekko.SnapshotName(g.Name)
		return &w.r, Tick{}, nil
	case w.r.UnderWay():
		return w.vanished(f)
	}
	r, err := w.open(ctx, f)
	if err != nil {
		return nil, Tick{}, err
	}
	if r.UnderWay() {
		w.r, w.q.Snapshot = r, gekko.SnapshotName(r.New)
		return w.vanished(f)
	}
	if w.q.Snapshot == "" {
		return nil, Tick{}, gekko.Hint(fmt.Errorf("app %s: %w: no release is under way", w.q.App, gekko.ErrNotFound), "gekko release -s NAME begins one")
	}
	t, err := w.begin(ctx, f)
	return nil, t, err
}

func oneAtATime(under gekko.GroupName) error {
	return gekko.Hint(fmt.Errorf("release %s: %w: it is under way, one at a time", under, gekko.ErrConflict), "gekko watch shows it; gekko abort takes it back")
}

// open is a release that has begun and not ended, whose group nothing is seen of.
// All that is known of it stands on its snapshot's image.
func (w *work) open(ctx context.Context, f gekko.Fleet) (gekko.Release, error) {
	all, err := w.e.Cloud.Outcomes(ctx, w.q.App)
	if err != nil {
		return gekko.Release{}, err
	}
	for _, o := range all {
		if _, there := f.Group(gekko.GroupName(o.Snapshot)); o.Ending == gekko.Open && !there {
			return gekko.Release{New: gekko.GroupName(o.Snapshot), Old: o.Old, Begun: o.Begun, Back: o.Back, Phase: gekko.Launching, Since: o.Begun}, nil
		}
	}
	return gekko.Release{}, nil
}

// vanished believes that the new group is gone once it was not seen for a while,
// or once this process has deleted it.
func (w *work) vanished(f gekko.Fleet) (*gekko.Release, Tick, error) {
	if w.missed.IsZero() {
		w.missed = f.At
	}
	if w.gone == nil && f.At.Sub(w.missed) < 10*w.e.poll() {
		w.quiet = false
		return nil, Tick{Phase: w.r.Phase, Next: "to see group " + string(w.r.New) + " again", Again: time.Now().Add(w.e.poll())}, nil
	}
	return &w.r, Tick{}, nil
}
