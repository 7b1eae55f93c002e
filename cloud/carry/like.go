package carry

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/groups"
	"gekko/cloud/tag"
)

// Like gives a group that is to be made the settings of a live one, and its
// hooks, so that they hold for the first instances already. What the snapshot's
// plan says goes before.
func (c *Carrier) Like(ctx context.Context, in *autoscaling.CreateAutoScalingGroupInput, l gekko.Launch, live types.AutoScalingGroup) error {
	for _, s := range settings() {
		s.copy(in, live)
	}
	if l.Snapshot.Plan.HealthGrace == 0 {
		in.HealthCheckGracePeriod = live.HealthCheckGracePeriod
	}
	if !l.Chosen && len(l.Snapshot.Plan.Subnets) == 0 && aws.ToString(live.VPCZoneIdentifier) != "" {
		in.VPCZoneIdentifier = live.VPCZoneIdentifier
	}
	mixLike(in, live)
	for _, t := range carriedTags(live) {
		in.Tags = slices.DeleteFunc(in.Tags, func(own types.Tag) bool { return aws.ToString(own.Key) == aws.ToString(t.Key) })
		in.Tags = append(in.Tags, types.Tag{
			Key: t.Key, Value: t.Value, PropagateAtLaunch: t.PropagateAtLaunch,
			ResourceId: in.AutoScalingGroupName, ResourceType: aws.String("auto-scaling-group"),
		})
	}
	hooks, err := c.groups.Hooks(ctx, l.Like)
	for _, h := range hooks {
		in.LifecycleHookSpecificationList = append(in.LifecycleHookSpecificationList, specification(h))
	}
	return err
}

func specification(h types.LifecycleHook) types.LifecycleHookSpecification {
	return types.LifecycleHookSpecification{
		LifecycleHookName: h.LifecycleHookName, LifecycleTransition: h.LifecycleTransition, DefaultResult: h.DefaultResult,
		HeartbeatTimeout: h.HeartbeatTimeout, NotificationMetadata: h.NotificationMetadata,
		NotificationTargetARN: h.NotificationTargetARN, RoleARN: h.RoleARN,
	}
}

// mixLike lets a group buy its instances as the live one does. An adopted
// group's types are those of its own policy, without the images and templates
// that they may name; one that gekko made has them from its snapshot's plan, as
// the new one has.
func mixLike(in *autoscaling.CreateAutoScalingGroupInput, live types.AutoScalingGroup) {
	mix := live.MixedInstancesPolicy
	if mix == nil {
		return
	}
	tags := groups.Tags(live)
	if in.MixedInstancesPolicy == nil && (tags[tag.Snapshot] == "" || tags[tag.Adopted] != "") && mix.LaunchTemplate != nil {
		of := &types.LaunchTemplate{LaunchTemplateSpecification: in.LaunchTemplate}
		for _, o := range mix.LaunchTemplate.Overrides {
			o.ImageId, o.LaunchTemplateSpecification = nil, nil
			of.Overrides = append(of.Overrides, o)
		}
		in.LaunchTemplate, in.MixedInstancesPolicy = nil, &types.MixedInstancesPolicy{LaunchTemplate: of}
	}
	if in.MixedInstancesPolicy != nil {
		in.MixedInstancesPolicy.InstancesDistribution = mix.InstancesDistribution
	}
}

// Collect lets a group's metrics be collected as the live one's are. Doing so
// again changes nothing.
func (c *Carrier) Collect(ctx context.Context, name string, live types.AutoScalingGroup) error {
	if len(live.EnabledMetrics) == 0 {
		return nil
	}
	in := &autoscaling.EnableMetricsCollectionInput{AutoScalingGroupName: &name, Granularity: live.EnabledMetrics[0].Granularity}
	for _, m := range live.EnabledMetrics {
		in.Metrics = append(in.Metrics, aws.ToString(m.Metric))
	}
	if _, err := c.autoscaling.EnableMetricsCollection(ctx, in); err != nil {
		return answer.Named("group "+name, err)
	}
	return nil
}
