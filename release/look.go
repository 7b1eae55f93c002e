package release

import (
	"context"
	"errors"
	"slices"

	"gekko"
	"gekko/release/phase"
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

// view makes of a fleet what it is decided from.
func (w *work) view(ctx context.Context, f gekko.Fleet, r gekko.Release) (phase.View, error) {
	v := phase.NewView(f, r)
	v.Runner, v.Keeps = w.e.runner(), w.keep != nil
	v.Accepts = func(name string) bool { return slices.Contains(w.q.Accept, name) }
	var err error
	if v.Policies, err = w.policies(v.New.Policy); err != nil {
		return v, err
	}
	return v, w.e.fold(ctx, &w.evidence, &v, w.keep)
}

// policies reads a tag once.
func (w *work) policies(words string) (phase.Policies, error) {
	if w.read != nil && w.words == words {
		return *w.read, nil
	}
	p, err := phase.ReadPolicies(words)
	if err == nil {
		w.words, w.read = words, &p
	}
	return p, err
}

// plan decides, and looks at what that asks for.
func (w *work) plan(ctx context.Context, v *phase.View) (phase.Plan, error) {
	for {
		p := phase.Decide(*v)
		if p.Looks&^v.Seen == 0 {
			return p, nil
		}
		if err := w.e.seek(ctx, v, p.Looks&^v.Seen); err != nil {
			return p, err
		}
	}
}

func (e *Engine) seek(ctx context.Context, v *phase.View, what phase.Look) (err error) {
	if what&phase.LookActivities != 0 && v.NewThere {
		if v.Activities, err = e.Cloud.Activities(ctx, v.Record.New, v.Record.Begun); err != nil {
			return err
		}
	}
	if what&phase.LookLoad != 0 {
		if v.Load, err = e.Cloud.Load(ctx, v.Fleet, v.Judge.Period); err != nil {
			return err
		}
	}
	if what&phase.LookTraffic != 0 {
		all, err := e.Cloud.Traffic(ctx, v.Fleet, v.Now.Sub(v.Record.Soak).Truncate(v.Judge.Period), v.Judge.Period)
		if err != nil {
			return err
		}
		for _, t := range all {
			if t.Group == "" {
				v.Carried = t.Requests
			}
		}
	}
	if what&phase.LookOutcomes != 0 {
		all, err := e.Cloud.Outcomes(ctx, v.Fleet.App)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all, func(o gekko.Outcome) bool {
			return o.Snapshot == gekko.SnapshotName(v.Record.New) && o.Begun.Equal(v.Record.Begun)
		})
		if v.Opened = at >= 0; v.Opened && all[at].Ending != gekko.Open {
			v.Noted = &all[at]
		}
	}
	if what&phase.LookPolicies != 0 {
		if v.Scales, err = e.Cloud.Scales(ctx, v.Record.New); err != nil {
			return err
		}
	}
	if what&phase.LookPlan != 0 {
		s, err := e.Cloud.Snapshot(ctx, gekko.SnapshotName(v.Record.New))
		if v.Unmade = errors.Is(err, gekko.ErrNotFound); err != nil && !v.Unmade {
			return err
		}
		v.Track = s.Plan.TargetTracking
	}
	if what&phase.LookSchedule != 0 {
		if v.Schedule, err = e.Cloud.Schedule(ctx, v.ScheduledOn()); err != nil {
			return err
		}
	}
	if what&phase.LookBack != 0 {
		if err := e.wayBack(ctx, v); err != nil {
			return err
		}
	}
	v.Seen |= what
	return nil
}

// wayBack is how the old group could be launched again.
func (e *Engine) wayBack(ctx context.Context, v *phase.View) error {
	s, err := e.Cloud.Snapshot(ctx, gekko.SnapshotName(v.Record.Old))
	if errors.Is(err, gekko.ErrNotFound) || errors.Is(err, gekko.ErrRefused) || err == nil && !s.Ready() {
		return nil
	}
	if err != nil {
		return err
	}
	where, err := e.runner().Site(ctx, v.Fleet.Balancer, s.Plan.Subnets)
	if err == nil {
		v.Relaunch = &gekko.Launch{Snapshot: s, Balancer: v.Fleet.Balancer, Subnets: where.Subnets}
	}
	return err
}
