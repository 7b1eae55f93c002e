package hand

import (
	"context"
	"fmt"

	"gekko"
)

// UpdateRequest asks for another size of a group.
type UpdateRequest struct {
	Subject
	Group         gekko.GroupName
	Size          gekko.Size
	WeightPercent *int
	NoWait        bool
}

// Update sizes a group and waits until so many serve. On an ALB it then sets
// all weights anew.
func (r *Runner) Update(ctx context.Context, q UpdateRequest) error {
	u, p, _, err := r.resizing(ctx, q)
	if err != nil {
		return err
	}
	r.say(p)
	return r.walk(ctx, u.Subject, func(f gekko.Fleet) []Step {
		steps := u.steps(f)
		u.sized = true
		return steps
	})
}

// PlanUpdate checks a request and gives the steps that Update would take.
func (r *Runner) PlanUpdate(ctx context.Context, q UpdateRequest) (Plan, error) {
	u, p, f, err := r.resizing(ctx, q)
	if err != nil {
		return Plan{}, err
	}
	p.Steps = u.steps(f)
	return p, nil
}

// resizing is a request that was checked.
type resizing struct {
	UpdateRequest
	// sized says that the size was set once: policies may have changed what
	// the group wants since, and are not to be overruled.
	sized bool
}

func (r *Runner) resizing(ctx context.Context, q UpdateRequest) (u resizing, p Plan, f gekko.Fleet, err error) {
	u.UpdateRequest = q
	if u.Size, p.Says, err = SizeFor(q.Size, gekko.Size{}); err != nil {
		return u, p, f, err
	}
	if u.Subject, f, err = r.observe(ctx, q.Subject, q.Group); err != nil {
		return u, p, f, err
	}
	if err := r.alone(ctx, u.Subject, f, &p); err != nil {
		return u, p, f, err
	}
	g, err := Own(f, q.Group)
	if err != nil {
		return u, p, f, err
	}
	if g.Deleting || g.Out.Leaving() {
		return u, p, f, gekko.Hint(fmt.Errorf("group %s: %w: it is on its way out", g.Name, gekko.ErrConflict), "gekko deploy -s "+string(g.Name)+" brings it back if it has not left the balancer yet")
	}
	if err := share(q.WeightPercent, f); err != nil {
		return u, p, f, err
	}
	if less := g.Serving() - u.Size.Desired; less > 0 {
		load, err := r.Cloud.Load(ctx, f, r.period())
		if err != nil {
			return u, p, f, err
		}
		rest := serving(f) - less
		if enough, figures := Carries(load, rest, less); !enough && load.Known {
			err = u.Refuse(&p, TooMuchLoad, "the smaller fleet could not carry the load: "+figures)
		}
		return u, p, f, err
	}
	return u, p, f, nil
}

// Own finds a group that gekko may change.
func Own(f gekko.Fleet, name gekko.GroupName) (gekko.Group, error) {
	g, there := f.Group(name)
	switch {
	case !there:
		return g, gekko.Hint(fmt.Errorf("group %s: %w", name, gekko.ErrNotFound), "gekko status lists the groups of app "+string(f.App))
	case g.App != f.App:
		return g, gekko.Hint(fmt.Errorf("%w: group %s is not gekko's", gekko.ErrRefused, name), "gekko adopt "+string(name)+" takes it in")
	}
	return g, nil
}

// serving counts what serves in all groups.
func serving(f gekko.Fleet) int {
	n := 0
	for _, g := range f.Groups {
		n += g.Serving()
	}
	return n
}

// steps are what remains of a resizing. A group that shrinks gets fewer
// requests before it has fewer instances.
func (u resizing) steps(f gekko.Fleet) []Step {
	g, _ := f.Group(u.Group)
	var steps []Step
	change := !u.sized && g.Size != u.Size
	future := f
	if change {
		future = foresee(f, u.Group, u.Size.Desired)
		if u.Size.Desired < g.Serving() {
			steps = append(steps, shares(future, u.Group, u.WeightPercent)...)
		}
		steps = append(steps, Resize{u.Group, u.Size})
	}
	if u.NoWait {
		return steps
	}
	switch {
	case change:
		steps = append(steps, AwaitServing{u.Group, u.Size.Desired})
	case !serves(g):
		steps = append(steps, AwaitServing{u.Group, g.Size.Desired})
		future = foresee(f, u.Group, g.Size.Desired)
	}
	if change && u.Size.Desired < g.Serving() {
		return steps // the weights come first
	}
	return append(steps, shares(future, u.Group, u.WeightPercent)...)
}
