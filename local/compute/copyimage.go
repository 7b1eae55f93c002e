package compute

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/ebs"
	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

// CopyImage makes an image of another one, with snapshots of its own.
func (c *Cloud) CopyImage(ctx context.Context, in *ec2.CopyImageInput) (*ec2.CopyImageOutput, error) {
	made, err := c.once.Once("CopyImage", in.ClientToken, in, func() (any, error) { return c.copyImage(in) })
	if err != nil {
		return nil, err
	}
	return &ec2.CopyImageOutput{ImageId: &made.(*image).id}, nil
}

func (c *Cloud) copyImage(in *ec2.CopyImageInput) (*image, error) {
	if region := aws.ToString(in.SourceRegion); region != c.o.Region {
		return nil, wire.Errorf("InvalidParameterValue", "Invalid region(s): [%s]; only %s is here", region, c.o.Region)
	}
	from, err := c.images.Find(aws.ToString(in.SourceImageId))
	if err != nil {
		return nil, err
	}
	if from.about.State != types.ImageStateAvailable {
		return nil, wire.Errorf("InvalidAMIID.Unavailable", "The image ID '%s' is not available", from.id)
	}
	if err := c.checkName(aws.ToString(in.Name)); err != nil {
		return nil, err
	}
	tags, err := imageTags(in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	im := &image{id: imageKind.NewID(), base: from.base, user: from.user, disk: from.disk}
	im.about = c.newAbout(*in.Name, c.o.Account, aws.ToString(in.Description))
	im.about.ImageId, im.about.SourceImageId, im.about.SourceImageRegion = &im.id, &from.id, &c.o.Region
	im.about.ImdsSupport = from.about.ImdsSupport
	snapshots := c.copySnapshots(im, from, in, tags[types.ResourceTypeSnapshot])
	own := tags[types.ResourceTypeImage]
	if aws.ToBool(in.CopyImageTags) {
		own = shelf.Merge(userTags(c.tags.Of(from.id)), own)
	}
	c.addImage(im, own)
	c.settleImage(im, snapshots, time.Now(), nil)
	return im, nil
}

// userTags are the tags that AWS did not set.
func userTags(tags []types.Tag) []types.Tag {
	return slices.DeleteFunc(slices.Clone(tags), func(t types.Tag) bool { return shelf.CheckKeys([]types.Tag{t}) != nil })
}

func (c *Cloud) copySnapshots(im, from *image, in *ec2.CopyImageInput, tags []types.Tag) []*ebs.Snapshot {
	var made []*ebs.Snapshot
	for _, d := range from.about.BlockDeviceMappings {
		copied := *d.Ebs
		if aws.ToBool(in.Encrypted) || aws.ToString(in.KmsKeyId) != "" {
			copied.Encrypted, copied.KmsKeyId = aws.Bool(true), c.storage.KMSKey(in.KmsKeyId)
		}
		device := types.BlockDeviceMapping{DeviceName: d.DeviceName, Ebs: &copied}
		if copied.SnapshotId != nil { // an empty device has none
			why := fmt.Sprintf("Copied for DestinationAmi %s from SourceAmi %s for SourceSnapshot %s.", im.id, from.id, *copied.SnapshotId)
			made = append(made, c.addSnapshot(im, device, "vol-ffffffff", why, tags))
		}
		im.about.BlockDeviceMappings = append(im.about.BlockDeviceMappings, device)
	}
	return made
}
