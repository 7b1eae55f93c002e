package phase

import (
	"fmt"
	"time"

	"gekko"
	"gekko/judge"
	"gekko/release/hand"
)

// warming sees the new group through some time with all that it needs, before
// the way back is given up.
func (v View) warming() Plan {
	if v.Judged.Verdict == judge.Harm && v.whole() {
		return v.rejected(causeHarm, v.Grounds())
	}
	steps := v.pinned(v.Record.Pinned)
	if s := v.grown(); s != v.New.Size {
		steps = append(steps, hand.Resize{Group: v.New.Name, Size: s})
	}
	if v.Weighted() && !v.newAlone() && (v.New.Serving() >= v.Record.Needed || !v.whole()) {
		r := v.Record
		r.Alone = v.Now
		steps = append(append(steps, Note{r, "100 % of the requests", ""}), v.Split(1)...)
	}
	if len(steps) > 0 {
		return Plan{Steps: steps, Moves: true}
	}
	if v.New.Serving() < v.Record.Needed {
		return v.dipped()
	}
	if v.Record.Warm.IsZero() {
		r := v.Record
		r.Warm, r.Held, r.Holds = v.Now, time.Time{}, ""
		return Plan{Steps: []hand.Step{Note{r, "warm-up from the start", ""}}}
	}
	if end := v.warmEnd(); v.Now.Before(end) {
		return v.freed(Plan{Next: fmt.Sprintf("%s, warm-up over in %s", serves(v.New, v.Record.Needed), in(end.Sub(v.Now))), Due: end})
	}
	return v.warmed()
}

// warmed gives the way back up, unless a scheduled action is due before the new
// group has been alone for a while. Those that it was given are set to what they
// were: until now none could take from it what it needs.
func (v View) warmed() Plan {
	if why := v.Unproven(); why != "" && v.whole() && !v.Record.Forced {
		return v.Holding(inZone, "a person has to promote or abort: "+why)
	}
	if v.Seen&LookSchedule == 0 {
		return Plan{Looks: LookSchedule}
	}
	if p, waits := v.unscheduled(v.untilAlone()); waits {
		return p
	}
	var steps []hand.Step
	why := ""
	switch {
	case len(v.Schedule) == 0:
	case v.whole():
		steps = append(steps, CarryOver{v.Old.Name, v.New.Name, 0})
	case v.Record.Old != "":
		why = fmt.Sprintf("its scheduled actions keep at least %d, as the group that says otherwise is gone", v.Record.Needed)
	}
	return v.onward(Plan{Steps: append(steps, v.enter(gekko.Retiring, why)), Moves: true})
}

// warmEnd is when the warm-up is over if nothing dips. On an ALB the old group
// also stays whole for a while after its last request.
func (v View) warmEnd() time.Time {
	end := v.Record.Warm.Add(max(v.Release.WarmUp, 0))
	if kept := v.Record.Alone.Add(max(v.Release.Kept, 0)); v.Weighted() && v.whole() && kept.After(end) {
		end = kept
	}
	return end
}

// dipped starts the warm-up's clock again, and holds.
func (v View) dipped() Plan {
	next := serves(v.New, v.Record.Needed)
	if v.Seen&LookActivities == 0 {
		return Plan{Looks: LookActivities}
	}
	if n := v.sickEnds(); n >= max(2, v.Record.Needed) && v.whole() {
		return v.rejected(causeHarm, v.sickness(n))
	}
	if v.collapsed() && v.overloaded() {
		r := v.Record
		r.Alone = time.Time{}
		back := Note{r, "requests go back to the old group", next}
		return Plan{Steps: append([]hand.Step{back}, v.Split(v.byCapacity())...), Moves: true}
	}
	lasts := v.Record.Holds == "health" && v.Now.Sub(v.Record.Held) >= collapse*v.Judge.Period
	if v.collapsed() && v.whole() && v.Weighted() && lasts {
		return v.rejected(causeHarm, next)
	}
	if !v.Record.Warm.IsZero() {
		r := v.Record
		r.Warm, r.Holds, r.Held = time.Time{}, "health", v.Now
		return Plan{Steps: []hand.Step{Note{r, "warm-up begins again", next}}, Moves: true}
	}
	return v.Holding("health", next)
}

// overloaded says whether the new group is sent more than its part of the
// healthy instances while the old one could take the rest.
func (v View) overloaded() bool {
	return v.Weighted() && v.whole() && v.Old.Serving() > 0 && v.Share() > 1.1*v.byCapacity()
}
