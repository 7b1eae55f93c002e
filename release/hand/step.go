package hand

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gekko"
)

// Step is one thing to do to a fleet. It prints itself: a dry run, a log and a
// view show the same words. Runner.Act carries it out.
type Step interface {
	String() string
}

// Wait is a step at which a Runner looks at the fleet again, until whoever
// decides no longer asks for it.
type Wait interface {
	Step
	// Progress says how far it is.
	Progress(f gekko.Fleet) string
	of() gekko.GroupName
}

// MakePool makes the pool of a snapshot's group.
type MakePool struct{ Snapshot gekko.Snapshot }

// Share splits a rule's requests over pools by weight.
type Share struct {
	Rule    string
	Weights map[string]int // by pool; others keep theirs
	Kept    int            // the sum of what others keep
}

// Launch makes a group.
type Launch struct{ gekko.Launch }

// Track lets a group keep a metric near a value.
type Track struct {
	Group  gekko.GroupName
	Policy gekko.TargetTracking
}

// Resize sets a group's sizes.
type Resize struct {
	Group gekko.GroupName
	Size  gekko.Size
}

// Mark remembers on a group how far it is on its way out, or forgets it.
type Mark struct {
	Group gekko.GroupName
	Out   gekko.Out
}

// Attach puts a group back behind the balancer, on an ALB into its pool.
type Attach struct {
	Group gekko.GroupName
	Pool  string
}

// Detach takes a group out of the balancer, which lets its requests finish.
type Detach struct{ Group gekko.GroupName }

// Free clears what may keep a group's instances from ending.
type Free struct{ Group gekko.GroupName }

// Leave takes a pool out of a rule.
type Leave struct{ Rule, Pool string }

// RemovePool removes a pool that gekko made.
type RemovePool struct{ Pool string }

// Delete deletes a group.
type Delete struct {
	Group         gekko.GroupName
	WithInstances bool // without letting their requests finish
}

func (s MakePool) String() string { return "make pool " + string(s.Snapshot.Name) }

func (s Share) String() string {
	total := s.Kept
	for _, w := range s.Weights {
		total += w
	}
	var parts []string
	for _, pool := range slices.Sorted(maps.Keys(s.Weights)) {
		w := s.Weights[pool]
		parts = append(parts, fmt.Sprintf("%s weight %d (%s)", pool, w, percentOf(w, total)))
	}
	return "rule " + s.Rule + ": " + strings.Join(parts, ", ")
}

func percentOf(part, whole int) string {
	if whole == 0 || part == 0 {
		return "no requests"
	}
	return fmt.Sprintf("%.3g %%", 100*float64(part)/float64(whole))
}

func (s Launch) String() string {
	return fmt.Sprintf("launch group %s, size %v, in %s", s.Snapshot.Name, s.Size, strings.Join(s.Subnets, " "))
}

func (s Track) String() string {
	unit := "% of CPU"
	if s.Policy.Metric == "requests" {
		unit = "requests a minute and instance"
	}
	return fmt.Sprintf("group %s: keep %g %s", s.Group, s.Policy.Target, unit)
}

func (s Resize) String() string { return fmt.Sprintf("group %s: size %v", s.Group, s.Size) }

func (s Mark) String() string {
	switch {
	case !s.Out.Left.IsZero():
		return fmt.Sprintf("group %s: note that it has left the balancer", s.Group)
	case !s.Out.Idle.IsZero():
		return fmt.Sprintf("group %s: note that it is on its way out", s.Group)
	}
	return fmt.Sprintf("group %s: note that it stays", s.Group)
}

func (s Attach) String() string { return fmt.Sprintf("attach group %s to the balancer", s.Group) }
func (s Detach) String() string { return fmt.Sprintf("detach group %s from the balancer", s.Group) }

func (s Leave) String() string      { return fmt.Sprintf("rule %s: take out pool %s", s.Rule, s.Pool) }
func (s RemovePool) String() string { return "remove pool " + s.Pool }

func (s Free) String() string {
	return fmt.Sprintf("group %s: clear scale-in protection, termination hooks and deletion protection", s.Group)
}

func (s Delete) String() string {
	if s.WithInstances {
		return fmt.Sprintf("delete group %s and end its instances at once: requests in flight are lost", s.Group)
	}
	return fmt.Sprintf("delete group %s", s.Group)
}

// Rounded is a duration for people.
func Rounded(d time.Duration) time.Duration {
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Second)
}
