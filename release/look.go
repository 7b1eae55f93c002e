package release

import (
	"context"
	"errors"
	"slices"

	"gekko"
	"gekko/release/hand"
)

// look looks at the fleet: at all of it, or only at what changes by itself.
func (w *work) look(ctx context.Context, glance bool) (gekko.Fleet, error) {
	var err error
	if glance && w.fleet.ID != "" {
		w.fleet, err = w.e.Cloud.Glance(ctx, w.fleet)
	} else {
		w.fleet, err = w.e.Cloud.Observe(ctx, w.q.App, w.q.Balancer)
	}
	return w.fleet, err
}

// view makes of a fleet what decide sees.
func (w *work) view(ctx context.Context, f gekko.Fleet, r gekko.Release) (view, error) {
	v := newView(f, r)
	v.runner, v.keeps = w.e.runner(), w.keep != nil
	v.accepts = func(name string) bool { return slices.Contains(w.q.Accept, name) }
	var err error
	if v.policies, err = w.policies(v.new.Policy); err != nil {
		return v, err
	}
	return v, w.e.fold(ctx, &w.evidence, &v, w.keep)
}

// policies reads a tag once.
func (w *work) policies(words string) (policies, error) {
	if w.read != nil && w.words == words {
		return *w.read, nil
	}
	p, err := readPolicies(words)
	if err == nil {
		w.words, w.read = words, &p
	}
	return p, err
}

// plan decides, and looks at what decide asks for.
func (w *work) plan(ctx context.Context, v *view) (Plan, error) {
	for {
		p := decide(*v)
		if p.looks&^v.seen == 0 {
			return p, nil
		}
		if err := w.e.seek(ctx, v, p.looks&^v.seen); err != nil {
			return p, err
		}
	}
}

func (e *Engine) seek(ctx context.Context, v *view, what look) (err error) {
	if what&lookActivities != 0 && v.newThere {
		if v.activities, err = e.Cloud.Activities(ctx, v.r.New, v.r.Begun); err != nil {
			return err
		}
	}
	if what&lookLoad != 0 {
		if v.load, err = e.Cloud.Load(ctx, v.fleet, v.judge.Period); err != nil {
			return err
		}
	}
	if what&lookTraffic != 0 {
		all, err := e.Cloud.Traffic(ctx, v.fleet, v.now.Sub(v.r.Soak).Truncate(v.judge.Period), v.judge.Period)
		if err != nil {
			return err
		}
		for _, t := range all {
			if t.Group == "" {
				v.carried = t.Requests
			}
		}
	}
	if what&lookOutcomes != 0 {
		all, err := e.Cloud.Outcomes(ctx, v.fleet.App)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all, func(o gekko.Outcome) bool {
			return o.Snapshot == gekko.SnapshotName(v.r.New) && o.Begun.Equal(v.r.Begun)
		})
		if v.opened = at >= 0; v.opened && all[at].Ending != gekko.Open {
			v.noted = &all[at]
		}
	}
	if what&lookPolicies != 0 {
		if v.scales, err = e.Cloud.Scales(ctx, v.r.New); err != nil {
			return err
		}
	}
	if what&lookPlan != 0 {
		s, err := e.Cloud.Snapshot(ctx, gekko.SnapshotName(v.r.New))
		if v.unmade = errors.Is(err, gekko.ErrNotFound); err != nil && !v.unmade {
			return err
		}
		v.track = s.Plan.TargetTracking
	}
	if what&lookSchedule != 0 {
		if v.schedule, err = e.Cloud.Schedule(ctx, v.scheduledOn()); err != nil {
			return err
		}
	}
	if what&lookBack != 0 {
		if err := e.wayBack(ctx, v); err != nil {
			return err
		}
	}
	v.seen |= what
	return nil
}

// wayBack is how the old group could be launched again.
func (e *Engine) wayBack(ctx context.Context, v *view) error {
	s, err := e.Cloud.Snapshot(ctx, gekko.SnapshotName(v.r.Old))
	if errors.Is(err, gekko.ErrNotFound) || errors.Is(err, gekko.ErrRefused) || err == nil && !s.Ready() {
		return nil
	}
	if err != nil {
		return err
	}
	where, err := e.runner().Site(ctx, v.fleet.Balancer, s.Plan.Subnets)
	if err == nil {
		v.relaunch = &gekko.Launch{Snapshot: s, Balancer: v.fleet.Balancer, Subnets: where.Subnets}
	}
	return err
}

// same says whether two plans would take the same steps.
func same(a, b []hand.Step) bool {
	return slices.EqualFunc(a, b, func(a, b hand.Step) bool { return a.String() == b.String() })
}
