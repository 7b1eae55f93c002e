package phase

import (
	"fmt"
	"math"
	"time"

	"gekko"
	"gekko/judge"
	"gekko/release/hand"
)

// View is all that is known when it is decided what is due.
type View struct {
	Policies
	Now    time.Time
	Fleet  gekko.Fleet
	Record gekko.Release
	// The two groups, as far as they are there.
	Old, New           gekko.Group
	OldThere, NewThere bool
	Judged             judge.Judgement // without metrics: nothing can be compared
	Over               bool            // enough of the soak has been judged
	Accepts            func(name string) bool
	Runner             *hand.Runner
	Keeps              bool // what a rejected group's instances printed is kept

	// What costs calls of its own is looked at only when a Plan asks for it.
	Seen       Look
	Activities []gekko.Activity // of the new group, since the release began
	Load       gekko.Load
	Carried    float64               // requests that the balancer took during the soak
	Schedule   []gekko.Scheduled     // of the old group, which the new one is given too
	Opened     bool                  // the image says that this release has begun
	Noted      *gekko.Outcome        // what the image says already of its end
	Scales     bool                  // the new group has a policy that can shrink it
	Track      *gekko.TargetTracking // that the snapshot's plan asks for
	Relaunch   *gekko.Launch         // of the old group's snapshot; nil: it cannot be had
	Unmade     bool                  // somebody deleted the snapshot
}

// Look is a set of things to look at.
type Look int

// What may be looked at.
const (
	LookActivities Look = 1 << iota
	LookLoad
	LookTraffic
	LookOutcomes
	LookPolicies
	LookPlan
	LookSchedule
	LookBack
)

// NewView picks the two groups of a release out of a fleet.
func NewView(f gekko.Fleet, r gekko.Release) View {
	// Moments are kept to the millisecond, and have to be the same for whoever goes on.
	v := View{Now: f.At.Truncate(time.Millisecond), Fleet: f, Record: r, Accepts: func(string) bool { return false }}
	if v.New, v.NewThere = f.Group(r.New); !v.NewThere {
		v.New = gekko.Group{Name: r.New, Snapshot: gekko.SnapshotName(r.New)}
		if p, there := f.Pool(string(r.New)); there {
			v.New.Pool = p.Name
		}
	}
	if r.Old == "" {
		return v
	}
	if v.Old, v.OldThere = f.Group(r.Old); !v.OldThere {
		v.Old = gekko.Group{Name: r.Old}
		if p, there := f.Pool(string(r.Old)); there {
			v.Old.Pool = p.Name
		}
	}
	return v
}

// Weighted says whether requests are split by weight.
func (v View) Weighted() bool { return v.Fleet.Balancer.Weighted() }

// whole says whether the old group can serve everything at any moment.
func (v View) whole() bool { return v.OldThere && !v.Old.Deleting && !v.Old.Out.Leaving() }

// byCapacity is the new group's part of the healthy instances.
func (v View) byCapacity() float64 {
	n, o := v.New.Serving(), 0
	if v.OldThere {
		o = v.Old.Serving()
	}
	if n+o == 0 {
		return 0
	}
	return float64(n) / float64(n+o)
}

// canaryShare is what of the requests the new group is to get during the soak:
// as asked, and no more than its part of the healthy instances. When nothing of
// the old group is healthy, a canary is not let take everything: it stays.
func (v View) canaryShare() float64 {
	if v.Old.Serving() == 0 {
		return min(v.Share(), v.byCapacity())
	}
	share := v.byCapacity()
	if asked := v.Release.SharePercent; asked > 0 {
		share = min(share, float64(asked)/100)
	}
	return share
}

// Share is what of the requests the new group gets by the weights; on a Classic
// balancer, where nobody can tell, its part of the healthy instances.
func (v View) Share() float64 {
	if !v.Weighted() {
		return v.byCapacity()
	}
	most := 0.0
	for _, rule := range v.Fleet.Rules {
		if s := v.shareIn(rule); s > most {
			most = s
		}
	}
	return most
}

func (v View) shareIn(rule string) float64 {
	n, o := v.weightIn(v.New, rule), v.weightIn(v.Old, rule)
	if n+o == 0 {
		return 0
	}
	return float64(n) / float64(n+o)
}

func (v View) weightIn(g gekko.Group, rule string) int {
	p, there := v.Fleet.Pool(g.Pool)
	if !there {
		return 0
	}
	return p.Weights[rule]
}

// newAlone says that the new group takes all the requests, by the weights.
func (v View) newAlone() bool { return v.Weighted() && v.takesNone(v.Old) && !v.takesNone(v.New) }

func (v View) takesNone(g gekko.Group) bool {
	p, there := v.Fleet.Pool(g.Pool)
	return !there || p.Weight() == 0
}

// Split gives each rule the weights by which the new group gets a share; a rule
// that has them needs nothing.
func (v View) Split(share float64) []hand.Step {
	n, o := ratio(share)
	if v.Old.Pool == "" || !v.OldThere || v.Old.Deleting {
		n, o = 1, 0
	}
	var steps []hand.Step
	for _, rule := range v.Fleet.Rules {
		has, want := v.shareIn(rule), float64(n)/float64(n+o)
		none := v.weightIn(v.New, rule)+v.weightIn(v.Old, rule) == 0
		if !none && math.Abs(has-want) < 0.0005 {
			continue
		}
		s := hand.Share{Rule: rule, Weights: map[string]int{v.New.Pool: n}}
		if v.Old.Pool != "" {
			s.Weights[v.Old.Pool] = o
		}
		for _, p := range v.Fleet.Pools {
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
func (v View) pinned(at int) []hand.Step {
	if !v.whole() || at == 0 {
		return nil
	}
	var steps []hand.Step
	if v.Old.Undo == nil {
		steps = append(steps, Pin{v.Old.Name, gekko.Undo{Min: v.Old.Size.Min, Kept: at}})
	}
	if s := v.Old.Size; s.Min < at {
		s.Min = at
		s.Desired = max(s.Desired, at)
		s.Max = max(s.Max, at)
		steps = append(steps, hand.Resize{Group: v.Old.Name, Size: s})
	}
	return steps
}

// Undone puts back what was changed on the old group.
func (v View) Undone() []hand.Step {
	if !v.OldThere || v.Old.Undo == nil || v.Old.Deleting {
		return nil
	}
	var steps []hand.Step
	if s := v.Old.Size; v.Old.Undo.Min >= 0 && s.Min != v.Old.Undo.Min {
		s.Min = v.Old.Undo.Min
		s.Desired = max(s.Desired, s.Min)
		steps = append(steps, hand.Resize{Group: v.Old.Name, Size: s})
	}
	return append(steps, Unpin{v.Old.Name})
}

// Outcome is how the release would be remembered now.
func (v View) Outcome(e gekko.Ending, grounds string) gekko.Outcome {
	return gekko.Outcome{
		Snapshot: v.New.Snapshot, Old: v.Record.Old, Ending: e, Begun: v.Record.Begun, At: v.Now,
		Judged: v.Record.Judged, Cause: v.Record.Cause, Grounds: grounds, Back: v.Record.Back, Basis: v.basis(),
	}
}

// wouldHaveSeen is how much harm a promotion without enough evidence leaves open.
func (v View) wouldHaveSeen() string {
	switch {
	case v.Record.Judged != judgedUnseen:
		return ""
	case v.Record.Finds == 0:
		return "too little to say what would have been seen"
	}
	return fmt.Sprintf("would have seen %.3g times the old version's rate", v.Record.Finds)
}

// basis is none where nothing was compared, or the group is gone that knew by
// which policy.
func (v View) basis() gekko.Basis {
	o, hasOld := v.Fleet.Pool(v.Old.Pool)
	n, hasNew := v.Fleet.Pool(v.New.Pool)
	if v.Record.Soak.IsZero() || !v.NewThere || !hasOld || !hasNew {
		return gekko.Basis{}
	}
	b := gekko.Basis{Old: o.ID, New: n.ID, Soak: v.Record.Soak, Alone: v.Record.Alone, Until: v.Now, Policy: v.New.Policy}
	if v.Record.Phase == gekko.Rejecting || v.Record.Phase == gekko.Retiring {
		b.Until = v.Record.Since
	}
	return b
}

// serves says in words how much of what is needed is there.
func serves(g gekko.Group, want int) string {
	return hand.AwaitServing{Group: g.Name, Want: want}.Progress(gekko.Fleet{Groups: []gekko.Group{g}})
}

func in(d time.Duration) string { return fmt.Sprintf("%v", hand.Rounded(max(d, 0))) }
