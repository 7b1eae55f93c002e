package images

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/tag"
)

// End keeps on its snapshot's image how a release ended, or that it began: once
// for each, however often it is told. What stands there of others stays, as long
// as there is room.
func (c *Store) End(ctx context.Context, o gekko.Outcome) error {
	_, image, err := c.imageNamed(ctx, o.Snapshot)
	if err != nil {
		return err
	}
	put := tag.WithOutcome(ec2TagMap(image.Tags), o)
	_, err = c.ec2.CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{aws.ToString(image.ImageId)}, Tags: ec2Tags(put)})
	if err != nil {
		return fmt.Errorf("image %s: %w", aws.ToString(image.ImageId), answer.Kind(err))
	}
	return nil
}

// Outcomes are how an app's releases ended, the newest first, as far as the
// images of their snapshots are still there.
func (c *Store) Outcomes(ctx context.Context, app gekko.AppName) ([]gekko.Outcome, error) {
	var all []gekko.Outcome
	err := c.eachImage(ctx, imagesOf(app), func(image ec2types.Image) {
		all = append(all, tag.Outcomes(gekko.SnapshotName(aws.ToString(image.Name)), ec2TagMap(image.Tags))...)
	}, ofASnapshot)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b gekko.Outcome) int { return b.At.Compare(a.At) })
	return all, nil
}
