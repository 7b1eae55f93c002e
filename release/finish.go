package release

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
func (v view) retiring() Plan {
	if s := v.grown(); s != v.new.Size && !v.longAlone() {
		return Plan{Steps: []hand.Step{hand.Resize{Group: v.new.Name, Size: s}}, Moves: true}
	}
	switch {
	case v.r.Cause == causeCollapse:
		return v.rescue()
	case v.collapsed() && v.r.Holds == "health" && v.now.Sub(v.r.Held) >= collapse*v.judge.Period:
		return v.turn()
	case v.collapsed():
		return v.holding("health", serves(v.new, v.r.Needed))
	}
	if !v.oldThere {
		return v.settled()
	}
	if p, shrinks := v.shrinking(); shrinks {
		return p
	}
	if v.seen&lookOutcomes == 0 && v.old.Size == (gekko.Size{}) {
		return Plan{looks: lookOutcomes}
	}
	var steps []hand.Step
	for _, s := range v.runner.Out(v.fleet, v.r.Old, v.accepts(protected)) {
		if _, last := s.(hand.Delete); last && v.noted == nil {
			steps = append(steps, End{v.outcome(gekko.Promoted, "")})
		}
		steps = append(steps, s)
	}
	p := v.waiting(steps)
	if v.keptAlive() {
		return v.holding("protected", p.Next)
	}
	return v.patient(v.onward(p))
}

// protected is the name by which clearing scale-in protection and termination
// hooks is accepted.
const protected = "protected"

// keptAlive says whether the old group is to be empty and something keeps its
// instances.
func (v view) keptAlive() bool {
	if v.old.Size != (gekko.Size{}) || v.accepts(protected) {
		return false
	}
	for _, i := range v.old.Instances {
		if i.Protected {
			return true
		}
	}
	return false
}

// shrinking lets the old group go by quarters on a Classic balancer, where
// requests follow the count of instances.
func (v view) shrinking() (Plan, bool) {
	quarter := max(v.r.Pinned/4, 1)
	if v.weighted() || v.old.Out.Leaving() || v.old.Deleting {
		return Plan{}, false
	}
	if gone := len(v.old.Instances) - v.old.Size.Desired; gone > 0 {
		next := fmt.Sprintf("group %s: %s on the way out", v.old.Name, gekko.Count(gone, "instance"))
		return v.patient(v.freed(Plan{Next: next, Moves: true})), true
	}
	if v.new.Serving() < v.r.Needed {
		return v.holding("health", serves(v.new, v.r.Needed)), true
	}
	if v.seen&lookLoad == 0 {
		return Plan{looks: lookLoad}, true
	}
	left := max(v.old.Size.Desired-quarter, 0)
	if open, figures := v.gate(1, v.new.Serving()+left); !open {
		return v.holding("load", figures), true
	}
	if left == 0 {
		return Plan{}, false // the last ones are drained together
	}
	s := v.old.Size
	s.Min, s.Desired = min(s.Min, left), left
	return v.onward(Plan{Steps: []hand.Step{hand.Resize{Group: v.old.Name, Size: s}}, Moves: true}), true
}

// settled gives the new group its production size, once it has been alone for
// long enough, and ends the release; one that has it already need not wait.
func (v view) settled() Plan {
	if steps := v.poolLeft(); len(steps) > 0 {
		return Plan{Steps: steps, Moves: true}
	}
	if v.r.Alone.IsZero() {
		r := v.r
		r.Alone = v.now
		return Plan{Steps: []hand.Step{Note{r, "alone", ""}}}
	}
	if until := v.r.Alone.Add(v.aloneFor()); !v.longAlone() && v.new.Size != v.r.Size {
		return v.freed(Plan{Next: fmt.Sprintf("production size in %s", in(until.Sub(v.now))), Due: until})
	}
	if need := lookOutcomes | lookPolicies | lookLoad; v.seen&need != need {
		return Plan{looks: need}
	}
	o := v.outcome(gekko.Promoted, "")
	if v.noted != nil {
		o = *v.noted
	}
	var steps []hand.Step
	if s := v.production(); s != v.new.Size {
		steps = append(steps, hand.Resize{Group: v.new.Name, Size: s})
	}
	if v.noted == nil {
		steps = append(steps, End{o})
	}
	r := v.r
	r.Phase = ""
	return Plan{Steps: append(steps, Note{r, "promoted", v.r.Judged}), ended: &o}
}

// longAlone says whether the new group's own policies may shrink it.
func (v view) longAlone() bool {
	return !v.oldThere && !v.r.Alone.IsZero() && !v.now.Before(v.r.Alone.Add(v.aloneFor()))
}

// aloneFor is shorter where a second is what a minute is elsewhere: there the
// warm-up says how long is long.
func (v view) aloneFor() time.Duration {
	if v.judge.Period < time.Minute {
		return max(v.release.WarmUp, 5*v.judge.Period)
	}
	return alone
}

// poolLeft takes a pool out that somebody left behind with the old group.
func (v view) poolLeft() []hand.Step {
	p, there := v.fleet.Pool(string(v.r.Old))
	if !there || p.App != v.fleet.App || p.Group != "" || !v.weighted() {
		return nil
	}
	steps, _ := upTo(v.runner.Out(v.fleet, v.r.Old, false))
	return steps
}

// production is the size that was asked for. What is wanted goes back to it only
// where no policy would see to that, and where so many can carry the load.
func (v view) production() gekko.Size {
	s := v.r.Size
	want := v.new.Size.Desired
	if open, _ := v.gate(1, s.Desired); !v.scales && open && v.load.Known {
		want = s.Desired
	}
	s.Desired = max(s.Min, want)
	s.Max = max(s.Max, s.Desired)
	return s
}

// collapse is how many periods a new group may be collapsed before the old one
// is brought back.
const collapse = 5

// collapsed says that the new group serves with less than half of what it needs.
func (v view) collapsed() bool { return v.new.Serving()*2 < v.r.Needed }
