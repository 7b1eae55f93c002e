package cloud

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"gekko"
)

// Glance looks again at the groups of a fleet that was observed before, and at
// what the balancer says of their instances. Rules, weights and draining stay
// as they were, and groups that came since are not seen. It takes a call for
// all groups and one for each pool that has a group.
func (c *Cloud) Glance(ctx context.Context, f gekko.Fleet) (gekko.Fleet, error) {
	if len(f.Groups) == 0 {
		return f, nil
	}
	in := &autoscaling.DescribeAutoScalingGroupsInput{}
	for _, g := range f.Groups {
		in.AutoScalingGroupNames = append(in.AutoScalingGroupNames, string(g.Name))
	}
	raw, err := c.groups.Describe(ctx, in, ofAGroup)
	if err != nil {
		return gekko.Fleet{}, err
	}
	front := front{id: f.ID, drain: f.Drain, rules: f.Rules, pools: slices.Clone(f.Pools), health: map[string]map[gekko.InstanceID]seen{}}
	if f.Balancer.Classic != "" {
		front.classic = true
		front.health[""], err = c.classicStates(ctx, f.ID)
	}
	for i := range front.pools {
		if p := &front.pools[i]; err == nil && p.Group != "" {
			p.Group = "" // unless it is seen again
			err = c.states(ctx, &front, p)
		}
	}
	if err != nil {
		return gekko.Fleet{}, err
	}
	f.Pools, f.Groups, f.At = front.pools, nil, time.Now()
	for _, g := range raw {
		f.Groups = append(f.Groups, front.group(g))
	}
	slices.SortFunc(f.Groups, func(a, b gekko.Group) int { return a.Created.Compare(b.Created) })
	return f, nil
}
