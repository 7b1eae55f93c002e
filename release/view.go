package release

import (
	"fmt"
	"math"
	"time"

	"gekko"
	"gekko/judge"
	"gekko/release/hand"
)

// view is all that decide knows.
type view struct {
	policies
	now   time.Time
	fleet gekko.Fleet
	r     gekko.Release
	// The two groups, as far as they are there.
	old, new           gekko.Group
	oldThere, newThere bool
	judged             judge.Judgement // without metrics: nothing can be compared
	over               bool            // enough of the soak has been judged
	accepts            func(name string) bool
	runner             *hand.Runner
	keeps              bool // what a rejected group's instances printed is kept

	// What costs calls of its own is looked at only when decide asks for it.
	seen       look
	activities []gekko.Activity // of the new group, since the release began
	load       gekko.Load
	carried    float64               // requests that the balancer took during the soak
	schedule   []gekko.Scheduled     // of the old group, which the new one is given too
	opened     bool                  // the image says that this release has begun
	noted      *gekko.Outcome        // what the image says already of its end
	scales     bool                  // the new group has a policy that can shrink it
	track      *gekko.TargetTracking // that the snapshot's plan asks for
	relaunch   *gekko.Launch         // of the old group's snapshot; nil: it cannot be had
	unmade     bool                  // somebody deleted the snapshot
}

// look is a set of things to look at.
type look int

const (
	lookActivities look = 1 << iota
	lookLoad
	lookTraffic
	lookOutcomes
	lookPolicies
	lookPlan
	lookSchedule
	lookBack
)

// newView picks the two groups of a release out of a fleet.
func newView(f gekko.Fleet, r gekko.Release) view {
	// Moments are kept to the millisecond, and have to be the same for whoever goes on.
	v := view{now: f.At.Truncate(time.Millisecond), fleet: f, r: r, accepts: func(string) bool { return false }}
	if v.new, v.newThere = f.Group(r.New); !v.newThere {
		v.new = gekko.Group{Name: r.New, Snapshot: gekko.SnapshotName(r.New)}
		if p, there := f.Pool(string(r.New)); there {
			v.new.Pool = p.Name
		}
	}
	if r.Old == "" {
		return v
	}
	if v.old, v.oldThere = f.Group(r.Old); !v.oldThere {
		v.old = gekko.Group{Name: r.Old}
		if p, there := f.Pool(string(r.Old)); there {
			v.old.Pool = p.Name
		}
	}
	return v
}

func (v view) weighted() bool { return v.fleet.Balancer.Weighted() }

// whole says whether the old group can serve everything at any moment.
func (v view) whole() bool { return v.oldThere && !v.old.Deleting && !v.old.Out.Leaving() }

// byCapacity is the new group's part of the healthy instances.
func (v view) byCapacity() float64 {
	n, o := v.new.Serving(), 0
	if v.oldThere {
		o = v.old.Serving()
	}
	if n+o == 0 {
		return 0
	}
	return float64(n) / float64(n+o)
}

// canaryShare is what of the requests the new group is to get during the soak:
// as asked, and no more than its part of the healthy instances. When nothing of
// the old group is healthy, a canary is not let take everything: it stays.
func (v view) canaryShare() float64 {
	if v.old.Serving() == 0 {
		return min(v.share(), v.byCapacity())
	}
	share := v.byCapacity()
	if asked := v.release.SharePercent; asked > 0 {
		share = min(share, float64(asked)/100)
	}
	return share
}

// share is what of the requests the new group gets by the weights; on a Classic
// balancer, where nobody can tell, its part of the healthy instances.
func (v view) share() float64 {
	if !v.weighted() {
		return v.byCapacity()
	}
	most := 0.0
	for _, rule := range v.fleet.Rules {
		if s := v.shareIn(rule); s > most {
			most = s
		}
	}
	return most
}

func (v view) shareIn(rule string) float64 {
	n, o := v.weightIn(v.new, rule), v.weightIn(v.old, rule)
	if n+o == 0 {
		return 0
	}
	return float64(n) / float64(n+o)
}

func (v view) weightIn(g gekko.Group, rule string) int {
	p, there := v.fleet.Pool(g.Pool)
	if !there {
		return 0
	}
	return p.Weights[rule]
}

// newAlone says that the new group takes all the requests, by the weights.
func (v view) newAlone() bool { return v.weighted() && v.takesNone(v.old) && !v.takesNone(v.new) }

func (v view) takesNone(g gekko.Group) bool {
	p, there := v.fleet.Pool(g.Pool)
	return !there || p.Weight() == 0
}

// split gives each rule the weights by which the new group gets a share; a rule
// that has them needs nothing.
func (v view) split(share float64) []hand.Step {
	n, o := ratio(share)
	if v.old.Pool == "" || !v.oldThere || v.old.Deleting {
		n, o = 1, 0
	}
	var steps []hand.Step
	for _, rule := range v.fleet.Rules {
		has, want := v.shareIn(rule), float64(n)/float64(n+o)
		none := v.weightIn(v.new, rule)+v.weightIn(v.old, rule) == 0
		if !none && math.Abs(has-want) < 0.0005 {
			continue
		}
		s := hand.Share{Rule: rule, Weights: map[string]int{v.new.Pool: n}}
		if v.old.Pool != "" {
			s.Weights[v.old.Pool] = o
		}
		for _, p := range v.fleet.Pools {
			if _, ours := s.Weights[p.Name]; !ours {
				s.Kept += p.Weights[rule]
			}
		}
		steps = append(steps, s)
	}
	return steps
}

// ratio is the simplest pair of weights, none above a rule's limit of 999, by
// which the first gets a share.
func ratio(share float64) (n, o int) {
	const limit = 999
	for sum := 1; sum <= limit; sum++ {
		part := math.Round(share * float64(sum))
		if math.Abs(part/float64(sum)-share) < 1e-9 {
			return int(part), sum - int(part)
		}
	}
	n = int(math.Round(share * limit))
	return n, limit - n
}

// pinned is the old group's minimum kept up while the release may need all of
// it: what was changed is noted first. A minimum that was lowered by others
// since is raised again.
func (v view) pinned(at int) []hand.Step {
	if !v.whole() || at == 0 {
		return nil
	}
	var steps []hand.Step
	if v.old.Undo == nil {
		steps = append(steps, Pin{v.old.Name, gekko.Undo{Min: v.old.Size.Min, Kept: at}})
	}
	if s := v.old.Size; s.Min < at {
		s.Min = at
		s.Desired = max(s.Desired, at)
		s.Max = max(s.Max, at)
		steps = append(steps, hand.Resize{Group: v.old.Name, Size: s})
	}
	return steps
}

// undone puts back what was changed on the old group.
func (v view) undone() []hand.Step {
	if !v.oldThere || v.old.Undo == nil || v.old.Deleting {
		return nil
	}
	var steps []hand.Step
	if s := v.old.Size; v.old.Undo.Min >= 0 && s.Min != v.old.Undo.Min {
		s.Min = v.old.Undo.Min
		s.Desired = max(s.Desired, s.Min)
		steps = append(steps, hand.Resize{Group: v.old.Name, Size: s})
	}
	return append(steps, Unpin{v.old.Name})
}

// outcome is how the release would be remembered now.
func (v view) outcome(e gekko.Ending, grounds string) gekko.Outcome {
	return gekko.Outcome{
		Snapshot: v.new.Snapshot, Old: v.r.Old, Ending: e, Begun: v.r.Begun, At: v.now,
		Judged: v.r.Judged, Cause: v.r.Cause, Grounds: grounds, Back: v.r.Back,
	}
}

// serves says in words how much of what is needed is there.
func serves(g gekko.Group, want int) string {
	return hand.AwaitServing{Group: g.Name, Want: want}.Progress(gekko.Fleet{Groups: []gekko.Group{g}})
}

func in(d time.Duration) string { return fmt.Sprintf("%v", hand.Rounded(max(d, 0))) }
