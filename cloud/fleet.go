package cloud

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/groups"
	"gekko/cloud/tag"
)

// Observe gives an app's groups, oldest first, and whatever else is behind the
// balancer. Without strangers there it takes 3 calls on a Classic balancer
// besides the group's own; on an ALB, 2 for each pool and one for the rules.
func (c *Cloud) Observe(ctx context.Context, app gekko.AppName, b gekko.Balancer) (gekko.Fleet, error) {
	raw, err := c.groupsOf(ctx, app)
	if err != nil {
		return gekko.Fleet{}, err
	}
	front, err := c.front(ctx, app, b, raw)
	if err != nil {
		return gekko.Fleet{}, err
	}
	strangers, err := c.strangers(ctx, front, raw)
	if err != nil {
		return gekko.Fleet{}, err
	}
	f := gekko.Fleet{
		App: app, Balancer: b, ID: front.id, Rules: front.rules, Pools: front.pools,
		Drain: front.drain, At: time.Now(),
	}
	for _, g := range append(raw, strangers...) {
		f.Groups = append(f.Groups, front.group(g))
	}
	slices.SortFunc(f.Groups, func(a, b gekko.Group) int { return a.Created.Compare(b.Created) })
	return f, nil
}

// groupsOf finds the groups that bear the app's tag, made or adopted.
func (c *Cloud) groupsOf(ctx context.Context, app gekko.AppName) ([]types.AutoScalingGroup, error) {
	if app == "" {
		return nil, nil
	}
	return c.groups.Describe(ctx, &autoscaling.DescribeAutoScalingGroupsInput{
		Filters: []types.Filter{{Name: aws.String("tag:" + tag.App), Values: []string{string(app)}}},
	}, ofAGroup)
}

// ofAGroup are the elements that the noun of a group is made from (front.group).
var ofAGroup = autoscaling.WithAPIOptions(answer.Only(
	"DescribeAutoScalingGroupsResponse", "DescribeAutoScalingGroupsResult", "NextToken", "AutoScalingGroups", "member",
	"AutoScalingGroupName", "CreatedTime", "Status", "MinSize", "MaxSize", "DesiredCapacity", "Tags", "Key", "Value",
	"TargetGroupARNs", "LoadBalancerNames", "TrafficSources", "Identifier",
	"Instances", "InstanceId", "AvailabilityZone", "LifecycleState", "ProtectedFromScaleIn",
))

// strangers are groups without the app's tag whose instances the balancer
// knows. They are found by those instances, as Auto Scaling has no filter for
// what a group is attached to.
func (c *Cloud) strangers(ctx context.Context, f front, ours []types.AutoScalingGroup) ([]types.AutoScalingGroup, error) {
	known := map[gekko.InstanceID]bool{}
	for _, g := range ours {
		for _, i := range g.Instances {
			known[gekko.InstanceID(aws.ToString(i.InstanceId))] = true
		}
	}
	var ids []string
	for _, seen := range f.health {
		for id := range seen {
			if !known[id] {
				known[id] = true
				ids = append(ids, string(id))
			}
		}
	}
	slices.Sort(ids)
	var names []string
	for some := range slices.Chunk(ids, 50) {
		out, err := c.autoscaling.DescribeAutoScalingInstances(ctx, &autoscaling.DescribeAutoScalingInstancesInput{InstanceIds: some})
		if err != nil {
			return nil, answer.Named("groups of the balancer's instances", err)
		}
		for _, i := range out.AutoScalingInstances {
			names = append(names, aws.ToString(i.AutoScalingGroupName))
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	slices.Sort(names)
	found, err := c.groups.Describe(ctx, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: slices.Compact(names)}, ofAGroup)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(found, func(g types.AutoScalingGroup) bool {
		return slices.ContainsFunc(ours, func(o types.AutoScalingGroup) bool {
			return aws.ToString(o.AutoScalingGroupName) == aws.ToString(g.AutoScalingGroupName)
		})
	}), nil
}

// group is the noun of a group as its tags, its instances and the balancer
// together tell it.
func (f front) group(raw types.AutoScalingGroup) gekko.Group {
	g := tag.ReadGroup(gekko.GroupName(aws.ToString(raw.AutoScalingGroupName)), groups.Tags(raw))
	g.Created, g.Deleting, g.Size = aws.ToTime(raw.CreatedTime), aws.ToString(raw.Status) != "", sizeOf(raw)
	if at := f.poolOf(raw); at >= 0 {
		g.Pool = f.pools[at].Name
		g.Weight = f.pools[at].Weight()
		f.pools[at].Group = g.Name
	}
	g.Attached = slices.Contains(groups.Attachments(raw), f.attachment(g.Pool))
	seen := f.health[g.Pool]
	for _, i := range raw.Instances {
		g.Instances = append(g.Instances, instance(i, seen))
	}
	return g
}

func instance(raw types.Instance, seen map[gekko.InstanceID]seen) gekko.Instance {
	i := gekko.Instance{
		ID:        gekko.InstanceID(aws.ToString(raw.InstanceId)),
		Zone:      aws.ToString(raw.AvailabilityZone),
		Lifecycle: string(raw.LifecycleState),
		InService: raw.LifecycleState == types.LifecycleStateInService,
		Protected: aws.ToBool(raw.ProtectedFromScaleIn),
		Balancer:  gekko.Absent,
	}
	if s, ok := seen[i.ID]; ok {
		i.Balancer, i.Why = s.health, s.why
	}
	return i
}

func sizeOf(raw types.AutoScalingGroup) gekko.Size {
	return gekko.Size{
		Min:     int(aws.ToInt32(raw.MinSize)),
		Max:     int(aws.ToInt32(raw.MaxSize)),
		Desired: int(aws.ToInt32(raw.DesiredCapacity)),
	}
}
