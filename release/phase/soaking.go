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

// rampSteps is how many steps the canary takes to its share.
const rampSteps = 4

// ramping gives the canary its share, step by step.
func (v View) ramping() Plan {
	if p, stop := v.guarded(); stop {
		return p
	}
	passed := v.Now.Sub(v.Record.Since)
	step := rampSteps
	if v.Release.Ramp > 0 {
		step = min(1+int(passed*rampSteps/v.Release.Ramp), rampSteps)
	}
	full := v.canaryShare()
	if steps := v.Split(full * float64(step) / rampSteps); len(steps) > 0 && v.due(full, step) {
		return v.onward(Plan{Steps: steps, Moves: true})
	}
	if passed >= v.Release.Ramp {
		return v.onward(Plan{Steps: []hand.Step{v.enter(gekko.Soaking, "")}, Moves: true})
	}
	return v.freed(Plan{
		Next: fmt.Sprintf("step %d of %d to its share of %.3g %%", step+1, rampSteps+1, 100*full),
		Due:  v.Record.Since.Add(time.Duration(step) * v.Release.Ramp / rampSteps),
	})
}

// due says whether a weight differs by more than what instances that come and
// go make of it.
func (v View) due(full float64, step int) bool {
	has, want := v.Share(), full*float64(step)/rampSteps
	return has > want*1.1 || has < want*0.9
}

// guarded are the stops on harm that hold in every phase from the ramp on,
// whoever has paused or forced what.
func (v View) guarded() (Plan, bool) {
	if v.Judged.Verdict == judge.Harm {
		return v.rejected(causeHarm, v.Grounds()), true
	}
	if !v.whole() {
		return v.stands()
	}
	return v.unlivable()
}

// stands goes on without the old group, which somebody took away: what is left
// has to carry everything.
func (v View) stands() (Plan, bool) {
	if v.Record.Phase == gekko.Promoting || v.Record.Phase == gekko.Warming {
		return Plan{}, false
	}
	n := v.enter(gekko.Promoting, "the old group is gone or on its way out")
	n.Release.Judged = judgedAlone
	var steps []hand.Step
	if v.Weighted() && v.New.Serving() > 0 {
		steps = v.Split(1)
	}
	return Plan{Steps: append(steps, n), Moves: true}, true
}

// Grounds are the numbers or words behind a rejection.
func (v View) Grounds() string {
	switch v.Record.Cause {
	case causeLaunch:
		if why := v.cannotLaunch(); why != "" {
			return why
		}
		if n := v.sickEnds(); n > 0 {
			return v.sickness(n)
		}
		return "no more instances can be launched of it"
	case causeHold:
		if why := v.Unproven(); why != "" && v.Record.Holds == inZone {
			return why
		}
		why := fmt.Sprintf("%s took longer than %v", v.Record.Holds, v.Release.MaxHold)
		if room := v.noRoom(); room != "" && v.Record.Holds == "capacity" {
			why += ": " + room
		}
		return why
	case causeAbort:
		return ""
	}
	for _, m := range v.Judged.Metrics {
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
func (v View) soaking() Plan {
	if p, stop := v.guarded(); stop {
		return p
	}
	if steps := v.sidesteps(); len(steps) > 0 {
		return v.freed(Plan{Steps: steps, Moves: true})
	}
	if v.Record.Forced {
		return v.freed(v.chosen(judgedForced, "a person asked for it"))
	}
	if v.Judged.Blind >= blindness {
		return v.Holding("telemetry", fmt.Sprintf("nothing was measured for %s: the soak's clock stands", gekko.Count(v.Judged.Blind, "period")))
	}
	if n := v.New.Serving(); n == 0 {
		return v.Holding("health", serves(v.New, v.New.Size.Desired))
	}
	if !v.soaked() {
		return v.freed(Plan{Next: v.soakLeft(), Due: v.soakEnd()})
	}
	return v.verdict()
}

// sidesteps keep the two groups fairly side by side: no more requests for the
// new one than its healthy instances are, and the old one's minimum where the
// new one takes so much that the old one's policies would shrink it.
func (v View) sidesteps() []hand.Step {
	var steps []hand.Step
	if v.Weighted() && (v.New.Serving() > 0 || v.Old.Serving() > 0) && v.due(v.canaryShare(), rampSteps) {
		steps = v.Split(v.canaryShare())
	}
	if v.Share() > pinAbove {
		steps = append(steps, v.pinned(v.pinAt())...)
	}
	return steps
}

// pinAbove is the share of a canary from which on the old group's own policies
// would see enough less load to shrink it.
const pinAbove = 0.1

// pinAt is what the old group is kept at: what it ran when it was pinned.
func (v View) pinAt() int {
	switch {
	case v.Record.Pinned > 0:
		return v.Record.Pinned
	case v.Old.Undo != nil && v.Old.Undo.Kept > 0:
		return v.Old.Undo.Kept
	}
	return v.Old.InService()
}

// soaked says whether the soak has lasted long enough: in periods that were
// measured, or where nothing can be measured by the clock.
func (v View) soaked() bool {
	if len(v.Judged.Metrics) > 0 {
		return v.Over
	}
	return v.Now.Sub(v.Record.Soak) >= v.Release.Soak
}

// soakEnd is when the soak is over if nothing is missing any more.
func (v View) soakEnd() time.Time {
	end := v.Record.Soak.Add(v.Release.Soak)
	if len(v.Judged.Metrics) > 0 {
		end = end.Add(time.Duration(v.Judged.Missing+v.Judge.Settling+1) * v.Judge.Period)
	}
	return end
}

func (v View) soakLeft() string {
	if len(v.Judged.Metrics) > 0 {
		done := time.Duration(v.Judged.Measured) * v.Judge.Period
		return fmt.Sprintf("both serve: %v of %v judged", hand.Rounded(done), v.Release.Soak)
	}
	left := in(v.soakEnd().Sub(v.Now))
	if v.Weighted() {
		return fmt.Sprintf("both serve, %s left; nothing has been counted yet", left)
	}
	return fmt.Sprintf("both serve, %s left; the balancer does not tell them apart: judged from instance health only", left)
}

// verdict is what follows a soak that is over.
func (v View) verdict() Plan {
	switch {
	case len(v.Judged.Metrics) == 0:
		return v.fromHealth()
	case v.Judged.Verdict == judge.Fine:
		return v.onward(v.chosen(judgedFine, "the judge finds it fine"))
	case v.Judged.Verdict == judge.NoTelemetry:
		return v.Holding("telemetry", "under half of the soak was measured")
	}
	if why := v.Unproven(); why != "" {
		return v.Holding(inZone, "a person has to promote or abort: "+why)
	}
	missing := v.missing()
	switch v.Judge.AtSoakEnd {
	case gekko.ExtendSoak:
		return v.Holding("extended", "the soak goes on: "+missing)
	case gekko.HoldForPerson:
		return v.Holding("evidence", "a person has to promote or abort: "+missing)
	}
	if v.Judged.Requests < float64(v.Judge.Least) {
		return v.Holding("evidence", fmt.Sprintf("%.0f requests reached the new group, %d are the least", v.Judged.Requests, v.Judge.Least))
	}
	return v.onward(v.chosen(judgedUnseen, "no harm seen: "+missing))
}

// finds is how many times the old version's rate harm would have had to be for
// the soak to show it, in the metrics that it could not decide; 0: not known.
func (v View) finds() float64 {
	soak := time.Duration(v.Judged.Measured) * v.Judge.Period
	finds := 0.0
	for _, m := range v.Judged.Metrics {
		if rate := m.Old.Rate(); m.Verdict == judge.NotEnoughEvidence && rate > 0 {
			finds = max(finds, judge.Detectable(v.Judge, soak, v.Judged.Requests/soak.Minutes(), rate).Finds)
		}
	}
	if math.IsInf(finds, 1) {
		return 0
	}
	return finds
}

// fromHealth is the verdict where the balancer does not tell versions apart.
func (v View) fromHealth() Plan {
	if v.Seen&LookTraffic == 0 {
		return Plan{Looks: LookTraffic}
	}
	if v.New.Serving() < v.New.Size.Desired {
		return v.Holding("health", serves(v.New, v.New.Size.Desired))
	}
	if v.Carried < float64(v.Judge.Least) {
		return v.Holding("evidence", fmt.Sprintf("the balancer took %.0f requests, %d are the least", v.Carried, v.Judge.Least))
	}
	return v.onward(v.chosen(judgedHealth, "its instances stayed healthy; nothing else can be seen on a Classic balancer"))
}

// missing is what the judge would need to be sure, in its own words.
func (v View) missing() string {
	var all []string
	for _, m := range v.Judged.Metrics {
		if m.Verdict == judge.NotEnoughEvidence {
			all = append(all, m.Name+": "+m.Why)
		}
	}
	return strings.Join(all, "; ")
}

// inZone is the word for a hold on harm that needs one zone to show.
const inZone = "zone"

// Unproven is the harm that does not count, as it needs one zone to show.
func (v View) Unproven() string {
	for _, m := range v.Judged.Metrics {
		if m.Unproven {
			return m.Name + ": " + m.Why
		}
	}
	return ""
}

func (v View) chosen(judged, why string) Plan {
	n := v.enter(gekko.Promoting, why)
	n.Release.Judged = judged
	if judged == judgedUnseen {
		n.Release.Finds = v.finds()
	}
	return Plan{Steps: []hand.Step{n}, Moves: true}
}
