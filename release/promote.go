package release

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
func (v view) needs() int {
	now := 0.0
	if v.whole() {
		now = float64(max(v.old.InService(), v.old.Size.Desired)) // one that is being replaced counts
		if !v.r.Back {
			now /= 1 - min(v.share(), 0.9)
		}
	}
	return max(int(math.Ceil(now-1e-9)), v.r.Before, v.r.Size.Desired, 1)
}

// promoting brings the new group to production size, and on an ALB all requests
// to it, while the old one is held whole.
func (v view) promoting() Plan {
	if v.judged.Verdict == judge.Harm {
		return v.rejected(causeHarm, v.grounds())
	}
	if v.r.Needed == 0 {
		return v.prepare()
	}
	steps := v.pinned(v.r.Pinned)
	if s := v.grown(); s != v.new.Size {
		steps = append(steps, hand.Resize{Group: v.new.Name, Size: s})
	}
	if len(steps) > 0 {
		return v.onward(Plan{Steps: steps, Moves: true})
	}
	if v.new.Serving() < v.r.Needed {
		return v.growing()
	}
	if !v.weighted() || v.newAlone() {
		return v.onward(v.taken())
	}
	return v.over100()
}

// prepare makes the new group like the old one in what a canary must not have,
// and settles how many are needed. That number says that all this is done.
func (v view) prepare() Plan {
	if v.seen&lookPlan == 0 {
		return Plan{looks: lookPlan}
	}
	if v.unmade {
		return v.rejected(causeLaunch, "its snapshot is not there any more")
	}
	if v.whole() && v.seen&lookSchedule == 0 {
		return Plan{looks: lookSchedule}
	}
	if p, waits := v.unscheduled(v.untilAlone()); waits {
		return p
	}
	r := v.r
	r.Needed, r.Held, r.Holds = v.needs(), time.Time{}, ""
	var steps []hand.Step
	if v.whole() {
		r.Pinned = max(v.pinAt(), v.old.InService())
		steps = append(v.pinned(r.Pinned), CarryOver{v.old.Name, v.new.Name, r.Needed})
	}
	if v.track != nil {
		steps = append(steps, hand.Track{Group: v.new.Name, Policy: *v.track})
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
func (v view) untilAlone() time.Duration {
	left := v.fleet.Drain + v.aloneFor() + 10*v.judge.Period
	if v.r.Phase == gekko.Warming {
		return left
	}
	return max(v.release.WarmUp, v.release.Kept, 0) + left
}

// scheduledOn is the group whose scheduled actions are what the new one is to
// have.
func (v view) scheduledOn() gekko.GroupName {
	if v.whole() {
		return v.old.Name
	}
	return v.new.Name
}

// unscheduled holds while a scheduled action would set sizes within a time: it
// does so whatever the release needs then.
func (v view) unscheduled(within time.Duration) (Plan, bool) {
	var due []string
	for _, a := range v.schedule {
		if a.At.Before(v.now.Add(within)) {
			due = append(due, a.What)
		}
	}
	if len(due) == 0 || v.accepts(Scheduled) {
		return Plan{}, false
	}
	return v.holding("schedule", strings.Join(due, "; ")+"; --accept "+Scheduled+" does not wait for it"), true
}

// grown is the size that the new group must have at least.
func (v view) grown() gekko.Size {
	s, need := v.new.Size, v.r.Needed
	return gekko.Size{Min: max(s.Min, need), Max: max(s.Max, v.r.Size.Max, need), Desired: max(s.Desired, need)}
}

// growing waits until enough serve. Until then nothing new is sent to them.
func (v view) growing() Plan {
	if v.seen&lookActivities == 0 {
		return Plan{looks: lookActivities}
	}
	if why := v.cannotLaunch(); why != "" && v.r.Old != "" {
		return v.rejected(causeLaunch, why)
	}
	if n := v.sickEnds(); n >= max(2, v.r.Needed) {
		return v.rejected(causeHarm, v.sickness(n))
	}
	next := serves(v.new, v.r.Needed)
	if room := v.noRoom(); room != "" {
		return v.holding("capacity", next+"; "+room)
	}
	if v.now.Sub(v.r.Since) >= v.release.MaxHold {
		return v.rejected(causeHold, fmt.Sprintf("after %v: %s", v.release.MaxHold, next))
	}
	p := Plan{Next: next, Moves: true}
	switch {
	case v.overloaded():
		p.Steps = v.split(v.byCapacity())
	case !v.whole() && v.weighted() && v.new.Serving() > 0:
		p.Steps = v.split(1) // nothing else is there to take them
	}
	if r := v.r; !r.Warm.IsZero() {
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
func (v view) over100() Plan {
	next := math.Floor(v.share()/stride+1+1e-6) * stride
	if next > 1-stride/2 || !v.whole() {
		next = 1
	}
	due := v.r.Warm.Add(between * v.judge.Period)
	if v.whole() && v.now.Before(due) {
		return v.freed(Plan{Next: fmt.Sprintf("%.0f %% of the requests next", 100*next), Due: due})
	}
	if v.whole() {
		if v.seen&lookLoad == 0 {
			return Plan{looks: lookLoad}
		}
		if ok, figures := v.gate(next, v.new.Serving()); !ok {
			return v.holding("load", figures)
		}
	}
	r := v.r
	r.Warm, r.Held, r.Holds = v.now, time.Time{}, ""
	steps := []hand.Step{Note{r, fmt.Sprintf("%.0f %% of the requests", 100*next), ""}}
	return v.onward(Plan{Steps: append(steps, v.split(next)...), Moves: true})
}

// tolerance is how much more an instance may get than it was seen to carry.
const tolerance = 1.1

// gate says, with the figures, whether so many instances can carry a share of
// all requests: no more for each than one was seen to carry in the day before
// the release. Without metrics they must be as many as are needed.
func (v view) gate(share float64, instances int) (open bool, figures string) {
	peak := v.load.Peak
	if v.r.Peak > 0 {
		peak = float64(v.r.Peak)
	}
	if !v.load.Known || peak == 0 {
		return instances >= int(math.Ceil(share*float64(v.r.Needed))), fmt.Sprintf("%s for %.0f %% of the requests, whose number is not known",
			gekko.Count(instances, "healthy instance"), 100*share)
	}
	each := v.load.Now * share / float64(max(instances, 1))
	figures = fmt.Sprintf("%.0f requests a minute over %s are %.0f each; the most that one was seen to carry is %.0f",
		v.load.Now*share, gekko.Count(instances, "healthy instance"), each, peak)
	return instances > 0 && each <= tolerance*peak, figures
}

// taken begins the warm-up, once the new group has what it is to have.
func (v view) taken() Plan {
	n := v.enter(gekko.Warming, "")
	n.Release.Warm = v.now
	if v.weighted() || !v.whole() {
		n.Release.Alone = v.now
	}
	return Plan{Steps: []hand.Step{n}, Moves: true}
}

// warming sees the new group through some time with all that it needs, before
// the way back is given up.
func (v view) warming() Plan {
	if v.judged.Verdict == judge.Harm && v.whole() {
		return v.rejected(causeHarm, v.grounds())
	}
	steps := v.pinned(v.r.Pinned)
	if s := v.grown(); s != v.new.Size {
		steps = append(steps, hand.Resize{Group: v.new.Name, Size: s})
	}
	if v.weighted() && !v.newAlone() && (v.new.Serving() >= v.r.Needed || !v.whole()) {
		r := v.r
		r.Alone = v.now
		steps = append(append(steps, Note{r, "100 % of the requests", ""}), v.split(1)...)
	}
	if len(steps) > 0 {
		return Plan{Steps: steps, Moves: true}
	}
	if v.new.Serving() < v.r.Needed {
		return v.dipped()
	}
	if v.r.Warm.IsZero() {
		r := v.r
		r.Warm, r.Held, r.Holds = v.now, time.Time{}, ""
		return Plan{Steps: []hand.Step{Note{r, "warm-up from the start", ""}}}
	}
	if end := v.warmEnd(); v.now.Before(end) {
		return v.freed(Plan{Next: fmt.Sprintf("%s, warm-up over in %s", serves(v.new, v.r.Needed), in(end.Sub(v.now))), Due: end})
	}
	return v.warmed()
}

// warmed gives the way back up, unless a scheduled action is due before the new
// group has been alone for a while. Those that it was given are set to what they
// were: until now none could take from it what it needs.
func (v view) warmed() Plan {
	if why := v.unproven(); why != "" && v.whole() && !v.r.Forced {
		return v.holding(inZone, "a person has to promote or abort: "+why)
	}
	if v.seen&lookSchedule == 0 {
		return Plan{looks: lookSchedule}
	}
	if p, waits := v.unscheduled(v.untilAlone()); waits {
		return p
	}
	var steps []hand.Step
	why := ""
	switch {
	case len(v.schedule) == 0:
	case v.whole():
		steps = append(steps, CarryOver{v.old.Name, v.new.Name, 0})
	case v.r.Old != "":
		why = fmt.Sprintf("its scheduled actions keep at least %d, as the group that says otherwise is gone", v.r.Needed)
	}
	return v.onward(Plan{Steps: append(steps, v.enter(gekko.Retiring, why)), Moves: true})
}

// warmEnd is when the warm-up is over if nothing dips. On an ALB the old group
// also stays whole for a while after its last request.
func (v view) warmEnd() time.Time {
	end := v.r.Warm.Add(max(v.release.WarmUp, 0))
	if kept := v.r.Alone.Add(max(v.release.Kept, 0)); v.weighted() && v.whole() && kept.After(end) {
		end = kept
	}
	return end
}

// dipped starts the warm-up's clock again, and holds.
func (v view) dipped() Plan {
	next := serves(v.new, v.r.Needed)
	if v.seen&lookActivities == 0 {
		return Plan{looks: lookActivities}
	}
	if n := v.sickEnds(); n >= max(2, v.r.Needed) && v.whole() {
		return v.rejected(causeHarm, v.sickness(n))
	}
	if v.collapsed() && v.overloaded() {
		r := v.r
		r.Alone = time.Time{}
		back := Note{r, "requests go back to the old group", next}
		return Plan{Steps: append([]hand.Step{back}, v.split(v.byCapacity())...), Moves: true}
	}
	lasts := v.r.Holds == "health" && v.now.Sub(v.r.Held) >= collapse*v.judge.Period
	if v.collapsed() && v.whole() && v.weighted() && lasts {
		return v.rejected(causeHarm, next)
	}
	if !v.r.Warm.IsZero() {
		r := v.r
		r.Warm, r.Holds, r.Held = time.Time{}, "health", v.now
		return Plan{Steps: []hand.Step{Note{r, "warm-up begins again", next}}, Moves: true}
	}
	return v.holding("health", next)
}

// overloaded says whether the new group is sent more than its part of the
// healthy instances while the old one could take the rest.
func (v view) overloaded() bool {
	return v.weighted() && v.whole() && v.old.Serving() > 0 && v.share() > 1.1*v.byCapacity()
}
