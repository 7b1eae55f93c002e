package phase

import (
	"fmt"
	"slices"
	"strings"

	"gekko"
	"gekko/release/hand"
)

// rejecting takes the new group out again. Requests go back to the old one
// first, if it is whole; without an old one to go back to nothing is removed
// that serves.
func (v View) rejecting() Plan {
	if v.Record.Old != "" && !v.whole() && v.New.Serving() > 0 {
		return v.dirty([]string{
			fmt.Sprintf("group %s is not there any more, so that group %s stays although it was to be rejected (%s)", v.Record.Old, v.New.Name, v.Record.Cause),
		})
	}
	if p, waits := v.backFirst(); waits {
		return v.patient(p)
	}
	if v.Seen&LookActivities == 0 && v.New.Size == (gekko.Size{}) {
		return Plan{Looks: LookActivities}
	}
	var steps []hand.Step
	for _, s := range v.Runner.Out(v.Fleet, v.New.Name, v.Accepts(protected)) {
		switch s.(type) {
		case hand.Resize:
			if v.Keeps {
				steps = append(steps, Keep{v.New.Name})
			}
		case hand.Delete:
			steps = append(steps, v.Undone()...)
		}
		steps = append(steps, s)
	}
	return v.patient(v.waiting(v.noting(steps, v.Outcome(gekko.Rejected, v.Grounds()))))
}

// noting keeps how the release ended before the first step that lasts, unless the
// image says so already.
func (v View) noting(steps []hand.Step, o gekko.Outcome) []hand.Step {
	if at := slices.IndexFunc(steps, lasts); at >= 0 && v.Noted == nil {
		return slices.Insert(slices.Clone(steps), at, hand.Step(End{o}))
	}
	return steps
}

// lasts says whether a step takes away what tells of a release: a pool, by which
// its samples are found, or the group itself.
func lasts(s hand.Step) bool {
	switch s.(type) {
	case hand.Leave, hand.RemovePool, hand.Delete:
		return true
	}
	return false
}

// backFirst gives the requests back to the old group. One that takes none is
// first brought to the size that it was kept at, and given its part as soon as
// some of it can take it.
func (v View) backFirst() (Plan, bool) {
	if !v.whole() || v.New.Out.Leaving() {
		return Plan{}, false
	}
	if steps := v.pinned(v.Record.Pinned); len(steps) > 0 {
		return Plan{Steps: steps, Moves: true}, true
	}
	if !v.Weighted() {
		// Whoever leaves the balancer last would leave its requests to nobody.
		want := max(v.Record.Pinned, 1)
		return Plan{Next: serves(v.Old, want), Moves: true}, v.New.Serving() > 0 && v.Old.Serving() < want
	}
	if v.takesNone(v.New) {
		return Plan{}, false
	}
	if !v.takesNone(v.Old) && v.Record.Pinned == 0 && v.Old.Serving() > 0 || v.Old.Serving() >= max(v.Record.Pinned, 1) {
		return Plan{Steps: v.Split(0), Moves: true}, true
	}
	p := Plan{Next: "requests go back as far as they can: " + serves(v.Old, max(v.Record.Pinned, 1)), Moves: true}
	if share := v.byCapacity(); v.Share() > share*1.05 {
		p.Steps = v.Split(share)
	}
	return p, true
}

// dying waits until a group is gone that somebody deletes: nothing can be written
// on it any more. Its requests go back to the old one meanwhile.
func (v View) dying() Plan {
	if v.Weighted() && v.whole() && !v.takesNone(v.New) {
		return Plan{Steps: v.Split(0), Moves: true}
	}
	return Plan{Next: fmt.Sprintf("group %s to be gone, which somebody deletes", v.New.Name), Moves: true}
}

// lost ends a release whose group somebody deleted, and its record with it.
func (v View) lost() Plan {
	if v.Seen&LookOutcomes == 0 {
		return Plan{Looks: LookOutcomes}
	}
	ending, grounds := gekko.Rejected, "somebody deleted the group"
	switch {
	case v.Record.Phase == gekko.Rejecting:
		grounds = v.Grounds()
	case v.Record.Old != "" && !v.whole() || v.Record.Phase == gekko.Retiring:
		ending, grounds = gekko.Dirty, "both groups are gone or on their way out: gekko rollback launches a snapshot again"
	}
	if v.Record.Cause == "" {
		v.Record.Cause = causeGone
	}
	o := v.Outcome(ending, grounds)
	told := v.Noted != nil && v.Noted.Ending == ending
	if told {
		o = *v.Noted
	}
	var steps []hand.Step
	if v.Weighted() && v.whole() && v.takesNone(v.Old) && v.New.Pool != "" {
		steps = v.Split(0)
	}
	if v.New.Pool != "" {
		out, _ := upTo(v.Runner.Out(v.Fleet, v.Record.New, false))
		steps = append(steps, out...)
	}
	steps = append(steps, v.Undone()...)
	if !told {
		steps = append(steps, End{o})
	}
	return Plan{Steps: steps, Ended: &o}
}

// dirty ends a release that a person has to finish, with the list of what is
// left. The groups are plain ones from then on.
func (v View) dirty(left []string) Plan {
	why := strings.Join(left, "; ")
	o := v.Outcome(gekko.Dirty, why)
	r := v.Record
	r.Phase = ""
	return Plan{Steps: append(v.Undone(), End{o}, Note{r, "left half done", why}), Ended: &o}
}
