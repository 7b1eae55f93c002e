package scaling

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/scaling/termination"
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

// choose picks the member that goes first; nil if all that count are protected.
func (g *group) choose() *member {
	crowd, zones := g.crowd(), zonesOf(g.places)
	for zone := range crowd {
		if !slices.Contains(zones, zone) {
			crowd[zone] += len(g.members) + 1 // it empties first
		}
	}
	var left []termination.Candidate
	for _, m := range g.active() {
		if !m.protected {
			left = append(left, termination.Candidate{
				ID: m.id, Crowd: crowd[m.place.zone], Sick: m.unhealthy != "", Launched: m.launched, From: m.from,
			})
		}
	}
	if len(left) == 0 {
		return nil
	}
	return g.member(termination.First(left, g.terminate).ID)
}
