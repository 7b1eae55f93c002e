package scaling_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
)

func TestALaunchingHookHoldsAnInstanceUntilItIsCompleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(1), LifecycleHookSpecificationList: []types.LifecycleHookSpecification{{
			LifecycleHookName: aws.String("warm"), LifecycleTransition: aws.String("autoscaling:EC2_INSTANCE_LAUNCHING"),
		}}})
		time.Sleep(30 * time.Minute)
		if diff := cmp.Diff(map[types.LifecycleState]int{types.LifecycleStatePendingWait: 1}, a.states()); diff != "" {
			t.Error(diff)
		}
		do(a, a.scaling.CompleteLifecycleAction, &autoscaling.CompleteLifecycleActionInput{
			AutoScalingGroupName: aws.String("g"), LifecycleHookName: aws.String("warm"), InstanceId: aws.String(a.launched(0)), LifecycleActionResult: aws.String("CONTINUE"),
		})
		time.Sleep(time.Second)
		if diff := cmp.Diff(map[types.LifecycleState]int{types.LifecycleStateInService: 1}, a.states()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAHookThatTimesOutDoesWhatItsDefaultSays(t *testing.T) {
	for result, launches := range map[string]int{"CONTINUE": 1, "ABANDON": 2} {
		t.Run(result, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(t)
				a.create(create{})
				do(a, a.scaling.PutLifecycleHook, &autoscaling.PutLifecycleHookInput{
					AutoScalingGroupName: aws.String("g"), LifecycleHookName: aws.String("warm"), LifecycleTransition: aws.String("autoscaling:EC2_INSTANCE_LAUNCHING"),
					DefaultResult: &result, HeartbeatTimeout: aws.Int32(60),
				})
				a.size(1)
				time.Sleep(90 * time.Second)
				a.loop.Do(func() {
					if len(a.order) != launches {
						t.Errorf("%d instances were launched, want %d", len(a.order), launches)
					}
				})
			})
		})
	}
}

func TestATerminatingHookHoldsAnInstanceBeforeItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(1)})
		do(a, a.scaling.PutLifecycleHook, &autoscaling.PutLifecycleHookInput{
			AutoScalingGroupName: aws.String("g"), LifecycleHookName: aws.String("logs"), LifecycleTransition: aws.String("autoscaling:EC2_INSTANCE_TERMINATING"),
			HeartbeatTimeout: aws.Int32(60),
		})
		time.Sleep(time.Minute)
		a.size(0)
		time.Sleep(50 * time.Second)
		do(a, a.scaling.RecordLifecycleActionHeartbeat, &autoscaling.RecordLifecycleActionHeartbeatInput{
			AutoScalingGroupName: aws.String("g"), LifecycleHookName: aws.String("logs"), InstanceId: aws.String(a.launched(0)),
		})
		time.Sleep(50 * time.Second)
		if diff := cmp.Diff(map[types.LifecycleState]int{types.LifecycleStateTerminatingWait: 1}, a.states()); diff != "" {
			t.Error("after a heartbeat:", diff)
		}
		do(a, a.scaling.DeleteLifecycleHook, &autoscaling.DeleteLifecycleHookInput{AutoScalingGroupName: aws.String("g"), LifecycleHookName: aws.String("logs")})
		time.Sleep(time.Minute)
		if diff := cmp.Diff(map[types.LifecycleState]int{}, a.states()); diff != "" {
			t.Error("without the hook:", diff)
		}
	})
}

func TestStandbyLeavesTheBalancerAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.balancer("classic")
		a.create(create{DesiredCapacity: aws.Int32(2), LoadBalancerNames: []string{"classic"}})
		time.Sleep(time.Minute)
		ids := []string{a.launched(0)}
		do(a, a.scaling.EnterStandby, &autoscaling.EnterStandbyInput{AutoScalingGroupName: aws.String("g"), InstanceIds: ids, ShouldDecrementDesiredCapacity: aws.Bool(true)})
		time.Sleep(time.Minute)
		if diff := cmp.Diff(map[types.LifecycleState]int{types.LifecycleStateInService: 1, types.LifecycleStateStandby: 1}, a.states()); diff != "" {
			t.Error(diff)
		}
		a.loop.Do(func() {
			if _, there := a.targets["classic"][ids[0]]; there {
				t.Error("it is still behind the balancer")
			}
		})
		do(a, a.scaling.ExitStandby, &autoscaling.ExitStandbyInput{AutoScalingGroupName: aws.String("g"), InstanceIds: ids})
		time.Sleep(time.Minute)
		if diff := cmp.Diff(map[types.LifecycleState]int{types.LifecycleStateInService: 2}, a.states()); diff != "" {
			t.Error(diff)
		}
		a.loop.Do(func() {
			if a.targets["classic"][ids[0]] != "healthy" {
				t.Error("it is not back behind the balancer")
			}
		})
	})
}

func TestADetachedInstanceRunsOnAndCanComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(1), MinSize: aws.Int32(1)})
		time.Sleep(time.Minute)
		ids := []string{a.launched(0)}
		in := &autoscaling.DetachInstancesInput{AutoScalingGroupName: aws.String("g"), InstanceIds: ids, ShouldDecrementDesiredCapacity: aws.Bool(false)}
		do(a, a.scaling.DetachInstances, in)
		time.Sleep(time.Minute)
		a.loop.Do(func() {
			if a.instances[ids[0]].State.Name != ec2types.InstanceStateNameRunning || len(a.order) != 2 {
				t.Error("the detached instance is off, or was not replaced")
			}
		})
		do(a, a.scaling.AttachInstances, &autoscaling.AttachInstancesInput{AutoScalingGroupName: aws.String("g"), InstanceIds: ids})
		time.Sleep(time.Minute)
		if g := a.group(); len(g.Instances) != 2 || *g.DesiredCapacity != 2 {
			t.Errorf("%d instances of %d", len(g.Instances), *g.DesiredCapacity)
		}
	})
}

func TestAnInstanceNamedTwiceCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(3)})
		time.Sleep(time.Minute)
		twice := []string{a.launched(0), a.launched(0)}
		do(a, a.scaling.DetachInstances, &autoscaling.DetachInstancesInput{AutoScalingGroupName: aws.String("g"), InstanceIds: twice, ShouldDecrementDesiredCapacity: aws.Bool(true)})
		time.Sleep(time.Minute)
		if g := a.group(); *g.DesiredCapacity != 2 || len(g.Instances) != 2 {
			t.Errorf("%d of %d instances after one was detached from three", len(g.Instances), *g.DesiredCapacity)
		}
		do(a, a.scaling.AttachInstances, &autoscaling.AttachInstancesInput{AutoScalingGroupName: aws.String("g"), InstanceIds: twice})
		time.Sleep(time.Minute)
		if g := a.group(); *g.DesiredCapacity != 3 || len(g.Instances) != 3 {
			t.Errorf("%d of %d instances after one was attached to two", len(g.Instances), *g.DesiredCapacity)
		}
	})
}

func TestTerminateAndDecrementShrinksTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(2), MinSize: aws.Int32(1)})
		time.Sleep(time.Minute)
		in := &autoscaling.TerminateInstanceInAutoScalingGroupInput{InstanceId: aws.String(a.launched(0)), ShouldDecrementDesiredCapacity: aws.Bool(true)}
		out := do(a, a.scaling.TerminateInstanceInAutoScalingGroup, in)
		want := "At 2000-01-01T00:01:00Z instance " + a.launched(0) + " was taken out of service in response to a user request, shrinking the capacity from 2 to 1."
		if *out.Activity.Cause != want {
			t.Errorf("caused by %s, want %s", *out.Activity.Cause, want)
		}
		time.Sleep(time.Minute)
		if g := a.group(); len(g.Instances) != 1 || *g.DesiredCapacity != 1 {
			t.Errorf("%d instances of %d", len(g.Instances), *g.DesiredCapacity)
		}
		in.InstanceId = aws.String(a.launched(1))
		refused(a, a.scaling.TerminateInstanceInAutoScalingGroup, in,
			"ValidationError: Currently, desiredSize equals minSize (1). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.")
	})
}

func TestInstancesBearTheTagsThatPropagate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(1), Tags: []types.Tag{
			{Key: aws.String("app"), Value: aws.String("hello"), PropagateAtLaunch: aws.Bool(true)},
			{Key: aws.String("mine"), Value: aws.String("x")},
		}})
		time.Sleep(time.Minute)
		a.loop.Do(func() {
			got := map[string]string{}
			for _, tag := range a.launches[0].TagSpecifications[0].Tags {
				got[*tag.Key] = *tag.Value
			}
			if diff := cmp.Diff(map[string]string{"app": "hello", "aws:autoscaling:groupName": "g"}, got); diff != "" {
				t.Error(diff)
			}
		})
	})
}
