package hand

import (
	"context"
	"errors"
	"fmt"

	"gekko"
)

// Subject names the app, the balancer and what was accepted by name; every
// request has one. What is empty is taken from the snapshot's own tags.
type Subject struct {
	App      gekko.AppName
	Balancer gekko.Balancer
	Accept   []string
}

// observe fills a subject in and looks at its fleet. What it leaves open, the
// snapshot of that name says, or else the group.
func (r *Runner) observe(ctx context.Context, s Subject, name gekko.GroupName) (Subject, gekko.Fleet, error) {
	if s.App == "" {
		s.App = gekko.SnapshotName(name).App()
	}
	if s.App == "" {
		return s, gekko.Fleet{}, gekko.Hint(fmt.Errorf("%w: %s is no snapshot's name, so that it does not say which app it belongs to", gekko.ErrInvalid, name), "name the app with a gekko.yaml")
	}
	if !s.Balancer.Known() {
		snapshot, err := r.Cloud.Snapshot(ctx, gekko.SnapshotName(name))
		if err != nil && !errors.Is(err, gekko.ErrNotFound) && !errors.Is(err, gekko.ErrRefused) {
			return s, gekko.Fleet{}, err
		}
		s.Balancer = snapshot.Balancer
	}
	f, err := r.Cloud.Observe(ctx, s.App, s.Balancer)
	if err != nil || s.Balancer.Known() {
		return s, f, err
	}
	if g, there := f.Group(name); there && g.Balancer.Known() {
		s.Balancer = g.Balancer
		f, err = r.Cloud.Observe(ctx, s.App, s.Balancer)
	}
	return s, f, err
}

// serves says whether a group has all the instances that it wants, and each of
// them serves.
func serves(g gekko.Group) bool {
	return g.Serving() >= g.Size.Desired && len(g.Instances) <= g.Size.Desired
}

// foresee is a fleet as it should be once so many instances of a group serve.
func foresee(f gekko.Fleet, name gekko.GroupName, serving int) gekko.Fleet {
	all := f.Groups
	f.Groups = nil
	g := gekko.Group{Name: name, App: f.App}
	for _, other := range all {
		if other.Name == name {
			g = other
			continue
		}
		f.Groups = append(f.Groups, other)
	}
	g.Out = gekko.Out{}
	g.Instances = make([]gekko.Instance, serving)
	for i := range g.Instances {
		g.Instances[i] = gekko.Instance{InService: true, Balancer: gekko.Healthy}
	}
	f.Groups = append(f.Groups, g)
	if !f.Balancer.Weighted() || g.Pool != "" {
		return f
	}
	pool, there := f.Pool(string(name))
	if !there {
		pool = gekko.Pool{Name: string(name), App: f.App, Weights: map[string]int{}}
		for _, rule := range f.Rules {
			pool.Weights[rule] = 0
		}
	}
	pool.Group = name
	pools := []gekko.Pool{pool}
	for _, p := range f.Pools {
		if p.Name != pool.Name {
			pools = append(pools, p)
		}
	}
	f.Pools = pools
	return f
}
