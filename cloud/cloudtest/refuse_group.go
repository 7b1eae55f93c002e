package cloudtest

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko"
)

// groupRefusals are those of Auto Scaling that the procedure meets. Messages
// are compared where issue threads quote AWS.
func groupRefusals(t *testing.T, h *Harness) {
	b := gekko.Balancer{Classic: h.Classic}
	s := h.snapshot(t, 0)
	g := h.launch(t, s, b)
	ctx, as, name := t.Context(), h.autoscaling(), string(g.Name)

	create := func(change func(*autoscaling.CreateAutoScalingGroupInput)) error {
		in := &autoscaling.CreateAutoScalingGroupInput{
			AutoScalingGroupName: aws.String(string(gekko.NewSnapshotName(app, time.Now().Add(-time.Hour)))),
			MinSize:              aws.Int32(0), MaxSize: aws.Int32(4),
			LaunchTemplate:    &types.LaunchTemplateSpecification{LaunchTemplateId: aws.String(string(s.Template)), Version: aws.String("1")},
			AvailabilityZones: []string{g.Instances[0].Zone},
		}
		change(in)
		_, err := as.CreateAutoScalingGroup(ctx, in)
		if err == nil {
			h.remove(t, gekko.GroupName(*in.AutoScalingGroupName))
		}
		return err
	}
	refused(t, "desired below the minimum", create(func(in *autoscaling.CreateAutoScalingGroupInput) {
		in.MinSize, in.DesiredCapacity = aws.Int32(2), aws.Int32(1)
	}), "ValidationError", "Desired capacity:1 must be between the specified min size:2 and max size:4")
	refused(t, "desired above the maximum", create(func(in *autoscaling.CreateAutoScalingGroupInput) {
		in.MinSize, in.DesiredCapacity = aws.Int32(2), aws.Int32(5)
	}), "ValidationError", "Desired capacity:5 must be between the specified min size:2 and max size:4")
	refused(t, "minimum above the maximum", create(func(in *autoscaling.CreateAutoScalingGroupInput) {
		in.MinSize = aws.Int32(5)
	}), "ValidationError", "")
	refused(t, "a group that exists", create(func(in *autoscaling.CreateAutoScalingGroupInput) {
		in.AutoScalingGroupName = &name
	}), "AlreadyExists", "AutoScalingGroup by this name already exists - A group with the name "+name+" already exists")
	refused(t, "an unknown Classic balancer", create(func(in *autoscaling.CreateAutoScalingGroupInput) {
		in.LoadBalancerNames = []string{"no-such-balancer"}
	}), "ValidationError", "Provided Load Balancers may not be valid. Please ensure they exist and try again.")
	refused(t, "an unknown target group", create(func(in *autoscaling.CreateAutoScalingGroupInput) {
		in.TargetGroupARNs = []string{"arn:aws:elasticloadbalancing:" + h.Config.Region + ":000000000000:targetgroup/no-such-group/0123456789abcdef"}
	}), "ValidationError", "")

	_, err := as.SetDesiredCapacity(ctx, &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: &name, DesiredCapacity: aws.Int32(3)})
	refused(t, "desired set above the maximum", err, "ValidationError", "New SetDesiredCapacity value 3 is above max value 2 for the AutoScalingGroup.")
	_, err = as.UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: &name, MinSize: aws.Int32(2), MaxSize: aws.Int32(4), DesiredCapacity: aws.Int32(1)})
	refused(t, "updating to desired below the minimum", err, "ValidationError", "Desired capacity:1 must be between the specified min size:2 and max size:4")
	_, err = as.UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: aws.String("no-such-group"), MaxSize: aws.Int32(4)})
	refused(t, "updating an unknown group", err, "ValidationError", "AutoScalingGroup name not found - null")
	_, err = as.SetDesiredCapacity(ctx, &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: aws.String("no-such-group"), DesiredCapacity: aws.Int32(3)})
	refused(t, "sizing an unknown group", err, "ValidationError", "AutoScalingGroup name not found - null")
	_, err = as.DeleteAutoScalingGroup(ctx, &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: &name})
	refused(t, "deleting a group with instances", err, "ResourceInUse", "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.")
	h.configurationRefusals(t, g.Instances[0].Zone)
}

// configurationRefusals are those of launch configurations, which other people's
// groups may still have.
func (h *Harness) configurationRefusals(t *testing.T, zone string) {
	ctx, as := t.Context(), h.autoscaling()
	name := string(gekko.NewSnapshotName(app, time.Now().Add(-2*time.Hour)))
	in := &autoscaling.CreateLaunchConfigurationInput{LaunchConfigurationName: &name, ImageId: &h.Image, InstanceType: &h.InstanceType}
	_, err := as.CreateLaunchConfiguration(ctx, in)
	must(t, err)
	_, err = as.CreateLaunchConfiguration(ctx, in)
	refused(t, "a launch configuration that exists", err, "AlreadyExists", "")
	_, err = as.CreateAutoScalingGroup(ctx, &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: &name, LaunchConfigurationName: &name, MinSize: aws.Int32(0), MaxSize: aws.Int32(0), AvailabilityZones: []string{zone},
	})
	must(t, err)
	_, err = as.DeleteLaunchConfiguration(ctx, &autoscaling.DeleteLaunchConfigurationInput{LaunchConfigurationName: &name})
	refused(t, "deleting a launch configuration in use", err, "ResourceInUse", "Cannot delete launch configuration "+name+" because it is attached to AutoScalingGroup "+name)
	h.remove(t, gekko.GroupName(name))
	_, err = as.DeleteLaunchConfiguration(ctx, &autoscaling.DeleteLaunchConfigurationInput{LaunchConfigurationName: &name})
	must(t, err)
}
