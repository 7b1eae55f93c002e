package release

import (
	"fmt"
	"strings"
	"time"

	"gekko"
	"gekko/judge"
	"gekko/release/hand"
)

// launching waits until the new group serves with all that it was asked for.
func (v view) launching() Plan {
	if p, stop := v.unlivable(); stop {
		return p
	}
	want := v.new.Size.Desired
	if v.new.Serving() >= want && len(v.new.Instances) <= want {
		return v.launched()
	}
	next := serves(v.new, want)
	if room := v.noRoom(); room != "" {
		return v.holding("capacity", next+"; "+room)
	}
	if v.now.Sub(v.r.Since) >= v.release.MaxHold {
		return v.rejected(causeHold, fmt.Sprintf("after %v: %s", v.release.MaxHold, next))
	}
	return v.freed(Plan{Next: next, Moves: true, Due: v.r.Since.Add(v.release.MaxHold)})
}

// launched goes on, once the image says that there is a release: should somebody
// delete the group, its record would be gone with it.
func (v view) launched() Plan {
	if v.seen&lookOutcomes == 0 {
		return Plan{looks: lookOutcomes}
	}
	var steps []hand.Step
	if !v.opened {
		steps = append(steps, End{v.outcome(gekko.Open, "")})
	}
	return v.onward(Plan{Steps: append(steps, v.afterLaunch()), Moves: true})
}

// afterLaunch skips what needs an old group to compare with.
func (v view) afterLaunch() Note {
	promoting := func(judged, why string) Note {
		n := v.enter(gekko.Promoting, why)
		n.Release.Judged = judged
		return n
	}
	switch {
	case !v.whole():
		return promoting(judgedAlone, "there is no other version")
	case v.r.Forced:
		return promoting(judgedForced, "a person asked for it")
	case v.r.Back:
		return promoting(judgedBack, "a rollback")
	case v.release.Soak < 0:
		return promoting(judgedNot, "without a soak")
	case v.weighted():
		return v.enter(gekko.Ramping, "")
	}
	return v.enter(gekko.Soaking, "")
}

// unlivable stops a release whose instances cannot be launched at all, or do
// not live. It asks for the group's activities as long as one is missing.
func (v view) unlivable() (p Plan, stop bool) {
	if v.new.Serving() >= v.new.Size.Desired && v.new.Size.Desired > 0 {
		return p, false
	}
	if v.seen&lookActivities == 0 {
		return Plan{looks: lookActivities}, true
	}
	if why := v.cannotLaunch(); why != "" {
		return v.rejected(causeLaunch, why), true
	}
	if n := v.sickEnds(); n >= max(2, v.new.Size.Desired) {
		cause := causeLaunch
		if !v.r.Soak.IsZero() {
			cause = causeHarm
		}
		return v.rejected(cause, v.sickness(n)), true
	}
	return p, false
}

func (v view) sickness(n int) string {
	return fmt.Sprintf("%s ended as unhealthy within an hour", gekko.Count(n, "instance"))
}

// cannotLaunch is why no launch can ever work, of those that failed since the
// last one that did.
func (v view) cannotLaunch() string {
	for _, a := range v.activities {
		launch := strings.HasPrefix(a.What, "Launching")
		switch {
		case launch && a.Failed && !a.Passing:
			return a.Message
		case launch && !a.Failed:
			return ""
		}
	}
	return ""
}

// noRoom is why the newest launch failed, if it may heal by itself.
func (v view) noRoom() string {
	for _, a := range v.activities {
		if strings.HasPrefix(a.What, "Launching") {
			if a.Failed && a.Passing {
				return a.Message
			}
			return ""
		}
	}
	return ""
}

// sickEnds counts the new group's instances that were ended for their health
// within the last hour.
func (v view) sickEnds() int {
	n := 0
	for _, a := range v.activities {
		if strings.HasPrefix(a.What, "Terminating") && ofHealth(a.Cause) && v.now.Sub(a.At) < time.Hour {
			n++
		}
	}
	return n
}

// ofHealth says whether an instance was ended for failing a check: of the
// balancer or a person ("health"), or of the cloud itself.
func ofHealth(cause string) bool {
	return strings.Contains(cause, "health") || strings.Contains(cause, "status check")
}

// rampSteps is how many steps the canary takes to its share.
const rampSteps = 4

// ramping gives the canary its share, step by step.
func (v view) ramping() Plan {
	if p, stop := v.guarded(); stop {
		return p
	}
	passed := v.now.Sub(v.r.Since)
	step := rampSteps
	if v.release.Ramp > 0 {
		step = min(1+int(passed*rampSteps/v.release.Ramp), rampSteps)
	}
	full := v.canaryShare()
	if steps := v.split(full * float64(step) / rampSteps); len(steps) > 0 && v.due(full, step) {
		return v.onward(Plan{Steps: steps, Moves: true})
	}
	if passed >= v.release.Ramp {
		return v.onward(Plan{Steps: []hand.Step{v.enter(gekko.Soaking, "")}, Moves: true})
	}
	return v.freed(Plan{
		Next: fmt.Sprintf("step %d of %d to its share of %.3g %%", step+1, rampSteps+1, 100*full),
		Due:  v.r.Since.Add(time.Duration(step) * v.release.Ramp / rampSteps),
	})
}

// due says whether a weight differs by more than what instances that come and
// go make of it.
func (v view) due(full float64, step int) bool {
	has, want := v.share(), full*float64(step)/rampSteps
	return has > want*1.1 || has < want*0.9
}

// guarded are the stops on harm that hold in every phase from the ramp on,
// whoever has paused or forced what.
func (v view) guarded() (Plan, bool) {
	if v.judged.Verdict == judge.Harm {
		return v.rejected(causeHarm, v.grounds()), true
	}
	if !v.whole() {
		return v.stands()
	}
	return v.unlivable()
}

// stands goes on without the old group, which somebody took away: what is left
// has to carry everything.
func (v view) stands() (Plan, bool) {
	if v.r.Phase == gekko.Promoting || v.r.Phase == gekko.Warming {
		return Plan{}, false
	}
	n := v.enter(gekko.Promoting, "the old group is gone or on its way out")
	n.Release.Judged = judgedAlone
	var steps []hand.Step
	if v.weighted() && v.new.Serving() > 0 {
		steps = v.split(1)
	}
	return Plan{Steps: append(steps, n), Moves: true}, true
}

// grounds are the numbers or words behind a rejection.
func (v view) grounds() string {
	switch v.r.Cause {
	case causeLaunch:
		if why := v.cannotLaunch(); why != "" {
			return why
		}
		if n := v.sickEnds(); n > 0 {
			return v.sickness(n)
		}
		return "no more instances can be launched of it"
	case causeHold:
		if why := v.unproven(); why != "" && v.r.Holds == inZone {
			return why
		}
		return fmt.Sprintf("%s took longer than %v", v.r.Holds, v.release.MaxHold)
	case causeAbort:
		return ""
	}
	for _, m := range v.judged.Metrics {
		if m.Verdict == judge.Harm {
			return m.Name + ": " + m.Why
		}
	}
	if n := v.sickEnds(); n > 0 {
		return v.sickness(n)
	}
	return ""
}

// blindness is how many periods in a row may pass unmeasured before a release
// holds: CloudWatch is late at times.
const blindness = 3

// soaking lets both versions serve side by side until one is chosen.
func (v view) soaking() Plan {
	if p, stop := v.guarded(); stop {
		return p
	}
	if steps := v.sidesteps(); len(steps) > 0 {
		return v.freed(Plan{Steps: steps, Moves: true})
	}
	if v.r.Forced {
		return v.freed(v.chosen(judgedForced, "a person asked for it"))
	}
	if v.judged.Blind >= blindness {
		return v.holding("telemetry", fmt.Sprintf("nothing was measured for %s: the soak's clock stands", gekko.Count(v.judged.Blind, "period")))
	}
	if n := v.new.Serving(); n == 0 {
		return v.holding("health", serves(v.new, v.new.Size.Desired))
	}
	if !v.soaked() {
		return v.freed(Plan{Next: v.soakLeft(), Due: v.soakEnd()})
	}
	return v.verdict()
}

// sidesteps keep the two groups fairly side by side: no more requests for the
// new one than its healthy instances are, and the old one's minimum where the
// new one takes so much that the old one's policies would shrink it.
func (v view) sidesteps() []hand.Step {
	var steps []hand.Step
	if v.weighted() && (v.new.Serving() > 0 || v.old.Serving() > 0) && v.due(v.canaryShare(), rampSteps) {
		steps = v.split(v.canaryShare())
	}
	if v.share() > pinAbove {
		steps = append(steps, v.pinned(v.pinAt())...)
	}
	return steps
}

// pinAbove is the share of a canary from which on the old group's own policies
// would see enough less load to shrink it.
const pinAbove = 0.1

// pinAt is what the old group is kept at: what it ran when it was pinned.
func (v view) pinAt() int {
	switch {
	case v.r.Pinned > 0:
		return v.r.Pinned
	case v.old.Undo != nil && v.old.Undo.Kept > 0:
		return v.old.Undo.Kept
	}
	return v.old.InService()
}

// soaked says whether the soak has lasted long enough: in periods that were
// measured, or where nothing can be measured by the clock.
func (v view) soaked() bool {
	if len(v.judged.Metrics) > 0 {
		return v.over
	}
	return v.now.Sub(v.r.Soak) >= v.release.Soak
}

// soakEnd is when the soak is over if nothing is missing any more.
func (v view) soakEnd() time.Time {
	end := v.r.Soak.Add(v.release.Soak)
	if len(v.judged.Metrics) > 0 {
		end = end.Add(time.Duration(v.judged.Missing+v.judge.Settling+1) * v.judge.Period)
	}
	return end
}

func (v view) soakLeft() string {
	if len(v.judged.Metrics) > 0 {
		done := time.Duration(v.judged.Measured) * v.judge.Period
		return fmt.Sprintf("both serve: %v of %v judged", hand.Rounded(done), v.release.Soak)
	}
	left := in(v.soakEnd().Sub(v.now))
	if v.weighted() {
		return fmt.Sprintf("both serve, %s left; nothing has been counted yet", left)
	}
	return fmt.Sprintf("both serve, %s left; the balancer does not tell them apart: judged from instance health only", left)
}

// verdict is what follows a soak that is over.
func (v view) verdict() Plan {
	switch {
	case len(v.judged.Metrics) == 0:
		return v.fromHealth()
	case v.judged.Verdict == judge.Fine:
		return v.onward(v.chosen(judgedFine, "the judge finds it fine"))
	case v.judged.Verdict == judge.NoTelemetry:
		return v.holding("telemetry", "under half of the soak was measured")
	}
	if why := v.unproven(); why != "" {
		return v.holding(inZone, "a person has to promote or abort: "+why)
	}
	missing := v.missing()
	switch v.judge.AtSoakEnd {
	case gekko.ExtendSoak:
		return v.holding("extended", "the soak goes on: "+missing)
	case gekko.HoldForPerson:
		return v.holding("evidence", "a person has to promote or abort: "+missing)
	}
	if v.judged.Requests < float64(v.judge.Least) {
		return v.holding("evidence", fmt.Sprintf("%.0f requests reached the new group, %d are the least", v.judged.Requests, v.judge.Least))
	}
	return v.onward(v.chosen(judgedUnseen, "no harm seen: "+missing))
}

// fromHealth is the verdict where the balancer does not tell versions apart.
func (v view) fromHealth() Plan {
	if v.seen&lookTraffic == 0 {
		return Plan{looks: lookTraffic}
	}
	if v.new.Serving() < v.new.Size.Desired {
		return v.holding("health", serves(v.new, v.new.Size.Desired))
	}
	if v.carried < float64(v.judge.Least) {
		return v.holding("evidence", fmt.Sprintf("the balancer took %.0f requests, %d are the least", v.carried, v.judge.Least))
	}
	return v.onward(v.chosen(judgedHealth, "its instances stayed healthy; nothing else can be seen on a Classic balancer"))
}

// missing is what the judge would need to be sure, in its own words.
func (v view) missing() string {
	var all []string
	for _, m := range v.judged.Metrics {
		if m.Verdict == judge.NotEnoughEvidence {
			all = append(all, m.Name+": "+m.Why)
		}
	}
	return strings.Join(all, "; ")
}

// inZone is the word for a hold on harm that needs one zone to show.
const inZone = "zone"

// unproven is the harm that does not count, as it needs one zone to show.
func (v view) unproven() string {
	for _, m := range v.judged.Metrics {
		if m.Unproven {
			return m.Name + ": " + m.Why
		}
	}
	return ""
}

func (v view) chosen(judged, why string) Plan {
	n := v.enter(gekko.Promoting, why)
	n.Release.Judged = judged
	return Plan{Steps: []hand.Step{n}, Moves: true}
}
