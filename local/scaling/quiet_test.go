package scaling_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

func TestAGroupThatHasWhatItWantsIsQuiet(t *testing.T) {
	inCloud(t, func(c *cloud) {
		t, ctx := c.t, c.t.Context()
		pool := c.furnish()
		subnets := c.subnetIDs()
		must[*autoscaling.CreateAutoScalingGroupOutput](t)(c.groups.CreateAutoScalingGroup(ctx, &autoscaling.CreateAutoScalingGroupInput{
			AutoScalingGroupName: aws.String("g"), MinSize: aws.Int32(6), MaxSize: aws.Int32(6),
			LaunchTemplate:    &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("web")},
			VPCZoneIdentifier: aws.String(strings.Join(subnets, ",")), TargetGroupARNs: []string{pool}, HealthCheckType: aws.String("ELB"), HealthCheckGracePeriod: aws.Int32(60),
		}))
		time.Sleep(20 * time.Minute)
		out := must[*autoscaling.DescribeScalingActivitiesOutput](t)(c.groups.DescribeScalingActivities(ctx, &autoscaling.DescribeScalingActivitiesInput{}))
		if len(out.Activities) != 6 {
			t.Errorf("%d activities, want the 6 launches", len(out.Activities))
		}
	})
}
