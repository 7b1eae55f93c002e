package scaling

import (
	"cmp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// balanceRetry is how long a zone without room for a better balance is left
// alone.
const balanceRetry = 15 * time.Minute

// crowd counts the members of each zone that make up the capacity, or will.
func (g *group) crowd() map[string]int {
	all := map[string]int{}
	for _, m := range g.members {
		if m.counts() || m.balancing {
			all[m.place.zone]++
		}
	}
	return all
}

// spread orders the places for the next launch: the emptiest zone first, within
// it the emptiest subnet.
func (g *group) spread() []place {
	zones, subnets := g.crowd(), map[string]int{}
	for _, m := range g.members {
		if m.counts() {
			subnets[m.place.subnet]++
		}
	}
	places := slices.Clone(g.places)
	slices.SortStableFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(zones[a.zone], zones[b.zone]), cmp.Compare(subnets[a.subnet], subnets[b.subnet]))
	})
	return places
}

// evenOut starts a member in the emptiest zone if another zone has two more;
// the next scale-in then takes one of the fullest zone.
func (g *group) evenOut() {
	if !g.runs("AZRebalance") || !g.runs("Launch") || !g.runs("Terminate") || time.Now().Before(g.balanceAt) {
		return
	}
	settled := !slices.ContainsFunc(g.members, func(m *member) bool {
		return m.state != types.LifecycleStateInService && m.state != types.LifecycleStateStandby
	})
	if !settled || len(g.places) == 0 {
		return
	}
	crowd, zones := g.crowd(), zonesOf(g.places)
	least := crowd[zones[0]]
	for _, zone := range zones {
		least = min(least, crowd[zone])
	}
	from := ""
	for _, m := range g.members {
		full := crowd[m.place.zone] > least+1 || !slices.Contains(zones, m.place.zone)
		if full && m.serves() && !m.protected {
			from = m.place.zone
		}
	}
	if from == "" {
		return
	}
	m, err := g.launchOne(g.spread()[:1], []string{
		at("instances were launched to balance instances in zones %s with other zones resulting in more than desired number of instances in the group.", from),
		at("an instance was launched."),
	})
	if err != nil {
		g.balanceAt = time.Now().Add(balanceRetry)
		return
	}
	m.balancing = true
}
