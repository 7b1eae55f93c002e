package phase

import (
	"math/rand/v2"
	"testing"
	"time"

	"gekko"
	"gekko/judge"
	"gekko/release/hand"
)

var noon = time.Date(2026, 1, 3, 12, 0, 0, 0, time.UTC)

// TestWhateverIsSeenTheOldGroupStaysUntilItRetires decides on views that were
// drawn at random, sensible or not.
func TestWhateverIsSeenTheOldGroupStaysUntilItRetires(t *testing.T) {
	for seed := range uint64(20000) {
		v := anyView(rand.New(rand.NewPCG(seed, 1)))
		p := Decide(v)
		if !Same(p.Steps, Decide(v).Steps) {
			t.Fatalf("seed %d: two plans of one view: %v", seed, p.Steps)
		}
		if p.Looks&^v.Seen == 0 && len(p.Steps) == 0 && p.Next == "" && p.Ended == nil {
			t.Errorf("seed %d: %s: nothing to do and nothing to wait for", seed, v.Record.Phase)
		}
		for _, s := range p.Steps {
			if why := forbidden(v, s); why != "" {
				t.Errorf("seed %d: %s: %s: %s", seed, v.Record.Phase, s, why)
			}
		}
	}
}

func TestAGroupThatNobodyPinnedIsLaunchedAgainAsItWas(t *testing.T) {
	r := gekko.Release{New: "hello-20260102-000000", Old: "hello-20260101-000000", Phase: gekko.Retiring, Before: 3, Needed: 5, Cause: causeCollapse}
	v := NewView(gekko.Fleet{Balancer: gekko.Balancer{Classic: "hello"}, At: noon, Groups: []gekko.Group{
		{Name: r.New, Size: gekko.Size{Min: 5, Max: 5, Desired: 5}},
	}}, r)
	v.Policies, v.Seen, v.Relaunch = Policies{}.Complete(), ^Look(0), &gekko.Launch{Snapshot: gekko.Snapshot{Name: "hello-20260101-000000"}}
	steps := Decide(v).Steps
	if len(steps) != 1 {
		t.Fatalf("steps %v, want a launch", steps)
	}
	if l, ok := steps[0].(hand.Launch); !ok || l.Size.Desired != 3 {
		t.Errorf("it would %s, want three instances", steps[0])
	}
}

// forbidden is why a step must not be taken in a view; "" if it may.
func forbidden(v View, step hand.Step) string {
	retires := v.Record.Phase == gekko.Retiring
	switch s := step.(type) {
	case hand.Detach:
		if s.Group == v.Old.Name && !retires {
			return "the old group leaves the balancer too early"
		}
	case hand.Delete:
		if s.Group == v.Old.Name && !retires {
			return "the old group goes too early"
		}
		if s.Group == v.New.Name && v.Record.Phase != gekko.Rejecting {
			return "the new group goes without having been rejected"
		}
	case hand.Resize:
		if s.Group == v.Old.Name && !retires && s.Size.Desired < v.Old.Size.Desired {
			return "the old group shrinks too early"
		}
		if s.Size.Min > s.Size.Desired || s.Size.Desired > s.Size.Max {
			return "no such size"
		}
	case hand.Share:
		w, named := s.Weights[v.Old.Pool]
		early := v.Record.Phase != gekko.Promoting && v.Record.Phase != gekko.Warming || v.New.Serving() < v.Record.Needed
		if named && w == 0 && v.whole() && !retires && early && v.Share() < 1 {
			return "all requests go to a new group that is not ready"
		}
	}
	return ""
}

func anyView(r *rand.Rand) View {
	phases := []gekko.Phase{gekko.Launching, gekko.Ramping, gekko.Soaking, gekko.Promoting, gekko.Warming, gekko.Retiring, gekko.Rejecting}
	phase := phases[r.IntN(len(phases))]
	rel := gekko.Release{New: "hello-20260102-000000", Old: "hello-20260101-000000", Phase: phase, Begun: noon.Add(-time.Hour), Since: ago(r), Size: gekko.Size{Min: 1, Max: 6, Desired: 3}, Before: r.IntN(6)}
	if r.IntN(2) == 0 {
		rel.Needed, rel.Pinned, rel.Peak = 1+r.IntN(8), 1+r.IntN(6), r.IntN(900)
	}
	for _, at := range []*time.Time{&rel.Soak, &rel.Alone, &rel.Warm, &rel.Held} {
		if r.IntN(2) == 0 {
			*at = ago(r)
		}
	}
	if !rel.Held.IsZero() {
		rel.Holds = []string{"health", "load", "pause", "telemetry"}[r.IntN(4)]
	}
	if phase == gekko.Retiring && r.IntN(3) == 0 {
		rel.Cause = causeCollapse
	}
	rel.Paused, rel.Forced = r.IntN(5) == 0, r.IntN(9) == 0
	f := anyFleet(r, rel)
	v := NewView(f, rel)
	v.Policies = Policies{}.Complete()
	v.Runner = &hand.Runner{}
	all := r.IntN(2) == 0
	v.Accepts = func(string) bool { return all }
	v.Seen = Look(r.IntN(1 << 8))
	if r.IntN(2) == 0 {
		v.Relaunch = &gekko.Launch{Snapshot: gekko.Snapshot{Name: gekko.SnapshotName(rel.Old)}}
		v.Schedule = []gekko.Scheduled{{At: noon.Add(time.Duration(r.IntN(120)) * time.Minute), What: "night"}}
	}
	v.Load = gekko.Load{Now: float64(r.IntN(9000)), Peak: float64(r.IntN(2000)), Known: r.IntN(2) == 0}
	v.Judged = judge.Judgement{Verdict: []judge.Verdict{judge.Harm, judge.Fine, judge.NotEnoughEvidence, judge.NoTelemetry}[r.IntN(4)], Blind: r.IntN(5), Requests: float64(r.IntN(3000))}
	if r.IntN(2) == 0 {
		v.Judged.Metrics = []judge.Metric{{Name: "5xx", Verdict: v.Judged.Verdict}}
		v.Over = r.IntN(2) == 0
	}
	return v
}

func ago(r *rand.Rand) time.Time { return noon.Add(-time.Duration(r.IntN(26*60)) * time.Minute) }

func anyFleet(r *rand.Rand, rel gekko.Release) gekko.Fleet {
	f := gekko.Fleet{App: "hello", Balancer: gekko.Balancer{Classic: "hello"}, ID: "x", At: noon, Drain: 5 * time.Minute}
	if r.IntN(2) == 0 {
		f.Balancer, f.Rules = gekko.Balancer{Listener: "hello:80"}, []string{"default", "7"}
	}
	for _, name := range []gekko.GroupName{rel.Old, rel.New} {
		if r.IntN(8) == 0 {
			continue
		}
		n := r.IntN(8)
		g := gekko.Group{Name: name, App: "hello", Snapshot: gekko.SnapshotName(name), Size: gekko.Size{Max: 9, Min: r.IntN(n + 1), Desired: n}, Attached: r.IntN(4) > 0, Deleting: r.IntN(9) == 0}
		for range n {
			i := gekko.Instance{InService: true, Balancer: gekko.Healthy}
			if r.IntN(4) == 0 {
				i.Balancer = gekko.Unhealthy
			}
			g.Instances = append(g.Instances, i)
		}
		if r.IntN(5) == 0 {
			g.Out.Idle = ago(r)
		}
		if name == rel.New {
			g.Release = rel
		} else if r.IntN(2) == 0 {
			g.Undo = &gekko.Undo{Min: 1}
		}
		if f.Balancer.Weighted() {
			g.Pool = string(name)
			f.Pools = append(f.Pools, gekko.Pool{Name: g.Pool, Group: name, App: "hello", Weights: map[string]int{"default": r.IntN(4), "7": r.IntN(4)}, Drain: time.Minute})
		}
		f.Groups = append(f.Groups, g)
	}
	return f
}

func TestTimeThatAPersonTookIsNotTheGroups(t *testing.T) {
	v := View{Now: noon, Policies: Policies{}.Complete()}
	v.Record = gekko.Release{Phase: gekko.Retiring, Since: noon.Add(-7 * time.Hour), Held: noon.Add(-7 * time.Hour), Holds: protected}
	v.Record = v.freed(Plan{Moves: true}).Steps[0].(Note).Release
	v.Now = noon.Add(time.Minute)
	if p := v.patient(Plan{Next: "2 instances left"}); p.Stuck {
		t.Errorf("given up at once: %s", p.Why)
	}
	v.Now = noon.Add(7 * time.Hour)
	if p := v.patient(Plan{Next: "2 instances left"}); !p.Stuck {
		t.Error("waits for ever")
	}
}
