package cloud

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/tag"
)

// tagGroup puts tags on a group that its instances do not get; an empty value
// takes the tag away. All that are put change together.
func (c *Cloud) tagGroup(ctx context.Context, name gekko.GroupName, tags map[string]string) error {
	if err := tag.Check(tags); err != nil {
		return answer.Named("group "+string(name), err)
	}
	var put, drop []types.Tag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		t := types.Tag{
			Key: aws.String(key), PropagateAtLaunch: aws.Bool(false),
			ResourceId: aws.String(string(name)), ResourceType: aws.String("auto-scaling-group"),
		}
		if tags[key] == "" {
			drop = append(drop, t)
			continue
		}
		t.Value = aws.String(tags[key])
		put = append(put, t)
	}
	if len(put) > 0 {
		if _, err := c.autoscaling.CreateOrUpdateTags(ctx, &autoscaling.CreateOrUpdateTagsInput{Tags: put}); err != nil {
			return answer.Named("group "+string(name), err)
		}
	}
	if len(drop) > 0 {
		if _, err := c.autoscaling.DeleteTags(ctx, &autoscaling.DeleteTagsInput{Tags: drop}); err != nil {
			return answer.Named("group "+string(name), err)
		}
	}
	return nil
}
