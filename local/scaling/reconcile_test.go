package scaling_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
)

type create = autoscaling.CreateAutoScalingGroupInput

func TestAGroupLaunchesItsDesiredCapacityOverItsZones(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.loop.Do(func() { // both in one go: the loop launches at once
			_, err := a.scaling.CreateAutoScalingGroup(t.Context(), &create{
				AutoScalingGroupName: aws.String("g"), MinSize: aws.Int32(0), MaxSize: aws.Int32(10), DesiredCapacity: aws.Int32(4),
				LaunchTemplate:    &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("web")},
				VPCZoneIdentifier: aws.String("subnet-a,subnet-b,subnet-c"),
			})
			if err != nil || len(a.order) != 0 {
				t.Errorf("%d instances are there before the create call is over: %v", len(a.order), err)
			}
		})
		time.Sleep(time.Second)
		if diff := cmp.Diff(map[types.LifecycleState]int{types.LifecycleStatePending: 4}, a.states()); diff != "" {
			t.Error("while they boot:", diff)
		}
		time.Sleep(time.Minute)
		if diff := cmp.Diff(map[types.LifecycleState]int{types.LifecycleStateInService: 4}, a.states()); diff != "" {
			t.Error("after a minute:", diff)
		}
		if diff := cmp.Diff(map[string]int{"us-east-1a": 2, "us-east-1b": 1, "us-east-1c": 1}, a.zones()); diff != "" {
			t.Error(diff)
		}
		first := a.activities()[0]
		const cause = "At 2000-01-01T00:00:00Z a user request created an AutoScalingGroup changing the desired capacity from 0 to 4.  " +
			"At 2000-01-01T00:00:00Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 4."
		if *first.Cause != cause || first.StatusCode != types.ScalingActivityStatusCodeSuccessful || *first.Progress != 100 {
			t.Errorf("the first activity is %s %d%%, caused by %s", first.StatusCode, *first.Progress, *first.Cause)
		}
		if !strings.HasPrefix(*first.Description, "Launching a new EC2 instance: i-") {
			t.Errorf("it is described as %s", *first.Description)
		}
	})
}

func TestAnInstanceThatDiesIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(2)})
		time.Sleep(time.Minute)
		a.loop.Do(func() { a.become(a.order[0], ec2types.InstanceStateNameTerminated) })
		time.Sleep(time.Minute)
		if diff := cmp.Diff(map[types.LifecycleState]int{types.LifecycleStateInService: 2}, a.states()); diff != "" {
			t.Error(diff)
		}
		all := a.activities()
		if len(all) != 4 {
			t.Fatalf("%d activities, want 4", len(all))
		}
		for i, want := range []string{
			"an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.",
			"an instance was launched in response to an unhealthy instance needing to be replaced.",
		} {
			if got := *all[2+i].Cause; !strings.HasSuffix(got, want) {
				t.Errorf("activity %d was caused by %q, want %q", 2+i, got, want)
			}
		}
	})
}

func TestAnInstanceThatFailsItsStatusChecksIsReplacedAfterItsGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(1), HealthCheckGracePeriod: aws.Int32(300)})
		time.Sleep(time.Minute)
		sick := aws.ToString(a.group().Instances[0].InstanceId)
		a.loop.Do(func() { a.impaired = map[string]bool{sick: true} })
		time.Sleep(time.Minute)
		if got := aws.ToString(a.group().Instances[0].InstanceId); got != sick {
			t.Fatal("it was replaced within its grace")
		}
		time.Sleep(5 * time.Minute)
		if got := aws.ToString(a.group().Instances[0].InstanceId); got == sick {
			t.Fatal("it was not replaced after its grace")
		}
		const want = "an instance was taken out of service in response to an EC2 instance status check failure."
		if got := *a.activities()[1].Cause; !strings.HasSuffix(got, want) {
			t.Errorf("its end was caused by %q, want %q", got, want)
		}
	})
}

func TestAFailedLaunchIsToldAndTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.full = map[string]bool{"us-east-1a": true, "us-east-1b": true, "us-east-1c": true}
		a.create(create{DesiredCapacity: aws.Int32(1)})
		time.Sleep(time.Second)
		failed := a.activities()[0]
		const message = "We currently do not have sufficient capacity in the Availability Zone you requested (us-east-1c). Launching EC2 instance failed."
		if failed.StatusCode != types.ScalingActivityStatusCodeFailed || *failed.StatusMessage != message {
			t.Errorf("the launch is %s: %s", failed.StatusCode, *failed.StatusMessage)
		}
		time.Sleep(10 * time.Minute)
		if n := len(a.activities()); n < 4 || n > 8 {
			t.Errorf("%d launches were tried in ten minutes", n)
		}
		a.loop.Do(func() { a.full = nil })
		time.Sleep(20 * time.Minute)
		if diff := cmp.Diff(map[types.LifecycleState]int{types.LifecycleStateInService: 1}, a.states()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestScaleInDrainsBeforeItTerminates(t *testing.T) {
	for _, balancer := range []string{"classic", "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/1"} {
		t.Run(balancer, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(t)
				a.balancer(balancer)
				in := create{DesiredCapacity: aws.Int32(2)}
				if balancer == "classic" {
					in.LoadBalancerNames = []string{balancer}
				} else {
					in.TargetGroupARNs = []string{balancer}
				}
				a.create(in)
				time.Sleep(time.Minute)
				a.size(1)
				time.Sleep(25 * time.Second)
				if diff := cmp.Diff(map[types.LifecycleState]int{types.LifecycleStateInService: 1, types.LifecycleStateTerminating: 1}, a.states()); diff != "" {
					t.Error("while it drains:", diff)
				}
				last := a.activities()[2]
				if last.StatusCode != types.ScalingActivityStatusCodeWaitingForELBConnectionDraining {
					t.Error("the activity is", last.StatusCode)
				}
				gone := strings.TrimPrefix(*last.Description, "Terminating EC2 instance: ")
				a.loop.Do(func() {
					if s := a.instances[gone].State.Name; s != ec2types.InstanceStateNameRunning {
						t.Error("the instance is", s, "while it drains")
					}
				})
				time.Sleep(time.Minute)
				if diff := cmp.Diff(map[types.LifecycleState]int{types.LifecycleStateInService: 1}, a.states()); diff != "" {
					t.Error("in the end:", diff)
				}
			})
		})
	}
}
