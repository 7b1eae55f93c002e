package scaling

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/wire"
)

// shrink takes members out until the capacity is the desired one.
func (g *group) shrink() {
	causes := g.because
	g.because = nil
	before := len(g.active())
	for n := before; n > g.desired; n-- {
		m := g.choose()
		if m == nil {
			g.noneToTake(causes)
			return
		}
		g.leave(m, append(slices.Clone(causes),
			at("an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from %d to %d.", before, g.desired),
			at("instance %s was selected for termination.", m.id))...)
	}
}

// noneToTake notes, once, that every member left is protected.
func (g *group) noneToTake(causes []string) {
	if g.stuck {
		return
	}
	g.stuck = true
	const message = "Could not scale to desired capacity because all remaining instances are protected from scale in."
	a := g.begin(message, place{}, append(slices.Clone(causes), at("could not terminate an instance: all remaining instances are protected from scale in."))...)
	end(a, types.ScalingActivityStatusCodeFailed, message)
}

// choose picks the member that goes first: of zones that the group has left, of
// the fullest zone, then as the termination policies say; nil if all that count
// are protected.
func (g *group) choose() *member {
	var left []*member
	for _, m := range g.active() {
		if !m.protected {
			left = append(left, m)
		}
	}
	if len(left) == 0 {
		return nil
	}
	if sick := filter(left, func(m *member) bool { return m.unhealthy != "" }); len(sick) > 0 {
		left = sick
	}
	crowd, zones := g.crowd(), zonesOf(g.places)
	for zone := range crowd {
		if !slices.Contains(zones, zone) {
			crowd[zone] += len(g.members) + 1 // it empties first
		}
	}
	left = lowest(left, func(m *member) int { return -crowd[m.place.zone] })
	for _, policy := range g.terminate {
		left = preferred(left, policy)
	}
	return left[0]
}

// preferred narrows the members down by one termination policy.
func preferred(left []*member, policy string) []*member {
	switch policy {
	case "OldestInstance":
		return lowest(left, func(m *member) int64 { return m.launched.UnixNano() })
	case "NewestInstance":
		return lowest(left, func(m *member) int64 { return -m.launched.UnixNano() })
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

// oldestConfiguration keeps the members of the oldest launch configuration, if
// any has one: they go before those of templates.
func oldestConfiguration(left []*member) []*member {
	configured := filter(left, func(m *member) bool { return m.from.Configuration != nil })
	if len(configured) == 0 {
		return left
	}
	return lowest(configured, func(m *member) int64 { return m.from.Made.UnixNano() })
}

func oldestTemplate(left []*member) []*member {
	templated := filter(left, func(m *member) bool { return m.from.Template != nil })
	if len(templated) == 0 {
		return left
	}
	return lowest(lowest(templated, func(m *member) int64 { return m.from.Made.UnixNano() }), func(m *member) int64 { return m.from.Version })
}

func untilNextHour(m *member) time.Duration {
	return time.Hour - time.Since(m.launched)%time.Hour
}

func filter(all []*member, keep func(*member) bool) []*member {
	return slices.DeleteFunc(slices.Clone(all), func(m *member) bool { return !keep(m) })
}

// lowest keeps the members for which by is least.
func lowest[K cmp.Ordered](all []*member, by func(*member) K) []*member {
	keys := make([]K, len(all)) // once each: a key may change with the clock
	for i, m := range all {
		keys[i] = by(m)
	}
	least := slices.Min(keys)
	var low []*member
	for i, m := range all {
		if keys[i] == least {
			low = append(low, m)
		}
	}
	return low
}

func terminationPolicies() []string {
	return []string{
		"AllocationStrategy", "ClosestToNextInstanceHour", "Default", "NewestInstance",
		"OldestInstance", "OldestLaunchConfiguration", "OldestLaunchTemplate",
	}
}

func checkTermination(policies []string) error {
	for _, p := range policies {
		if strings.HasPrefix(p, "arn:aws:lambda:") {
			return wire.Errorf("UnsupportedOperation", "The termination policy %s is a function, which is not supported here.", p)
		}
		if !slices.Contains(terminationPolicies(), p) {
			return wire.Invalid("Invalid termination policy: %s.", p)
		}
	}
	return nil
}
