package phase

import (
	"fmt"
	"time"

	"gekko"
	"gekko/release/hand"
)

// alone is how long the new group must have carried everything before its own
// policies may shrink it.
const alone = 30 * time.Minute

// retiring takes the old group out. From here on there is no way back by
// itself: should the new group break, the old one grows again, and a person is
// told.
func (v View) retiring() Plan {
	if s := v.grown(); s != v.New.Size && !v.longAlone() {
		return Plan{Steps: []hand.Step{hand.Resize{Group: v.New.Name, Size: s}}, Moves: true}
	}
	switch {
	case v.Record.Cause == causeCollapse:
		return v.rescue()
	case v.collapsed() && v.Record.Holds == "health" && v.Now.Sub(v.Record.Held) >= collapse*v.Judge.Period:
		return v.turn()
	case v.collapsed():
		return v.Holding("health", serves(v.New, v.Record.Needed))
	}
	if !v.OldThere {
		return v.settled()
	}
	if p, shrinks := v.shrinking(); shrinks {
		return p
	}
	out := v.Runner.Out(v.Fleet, v.Record.Old, v.Accepts(protected))
	p := v.waiting(v.noting(out, v.Outcome(gekko.Promoted, v.wouldHaveSeen())))
	if v.keptAlive() {
		return v.Holding("protected", p.Next)
	}
	return v.patient(v.onward(p))
}

// protected is the name by which clearing scale-in protection and termination
// hooks is accepted.
const protected = "protected"

// keptAlive says whether the old group is to be empty and something keeps its
// instances.
func (v View) keptAlive() bool {
	if v.Old.Size != (gekko.Size{}) || v.Accepts(protected) {
		return false
	}
	for _, i := range v.Old.Instances {
		if i.Protected {
			return true
		}
	}
	return false
}

// shrinking lets the old group go by quarters on a Classic balancer, where
// requests follow the count of instances.
func (v View) shrinking() (Plan, bool) {
	quarter := max(v.Record.Pinned/4, 1)
	if v.Weighted() || v.Old.Out.Leaving() || v.Old.Deleting {
		return Plan{}, false
	}
	if gone := len(v.Old.Instances) - v.Old.Size.Desired; gone > 0 {
		next := fmt.Sprintf("group %s: %s on the way out", v.Old.Name, gekko.Count(gone, "instance"))
		return v.patient(v.freed(Plan{Next: next, Moves: true})), true
	}
	if v.New.Serving() < v.Record.Needed {
		return v.Holding("health", serves(v.New, v.Record.Needed)), true
	}
	if v.Seen&LookLoad == 0 {
		return Plan{Looks: LookLoad}, true
	}
	left := max(v.Old.Size.Desired-quarter, 0)
	if open, figures := v.gate(1, v.New.Serving()+left); !open {
		return v.Holding("load", figures), true
	}
	if left == 0 {
		return Plan{}, false // the last ones are drained together
	}
	s := v.Old.Size
	s.Min, s.Desired = min(s.Min, left), left
	return v.onward(Plan{Steps: []hand.Step{hand.Resize{Group: v.Old.Name, Size: s}}, Moves: true}), true
}

// settled gives the new group its production size, once it has been alone for
// long enough, and ends the release; one that has it already need not wait.
func (v View) settled() Plan {
	if steps := v.poolLeft(); len(steps) > 0 {
		return Plan{Steps: steps, Moves: true}
	}
	if v.Record.Alone.IsZero() {
		r := v.Record
		r.Alone = v.Now
		return Plan{Steps: []hand.Step{Note{r, "alone", ""}}}
	}
	if until := v.Record.Alone.Add(v.aloneFor()); !v.longAlone() && v.New.Size != v.Record.Size {
		return v.freed(Plan{Next: fmt.Sprintf("production size in %s", in(until.Sub(v.Now))), Due: until})
	}
	if need := LookPolicies | LookLoad; v.Seen&need != need {
		return Plan{Looks: need}
	}
	o := v.Outcome(gekko.Promoted, v.wouldHaveSeen())
	if v.Noted != nil {
		o = *v.Noted
	}
	var steps []hand.Step
	if s := v.production(); s != v.New.Size {
		steps = append(steps, hand.Resize{Group: v.New.Name, Size: s})
	}
	if v.Noted == nil {
		steps = append(steps, End{o})
	}
	r := v.Record
	r.Phase = ""
	return Plan{Steps: append(steps, Note{r, "promoted", v.Record.Judged}), Ended: &o}
}

// longAlone says whether the new group's own policies may shrink it.
func (v View) longAlone() bool {
	return !v.OldThere && !v.Record.Alone.IsZero() && !v.Now.Before(v.Record.Alone.Add(v.aloneFor()))
}

// aloneFor is shorter where a second is what a minute is elsewhere: there the
// warm-up says how long is long.
func (v View) aloneFor() time.Duration {
	if v.Judge.Period < time.Minute {
		return max(v.Release.WarmUp, 5*v.Judge.Period)
	}
	return alone
}

// poolLeft takes a pool out that somebody left behind with the old group.
func (v View) poolLeft() []hand.Step {
	p, there := v.Fleet.Pool(string(v.Record.Old))
	if !there || p.App != v.Fleet.App || p.Group != "" || !v.Weighted() {
		return nil
	}
	steps, _ := upTo(v.Runner.Out(v.Fleet, v.Record.Old, false))
	return steps
}

// production is the size that was asked for. Where no policy would see to that,
// what is wanted goes back as far towards it as the load allows: a fleet must not
// grow by its canary with every release.
func (v View) production() gekko.Size {
	s := v.Record.Size
	want := v.New.Size.Desired
	for n := s.Desired; n < want && !v.Scales && v.Load.Known; n++ {
		if open, _ := v.gate(1, n); open {
			want = n
		}
	}
	s.Desired = max(s.Min, want)
	s.Max = max(s.Max, s.Desired)
	return s
}

// collapse is how many periods a new group may be collapsed before the old one
// is brought back.
const collapse = 5

// collapsed says that the new group serves with less than half of what it needs.
func (v View) collapsed() bool { return v.New.Serving()*2 < v.Record.Needed }
