package scaling_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

func TestCreateRefusesInAWSsWords(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*create)
		want   string
	}{
		{"desired below minimum", func(in *create) {
			in.MinSize, in.MaxSize, in.DesiredCapacity = aws.Int32(2), aws.Int32(4), aws.Int32(1)
		}, "ValidationError: Desired capacity:1 must be between the specified min size:2 and max size:4"},
		{"desired above maximum", func(in *create) { in.DesiredCapacity = aws.Int32(5) }, "ValidationError: Desired capacity:5 must be between the specified min size:0 and max size:4"},
		{"minimum above maximum", func(in *create) { in.MinSize = aws.Int32(5) }, "ValidationError: Max bound, 4, must be greater than or equal to min bound, 5"},
		{"a name in use", func(in *create) { in.AutoScalingGroupName = aws.String("g") }, "AlreadyExists: AutoScalingGroup by this name already exists - A group with the name g already exists"},
		{"no source", func(in *create) { in.LaunchTemplate = nil }, "ValidationError: Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter."},
		{"an unknown template", func(in *create) { in.LaunchTemplate.LaunchTemplateName = aws.String("x") }, "ValidationError: You must use a valid fully-formed launch template. The specified launch template, with template name x, does not exist."},
		{"an unknown version", func(in *create) { in.LaunchTemplate.Version = aws.String("9") }, "ValidationError: You must use a valid fully-formed launch template. Could not find the specified version 9 for the launch template with ID web."},
		{"no place", func(in *create) { in.VPCZoneIdentifier = nil }, "ValidationError: At least one Availability Zone or VPC Subnet is required."},
		{"an unknown subnet", func(in *create) { in.VPCZoneIdentifier = aws.String("subnet-x") }, "ValidationError: The subnet ID 'subnet-x' does not exist"},
		{"an unknown Classic balancer", func(in *create) { in.LoadBalancerNames = []string{"x"} }, "ValidationError: Provided Load Balancers may not be valid. Please ensure they exist and try again."},
		{"an unknown target group", func(in *create) { in.TargetGroupARNs = []string{"arn:x"} }, "ValidationError: Provided Target Groups may not be valid. Please ensure they exist and try again."},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(t)
				a.create(create{})
				in := create{
					AutoScalingGroupName: aws.String("other"), MinSize: aws.Int32(0), MaxSize: aws.Int32(4), VPCZoneIdentifier: aws.String("subnet-a"),
					LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("web")},
				}
				row.change(&in)
				refused(a, a.scaling.CreateAutoScalingGroup, &in, row.want)
				if n := len(do(a, a.scaling.DescribeAutoScalingGroups, &autoscaling.DescribeAutoScalingGroupsInput{}).AutoScalingGroups); n != 1 {
					t.Errorf("there are %d groups after a refusal", n)
				}
			})
		})
	}
}

func TestChangesAreRefusedInAWSsWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{MinSize: aws.Int32(1), MaxSize: aws.Int32(2)})
		g, unknown := aws.String("g"), aws.String("x")
		const notFound = "ValidationError: AutoScalingGroup name not found - null"
		refused(a, a.scaling.SetDesiredCapacity, &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: g, DesiredCapacity: aws.Int32(3)},
			"ValidationError: New SetDesiredCapacity value 3 is above max value 2 for the AutoScalingGroup.")
		refused(a, a.scaling.SetDesiredCapacity, &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: g, DesiredCapacity: aws.Int32(0)},
			"ValidationError: New SetDesiredCapacity value 0 is below min value 1 for the AutoScalingGroup.")
		refused(a, a.scaling.SetDesiredCapacity, &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: unknown, DesiredCapacity: aws.Int32(3)}, notFound)
		refused(a, a.scaling.UpdateAutoScalingGroup, &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: unknown}, notFound)
		refused(a, a.scaling.DeleteAutoScalingGroup, &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: unknown}, notFound)
		refused(a, a.scaling.UpdateAutoScalingGroup, &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: g, DesiredCapacity: aws.Int32(3)},
			"ValidationError: Desired capacity:3 must be between the specified min size:1 and max size:2")
		refused(a, a.scaling.StartInstanceRefresh, &autoscaling.StartInstanceRefreshInput{},
			"UnsupportedOperation: Instance refresh is not supported here; launch a second group and retire the first.")
	})
}

func TestALaunchConfigurationInUseStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		in := &autoscaling.CreateLaunchConfigurationInput{LaunchConfigurationName: aws.String("c"), ImageId: aws.String("ami-1"), InstanceType: aws.String("t3.micro")}
		do(a, a.scaling.Sources.CreateLaunchConfiguration, in)
		refused(a, a.scaling.Sources.CreateLaunchConfiguration, in, "AlreadyExists: Launch Configuration by this name already exists - A launch configuration already exists with the name c")
		a.create(create{LaunchConfigurationName: aws.String("c"), DesiredCapacity: aws.Int32(1)})
		time.Sleep(time.Minute)
		if got := a.group().Instances[0].LaunchConfigurationName; aws.ToString(got) != "c" {
			t.Errorf("the instance is from %v", got)
		}
		drop := &autoscaling.DeleteLaunchConfigurationInput{LaunchConfigurationName: aws.String("c")}
		refused(a, a.scaling.Sources.DeleteLaunchConfiguration, drop, "ResourceInUse: Cannot delete launch configuration c because it is attached to AutoScalingGroup g")
		do(a, a.scaling.DeleteAutoScalingGroup, &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("g"), ForceDelete: aws.Bool(true)})
		time.Sleep(time.Minute)
		do(a, a.scaling.Sources.DeleteLaunchConfiguration, drop)
	})
}

func TestAGroupWithInstancesIsOnlyDeletedByForce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(2)})
		time.Sleep(time.Minute)
		drop := &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("g")}
		refused(a, a.scaling.DeleteAutoScalingGroup, drop, "ResourceInUse: You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.")
		a.size(0)
		time.Sleep(time.Second)
		refused(a, a.scaling.DeleteAutoScalingGroup, drop, "ScalingActivityInProgress: You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.")
		a.size(2)
		time.Sleep(time.Minute)
		drop.ForceDelete = aws.Bool(true)
		do(a, a.scaling.DeleteAutoScalingGroup, drop)
		if got := aws.ToString(a.group().Status); got != "Delete in progress" {
			t.Errorf("the status is %q", got)
		}
		time.Sleep(time.Minute)
		if n := len(do(a, a.scaling.DescribeAutoScalingGroups, &autoscaling.DescribeAutoScalingGroupsInput{}).AutoScalingGroups); n != 0 {
			t.Errorf("%d groups are left", n)
		}
		kept := do(a, a.scaling.DescribeScalingActivities, &autoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: aws.String("g"), IncludeDeletedGroups: aws.Bool(true)})
		if len(kept.Activities) != 8 || aws.ToString(kept.Activities[0].AutoScalingGroupState) != "Deleted" {
			t.Errorf("%d activities of the deleted group are told", len(kept.Activities))
		}
		a.create(create{}) // the name is free
	})
}
