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

func TestScaleInTakesTheFullestZoneFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(4)})
		time.Sleep(time.Minute)
		a.size(3)
		time.Sleep(time.Minute)
		if diff := cmp.Diff(map[string]int{"us-east-1a": 1, "us-east-1b": 1, "us-east-1c": 1}, a.zones()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTheDefaultPolicyTakesTheOldestTemplateVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		latest := &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("web"), Version: aws.String("$Latest")}
		a.create(create{DesiredCapacity: aws.Int32(1), VPCZoneIdentifier: aws.String("subnet-a"), LaunchTemplate: latest})
		time.Sleep(time.Minute)
		do(a, a.scaling.UpdateAutoScalingGroup, &autoscaling.UpdateAutoScalingGroupInput{
			AutoScalingGroupName: aws.String("g"), DesiredCapacity: aws.Int32(2),
			LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateId: aws.String("lt-1"), Version: aws.String("1")},
		})
		time.Sleep(time.Minute)
		a.size(1)
		time.Sleep(time.Minute)
		if got := *a.group().Instances[0].LaunchTemplate.Version; got != "2" {
			t.Errorf("version %s is left", got)
		}
	})
}

func TestOtherTerminationPoliciesAreFollowed(t *testing.T) {
	for policy, left := range map[string]int{"OldestInstance": 1, "NewestInstance": 0} {
		t.Run(policy, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(t)
				a.create(create{DesiredCapacity: aws.Int32(1), VPCZoneIdentifier: aws.String("subnet-a"), TerminationPolicies: []string{policy}})
				time.Sleep(time.Minute)
				a.size(2)
				time.Sleep(time.Minute)
				a.size(1)
				time.Sleep(time.Minute)
				if got := *a.group().Instances[0].InstanceId; got != a.launched(left) {
					t.Errorf("%s is left, not launch %d", got, left)
				}
			})
		})
	}
}

func TestProtectedInstancesAreNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(2), NewInstancesProtectedFromScaleIn: aws.Bool(true)})
		time.Sleep(time.Minute)
		a.size(0)
		time.Sleep(time.Minute)
		if diff := cmp.Diff(map[types.LifecycleState]int{types.LifecycleStateInService: 2}, a.states()); diff != "" {
			t.Error(diff)
		}
		last := a.activities()[2]
		if last.StatusCode != types.ScalingActivityStatusCodeFailed || *last.StatusMessage != "Could not scale to desired capacity because all remaining instances are protected from scale in." {
			t.Errorf("the activity is %s: %s", last.StatusCode, *last.StatusMessage)
		}
		do(a, a.scaling.SetInstanceProtection, &autoscaling.SetInstanceProtectionInput{
			AutoScalingGroupName: aws.String("g"), InstanceIds: []string{a.launched(0)}, ProtectedFromScaleIn: aws.Bool(false),
		})
		time.Sleep(time.Minute)
		if got := a.group().Instances; len(got) != 1 || *got[0].InstanceId != a.launched(1) {
			t.Errorf("%d instances are left", len(got))
		}
	})
}

func TestZonesAreEvenedOutOnceThereIsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.full["us-east-1b"] = true
		a.create(create{DesiredCapacity: aws.Int32(4), VPCZoneIdentifier: aws.String("subnet-a,subnet-b")})
		time.Sleep(time.Minute)
		if diff := cmp.Diff(map[string]int{"us-east-1a": 4}, a.zones()); diff != "" {
			t.Error("with one zone full:", diff)
		}
		a.loop.Do(func() { a.full = nil })
		time.Sleep(time.Hour)
		if diff := cmp.Diff(map[string]int{"us-east-1a": 2, "us-east-1b": 2}, a.zones()); diff != "" {
			t.Error("with room:", diff)
		}
		if n := len(a.activities()); n != 4+1+4 {
			t.Errorf("%d activities, want 4 launches, a failed one, and two moves of two", n)
		}
	})
}

func TestATypeWithoutCapacityGivesWayToTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.full["us-east-1a/c5.large"] = true
		a.create(create{DesiredCapacity: aws.Int32(1), VPCZoneIdentifier: aws.String("subnet-a"), MixedInstancesPolicy: &types.MixedInstancesPolicy{
			LaunchTemplate: &types.LaunchTemplate{
				LaunchTemplateSpecification: &types.LaunchTemplateSpecification{LaunchTemplateId: aws.String("lt-1")},
				Overrides:                   []types.LaunchTemplateOverrides{{InstanceType: aws.String("c5.large")}, {InstanceType: aws.String("c5a.large")}},
			},
		}})
		time.Sleep(time.Minute)
		if got := *a.group().Instances[0].InstanceType; got != "c5a.large" {
			t.Errorf("the instance is a %s", got)
		}
	})
}

func TestALaunchThatIsTakenBackDoesNotHoldTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(2)})
		time.Sleep(5 * time.Second) // both are still pending
		a.size(0)
		time.Sleep(time.Minute)
		if n := len(a.group().Instances); n != 0 {
			t.Fatalf("%d instances are left", n)
		}
		do(a, a.scaling.DeleteAutoScalingGroup, &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("g")})
	})
}
