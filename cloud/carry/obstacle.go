package carry

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/evidence"
	"gekko/cloud/groups"
	"gekko/cloud/images"
)

// Obstacles are what on the live group keeps a release from working, in words.
func (c *Carrier) Obstacles(ctx context.Context, _ gekko.Fleet, live gekko.GroupName) ([]string, error) {
	raw, err := c.groups.Raw(ctx, live)
	if err != nil {
		return nil, err
	}
	var all []string
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if s := aws.ToString(raw.Status); s != "" {
		say("it is being deleted (%s)", s)
	}
	if o := raw.Operator; o != nil && aws.ToString(o.Principal) != "" {
		say("%s manages it and lets nobody else change it", *o.Principal)
	}
	for _, p := range raw.SuspendedProcesses {
		if stops(p) {
			say("its process %s is suspended (%s)", aws.ToString(p.ProcessName), aws.ToString(p.SuspensionReason))
		}
	}
	if t := images.LaunchTemplate(raw); t == nil {
		say("it has a launch configuration, which no new group is given")
	} else if _, err := strconv.ParseInt(aws.ToString(t.Version), 10, 64); err != nil {
		say("it launches whatever version of template %s is %s: give it a number", aws.ToString(t.LaunchTemplateId), aws.ToString(t.Version))
	}
	refresh, err := c.refreshing(ctx, raw)
	if refresh != "" {
		say("its instances are being replaced (instance refresh %s)", refresh)
	}
	return all, err
}

// stops says whether a release cannot do without a process.
func stops(p types.SuspendedProcess) bool {
	return slices.Contains([]string{"Launch", "Terminate", "AddToLoadBalancer"}, aws.ToString(p.ProcessName))
}

// refreshing is an instance refresh that has not ended; "" if there is none.
func (c *Carrier) refreshing(ctx context.Context, raw types.AutoScalingGroup) (string, error) {
	out, err := c.autoscaling.DescribeInstanceRefreshes(ctx, &autoscaling.DescribeInstanceRefreshesInput{AutoScalingGroupName: raw.AutoScalingGroupName})
	if err != nil {
		return "", answer.Named("instance refreshes of group "+aws.ToString(raw.AutoScalingGroupName), err)
	}
	for _, r := range out.InstanceRefreshes {
		switch r.Status {
		case types.InstanceRefreshStatusSuccessful, types.InstanceRefreshStatusFailed, types.InstanceRefreshStatusCancelled,
			types.InstanceRefreshStatusRollbackSuccessful, types.InstanceRefreshStatusRollbackFailed:
		default:
			return aws.ToString(r.InstanceRefreshId), nil
		}
	}
	return "", nil
}

// NotCarried is what the live group has and a new one would not, in words.
func (c *Carrier) NotCarried(ctx context.Context, f gekko.Fleet, live gekko.GroupName) ([]string, error) {
	raw, err := c.groups.Raw(ctx, live)
	if err != nil {
		return nil, err
	}
	all := lost(f, raw)
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	notes, err := c.autoscaling.DescribeNotificationConfigurations(ctx, &autoscaling.DescribeNotificationConfigurationsInput{AutoScalingGroupNames: []string{string(live)}})
	if err != nil {
		return nil, answer.Named("notifications of group "+string(live), err)
	}
	for _, n := range notes.NotificationConfigurations {
		say("%s is told of %s", aws.ToString(n.TopicARN), aws.ToString(n.NotificationType))
	}
	policies, err := c.policies(ctx, live)
	if err != nil {
		return nil, err
	}
	calls := map[string]bool{}
	for _, p := range policies {
		calls[aws.ToString(p.PolicyARN)] = true
		if aws.ToString(p.PolicyType) == "PredictiveScaling" {
			say("scaling policy %s predicts from this group's own past", aws.ToString(p.PolicyName))
		}
	}
	alarms, err := c.alarms(ctx, &cloudwatch.DescribeAlarmsInput{})
	if err != nil {
		return nil, err
	}
	own := []string{string(live)}
	if p, ok := f.PoolOf(live); ok {
		own = append(own, evidence.PoolDimension(p.ID))
	}
	for _, a := range alarms {
		called := slices.ContainsFunc(slices.Concat(a.AlarmActions, a.OKActions, a.InsufficientDataActions), func(arn string) bool { return calls[arn] })
		if !called && watches(a, own...) {
			say("alarm %s watches it and calls no scaling policy of its own", aws.ToString(a.AlarmName))
		}
	}
	return all, nil
}

// lost is what of a group's description is not carried over.
func lost(f gekko.Fleet, raw types.AutoScalingGroup) []string {
	var all []string
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if raw.WarmPoolConfiguration != nil {
		say("a warm pool")
	}
	for _, p := range raw.SuspendedProcesses {
		if !stops(p) {
			say("its process %s is suspended (%s)", aws.ToString(p.ProcessName), aws.ToString(p.SuspensionReason))
		}
	}
	pool, _ := f.PoolOf(gekko.GroupName(aws.ToString(raw.AutoScalingGroupName)))
	attached := groups.Attachments(raw)
	slices.Sort(attached)
	for _, at := range slices.Compact(attached) {
		if at != f.Balancer.Classic && at != pool.ID {
			say("it is also attached to %s", at)
		}
	}
	if m := raw.MixedInstancesPolicy; m != nil && m.LaunchTemplate != nil {
		for _, o := range m.LaunchTemplate.Overrides {
			if o.ImageId != nil || o.LaunchTemplateSpecification != nil {
				say("instances of type %s have an image or a template of their own", aws.ToString(o.InstanceType))
			}
		}
	}
	return all
}
