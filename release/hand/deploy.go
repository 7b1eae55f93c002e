package hand

import (
	"context"
	"fmt"
	"strings"

	"gekko"
)

// DeployRequest asks for a group of a snapshot behind the balancer.
type DeployRequest struct {
	Subject
	Snapshot      gekko.SnapshotName
	Size          gekko.Size // all zero: the snapshot's own plan
	Subnets       []string   // empty: the plan's, or the balancer's
	WeightPercent *int       // of all requests; nil: the share of healthy instances
	NoWait        bool
}

// Deploy puts a group of a snapshot behind the balancer and waits until it
// serves.
func (r *Runner) Deploy(ctx context.Context, q DeployRequest) error {
	d, p, _, err := r.deployment(ctx, q)
	if err != nil {
		return err
	}
	r.say(p)
	return r.walk(ctx, d.Subject, d.steps)
}

// PlanDeploy checks a request and gives the steps that Deploy would take.
func (r *Runner) PlanDeploy(ctx context.Context, q DeployRequest) (Plan, error) {
	d, p, f, err := r.deployment(ctx, q)
	if err != nil {
		return Plan{}, err
	}
	p.Steps = d.steps(f)
	return p, nil
}

func (r *Runner) say(p Plan) {
	for _, s := range p.Says {
		r.Report.Tell(gekko.Warns, s, 0)
	}
}

// deployment is a request that was checked, with all that it left open.
type deployment struct {
	DeployRequest
	from  gekko.Snapshot
	where gekko.Site
}

// deployment checks a request against what there is, before anything is made.
func (r *Runner) deployment(ctx context.Context, q DeployRequest) (d deployment, p Plan, f gekko.Fleet, err error) {
	d.DeployRequest = q
	if d.from, err = r.Cloud.Snapshot(ctx, q.Snapshot); err != nil {
		return d, p, f, err
	}
	if err := Ready(d.from); err != nil {
		return d, p, f, err
	}
	if d.Size, p.Says, err = SizeFor(q.Size, d.from.Plan.Size); err != nil {
		return d, p, f, err
	}
	if d.Subject, f, err = r.observe(ctx, q.Subject, gekko.GroupName(q.Snapshot)); err != nil {
		return d, p, f, err
	}
	if err := r.alone(ctx, d.Subject, f, &p); err != nil {
		return d, p, f, err
	}
	if err := d.behind(f, &p); err != nil {
		return d, p, f, err
	}
	subnets := q.Subnets
	if len(subnets) == 0 {
		subnets = d.from.Plan.Subnets
	}
	d.where, err = r.Site(ctx, d.Balancer, subnets)
	return d, p, f, err
}

// Site is where a group may run; what the balancer does not reach is refused.
func (r *Runner) Site(ctx context.Context, b gekko.Balancer, subnets []string) (gekko.Site, error) {
	where, err := r.Cloud.Site(ctx, b, subnets)
	switch {
	case err != nil:
	case len(where.Subnets) == 0:
		err = fmt.Errorf("%w: neither the request nor the balancer names a subnet, and there is no default network", gekko.ErrInvalid)
	case len(where.Uncovered) > 0:
		err = gekko.Hint(fmt.Errorf("%w: balancer %s does not reach %s, where the group would run", gekko.ErrInvalid, b, strings.Join(where.Uncovered, ", ")),
			"choose other subnets, or let the balancer reach these zones")
	}
	return where, err
}

// Ready says why no group can be launched from a snapshot; nil if one can.
func Ready(s gekko.Snapshot) error {
	switch {
	case s.Ready():
		return nil
	case s.State == gekko.SnapshotPending:
		return gekko.Hint(fmt.Errorf("%w: the image of snapshot %s is still pending", gekko.ErrConflict, s.Name), "wait until gekko snapshot show calls it available")
	case s.State != gekko.SnapshotAvailable:
		return gekko.Hint(fmt.Errorf("%w: the image of snapshot %s cannot be used: %s", gekko.ErrInvalid, s.Name, s.Why), "bake it again: gekko snapshot create")
	}
	return gekko.Hint(fmt.Errorf("%w: snapshot %s has no launch template", gekko.ErrInvalid, s.Name), "bake it again: gekko snapshot create")
}

// SizeFor settles what was asked for, or else what the snapshot's plan says.
func SizeFor(asked, planned gekko.Size) (gekko.Size, []string, error) {
	if asked == (gekko.Size{}) {
		asked = planned
	}
	if asked == (gekko.Size{}) {
		return asked, nil, gekko.Hint(fmt.Errorf("%w: no size was asked for, and the snapshot was baked without one", gekko.ErrInvalid), "--min-size, --max-size, --desired-capacity")
	}
	size, said, err := asked.Settle()
	if said == "" {
		return size, nil, err
	}
	return size, []string{said}, err
}

// behind checks that the group may stand behind this balancer, under its name.
func (d deployment) behind(f gekko.Fleet, p *Plan) error {
	if !d.Balancer.Known() {
		return gekko.Hint(fmt.Errorf("%w: neither gekko.yaml nor snapshot %s says which balancer", gekko.ErrInvalid, d.Snapshot), "balancer: in gekko.yaml")
	}
	if err := share(d.WeightPercent, f); err != nil {
		return err
	}
	g, there := f.Group(gekko.GroupName(d.Snapshot))
	switch {
	case there && g.App != f.App:
		return fmt.Errorf("group %s: %w: a group of this name is there, and it is not gekko's", g.Name, gekko.ErrConflict)
	case there && (g.Deleting || !g.Out.Left.IsZero()):
		return gekko.Hint(fmt.Errorf("group %s: %w: it is on its way out", g.Name, gekko.ErrConflict), "gekko retire -s "+string(g.Name)+" first, then deploy again")
	case there:
		p.Says = append(p.Says, fmt.Sprintf("group %s is there already, size %v: gekko update changes that", g.Name, g.Size))
	}
	for _, pool := range f.Pools {
		if pool.Weight() > 0 && !ofApp(f, pool) {
			p.Says = append(p.Says, keeps(pool))
		}
	}
	if d.NoWait && f.Balancer.Weighted() {
		p.Says = append(p.Says, "without waiting, the group gets no requests: run the same command again without --no-wait for its share")
	}
	return d.Drains(p, f.Drain, 0)
}

func share(percent *int, f gekko.Fleet) error {
	switch {
	case percent == nil:
		return nil
	case !f.Balancer.Weighted():
		return fmt.Errorf("%w: a Classic balancer has no weights: requests follow the count of instances", gekko.ErrInvalid)
	case *percent < 0 || *percent > 100:
		return fmt.Errorf("%w: weight %d %%: want 0 to 100", gekko.ErrInvalid, *percent)
	}
	return nil
}

// ofApp says whether a pool is the app's, by its name or by its group.
func ofApp(f gekko.Fleet, p gekko.Pool) bool {
	g, there := f.Group(p.Group)
	return there && g.App == f.App || !there && p.App == f.App
}

func keeps(p gekko.Pool) string {
	text := fmt.Sprintf("the rules also send to pool %s, which is not gekko's: it keeps its weight %d", p.Name, p.Weight())
	if p.Healthy == 0 {
		text += "; it has no healthy instance, so that requests sent there fail: take it out of the rules"
	}
	return text
}

// steps are what remains of a deployment in a fleet. The pool stands in the
// rules before the group is made: in none, its instances would never be called
// healthy.
func (d deployment) steps(f gekko.Fleet) []Step {
	name := gekko.GroupName(d.Snapshot)
	g, there := f.Group(name)
	var steps []Step
	if f.Balancer.Weighted() {
		steps = Pooled(f, d.from)
	}
	if !there {
		l := gekko.Launch{Snapshot: d.from, Size: d.Size, Balancer: d.Balancer, Subnets: d.where.Subnets}
		steps = append(steps, Launch{l})
	} else if g.Out.Leaving() {
		steps = append(steps, Mark{Group: name})
	}
	want := d.Size.Desired
	if there {
		want = g.Size.Desired
	}
	if !d.NoWait && (!there || !serves(g)) {
		steps = append(steps, AwaitServing{name, want})
		f = foresee(f, name, want)
	}
	if t := d.from.Plan.TargetTracking; t != nil {
		steps = append(steps, Track{name, *t})
	}
	if d.NoWait {
		return steps
	}
	if there && g.Out.Leaving() {
		f = foresee(f, name, g.Serving())
	}
	return append(steps, shares(f, name, d.WeightPercent)...)
}

// Pooled makes the pool of a snapshot's group, unless it has one, and gives it a
// place in each rule, at weight 0.
func Pooled(f gekko.Fleet, s gekko.Snapshot) []Step {
	var steps []Step
	name := string(s.Name)
	if g, there := f.Group(gekko.GroupName(s.Name)); there {
		name = g.Pool
	} else {
		steps = append(steps, MakePool{s})
	}
	p, _ := f.Pool(name)
	for _, rule := range f.Rules {
		if _, in := p.Weights[rule]; !in && name != "" {
			steps = append(steps, Share{Rule: rule, Weights: map[string]int{name: 0}, Kept: sent(f, rule)})
		}
	}
	return steps
}

// sent is the sum of a rule's weights.
func sent(f gekko.Fleet, rule string) int {
	sum := 0
	for _, p := range f.Pools {
		sum += p.Weights[rule]
	}
	return sum
}
