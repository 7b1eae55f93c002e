package phase

import (
	"cmp"
	"fmt"

	"gekko"
	"gekko/release/hand"
)

// turn begins to bring the old group back, which is on its way out or gone.
// From then on the release can only be left to a person.
func (v View) turn() Plan {
	r := v.Record
	r.Cause, r.Held, r.Holds = causeCollapse, v.Now, "old"
	return Plan{Steps: []hand.Step{Note{r, "the old group is to serve again", serves(v.New, v.Record.Needed)}}, Moves: true}
}

// rescue makes the old group what it was, or once its name is free launches its
// snapshot under it, gives it its part of the requests, and leaves the rest to a
// person. Nothing that serves is taken away.
func (v View) rescue() Plan {
	switch {
	case v.Record.Old == "":
		return v.dirty([]string{serves(v.New, v.Record.Needed), "there was no other group"})
	case v.OldThere && v.Old.Deleting:
		return v.rescuing(Plan{Next: fmt.Sprintf("the name of group %s is not free yet", v.Old.Name)})
	case v.Seen&LookBack == 0:
		return Plan{Looks: LookBack}
	case v.OldThere:
		return v.back()
	case v.Relaunch == nil:
		return v.dirty([]string{serves(v.New, v.Record.Needed), fmt.Sprintf("group %s is gone, and its snapshot cannot be launched", v.Record.Old)})
	}
	l := *v.Relaunch
	n := v.enough()
	l.Size = gekko.Size{Min: n, Max: max(n, v.Record.Size.Max), Desired: n}
	l.Like = v.New.Name
	var steps []hand.Step
	if v.Weighted() {
		steps = hand.Pooled(v.Fleet, l.Snapshot)
	}
	return Plan{Steps: append(steps, hand.Launch{Launch: l}), Moves: true}
}

// enough is how many instances the old group is to have again.
func (v View) enough() int { return max(v.Record.Pinned, v.Record.Before, 1) }

// back lets an old group that is there serve again: first behind the balancer
// and at its size, then by what of it is healthy.
func (v View) back() Plan {
	var steps []hand.Step
	pool := cmp.Or(v.Old.Pool, v.Old.Out.Pool, string(v.Old.Name))
	if v.Weighted() {
		steps = v.ruled(pool)
	}
	if !v.Old.Attached {
		steps = append(steps, hand.Attach{Group: v.Old.Name, Pool: pool})
	}
	if v.Old.Out.Leaving() {
		steps = append(steps, hand.Mark{Group: v.Old.Name})
	}
	s, n := v.Old.Size, v.enough()
	s.Min, s.Desired, s.Max = max(s.Min, n), max(s.Desired, n), max(s.Max, n)
	if s != v.Old.Size {
		steps = append(steps, hand.Resize{Group: v.Old.Name, Size: s})
	}
	if len(steps) > 0 {
		return Plan{Steps: steps, Moves: true}
	}
	if share := v.byCapacity(); v.Weighted() && v.Old.Serving() > 0 && v.Share() > share*1.05 {
		return Plan{Steps: v.Split(share), Moves: true}
	}
	if v.Old.Serving() < n {
		return v.rescuing(Plan{Next: serves(v.Old, n), Moves: true})
	}
	return v.dirty(v.remaining())
}

// ruled gives a pool a place in each rule, and makes it if it is gone.
func (v View) ruled(pool string) []hand.Step {
	var steps []hand.Step
	p, there := v.Fleet.Pool(pool)
	if !there && v.Relaunch != nil {
		steps = append(steps, hand.MakePool{Snapshot: v.Relaunch.Snapshot})
	}
	for _, rule := range v.Fleet.Rules {
		if _, in := p.Weights[rule]; !in {
			steps = append(steps, hand.Share{Rule: rule, Weights: map[string]int{pool: 0}, Kept: v.weightIn(v.New, rule)})
		}
	}
	return steps
}

// rescuing waits, but not for ever.
func (v View) rescuing(p Plan) Plan {
	if v.Now.Sub(v.Record.Held) >= v.Release.MaxHold {
		return v.dirty(append(v.remaining(), fmt.Sprintf("after %v: %s", v.Release.MaxHold, p.Next)))
	}
	p.Due = v.Record.Held.Add(v.Release.MaxHold)
	return p
}

// remaining is what a person finds.
func (v View) remaining() []string {
	left := []string{serves(v.New, v.Record.Needed)}
	if !v.OldThere {
		return append(left, fmt.Sprintf("group %s is gone", v.Record.Old))
	}
	old := serves(v.Old, v.enough())
	if v.Weighted() {
		old += fmt.Sprintf(", with %.0f %% of the requests", 100*(1-v.Share()))
	}
	return append(left, old+"; it had been on its way out")
}
