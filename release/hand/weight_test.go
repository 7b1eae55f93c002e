package hand

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gekko"
)

// pooled is a fleet on an ALB with one rule: each group has a pool of its own.
func pooled(groups ...gekko.Group) gekko.Fleet {
	f := gekko.Fleet{App: "hello", Balancer: gekko.Balancer{Listener: "hello:80"}, Rules: []string{"default"}, ID: "listener"}
	for _, g := range groups {
		g.Pool, g.App, g.Attached = string(g.Name), "hello", true
		f.Groups = append(f.Groups, g)
		f.Pools = append(f.Pools, gekko.Pool{
			Name: g.Pool, Group: g.Name, App: "hello",
			Weights: map[string]int{"default": g.Weight}, Healthy: g.Serving(), Known: len(g.Instances),
		})
	}
	return f
}

// group has so many instances, of which some serve.
func group(name gekko.GroupName, weight, serving, instances int) gekko.Group {
	g := gekko.Group{Name: name, App: "hello", Snapshot: gekko.SnapshotName(name), Weight: weight, Size: gekko.Size{Max: 9, Desired: instances}}
	for n := range instances {
		i := gekko.Instance{InService: true, Balancer: gekko.Starting}
		if n < serving {
			i.Balancer = gekko.Healthy
		}
		g.Instances = append(g.Instances, i)
	}
	return g
}

const (
	old   = "hello-20260101-000000"
	fresh = "hello-20260102-000000"
)

func TestWeightsFollowHealthyInstances(t *testing.T) {
	percent := func(n int) *int { return &n }
	stranger := func(f gekko.Fleet, weight, healthy int) gekko.Fleet {
		f.Pools = append(f.Pools, gekko.Pool{Name: "theirs", Weights: map[string]int{"default": weight}, Healthy: healthy})
		return f
	}
	leaving := group(old, 0, 3, 3)
	leaving.Out.Idle = leaving.Created.Add(1)
	for _, c := range []struct {
		name    string
		fleet   gekko.Fleet
		percent *int
		want    map[string]int
	}{
		{"by count", pooled(group(old, 1, 6, 6), group(fresh, 0, 2, 3)), nil, map[string]int{old: 6, fresh: 2}},
		{"alone", pooled(group(fresh, 0, 2, 2)), nil, map[string]int{fresh: 2}},
		{"nothing serves", pooled(group(old, 5, 0, 2), group(fresh, 0, 0, 2)), nil, nil},
		{"a percentage", pooled(group(old, 1, 6, 6), group(fresh, 0, 2, 2)), percent(10), map[string]int{old: 18, fresh: 2}},
		{"no percent", pooled(group(old, 1, 6, 6), group(fresh, 0, 2, 2)), percent(0), map[string]int{old: 6, fresh: 0}},
		{"all", pooled(group(old, 1, 6, 6), group(fresh, 0, 2, 2)), percent(100), map[string]int{old: 0, fresh: 999}},
		{"a percentage alone", pooled(group(fresh, 0, 2, 2)), percent(10), map[string]int{fresh: 999}},
		{"one on its way out is left alone", pooled(leaving, group(fresh, 0, 2, 2)), nil, map[string]int{fresh: 2}},
		{"scaled to a stranger's weight", stranger(pooled(group(fresh, 0, 2, 2)), 90, 3), nil, map[string]int{fresh: 60}},
		{"rounded, but not to nothing", stranger(pooled(group(fresh, 0, 1, 1)), 1, 4), nil, map[string]int{fresh: 1}},
		{"a stranger without instances weighs nothing", stranger(pooled(group(old, 0, 2, 2), group(fresh, 0, 1, 1)), 1, 0), nil, map[string]int{old: 2, fresh: 1}},
		{"more than weights can tell", pooled(group(old, 0, 1500, 1500), group(fresh, 0, 1, 1)), nil, map[string]int{old: 999, fresh: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := weights(c.fleet, "default", fresh, c.percent)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("weights (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAShareNamesEachPoolsPartOfTheRequests(t *testing.T) {
	s := Share{Rule: "default", Weights: map[string]int{"a": 6, "b": 2, "c": 0}, Kept: 2}
	if got, want := s.String(), "rule default: a weight 6 (60 %), b weight 2 (20 %), c weight 0 (no requests)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestARuleThatHasItsWeightsIsLeftAlone(t *testing.T) {
	f := pooled(group(old, 6, 6, 6), group(fresh, 2, 2, 2))
	if steps := shares(f, fresh, nil); len(steps) != 0 {
		t.Errorf("steps %v, want none", steps)
	}
}
