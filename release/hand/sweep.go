package hand

import (
	"context"
	"slices"
	"time"

	"gekko"
)

// Leftover is what a command that was cut off has left.
type Leftover struct {
	Kind string `json:"kind"` // group or pool
	Name string `json:"name"`
	Why  string `json:"why"`
}

func (l Leftover) String() string { return l.Kind + " " + l.Name }

// making is how long a group may take to serve before it looks left behind.
const making = time.Hour

// Leftovers finds what commands that were cut off have left of an app.
func (r *Runner) Leftovers(ctx context.Context, s Subject) ([]Leftover, error) {
	f, err := r.Cloud.Observe(ctx, s.App, s.Balancer)
	if err != nil {
		return nil, err
	}
	var all []Leftover
	for _, g := range f.Groups {
		if why := unfinished(f, g); g.App == s.App && why != "" && !goes(f, g) {
			all = append(all, Leftover{"group", string(g.Name), why})
		}
	}
	if !s.Balancer.Weighted() {
		return all, nil
	}
	lonely, err := r.Cloud.LonelyPools(ctx, s.App)
	if err != nil {
		return nil, err
	}
	for _, p := range append(f.Pools, lonely...) {
		_, there := f.Group(gekko.GroupName(p.Name))
		if p.App == s.App && p.Group == "" && !there {
			all = append(all, Leftover{"pool", p.Name, "it has no group"})
		}
	}
	return all, nil
}

// goes says whether a release under way takes a group out.
func goes(f gekko.Fleet, g gekko.Group) bool {
	return slices.ContainsFunc(f.Groups, func(o gekko.Group) bool { return o.Release.UnderWay() && o.Release.Old == g.Name })
}

// unfinished says in which way a group is half made or half gone; "" if it is
// neither.
func unfinished(f gekko.Fleet, g gekko.Group) string {
	switch {
	case g.Deleting || g.Release.UnderWay():
		return ""
	case g.Out.Leaving():
		return "its retirement was cut off"
	case f.At.Sub(g.Created) < making || g.Serving() > 0:
		return ""
	case f.Balancer.Known() && !g.Attached:
		return "it is not behind the balancer"
	case f.Balancer.Weighted() && g.Weight == 0:
		return "it gets no requests, and no instance of it serves"
	}
	return ""
}

// Sweep removes leftovers, draining what may still carry requests.
func (r *Runner) Sweep(ctx context.Context, s Subject, all []Leftover) error {
	for _, l := range all {
		q := RetireRequest{Subject: s, Group: gekko.GroupName(l.Name), Force: true}
		if l.Kind == "group" {
			if err := r.Retire(ctx, q); err != nil {
				return err
			}
			continue
		}
		t := retirement{RetireRequest: q, gone: true}
		if err := r.walk(ctx, s, t.steps); err != nil {
			return err
		}
	}
	return nil
}
