package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// patience is how long a cloud may take to launch all that was asked for.
const patience = 3 * time.Minute

// group makes a group of some instances, in a target group if one is named.
func (w *world) group(ctx context.Context, name, template string, size int32, targetGroup string) error {
	in := &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: &name, MinSize: &size, MaxSize: &size,
		AvailabilityZones: []string{"us-east-1a", "us-east-1b"},
		LaunchTemplate:    &astypes.LaunchTemplateSpecification{LaunchTemplateName: &template},
	}
	if targetGroup != "" {
		in.TargetGroupARNs = []string{targetGroup}
	}
	_, err := w.scaling.CreateAutoScalingGroup(ctx, in)
	return err
}

// inService waits until so many instances of groups are.
func (w *world) inService(ctx context.Context, want int) error {
	for began := time.Now(); ; time.Sleep(time.Second) {
		got := 0
		pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(w.scaling, &autoscaling.DescribeAutoScalingGroupsInput{MaxRecords: aws.Int32(100)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return err
			}
			for _, g := range page.AutoScalingGroups {
				for _, i := range g.Instances {
					if i.LifecycleState == astypes.LifecycleStateInService {
						got++
					}
				}
			}
		}
		if got == want {
			return nil
		}
		if time.Since(began) > patience {
			return fmt.Errorf("%d of %d instances are in service after %v", got, want, patience)
		}
	}
}
