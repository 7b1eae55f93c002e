package release

import (
	"context"
	"fmt"
	"time"

	"gekko"
	"gekko/release/hand"
	"gekko/release/phase"
)

// start is a request that was checked, with all that it left open.
type start struct {
	Request
	to        phase.Policies
	fleet     gekko.Fleet
	from      gekko.Snapshot
	where     gekko.Site
	live      gekko.Group
	hasLive   bool
	says      []string
	unchecked []string
	load      gekko.Load
	r         gekko.Release
}

func endedAlready(o gekko.Outcome) string {
	return fmt.Sprintf("release %s ended at %s: %s", o.Snapshot, o.At.UTC().Format(time.DateTime), o.Ending)
}

// begin checks everything, and makes the new group.
func (w *work) begin(ctx context.Context, f gekko.Fleet) (Tick, error) {
	s, o, err := w.e.preflight(ctx, w.q, f)
	if err != nil || o != nil {
		if o == nil {
			return Tick{}, err
		}
		w.e.Report.Tell(gekko.Warns, endedAlready(*o), 0)
		w.inherit(ctx)
		return Tick{Ended: true, Outcome: *o}, err
	}
	if w.lease == nil {
		return w.beginAlone(ctx)
	}
	for _, text := range s.says {
		w.warn(text)
	}
	for _, text := range s.unchecked {
		w.warn("not checked: " + text)
	}
	v := phase.NewView(f, s.r)
	v.Policies = s.to
	t, err := w.take(ctx, v, phase.Plan{Steps: s.steps(), Moves: true})
	if err == nil {
		w.r = s.r
		w.tell(gekko.Release{}, phase.Note{Release: s.r, What: string(gekko.Launching)})
		t.Phase = gekko.Launching
	}
	return t, err
}

// beginAlone takes the lease. By then somebody else may have begun a release, so
// that what was seen before counts no more.
func (w *work) beginAlone(ctx context.Context) (Tick, error) {
	if err := w.hold(ctx); err != nil {
		return Tick{}, err
	}
	f, err := w.look(ctx, false)
	if err != nil {
		return Tick{}, err
	}
	if g, there := f.UnderWay(); there {
		return Tick{Phase: g.Release.Phase, Again: time.Now()}, nil
	}
	return w.begin(ctx, f)
}

// inherit takes over, if it can, the lease of whoever was killed once all was
// done, so that it is given back.
func (w *work) inherit(ctx context.Context) {
	if l, err := w.e.Cloud.Lease(ctx, w.q.App); err != nil || l.Term == 0 || l.Freed {
		return
	}
	if err := w.hold(ctx); err != nil {
		w.warn(fmt.Sprintf("a lease stays: %v", err))
	}
}

// steps make the new group, with the record of its release in the same call.
func (s start) steps() []hand.Step {
	steps := s.mends()
	if s.fleet.Balancer.Weighted() {
		steps = append(steps, hand.Pooled(s.fleet, s.from)...)
	}
	l := gekko.Launch{
		Snapshot: s.from, Size: s.first(), Balancer: s.Balancer, Subnets: s.where.Subnets, Chosen: len(s.Subnets) > 0,
		Like: s.r.Old, Release: s.r, Policy: s.to.Words(),
	}
	begun := phase.NewView(s.fleet, s.r).Outcome(gekko.Open, "")
	return append(steps, hand.Launch{Launch: l}, phase.End{Outcome: begun})
}

// mends puts right what a release has left whose group was deleted by hand, and
// its record with it: requests that go to nobody, a minimum that was raised.
func (s start) mends() []hand.Step {
	if !s.hasLive {
		return nil
	}
	var steps []hand.Step
	for _, p := range s.fleet.Pools {
		if p.App != s.App || p.Group != "" || p.Weight() == 0 {
			continue
		}
		v := phase.NewView(s.fleet, gekko.Release{New: gekko.GroupName(p.Name), Old: s.live.Name})
		steps = append(steps, v.Split(0)...)
	}
	if s.live.Undo != nil {
		v := phase.NewView(s.fleet, gekko.Release{New: s.r.New, Old: s.live.Name})
		steps = append(steps, v.Undone()...)
	}
	return steps
}

// first is the size to begin with: the canary's, or where there is nothing to
// compare with, all that is needed.
func (s start) first() gekko.Size {
	n := s.to.Release.Canary
	if !s.hasLive || s.Back || s.to.Release.Soak < 0 {
		n = max(s.r.Before, s.Size.Desired, 1)
		return gekko.Size{Min: min(n, max(s.Size.Min, 1)), Max: max(n, s.Size.Max), Desired: n}
	}
	return gekko.Size{Min: n, Max: n, Desired: n}
}
