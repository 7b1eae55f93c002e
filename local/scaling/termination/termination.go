// Package termination is the choice of the member that a group gives up first.
package termination

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"gekko/local/scaling/source"
	"gekko/local/wire"
)

// Candidate is a member that may go.
type Candidate struct {
	ID       string
	Crowd    int // of its zone: how many are there, more if the zone is to be left
	Sick     bool
	Launched time.Time
	From     source.Launched
}

// First picks the one to go: a sick one, of the fullest zone, then as the
// termination policies say. There must be a candidate.
func First(left []Candidate, policies []string) Candidate {
	if sick := filter(left, func(c Candidate) bool { return c.Sick }); len(sick) > 0 {
		left = sick
	}
	left = lowest(left, func(c Candidate) int { return -c.Crowd })
	for _, policy := range policies {
		left = preferred(left, policy)
	}
	return left[0]
}

// preferred narrows the candidates down by one termination policy.
func preferred(left []Candidate, policy string) []Candidate {
	switch policy {
	case "OldestInstance":
		return lowest(left, func(c Candidate) int64 { return c.Launched.UnixNano() })
	case "NewestInstance":
		return lowest(left, func(c Candidate) int64 { return -c.Launched.UnixNano() })
	case "OldestLaunchConfiguration":
		return oldestConfiguration(left)
	case "OldestLaunchTemplate":
		return oldestTemplate(left)
	case "ClosestToNextInstanceHour":
		return lowest(left, untilNextHour)
	case "Default":
		return lowest(oldestTemplate(oldestConfiguration(left)), untilNextHour)
	}
	return left
}

// oldestConfiguration keeps the candidates of the oldest launch configuration, if
// any has one: they go before those of templates.
func oldestConfiguration(left []Candidate) []Candidate {
	configured := filter(left, func(c Candidate) bool { return c.From.Configuration != nil })
	if len(configured) == 0 {
		return left
	}
	return lowest(configured, func(c Candidate) int64 { return c.From.Made.UnixNano() })
}

func oldestTemplate(left []Candidate) []Candidate {
	templated := filter(left, func(c Candidate) bool { return c.From.Template != nil })
	if len(templated) == 0 {
		return left
	}
	return lowest(lowest(templated, func(c Candidate) int64 { return c.From.Made.UnixNano() }), func(c Candidate) int64 { return c.From.Version })
}

func untilNextHour(c Candidate) time.Duration {
	return time.Hour - time.Since(c.Launched)%time.Hour
}

func filter(all []Candidate, keep func(Candidate) bool) []Candidate {
	return slices.DeleteFunc(slices.Clone(all), func(c Candidate) bool { return !keep(c) })
}

// lowest keeps the candidates for which by is least.
func lowest[K cmp.Ordered](all []Candidate, by func(Candidate) K) []Candidate {
	keys := make([]K, len(all)) // once each: a key may change with the clock
	for i, c := range all {
		keys[i] = by(c)
	}
	least := slices.Min(keys)
	var low []Candidate
	for i, c := range all {
		if keys[i] == least {
			low = append(low, c)
		}
	}
	return low
}

// Policies are the names that a group may give, in its order.
func Policies() []string {
	return []string{
		"AllocationStrategy", "ClosestToNextInstanceHour", "Default", "NewestInstance",
		"OldestInstance", "OldestLaunchConfiguration", "OldestLaunchTemplate",
	}
}

// Check refuses names that are not Policies.
func Check(policies []string) error {
	for _, p := range policies {
		if strings.HasPrefix(p, "arn:aws:lambda:") {
			return wire.Errorf("UnsupportedOperation", "The termination policy %s is a function, which is not supported here.", p)
		}
		if !slices.Contains(Policies(), p) {
			return wire.Invalid("Invalid termination policy: %s.", p)
		}
	}
	return nil
}
