package hand

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gekko"
)

var noon = time.Date(2026, 1, 3, 12, 0, 0, 0, time.UTC)

func words(steps []Step) []string {
	var all []string
	for _, s := range steps {
		all = append(all, s.String())
	}
	return all
}

func at(f gekko.Fleet, t time.Time) gekko.Fleet { f.At = t; return f }

func classic(f gekko.Fleet) gekko.Fleet {
	f.Balancer, f.Pools, f.Rules = gekko.Balancer{Classic: "hello"}, nil, nil
	for i := range f.Groups {
		f.Groups[i].Pool, f.Groups[i].Weight = "", 0
	}
	return f
}

func deploying(snapshot gekko.SnapshotName) deployment {
	d := deployment{where: gekko.Site{Subnets: []string{"subnet-1"}}}
	d.Snapshot, d.Size = snapshot, gekko.Size{Min: 2, Max: 4, Desired: 2}
	d.from = gekko.Snapshot{Name: snapshot, Plan: gekko.GroupPlan{TargetTracking: &gekko.TargetTracking{Metric: "cpu", Target: 60}}}
	return d
}

func TestADeploymentGoesOnWhereItWasCutOff(t *testing.T) {
	track := "group " + fresh + ": keep 60 % of CPU"
	serve := "group " + fresh + ": 2 of 2 instances serve"
	split := "rule default: " + old + " weight 3 (60 %), " + fresh + " weight 2 (40 %)"
	for _, c := range []struct {
		name  string
		fleet gekko.Fleet
		want  []string
	}{
		{"from the start", pooled(group(old, 3, 3, 3)), []string{
			"make pool " + fresh,
			"rule default: " + fresh + " weight 0 (no requests)",
			"launch group " + fresh + ", size 2..4, 2 wanted, in subnet-1",
			serve, track, split,
		}},
		{"first one", pooled(), []string{
			"make pool " + fresh,
			"rule default: " + fresh + " weight 0 (no requests)",
			"launch group " + fresh + ", size 2..4, 2 wanted, in subnet-1",
			serve, track,
			"rule default: " + fresh + " weight 2 (100 %)",
		}},
		{"after the launch", pooled(group(old, 3, 3, 3), group(fresh, 0, 1, 2)), []string{serve, track, split}},
		{"when it serves", pooled(group(old, 3, 3, 3), group(fresh, 0, 2, 2)), []string{track, split}},
		{"when all is done", pooled(group(old, 3, 3, 3), group(fresh, 2, 2, 2)), []string{track}},
		{"classic", classic(pooled(group(old, 0, 3, 3))), []string{
			"launch group " + fresh + ", size 2..4, 2 wanted, in subnet-1", serve, track,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, words(deploying(fresh).steps(c.fleet))); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAGroupThatShrinksGetsFewerRequestsFirst(t *testing.T) {
	u := resizing{UpdateRequest: UpdateRequest{Group: old, Size: gekko.Size{Min: 1, Max: 9, Desired: 1}}}
	want := []string{
		"rule default: " + old + " weight 1 (33.3 %), " + fresh + " weight 2 (66.7 %)",
		"group " + old + ": size 1..9, 1 wanted",
		"group " + old + ": 1 of 1 instance serves",
	}
	if diff := cmp.Diff(want, words(u.steps(pooled(group(old, 4, 4, 4), group(fresh, 2, 2, 2))))); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

func TestAGroupThatGrowsGetsMoreRequestsLast(t *testing.T) {
	u := resizing{UpdateRequest: UpdateRequest{Group: fresh, Size: gekko.Size{Min: 3, Max: 9, Desired: 4}}}
	f := pooled(group(old, 4, 4, 4), group(fresh, 2, 2, 2))
	want := []string{
		"group " + fresh + ": size 3..9, 4 wanted",
		"group " + fresh + ": 4 of 4 instances serve",
		"rule default: " + old + " weight 4 (50 %), " + fresh + " weight 4 (50 %)",
	}
	if diff := cmp.Diff(want, words(u.steps(f))); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	u.sized = true
	if got := words(u.steps(f)); len(got) != 0 {
		t.Errorf("a policy's size is overruled: %v", got)
	}
}

func retiring(force bool) retirement {
	q := RetireRequest{Group: old, Force: force}
	return retirement{RetireRequest: q, settle: 10 * time.Second, margin: 30 * time.Second}
}

func TestARetirementGoesOnWhereItWasCutOff(t *testing.T) {
	drained := func(f gekko.Fleet) gekko.Fleet {
		for i := range f.Pools {
			f.Pools[i].Drain = 5 * time.Minute
		}
		f.Drain = 5 * time.Minute
		return f
	}
	with := func(weight, instances int, out gekko.Out, attached bool) gekko.Fleet {
		g := group(old, weight, instances, instances)
		g.Out, g.Size.Desired = out, instances
		if instances == 0 {
			g.Size = gekko.Size{}
		}
		f := drained(pooled(g, group(fresh, 2, 2, 2)))
		f.Groups[0].Attached = attached
		return at(f, noon)
	}
	name := "group " + old
	settle, leave := name+": no requests for 10s", name+": out of the balancer"
	drain, size := name+": drained for 5m30s", name+": size 0..0, 0 wanted"
	end := []string{name + ": no instances left", "rule default: take out pool " + old, "remove pool " + old, "delete " + name, name + ": gone"}
	steps := func(first ...string) []string { return append(first, end...) }
	idle := gekko.Out{Idle: noon.Add(-time.Minute), Pool: old}
	left := gekko.Out{Idle: noon.Add(-time.Hour), Left: noon.Add(-time.Minute), Pool: old}
	over := gekko.Out{Idle: noon.Add(-time.Hour), Left: noon.Add(-10 * time.Minute), Pool: old}
	for _, c := range []struct {
		name  string
		fleet gekko.Fleet
		want  []string
	}{
		{"from the start", with(2, 2, gekko.Out{}, true), steps(
			"rule default: "+old+" weight 0 (no requests)", name+": note that it is on its way out",
			settle, "detach "+name+" from the balancer", leave, drain, size)},
		{"after the weight", with(0, 2, gekko.Out{Idle: noon.Add(-time.Second), Pool: old}, true), steps(
			settle, "detach "+name+" from the balancer", leave, drain, size)},
		{"when it is idle", with(0, 2, idle, true), steps("detach "+name+" from the balancer", leave, drain, size)},
		{"its weight was raised meanwhile", with(1, 2, idle, true), steps(
			"rule default: "+old+" weight 0 (no requests)", name+": note that it is on its way out",
			settle, "detach "+name+" from the balancer", leave, drain, size)},
		{"when it is detached", with(0, 2, idle, false), steps(leave, drain, size)},
		{"when it has left", with(0, 2, left, false), steps(drain, size)},
		{"when it is drained", with(0, 2, over, false), steps(size)},
		{"when it is empty", with(0, 0, over, false), end[1:]},
		{"classic", classic(with(0, 2, gekko.Out{}, true)), []string{
			name + ": note that it is on its way out", "detach " + name + " from the balancer", leave, drain, size,
			name + ": no instances left", "delete " + name, name + ": gone",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, words(retiring(false).steps(c.fleet))); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheOthersTakeOverInTheSameWrite(t *testing.T) {
	f := pooled(group(old, 2, 2, 2), group(fresh, 0, 3, 3))
	got := words(retiring(false).steps(at(f, noon)))[0]
	if want := "rule default: " + old + " weight 0 (no requests), " + fresh + " weight 3 (100 %)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestForceClearsProtectionAndStillDrains(t *testing.T) {
	got := fmt.Sprint(words(retiring(true).steps(at(pooled(group(old, 2, 2, 2), group(fresh, 2, 2, 2)), noon))))
	order := []string{"weight 0", "detach", "drained", "clear scale-in protection", "size 0"}
	last := -1
	for _, w := range order {
		i := strings.Index(got, w)
		if i <= last {
			t.Fatalf("%q is missing or out of order in %s", w, got)
		}
		last = i
	}
}

func TestTheRestMayCarryATenthMoreThanWasSeen(t *testing.T) {
	seen := gekko.Load{Now: 1200, Peak: 600, Span: time.Hour, Known: true}
	for _, c := range []struct {
		name          string
		load          gekko.Load
		rest, leaving int
		want          bool
	}{
		{"as many as ever", seen, 2, 2, true},
		{"too few", seen, 1, 2, false},
		{"a tenth more each", gekko.Load{Now: 1320, Peak: 660, Known: true}, 2, 2, true},
		{"none", seen, 0, 2, false},
		{"no metrics, as many", gekko.Load{}, 2, 2, true},
		{"no metrics, fewer", gekko.Load{}, 1, 2, false},
	} {
		if got, figures := Carries(c.load, c.rest, c.leaving); got != c.want {
			t.Errorf("%s: %v (%s), want %v", c.name, got, figures, c.want)
		}
	}
}
