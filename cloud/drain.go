package cloud

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/groups"
)

// detachLimit is how many attachments one call takes
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DetachLoadBalancerTargetGroups.html).
const detachLimit = 10

// Attach puts a group back behind its balancer. What is attached already stays
// as it is.
func (c *Cloud) Attach(ctx context.Context, name gekko.GroupName, f gekko.Fleet, pool string) error {
	group := aws.String(string(name))
	if f.Balancer.Weighted() {
		raw, err := c.targetGroup(ctx, pool)
		if err != nil {
			return err
		}
		in := &autoscaling.AttachLoadBalancerTargetGroupsInput{AutoScalingGroupName: group, TargetGroupARNs: []string{aws.ToString(raw.TargetGroupArn)}}
		if _, err := c.autoscaling.AttachLoadBalancerTargetGroups(ctx, in); err != nil {
			return answer.Named("group "+string(name), err)
		}
		return nil
	}
	in := &autoscaling.AttachLoadBalancersInput{AutoScalingGroupName: group, LoadBalancerNames: []string{f.Balancer.Classic}}
	if _, err := c.autoscaling.AttachLoadBalancers(ctx, in); err != nil {
		return answer.Named("group "+string(name), err)
	}
	return nil
}

// Detach takes a group out of all that it is attached to, by the calls that
// match: what AttachTrafficSources attached, the older calls do not detach.
func (c *Cloud) Detach(ctx context.Context, name gekko.GroupName, _ gekko.Fleet) error {
	raw, err := c.groups.Raw(ctx, name)
	if errors.Is(err, gekko.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	group := raw.AutoScalingGroupName
	for arns := range slices.Chunk(raw.TargetGroupARNs, detachLimit) {
		_, err := c.autoscaling.DetachLoadBalancerTargetGroups(ctx, &autoscaling.DetachLoadBalancerTargetGroupsInput{AutoScalingGroupName: group, TargetGroupARNs: arns})
		if err != nil {
			return answer.Named("group "+string(name), err)
		}
	}
	for names := range slices.Chunk(raw.LoadBalancerNames, detachLimit) {
		_, err := c.autoscaling.DetachLoadBalancers(ctx, &autoscaling.DetachLoadBalancersInput{AutoScalingGroupName: group, LoadBalancerNames: names})
		if err != nil {
			return answer.Named("group "+string(name), err)
		}
	}
	for sources := range slices.Chunk(newerSources(raw), detachLimit) {
		_, err := c.autoscaling.DetachTrafficSources(ctx, &autoscaling.DetachTrafficSourcesInput{AutoScalingGroupName: group, TrafficSources: sources})
		if err != nil {
			return answer.Named("group "+string(name), err)
		}
	}
	return nil
}

// newerSources are the attachments that only AttachTrafficSources made: the
// group's list of traffic sources may hold the older ones as well.
func newerSources(raw types.AutoScalingGroup) []types.TrafficSourceIdentifier {
	older := slices.Concat(raw.TargetGroupARNs, raw.LoadBalancerNames)
	return slices.DeleteFunc(slices.Clone(raw.TrafficSources), func(t types.TrafficSourceIdentifier) bool {
		return slices.Contains(older, aws.ToString(t.Identifier))
	})
}

// Attached says whether the balancer still has to do with a group, also while
// it is being detached: it is then "Removing", and instances finish requests.
func (c *Cloud) Attached(ctx context.Context, name gekko.GroupName, f gekko.Fleet) (bool, error) {
	raw, err := c.groups.Raw(ctx, name)
	if errors.Is(err, gekko.ErrNotFound) {
		return false, nil
	}
	if err != nil || len(groups.Attachments(raw)) > 0 {
		return err == nil, err
	}
	if f.Balancer.Weighted() {
		out, err := c.autoscaling.DescribeLoadBalancerTargetGroups(ctx, &autoscaling.DescribeLoadBalancerTargetGroupsInput{AutoScalingGroupName: raw.AutoScalingGroupName})
		if err != nil {
			return false, answer.Named("group "+string(name), err)
		}
		return slices.ContainsFunc(out.LoadBalancerTargetGroups, func(s types.LoadBalancerTargetGroupState) bool { return attached(s.State) }), nil
	}
	out, err := c.autoscaling.DescribeLoadBalancers(ctx, &autoscaling.DescribeLoadBalancersInput{AutoScalingGroupName: raw.AutoScalingGroupName})
	if err != nil {
		return false, answer.Named("group "+string(name), err)
	}
	return slices.ContainsFunc(out.LoadBalancers, func(s types.LoadBalancerState) bool { return attached(s.State) }), nil
}

func attached(state *string) bool { return aws.ToString(state) != "Removed" }

// Free clears what may keep instances from ending: scale-in protection,
// deletion protection, and the hooks that let them wait on their way out.
func (c *Cloud) Free(ctx context.Context, name gekko.GroupName) error {
	raw, err := c.groups.Raw(ctx, name)
	if errors.Is(err, gekko.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := c.unprotect(ctx, raw); err != nil {
		return answer.Named("group "+string(name), err)
	}
	hooks, err := c.groups.Hooks(ctx, name)
	if err != nil {
		return err
	}
	for _, h := range hooks {
		if aws.ToString(h.LifecycleTransition) != "autoscaling:EC2_INSTANCE_TERMINATING" {
			continue
		}
		_, err := c.autoscaling.DeleteLifecycleHook(ctx, &autoscaling.DeleteLifecycleHookInput{AutoScalingGroupName: raw.AutoScalingGroupName, LifecycleHookName: h.LifecycleHookName})
		if err != nil {
			return answer.Named("hook "+aws.ToString(h.LifecycleHookName), err)
		}
	}
	return nil
}

func (c *Cloud) unprotect(ctx context.Context, raw types.AutoScalingGroup) error {
	guarded := raw.DeletionProtection != "" && raw.DeletionProtection != types.DeletionProtectionNone
	if guarded || aws.ToBool(raw.NewInstancesProtectedFromScaleIn) {
		in := &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: raw.AutoScalingGroupName, NewInstancesProtectedFromScaleIn: aws.Bool(false)}
		if guarded {
			in.DeletionProtection = types.DeletionProtectionNone
		}
		if _, err := c.autoscaling.UpdateAutoScalingGroup(ctx, in); err != nil {
			return err
		}
	}
	var protected []string
	for _, i := range raw.Instances {
		if aws.ToBool(i.ProtectedFromScaleIn) {
			protected = append(protected, aws.ToString(i.InstanceId))
		}
	}
	for ids := range slices.Chunk(protected, 50) {
		_, err := c.autoscaling.SetInstanceProtection(ctx, &autoscaling.SetInstanceProtectionInput{
			AutoScalingGroupName: raw.AutoScalingGroupName, InstanceIds: ids, ProtectedFromScaleIn: aws.Bool(false),
		})
		if err != nil {
			return err
		}
	}
	return nil
}
