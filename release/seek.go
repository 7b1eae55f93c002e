package release

import (
	"context"
	"errors"
	"slices"

	"gekko"
	"gekko/release/phase"
)

// seek looks at what costs calls of its own.
func (e *Engine) seek(ctx context.Context, v *phase.View, what phase.Look) error {
	for _, s := range []struct {
		what phase.Look
		see  func(context.Context, *phase.View) error
	}{
		{phase.LookActivities, e.seeActivities},
		{phase.LookLoad, e.seeLoad},
		{phase.LookTraffic, e.seeTraffic},
		{phase.LookOutcomes, e.seeOutcomes},
		{phase.LookPolicies, e.seePolicies},
		{phase.LookPlan, e.seePlan},
		{phase.LookSchedule, e.seeSchedule},
		{phase.LookBack, e.seeBack},
	} {
		if what&s.what == 0 {
			continue
		}
		if err := s.see(ctx, v); err != nil {
			return err
		}
	}
	v.Seen |= what
	return nil
}

func (e *Engine) seeActivities(ctx context.Context, v *phase.View) (err error) {
	if v.NewThere {
		v.Activities, err = e.Cloud.Activities(ctx, v.Record.New, v.Record.Begun)
	}
	return err
}

func (e *Engine) seeLoad(ctx context.Context, v *phase.View) (err error) {
	v.Load, err = e.Cloud.Load(ctx, v.Fleet, v.Judge.Period)
	return err
}

// seeTraffic sees what the balancer took during the soak.
func (e *Engine) seeTraffic(ctx context.Context, v *phase.View) error {
	all, err := e.Cloud.Traffic(ctx, v.Fleet, v.Now.Sub(v.Record.Soak).Truncate(v.Judge.Period), v.Judge.Period)
	for _, t := range all {
		if t.Group == "" {
			v.Carried = t.Requests
		}
	}
	return err
}

// seeOutcomes sees what the image remembers of this very release.
func (e *Engine) seeOutcomes(ctx context.Context, v *phase.View) error {
	all, err := e.Cloud.Outcomes(ctx, v.Fleet.App)
	at := slices.IndexFunc(all, func(o gekko.Outcome) bool {
		return o.Snapshot == gekko.SnapshotName(v.Record.New) && o.Begun.Equal(v.Record.Begun)
	})
	if v.Opened = at >= 0; v.Opened && all[at].Ending != gekko.Open {
		v.Noted = &all[at]
	}
	return err
}

func (e *Engine) seePolicies(ctx context.Context, v *phase.View) (err error) {
	v.Scales, err = e.Cloud.Scales(ctx, v.Record.New)
	return err
}

// seePlan sees how the snapshot asks to be run.
func (e *Engine) seePlan(ctx context.Context, v *phase.View) error {
	s, err := e.Cloud.Snapshot(ctx, gekko.SnapshotName(v.Record.New))
	if v.Unmade = errors.Is(err, gekko.ErrNotFound); v.Unmade {
		return nil
	}
	v.Track = s.Plan.TargetTracking
	return err
}

func (e *Engine) seeSchedule(ctx context.Context, v *phase.View) (err error) {
	v.Schedule, err = e.Cloud.Schedule(ctx, v.ScheduledOn())
	return err
}

// seeBack sees how the old group could be launched again.
func (e *Engine) seeBack(ctx context.Context, v *phase.View) error {
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
