package phase

import (
	"fmt"
	"math"
	"strings"
	"time"

	"gekko"
	"gekko/judge"
	"gekko/release/hand"
)

// needs is how many instances have to serve from promotion on: as many as carry
// today's load alone, and never fewer than there were or were asked for.
func (v View) needs() int {
	now := 0.0
	if v.whole() {
		now = float64(max(v.Old.InService(), v.Old.Size.Desired)) // one that is being replaced counts
		if !v.Record.Back {
			now /= 1 - min(v.Share(), 0.9)
		}
	}
	return max(int(math.Ceil(now-1e-9)), v.Record.Before, v.Record.Size.Desired, 1)
}

// promoting brings the new group to production size, and on an ALB all requests
// to it, while the old one is held whole.
func (v View) promoting() Plan {
	if v.Judged.Verdict == judge.Harm {
		return v.rejected(causeHarm, v.Grounds())
	}
	if v.Record.Needed == 0 {
		return v.prepare()
	}
	steps := v.pinned(v.Record.Pinned)
	if s := v.grown(); s != v.New.Size {
		steps = append(steps, hand.Resize{Group: v.New.Name, Size: s})
	}
	if len(steps) > 0 {
		return v.onward(Plan{Steps: steps, Moves: true})
	}
	if v.New.Serving() < v.Record.Needed {
		return v.growing()
	}
	if !v.Weighted() || v.newAlone() {
		return v.onward(v.taken())
	}
	return v.over100()
}

// prepare makes the new group like the old one in what a canary must not have,
// and settles how many are needed. That number says that all this is done.
func (v View) prepare() Plan {
	if v.Seen&LookPlan == 0 {
		return Plan{Looks: LookPlan}
	}
	if v.Unmade {
		return v.rejected(causeLaunch, "its snapshot is not there any more")
	}
	if v.whole() && v.Seen&LookSchedule == 0 {
		return Plan{Looks: LookSchedule}
	}
	if p, waits := v.unscheduled(v.untilAlone()); waits {
		return p
	}
	r := v.Record
	r.Needed, r.Held, r.Holds = v.needs(), time.Time{}, ""
	var steps []hand.Step
	if v.whole() {
		r.Pinned = max(v.pinAt(), v.Old.InService())
		steps = append(v.pinned(r.Pinned), CarryOver{v.Old.Name, v.New.Name, r.Needed})
	}
	if v.Track != nil {
		steps = append(steps, hand.Track{Group: v.New.Name, Policy: *v.Track})
	}
	what := fmt.Sprintf("%s must serve from now on", gekko.Count(r.Needed, "instance"))
	if r.Pinned > 0 {
		what += fmt.Sprintf(", the old group keeps %d", r.Pinned)
	}
	if r.Needed > r.Size.Max {
		what += fmt.Sprintf(" (above the maximum of %d that was asked for, until the old group is gone)", r.Size.Max)
	}
	return v.onward(Plan{Steps: append(steps, Note{r, what, ""}), Moves: true})
}

// untilAlone is about how long it takes from promotion until the old group is
// gone and the new one has carried everything for a while.
func (v View) untilAlone() time.Duration {
	left := v.Fleet.Drain + v.aloneFor() + 10*v.Judge.Period
	if v.Record.Phase == gekko.Warming {
		return left
	}
	return max(v.Release.WarmUp, v.Release.Kept, 0) + left
}

// ScheduledOn is the group whose scheduled actions are what the new one is to
// have.
func (v View) ScheduledOn() gekko.GroupName {
	if v.whole() {
		return v.Old.Name
	}
	return v.New.Name
}

// Scheduled is the name by which not waiting for scheduled actions is accepted.
const Scheduled = "schedule"

// unscheduled holds while a scheduled action would set sizes within a time: it
// does so whatever the release needs then.
func (v View) unscheduled(within time.Duration) (Plan, bool) {
	var due []string
	for _, a := range v.Schedule {
		if a.At.Before(v.Now.Add(within)) {
			due = append(due, a.What)
		}
	}
	if len(due) == 0 || v.Accepts(Scheduled) {
		return Plan{}, false
	}
	return v.Holding("schedule", strings.Join(due, "; ")+"; --accept "+Scheduled+" does not wait for it"), true
}

// grown is the size that the new group must have at least.
func (v View) grown() gekko.Size {
	s, need := v.New.Size, v.Record.Needed
	return gekko.Size{Min: max(s.Min, need), Max: max(s.Max, v.Record.Size.Max, need), Desired: max(s.Desired, need)}
}

// growing waits until enough serve. Until then nothing new is sent to them.
func (v View) growing() Plan {
	if v.Seen&LookActivities == 0 {
		return Plan{Looks: LookActivities}
	}
	if why := v.cannotLaunch(); why != "" && v.Record.Old != "" {
		return v.rejected(causeLaunch, why)
	}
	if n := v.sickEnds(); n >= max(2, v.Record.Needed) {
		return v.rejected(causeHarm, v.sickness(n))
	}
	next := serves(v.New, v.Record.Needed)
	if room := v.noRoom(); room != "" {
		return v.Holding("capacity", next+"; "+room)
	}
	if v.Now.Sub(v.Record.Since) >= v.Release.MaxHold {
		return v.rejected(causeHold, fmt.Sprintf("after %v: %s", v.Release.MaxHold, next))
	}
	p := Plan{Next: next, Moves: true}
	switch {
	case v.overloaded():
		p.Steps = v.Split(v.byCapacity())
	case !v.whole() && v.Weighted() && v.New.Serving() > 0:
		p.Steps = v.Split(1) // nothing else is there to take them
	}
	if r := v.Record; !r.Warm.IsZero() {
		r.Warm = time.Time{}
		p.Steps = append(p.Steps, Note{r, "fewer serve than must", next})
	}
	return v.freed(p)
}

// stride is how much of the requests goes over in one step.
const stride = 0.25

// between is how many periods pass between two steps, so that each shows in the
// metrics before the next.
const between = 2

// over100 moves the requests over in gated steps. When the last step was taken
// stands in Warm, before it is taken.
func (v View) over100() Plan {
	next := math.Floor(v.Share()/stride+1+1e-6) * stride
	if next > 1-stride/2 || !v.whole() {
		next = 1
	}
	due := v.Record.Warm.Add(between * v.Judge.Period)
	if v.whole() && v.Now.Before(due) {
		return v.freed(Plan{Next: fmt.Sprintf("%.0f %% of the requests next", 100*next), Due: due})
	}
	if v.whole() {
		if v.Seen&LookLoad == 0 {
			return Plan{Looks: LookLoad}
		}
		if ok, figures := v.gate(next, v.New.Serving()); !ok {
			return v.Holding("load", figures)
		}
	}
	r := v.Record
	r.Warm, r.Held, r.Holds = v.Now, time.Time{}, ""
	steps := []hand.Step{Note{r, fmt.Sprintf("%.0f %% of the requests", 100*next), ""}}
	return v.onward(Plan{Steps: append(steps, v.Split(next)...), Moves: true})
}

// tolerance is how much more an instance may get than it was seen to carry.
const tolerance = 1.1

// gate says, with the figures, whether so many instances can carry a share of
// all requests: no more for each than one was seen to carry in the day before
// the release. Without metrics they must be as many as are needed.
func (v View) gate(share float64, instances int) (open bool, figures string) {
	peak := v.Load.Peak
	if v.Record.Peak > 0 {
		peak = float64(v.Record.Peak)
	}
	if !v.Load.Known || peak == 0 {
		return instances >= int(math.Ceil(share*float64(v.Record.Needed))), fmt.Sprintf("%s for %.0f %% of the requests, whose number is not known",
			gekko.Count(instances, "healthy instance"), 100*share)
	}
	each := v.Load.Now * share / float64(max(instances, 1))
	figures = fmt.Sprintf("%.0f requests a minute over %s are %.0f each; the most that one was seen to carry is %.0f",
		v.Load.Now*share, gekko.Count(instances, "healthy instance"), each, peak)
	return instances > 0 && each <= tolerance*peak, figures
}

// taken begins the warm-up, once the new group has what it is to have.
func (v View) taken() Plan {
	n := v.enter(gekko.Warming, "")
	n.Release.Warm = v.Now
	if v.Weighted() || !v.whole() {
		n.Release.Alone = v.Now
	}
	return Plan{Steps: []hand.Step{n}, Moves: true}
}
