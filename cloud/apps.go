package cloud

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko"
	"gekko/cloud/groups"
	"gekko/cloud/tag"
)

// Apps are the apps that have snapshots or groups in this account and region,
// by name.
func (c *Cloud) Apps(ctx context.Context) ([]gekko.AppName, error) {
	apps, err := c.ImageApps(ctx)
	if err != nil {
		return nil, err
	}
	all, err := c.groups.Describe(ctx, &autoscaling.DescribeAutoScalingGroupsInput{
		Filters: []types.Filter{{Name: aws.String("tag-key"), Values: []string{tag.App}}},
	})
	if err != nil {
		return nil, err
	}
	for _, g := range all {
		apps[gekko.AppName(groups.Tags(g)[tag.App])] = true
	}
	return slices.Sorted(maps.Keys(apps)), nil
}
