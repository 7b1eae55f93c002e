package cloud

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/evidence"
	"gekko/cloud/groups"
	"gekko/cloud/tag"
)

// defaultGrace is how long a new instance may fail its health checks, unless
// the plan says otherwise.
const defaultGrace = 5 * time.Minute

// Launch makes a group, attached to its balancer from the start. One that is
// there already is success if it runs the same snapshot.
func (c *Cloud) Launch(ctx context.Context, l gekko.Launch) error {
	name := string(l.Snapshot.Name)
	if err := tag.Check(map[string]string{tag.Policy: l.Policy}); err != nil {
		return fmt.Errorf("group %s: %w", name, err)
	}
	in := &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName:   &name,
		MinSize:                count(l.Size.Min),
		MaxSize:                count(l.Size.Max),
		DesiredCapacity:        count(l.Size.Desired),
		VPCZoneIdentifier:      aws.String(strings.Join(l.Subnets, ",")),
		HealthCheckGracePeriod: count(int(cmp.Or(l.Snapshot.Plan.HealthGrace, defaultGrace) / time.Second)),
		Tags:                   launchTags(l),
	}
	runs(in, l.Snapshot)
	switch {
	case l.Balancer.Weighted():
		raw, err := c.targetGroup(ctx, name)
		if err != nil {
			return err
		}
		in.TargetGroupARNs = []string{aws.ToString(raw.TargetGroupArn)}
		in.HealthCheckType = aws.String("ELB")
	case l.Balancer.Classic != "":
		in.LoadBalancerNames = []string{l.Balancer.Classic}
		in.HealthCheckType = aws.String("ELB")
	}
	var live types.AutoScalingGroup
	if l.Like != "" {
		var err error
		if live, err = c.groups.Raw(ctx, l.Like); err == nil {
			err = c.Like(ctx, in, l, live)
		}
		if err != nil {
			return err
		}
	}
	_, err := c.autoscaling.CreateAutoScalingGroup(ctx, in)
	switch {
	case errors.Is(answer.Kind(err), gekko.ErrConflict):
		err = c.sameSnapshot(ctx, l, err)
	case err != nil:
		err = answer.Named("group "+name, err)
	}
	if err != nil {
		return err
	}
	return c.Collect(ctx, name, live)
}

// runs lets a group launch from the snapshot's template: of one instance type
// as it stands, of several as Auto Scaling's mixed policy, all on demand.
func runs(in *autoscaling.CreateAutoScalingGroupInput, s gekko.Snapshot) {
	template := &types.LaunchTemplateSpecification{
		LaunchTemplateId: aws.String(string(s.Template)),
		Version:          aws.String(strconv.FormatInt(max(s.Version, 1), 10)),
	}
	if len(s.Plan.InstanceTypes) < 2 {
		in.LaunchTemplate = template
		return
	}
	var overrides []types.LaunchTemplateOverrides
	for _, t := range s.Plan.InstanceTypes {
		overrides = append(overrides, types.LaunchTemplateOverrides{InstanceType: &t})
	}
	in.MixedInstancesPolicy = &types.MixedInstancesPolicy{
		LaunchTemplate: &types.LaunchTemplate{LaunchTemplateSpecification: template, Overrides: overrides},
	}
}

func launchTags(l gekko.Launch) []types.Tag {
	name := string(l.Snapshot.Name)
	marked := func(key, value string, propagate bool) types.Tag {
		return types.Tag{
			Key: &key, Value: &value, PropagateAtLaunch: &propagate,
			ResourceId: &name, ResourceType: aws.String("auto-scaling-group"),
		}
	}
	tags := []types.Tag{
		marked(tag.App, string(l.Snapshot.Name.App()), true),
		marked(tag.Snapshot, name, true),
		marked("Name", name, true),
	}
	own := tag.OfRelease(l.Release)
	own[tag.Commit], own[tag.Balancer], own[tag.Policy] = string(l.Snapshot.Commit), tag.EncodeBalancer(l.Balancer), l.Policy
	for _, key := range slices.Sorted(maps.Keys(own)) {
		if own[key] != "" {
			tags = append(tags, marked(key, own[key], false))
		}
	}
	return tags
}

// sameSnapshot says whether the group that has the name already is the one
// that was to be made.
func (c *Cloud) sameSnapshot(ctx context.Context, l gekko.Launch, taken error) error {
	raw, err := c.groups.Raw(ctx, gekko.GroupName(l.Snapshot.Name))
	if answer.Gone(err) {
		return answer.Named("group "+string(l.Snapshot.Name), taken)
	}
	if err != nil {
		return err
	}
	tags := groups.Tags(raw)
	if tags[tag.Snapshot] == string(l.Snapshot.Name) && aws.ToString(raw.Status) == "" {
		return nil
	}
	return answer.Named("group "+string(l.Snapshot.Name), taken)
}

// Resize sets all three sizes of a group at once.
func (c *Cloud) Resize(ctx context.Context, name gekko.GroupName, s gekko.Size) error {
	_, err := c.autoscaling.UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(string(name)),
		MinSize:              count(s.Min), MaxSize: count(s.Max), DesiredCapacity: count(s.Desired),
	})
	if err != nil {
		return answer.Named("group "+string(name), err)
	}
	return nil
}

// Track puts a target-tracking policy on a group. Its name is fixed, so that
// putting it again changes it.
func (c *Cloud) Track(ctx context.Context, name gekko.GroupName, f gekko.Fleet, t gekko.TargetTracking) error {
	metric := &types.PredefinedMetricSpecification{PredefinedMetricType: types.MetricTypeASGAverageCPUUtilization}
	if t.Metric == "requests" {
		raw, err := c.targetGroup(ctx, string(name))
		if err != nil {
			return err
		}
		metric.PredefinedMetricType = types.MetricTypeALBRequestCountPerTarget
		metric.ResourceLabel = aws.String(evidence.BalancerDimension(f.ID) + "/" + evidence.PoolDimension(aws.ToString(raw.TargetGroupArn)))
	}
	_, err := c.autoscaling.PutScalingPolicy(ctx, &autoscaling.PutScalingPolicyInput{
		AutoScalingGroupName: aws.String(string(name)),
		PolicyName:           aws.String("gekko-" + t.Metric),
		PolicyType:           aws.String("TargetTrackingScaling"),
		TargetTrackingConfiguration: &types.TargetTrackingConfiguration{
			TargetValue: &t.Target, PredefinedMetricSpecification: metric,
		},
	})
	if err != nil {
		return answer.Named("group "+string(name), err)
	}
	return nil
}

// Mark remembers on a group how far it is on its way out; the zero value
// forgets it.
func (c *Cloud) Mark(ctx context.Context, name gekko.GroupName, o gekko.Out) error {
	return c.groups.Put(ctx, name, tag.Leaving(o))
}

// Delete deletes a group; withInstances ends its instances with it, without
// waiting for their requests. Auto Scaling answers an unknown group with the
// code of any wrong input, so it is looked for first.
func (c *Cloud) Delete(ctx context.Context, name gekko.GroupName, withInstances bool) error {
	raw, err := c.groups.Raw(ctx, name)
	if errors.Is(err, gekko.ErrNotFound) || err == nil && aws.ToString(raw.Status) != "" {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = c.autoscaling.DeleteAutoScalingGroup(ctx, &autoscaling.DeleteAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(string(name)), ForceDelete: &withInstances,
	})
	if err != nil {
		return answer.Named("group "+string(name), err)
	}
	return nil
}

func count(n int) *int32 { return aws.Int32(int32(n)) }
