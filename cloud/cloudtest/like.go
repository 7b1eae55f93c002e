package cloudtest

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko"
)

// likeness launches a group like another one: with its hooks from the first
// instance on, its tags, its settings, and then its policies.
func likeness(t *testing.T, h *Harness) {
	b := gekko.Balancer{Classic: h.Classic}
	s, next := h.snapshot(t, time.Hour), h.snapshot(t, 0)
	live := h.launch(t, s, b)
	ctx, as, name := t.Context(), h.autoscaling(), aws.String(string(live.Name))
	_, err := as.PutLifecycleHook(ctx, &autoscaling.PutLifecycleHookInput{
		AutoScalingGroupName: name, LifecycleHookName: aws.String("ready"), LifecycleTransition: aws.String("autoscaling:EC2_INSTANCE_LAUNCHING"),
		HeartbeatTimeout: aws.Int32(30), DefaultResult: aws.String("CONTINUE"),
	})
	must(t, err)
	_, err = as.UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: name, DefaultCooldown: aws.Int32(77), HealthCheckGracePeriod: aws.Int32(99)})
	must(t, err)
	_, err = as.CreateOrUpdateTags(ctx, &autoscaling.CreateOrUpdateTagsInput{Tags: []types.Tag{
		{ResourceId: name, ResourceType: aws.String("auto-scaling-group"), Key: aws.String("team"), Value: aws.String("web"), PropagateAtLaunch: aws.Bool(true)},
	}})
	must(t, err)
	_, err = as.EnableMetricsCollection(ctx, &autoscaling.EnableMetricsCollectionInput{AutoScalingGroupName: name, Granularity: aws.String("1Minute"), Metrics: []string{"GroupInServiceInstances"}})
	must(t, err)
	_, err = as.PutScalingPolicy(ctx, &autoscaling.PutScalingPolicyInput{
		AutoScalingGroupName: name, PolicyName: aws.String("more"), PolicyType: aws.String("SimpleScaling"),
		AdjustmentType: aws.String("ChangeInCapacity"), ScalingAdjustment: aws.Int32(1),
	})
	must(t, err)

	site, err := h.Cloud.Site(ctx, b, nil)
	must(t, err)
	l := gekko.Launch{Snapshot: next, Size: gekko.Size{Max: 1}, Balancer: b, Subnets: site.Subnets, Like: live.Name}
	t.Cleanup(func() { h.remove(t, gekko.GroupName(next.Name)) })
	must(t, h.Cloud.Launch(ctx, l))
	must(t, h.Cloud.Launch(ctx, l))
	f := h.observe(t, b)
	differ, err := h.Cloud.Differences(ctx, f, live.Name, gekko.GroupName(next.Name), 0)
	must(t, err)
	if len(differ) != 1 || !strings.HasPrefix(differ[0], "scaling policy more: not set") {
		t.Errorf("launched like the live one it differs in %q, want the policy alone", differ)
	}
	must(t, h.Cloud.CarryOver(ctx, f, live.Name, gekko.GroupName(next.Name), 0))
	if differ, err = h.Cloud.Differences(ctx, f, live.Name, gekko.GroupName(next.Name), 0); err != nil || len(differ) > 0 {
		t.Errorf("after all was carried over: %q, %v", differ, err)
	}
	if in, err := h.Cloud.Obstacles(ctx, f, live.Name); err != nil || len(in) > 0 {
		t.Errorf("obstacles: %q, %v", in, err)
	}
}
