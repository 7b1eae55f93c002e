package release

import (
	"fmt"
	"strings"

	"gekko"
	"gekko/release/hand"
)

// rejecting takes the new group out again. Requests go back to the old one
// first, if it is whole; without an old one to go back to nothing is removed
// that serves.
func (v view) rejecting() Plan {
	if v.r.Old != "" && !v.whole() && v.new.Serving() > 0 {
		return v.dirty([]string{
			fmt.Sprintf("group %s is not there any more, so that group %s stays although it was to be rejected (%s)", v.r.Old, v.new.Name, v.r.Cause),
		})
	}
	if p, waits := v.backFirst(); waits {
		return v.patient(p)
	}
	if v.seen&lookOutcomes == 0 && v.new.Size == (gekko.Size{}) {
		return Plan{looks: lookOutcomes | lookActivities}
	}
	var steps []hand.Step
	for _, s := range v.runner.Out(v.fleet, v.new.Name, v.accepts(protected)) {
		switch s.(type) {
		case hand.Resize:
			if v.keeps {
				steps = append(steps, Keep{v.new.Name})
			}
		case hand.Delete:
			steps = append(steps, v.undone()...)
			if v.noted == nil {
				steps = append(steps, End{v.outcome(gekko.Rejected, v.grounds())})
			}
		}
		steps = append(steps, s)
	}
	return v.patient(v.waiting(steps))
}

// backFirst gives the requests back to the old group. One that takes none is
// first brought to the size that it was kept at, and given its part as soon as
// some of it can take it.
func (v view) backFirst() (Plan, bool) {
	if !v.whole() || v.new.Out.Leaving() {
		return Plan{}, false
	}
	if steps := v.pinned(v.r.Pinned); len(steps) > 0 {
		return Plan{Steps: steps, Moves: true}, true
	}
	if !v.weighted() {
		// Whoever leaves the balancer last would leave its requests to nobody.
		want := max(v.r.Pinned, 1)
		return Plan{Next: serves(v.old, want), Moves: true}, v.new.Serving() > 0 && v.old.Serving() < want
	}
	if v.takesNone(v.new) {
		return Plan{}, false
	}
	if !v.takesNone(v.old) && v.r.Pinned == 0 && v.old.Serving() > 0 || v.old.Serving() >= max(v.r.Pinned, 1) {
		return Plan{Steps: v.split(0), Moves: true}, true
	}
	p := Plan{Next: "requests go back as far as they can: " + serves(v.old, max(v.r.Pinned, 1)), Moves: true}
	if share := v.byCapacity(); v.share() > share*1.05 {
		p.Steps = v.split(share)
	}
	return p, true
}

// lost ends a release whose group somebody deleted, and its record with it.
func (v view) lost() Plan {
	if v.seen&lookOutcomes == 0 {
		return Plan{looks: lookOutcomes}
	}
	ending, grounds := gekko.Rejected, "somebody deleted the group"
	switch {
	case v.r.Phase == gekko.Rejecting:
		grounds = v.grounds()
	case v.r.Old != "" && !v.whole() || v.r.Phase == gekko.Retiring:
		ending, grounds = gekko.Dirty, "both groups are gone or on their way out: gekko rollback launches a snapshot again"
	}
	if v.r.Cause == "" {
		v.r.Cause = causeGone
	}
	o := v.outcome(ending, grounds)
	told := v.noted != nil && v.noted.Ending == ending
	if told {
		o = *v.noted
	}
	var steps []hand.Step
	if v.weighted() && v.whole() && v.takesNone(v.old) && v.new.Pool != "" {
		steps = v.split(0)
	}
	if v.new.Pool != "" {
		out, _ := upTo(v.runner.Out(v.fleet, v.r.New, false))
		steps = append(steps, out...)
	}
	steps = append(steps, v.undone()...)
	if !told {
		steps = append(steps, End{o})
	}
	return Plan{Steps: steps, ended: &o}
}

// dirty ends a release that a person has to finish, with the list of what is
// left. The groups are plain ones from then on.
func (v view) dirty(left []string) Plan {
	why := strings.Join(left, "; ")
	o := v.outcome(gekko.Dirty, why)
	r := v.r
	r.Phase = ""
	return Plan{Steps: append(v.undone(), End{o}, Note{r, "left half done", why}), ended: &o}
}
