package scaling

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/wire"
)

// DescribeAutoScalingGroups lists groups by name or tag; unknown names are left
// out.
func (s *Scaling) DescribeAutoScalingGroups(_ context.Context, in *autoscaling.DescribeAutoScalingGroupsInput) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
	for _, f := range in.Filters {
		name := aws.ToString(f.Name)
		if name != "tag-key" && name != "tag-value" && !strings.HasPrefix(name, "tag:") {
			return nil, wire.Invalid("Filter type %s is not correct. Allowed Filter types are: tag-key, tag-value, tag:<key>", name)
		}
	}
	var all []*group
	for _, g := range s.inOrder() {
		named := len(in.AutoScalingGroupNames) == 0 || slices.Contains(in.AutoScalingGroupNames, g.name) || slices.Contains(in.AutoScalingGroupNames, g.arn)
		if named && g.tags.Pass(in.Filters) {
			all = append(all, g)
		}
	}
	page, next, err := wire.Page(all, in.NextToken, in.MaxRecords, 100)
	if err != nil {
		return nil, err
	}
	out := &autoscaling.DescribeAutoScalingGroupsOutput{NextToken: next}
	for _, g := range page {
		d := g.described()
		if in.IncludeInstances != nil && !*in.IncludeInstances {
			d.Instances = nil
		}
		out.AutoScalingGroups = append(out.AutoScalingGroups, d)
	}
	return out, nil
}

// DescribeAutoScalingInstances lists the members of all groups.
func (s *Scaling) DescribeAutoScalingInstances(_ context.Context, in *autoscaling.DescribeAutoScalingInstancesInput) (*autoscaling.DescribeAutoScalingInstancesOutput, error) {
	var all []holding
	for _, g := range s.inOrder() {
		for _, m := range g.members {
			if len(in.InstanceIds) == 0 || slices.Contains(in.InstanceIds, m.id) {
				all = append(all, holding{g, m})
			}
		}
	}
	page, next, err := wire.Page(all, in.NextToken, in.MaxRecords, 50)
	if err != nil {
		return nil, err
	}
	out := &autoscaling.DescribeAutoScalingInstancesOutput{NextToken: next}
	for _, h := range page {
		d := h.member.described()
		out.AutoScalingInstances = append(out.AutoScalingInstances, types.AutoScalingInstanceDetails{
			AutoScalingGroupName: &h.group.name, AvailabilityZone: d.AvailabilityZone, InstanceId: d.InstanceId,
			HealthStatus: aws.String(strings.ToUpper(h.member.health())), LifecycleState: aws.String(string(d.LifecycleState)),
			ProtectedFromScaleIn: d.ProtectedFromScaleIn, ImageId: d.ImageId, InstanceType: d.InstanceType,
			LaunchConfigurationName: d.LaunchConfigurationName, LaunchTemplate: d.LaunchTemplate,
		})
	}
	return out, nil
}
