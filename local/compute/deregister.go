package compute

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// DeregisterImage takes an image away, and its snapshots if that is asked for.
// Instances that run from it go on.
func (c *Cloud) DeregisterImage(ctx context.Context, in *ec2.DeregisterImageInput) (*ec2.DeregisterImageOutput, error) {
	im, err := c.ownImage(in.ImageId)
	if err != nil {
		return nil, err
	}
	c.images.Remove(im.id)
	c.deregistered[im.id] = true
	c.o.Loop.After(idRemembered, func() { delete(c.deregistered, im.id) })
	c.storage.Release(im.disk)
	out := &ec2.DeregisterImageOutput{Return: aws.Bool(true)}
	if !aws.ToBool(in.DeleteAssociatedSnapshots) {
		return out, nil
	}
	for _, d := range im.about.BlockDeviceMappings {
		if d.Ebs.SnapshotId == nil {
			continue // an empty device
		}
		out.DeleteSnapshotResults = append(out.DeleteSnapshotResults, types.DeleteSnapshotReturnCode{
			SnapshotId: d.Ebs.SnapshotId, ReturnCode: c.storage.RemoveSnapshot(*d.Ebs.SnapshotId),
		})
	}
	return out, nil
}

// idRemembered is how long the id of an image that was deregistered is no error:
// AWS speaks of a short interval
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html).
const idRemembered = 10 * time.Minute

// known is ids without those of images that were deregistered a short while ago:
// whoever describes these gets nothing, and no error.
func (c *Cloud) known(ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return c.deregistered[id] })
}
