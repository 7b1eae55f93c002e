package release

import (
	"cmp"
	"fmt"

	"gekko"
	"gekko/release/hand"
)

// turn begins to bring the old group back, which is on its way out or gone.
// From then on the release can only be left to a person.
func (v view) turn() Plan {
	r := v.r
	r.Cause, r.Held, r.Holds = causeCollapse, v.now, "old"
	return Plan{Steps: []hand.Step{Note{r, "the old group is to serve again", serves(v.new, v.r.Needed)}}, Moves: true}
}

// rescue makes the old group what it was, or once its name is free launches its
// snapshot under it, gives it its part of the requests, and leaves the rest to a
// person. Nothing that serves is taken away.
func (v view) rescue() Plan {
	switch {
	case v.r.Old == "":
		return v.dirty([]string{serves(v.new, v.r.Needed), "there was no other group"})
	case v.oldThere && v.old.Deleting:
		return v.rescuing(Plan{Next: fmt.Sprintf("the name of group %s is not free yet", v.old.Name)})
	case v.seen&lookBack == 0:
		return Plan{looks: lookBack}
	case v.oldThere:
		return v.back()
	case v.relaunch == nil:
		return v.dirty([]string{serves(v.new, v.r.Needed), fmt.Sprintf("group %s is gone, and its snapshot cannot be launched", v.r.Old)})
	}
	l := *v.relaunch
	l.Size = gekko.Size{Min: v.r.Pinned, Max: max(v.r.Pinned, v.r.Size.Max), Desired: v.r.Pinned}
	l.Like = v.new.Name
	var steps []hand.Step
	if v.weighted() {
		steps = hand.Pooled(v.fleet, l.Snapshot)
	}
	return Plan{Steps: append(steps, hand.Launch{Launch: l}), Moves: true}
}

// back lets an old group that is there serve again: first behind the balancer
// and at its size, then by what of it is healthy.
func (v view) back() Plan {
	var steps []hand.Step
	pool := cmp.Or(v.old.Pool, v.old.Out.Pool, string(v.old.Name))
	if v.weighted() {
		steps = v.ruled(pool)
	}
	if !v.old.Attached {
		steps = append(steps, hand.Attach{Group: v.old.Name, Pool: pool})
	}
	if v.old.Out.Leaving() {
		steps = append(steps, hand.Mark{Group: v.old.Name})
	}
	s := v.old.Size
	s.Min, s.Desired, s.Max = max(s.Min, v.r.Pinned), max(s.Desired, v.r.Pinned), max(s.Max, v.r.Pinned)
	if s != v.old.Size {
		steps = append(steps, hand.Resize{Group: v.old.Name, Size: s})
	}
	if len(steps) > 0 {
		return Plan{Steps: steps, Moves: true}
	}
	if share := v.byCapacity(); v.weighted() && v.old.Serving() > 0 && v.share() > share*1.05 {
		return Plan{Steps: v.split(share), Moves: true}
	}
	if v.old.Serving() < v.r.Pinned {
		return v.rescuing(Plan{Next: serves(v.old, v.r.Pinned), Moves: true})
	}
	return v.dirty(v.remaining())
}

// ruled gives a pool a place in each rule, and makes it if it is gone.
func (v view) ruled(pool string) []hand.Step {
	var steps []hand.Step
	p, there := v.fleet.Pool(pool)
	if !there && v.relaunch != nil {
		steps = append(steps, hand.MakePool{Snapshot: v.relaunch.Snapshot})
	}
	for _, rule := range v.fleet.Rules {
		if _, in := p.Weights[rule]; !in {
			steps = append(steps, hand.Share{Rule: rule, Weights: map[string]int{pool: 0}, Kept: v.weightIn(v.new, rule)})
		}
	}
	return steps
}

// rescuing waits, but not for ever.
func (v view) rescuing(p Plan) Plan {
	if v.now.Sub(v.r.Held) >= v.release.MaxHold {
		return v.dirty(append(v.remaining(), fmt.Sprintf("after %v: %s", v.release.MaxHold, p.Next)))
	}
	p.Due = v.r.Held.Add(v.release.MaxHold)
	return p
}

// remaining is what a person finds.
func (v view) remaining() []string {
	left := []string{serves(v.new, v.r.Needed)}
	if !v.oldThere {
		return append(left, fmt.Sprintf("group %s is gone", v.r.Old))
	}
	old := serves(v.old, v.r.Pinned)
	if v.weighted() {
		old += fmt.Sprintf(", with %.0f %% of the requests", 100*(1-v.share()))
	}
	return append(left, old+"; it had been on its way out")
}
