package hand

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gekko"
)

// RetireRequest asks for a group to go.
type RetireRequest struct {
	Subject
	Group   gekko.GroupName
	Force   bool // clear protection and hooks
	NoDrain bool // with Force: end the instances with the group, at once
}

// Retire takes a group out without losing a request, and deletes it.
func (r *Runner) Retire(ctx context.Context, q RetireRequest) error {
	t, p, _, err := r.retirement(ctx, q)
	if err != nil {
		return err
	}
	r.say(p)
	return r.walk(ctx, t.Subject, t.steps)
}

// PlanRetire checks a request and gives the steps that Retire would take.
func (r *Runner) PlanRetire(ctx context.Context, q RetireRequest) (Plan, error) {
	t, p, f, err := r.retirement(ctx, q)
	if err != nil {
		return Plan{}, err
	}
	p.Steps = t.steps(f)
	return p, nil
}

// retirement is a request that was checked.
type retirement struct {
	RetireRequest
	settle, margin time.Duration
	gone           bool // the group is not there; its pool may be
}

func (r *Runner) retirement(ctx context.Context, q RetireRequest) (t retirement, p Plan, f gekko.Fleet, err error) {
	t = retirement{RetireRequest: q, settle: r.settle(), margin: r.margin()}
	if q.NoDrain && !q.Force {
		return t, p, f, fmt.Errorf("%w: --no-drain loses requests in flight: it goes with --force only", gekko.ErrInvalid)
	}
	if t.Subject, f, err = r.observe(ctx, q.Subject, q.Group); err != nil {
		return t, p, f, err
	}
	if err := r.alone(ctx, t.Subject, f, &p); err != nil {
		return t, p, f, err
	}
	g, err := Own(f, q.Group)
	switch {
	case errors.Is(err, gekko.ErrNotFound):
		// Of a snapshot's group that was cut off on its way out, or in, the
		// pool may be left.
		t.gone = true
		_, pooled := f.Pool(string(q.Group))
		_, unknown := r.Cloud.Snapshot(ctx, gekko.SnapshotName(q.Group))
		switch {
		case unknown != nil && !errors.Is(unknown, gekko.ErrNotFound):
			return t, p, f, unknown
		case unknown != nil && !pooled:
			return t, p, f, err
		}
		p.Says = append(p.Says, fmt.Sprintf("group %s is not there", q.Group))
		return t, p, f, nil
	case err != nil:
		return t, p, f, err
	}
	return t, p, f, t.check(ctx, r, f, g, &p)
}

// check keeps what the fleet needs. A group that gets no requests any more is
// not missed: so a retirement that was cut off goes on.
func (t retirement) check(ctx context.Context, r *Runner, f gekko.Fleet, g gekko.Group, p *Plan) error {
	pool, pooled := f.Pool(g.Pool)
	if pooled && pool.Sticky > 0 && pool.Weight() > 0 {
		p.Says = append(p.Says, fmt.Sprintf("clients keep to pool %s for %v after their last request, also at weight 0", pool.Name, pool.Sticky))
	}
	if t.NoDrain {
		p.Says = append(p.Says, "--force --no-drain ends the instances at once: requests in flight are lost")
	}
	if !g.Attached || g.Serving() == 0 {
		return nil
	}
	rest := serving(f) - g.Serving()
	if rest == 0 {
		if err := t.Refuse(p, LastHealthy, fmt.Sprintf("group %s is the last one that serves", g.Name)); err != nil {
			return err
		}
	}
	load, err := r.Cloud.Load(ctx, f, r.period())
	if err != nil {
		return err
	}
	takesNone := pooled && pool.Weight() == 0
	if enough, figures := Carries(load, rest, g.Serving()); !enough && rest > 0 && !takesNone {
		if err := t.Refuse(p, TooMuchLoad, fmt.Sprintf("without group %s the fleet could not carry its load: %s", g.Name, figures)); err != nil {
			return err
		}
	} else if !load.Known && !takesNone {
		p.Says = append(p.Says, figures)
	}
	if t.NoDrain {
		return nil
	}
	return t.Drains(p, DrainOf(f, g), load.Slowest)
}

// DrainOf is how long the balancer lets the requests of a group finish.
func DrainOf(f gekko.Fleet, g gekko.Group) time.Duration {
	if p, pooled := f.Pool(g.Pool); pooled && f.Balancer.Weighted() {
		return p.Drain
	}
	return f.Drain
}

// steps are what remains of a retirement in a fleet. A group that still gets
// requests by weight is not detached, and nothing ends before it is drained.
// The pool goes before the group, which alone remembers how far it is.
func (t retirement) steps(f gekko.Fleet) []Step {
	g, there := f.Group(t.Group)
	switch {
	case !there:
		return t.pool(f, string(t.Group), t.gone)
	case g.Deleting:
		return []Step{AwaitGone{t.Group}}
	}
	pool := g.Pool
	if pool == "" {
		pool = g.Out.Pool
	}
	var steps []Step
	if t.NoDrain {
		steps = append(t.idle(f, g), Free{t.Group})
		steps = append(steps, t.pool(f, pool, true)...)
		return append(steps, Delete{t.Group, true}, AwaitGone{t.Group})
	}
	if len(g.Instances) > 0 || g.Size.Desired > 0 {
		steps = t.out(f, g)
		if t.Force && (g.Size != (gekko.Size{}) || held(g)) {
			steps = append(steps, Free{t.Group})
		}
		if g.Size != (gekko.Size{}) {
			steps = append(steps, Resize{t.Group, gekko.Size{}})
		}
		steps = append(steps, AwaitEmpty{t.Group})
	} else if g.Attached {
		steps = append(steps, t.idle(f, g)...)
		steps = append(steps, Detach{t.Group})
	}
	steps = append(steps, t.pool(f, pool, true)...)
	return append(steps, Delete{t.Group, false}, AwaitGone{t.Group})
}

// held says whether something keeps instances of a group from ending.
func held(g gekko.Group) bool {
	return slices.ContainsFunc(g.Instances, func(i gekko.Instance) bool { return i.Protected || waitsForHook(i) })
}

// idle takes requests from a group, on a balancer that has weights. If all of
// them went to it, the others get theirs in the same write.
func (t retirement) idle(f gekko.Fleet, g gekko.Group) []Step {
	p, pooled := f.Pool(g.Pool)
	if !pooled || p.Weight() == 0 {
		return nil
	}
	going := g
	going.Out.Idle = f.At
	without := replace(f, going)
	var steps []Step
	for _, rule := range f.Rules {
		if p.Weights[rule] == 0 {
			continue
		}
		s := Share{Rule: rule, Weights: map[string]int{p.Name: 0}, Kept: sent(f, rule) - p.Weights[rule]}
		if s.Kept == 0 {
			maps.Copy(s.Weights, weights(without, rule, "", nil))
		}
		steps = append(steps, s)
	}
	return steps
}

func replace(f gekko.Fleet, g gekko.Group) gekko.Fleet {
	all := f.Groups
	f.Groups = nil
	for _, other := range all {
		if other.Name == g.Name {
			other = g
		}
		f.Groups = append(f.Groups, other)
	}
	return f
}

// out takes a group's requests, then the group out of the balancer, and waits
// until its last request is over.
func (t retirement) out(f gekko.Fleet, g gekko.Group) []Step {
	steps := t.idle(f, g)
	if g.Attached {
		weighted := f.Balancer.Weighted() && g.Pool != ""
		fresh := g.Out.Idle.IsZero() || len(steps) > 0
		if fresh {
			steps = append(steps, Mark{t.Group, gekko.Out{Idle: f.At, Pool: g.Pool}})
		}
		if settled := g.Out.Idle.Add(t.settle); weighted && (fresh || f.At.Before(settled)) {
			w := AwaitSettled{Group: t.Group, For: t.settle}
			if !fresh {
				w.Until = settled
			}
			steps = append(steps, w)
		}
		steps = append(steps, Detach{t.Group})
	}
	if g.Attached || g.Out.Left.IsZero() {
		steps = append(steps, AwaitDetached{t.Group})
	}
	over := DrainOf(f, g) + t.margin
	if p, pooled := f.Pool(g.Out.Pool); pooled && f.Balancer.Weighted() {
		over = p.Drain + t.margin
	}
	if left := g.Out.Left; left.IsZero() || g.Attached {
		steps = append(steps, AwaitDrained{Group: t.Group, For: over})
	} else if until := left.Add(over); f.At.Before(until) {
		steps = append(steps, AwaitDrained{Group: t.Group, Until: until, For: over})
	}
	return steps
}

// pool takes a pool out of the rules that send to it, and removes it.
func (t retirement) pool(f gekko.Fleet, name string, remove bool) []Step {
	if name == "" || !f.Balancer.Weighted() {
		return nil
	}
	var steps []Step
	p, _ := f.Pool(name)
	for _, rule := range f.Rules {
		if _, in := p.Weights[rule]; in {
			steps = append(steps, Leave{rule, name})
		}
	}
	if remove || len(steps) > 0 {
		steps = append(steps, RemovePool{name})
	}
	return steps
}

// Out is what remains of a group's way out of a fleet, in order, without losing
// a request. Waits are among the steps; force clears what keeps instances.
func (r *Runner) Out(f gekko.Fleet, group gekko.GroupName, force bool) []Step {
	q := RetireRequest{Subject: Subject{App: f.App, Balancer: f.Balancer}, Group: group, Force: force}
	_, pooled := f.Pool(string(group))
	return retirement{RetireRequest: q, settle: r.settle(), margin: r.margin(), gone: pooled}.steps(f)
}

// Left says whether the balancer has nothing to do with a group any more, and
// notes since when.
func (r *Runner) Left(ctx context.Context, f gekko.Fleet, group gekko.GroupName) (bool, error) {
	attached, err := r.Cloud.Attached(ctx, group, f)
	if err != nil || attached {
		return false, err
	}
	g, _ := f.Group(group)
	g.Out.Left = time.Now()
	return true, r.Cloud.Mark(ctx, group, g.Out)
}
