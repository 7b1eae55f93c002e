package scaling_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/google/go-cmp/cmp"
)

const pool = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/0123"

// attached is the state of the target group; empty if it is none of the group's.
func (a *account) attached() string {
	a.t.Helper()
	out := do(a, a.scaling.DescribeLoadBalancerTargetGroups, &autoscaling.DescribeLoadBalancerTargetGroupsInput{AutoScalingGroupName: aws.String("g")})
	if len(out.LoadBalancerTargetGroups) == 0 {
		return ""
	}
	return *out.LoadBalancerTargetGroups[0].State
}

func TestAnAttachmentGoesThroughItsStates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.balancer(pool)
		a.create(create{DesiredCapacity: aws.Int32(1)})
		time.Sleep(time.Minute)
		in := &autoscaling.AttachLoadBalancerTargetGroupsInput{AutoScalingGroupName: aws.String("g"), TargetGroupARNs: []string{pool}}
		var got []string
		a.loop.Do(func() { // both in one go: the loop takes an attachment further at once
			_, refused := a.scaling.AttachLoadBalancerTargetGroups(t.Context(), in)
			out, err := a.scaling.DescribeLoadBalancerTargetGroups(t.Context(), &autoscaling.DescribeLoadBalancerTargetGroupsInput{AutoScalingGroupName: aws.String("g")})
			if refused != nil || err != nil {
				t.Fatal(refused, err)
			}
			got = append(got, *out.LoadBalancerTargetGroups[0].State)
		})
		note := func() {
			if s := a.attached(); got[len(got)-1] != s {
				got = append(got, s)
			}
		}
		for range 60 {
			time.Sleep(time.Second)
			note()
		}
		do(a, a.scaling.DetachLoadBalancerTargetGroups, &autoscaling.DetachLoadBalancerTargetGroupsInput{AutoScalingGroupName: aws.String("g"), TargetGroupARNs: []string{pool}})
		for range 60 {
			note()
			time.Sleep(time.Second)
		}
		if diff := cmp.Diff([]string{"Adding", "Added", "InService", "Removing", ""}, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[types.LifecycleState]int{types.LifecycleStateInService: 1}, a.states()); diff != "" {
			t.Error("the group after that:", diff)
		}
	})
}

func TestWhatTrafficSourcesAttachedOnlyTheyDetach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.balancer(pool)
		a.create(create{DesiredCapacity: aws.Int32(1)})
		sources := []types.TrafficSourceIdentifier{{Identifier: aws.String(pool), Type: aws.String("elbv2")}}
		do(a, a.scaling.AttachTrafficSources, &autoscaling.AttachTrafficSourcesInput{AutoScalingGroupName: aws.String("g"), TrafficSources: sources})
		time.Sleep(time.Minute)
		refused(a, a.scaling.DetachLoadBalancerTargetGroups,
			&autoscaling.DetachLoadBalancerTargetGroupsInput{AutoScalingGroupName: aws.String("g"), TargetGroupARNs: []string{pool}},
			"ValidationError: Trying to remove Target Groups that are not part of the group: "+pool)
		do(a, a.scaling.DetachTrafficSources, &autoscaling.DetachTrafficSourcesInput{AutoScalingGroupName: aws.String("g"), TrafficSources: sources})
		time.Sleep(time.Minute)
		if n := len(a.group().TrafficSources); n != 0 {
			t.Errorf("%d traffic sources are left", n)
		}
	})
}

func TestTheBalancersWordCountsAfterTheGracePeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.balancer(pool)
		a.create(create{
			DesiredCapacity: aws.Int32(1), TargetGroupARNs: []string{pool},
			HealthCheckType: aws.String("ELB"), HealthCheckGracePeriod: aws.Int32(300),
		})
		time.Sleep(time.Minute)
		a.loop.Do(func() { a.targets[pool][a.order[0]] = "unhealthy" })
		time.Sleep(4 * time.Minute)
		if n := len(a.activities()); n != 1 {
			t.Errorf("%d activities within the grace period", n)
		}
		time.Sleep(3 * time.Minute)
		all := a.activities()
		if len(all) != 3 {
			t.Fatalf("%d activities after it, want 3", len(all))
		}
		if got, want := (*all[1].Cause)[24:], "an instance was taken out of service in response to an ELB system health check failure."; got != want {
			t.Errorf("caused by %q, want %q", got, want)
		}
	})
}

func TestASuspendedProcessDoesNotRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.balancer(pool)
		a.create(create{TargetGroupARNs: []string{pool}})
		do(a, a.scaling.SuspendProcesses, &autoscaling.SuspendProcessesInput{AutoScalingGroupName: aws.String("g"), ScalingProcesses: []string{"Launch", "AddToLoadBalancer"}})
		a.size(1)
		time.Sleep(time.Minute)
		if n := len(a.group().Instances); n != 0 {
			t.Errorf("%d instances in spite of Launch being suspended", n)
		}
		do(a, a.scaling.ResumeProcesses, &autoscaling.ResumeProcessesInput{AutoScalingGroupName: aws.String("g"), ScalingProcesses: []string{"Launch"}})
		time.Sleep(time.Minute)
		a.loop.Do(func() {
			if len(a.order) != 1 || len(a.targets[pool]) != 0 {
				t.Errorf("%d instances, %d of them behind the balancer", len(a.order), len(a.targets[pool]))
			}
		})
	})
}
