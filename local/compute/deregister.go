package compute

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

// DeregisterImage takes an image away, and its snapshots if that is asked for.
// Instances that run from it go on.
func (c *Cloud) DeregisterImage(ctx context.Context, in *ec2.DeregisterImageInput) (*ec2.DeregisterImageOutput, error) {
	im, err := c.ownImage(in.ImageId)
	if err != nil {
		return nil, err
	}
	c.images.Remove(im.id)
	c.release(im.disk)
	out := &ec2.DeregisterImageOutput{Return: aws.Bool(true)}
	if !aws.ToBool(in.DeleteAssociatedSnapshots) {
		return out, nil
	}
	for _, d := range im.about.BlockDeviceMappings {
		result := types.DeleteSnapshotReturnCode{SnapshotId: d.Ebs.SnapshotId, ReturnCode: types.SnapshotReturnCodesSuccess}
		s, there := c.snapshots.Look(*d.Ebs.SnapshotId)
		switch {
		case !there:
			result.ReturnCode = types.SnapshotReturnCodesErrorCodeClientError
		case c.imageWith(s.id) != nil:
			result.ReturnCode = types.SnapshotReturnCodesWarnSkipped
		default:
			c.removeSnapshot(s)
		}
		out.DeleteSnapshotResults = append(out.DeleteSnapshotResults, result)
	}
	return out, nil
}

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

func (c *Cloud) copySnapshots(im, from *image, in *ec2.CopyImageInput, tags []types.Tag) []*snapshot {
	var made []*snapshot
	for _, d := range from.about.BlockDeviceMappings {
		ebs := *d.Ebs
		if aws.ToBool(in.Encrypted) || aws.ToString(in.KmsKeyId) != "" {
			ebs.Encrypted, ebs.KmsKeyId = aws.Bool(true), c.keyOf(in.KmsKeyId)
		}
		s := c.newSnapshot("vol-ffffffff", fmt.Sprintf("Copied for DestinationAmi %s from SourceAmi %s for SourceSnapshot %s.", im.id, from.id, *ebs.SnapshotId),
			ebs.VolumeSize, ebs.Encrypted, ebs.KmsKeyId)
		if *d.DeviceName == rootDevice {
			s.disk = im.disk
			c.hold(s.disk)
		}
		c.put(s.id, tags)
		ebs.SnapshotId = &s.id
		im.about.BlockDeviceMappings = append(im.about.BlockDeviceMappings, types.BlockDeviceMapping{DeviceName: d.DeviceName, Ebs: &ebs})
		made = append(made, s)
	}
	return made
}

// newestVersions is how many versions of a launch template are looked at for
// references to an image, if the request does not say.
const newestVersions = 20

// DescribeImageReferences tells which instances and launch templates use
// images.
func (c *Cloud) DescribeImageReferences(ctx context.Context, in *ec2.DescribeImageReferencesInput) (*ec2.DescribeImageReferencesOutput, error) {
	if len(in.ImageIds) == 0 {
		return nil, missing("ImageId")
	}
	asked := func(kind types.ImageReferenceResourceType) bool {
		return aws.ToBool(in.IncludeAllResourceTypes) || slices.ContainsFunc(in.ResourceTypes, func(r types.ResourceTypeRequest) bool { return r.ResourceType == kind })
	}
	if !aws.ToBool(in.IncludeAllResourceTypes) && len(in.ResourceTypes) == 0 {
		return nil, wire.Errorf("InvalidParameterCombination", "Either ResourceTypes or IncludeAllResourceTypes must be given.")
	}
	var found []types.ImageReference
	add := func(image string, kind types.ImageReferenceResourceType, resource string) {
		found = append(found, types.ImageReference{ImageId: &image, ResourceType: kind, Arn: aws.String(fmt.Sprintf("arn:aws:ec2:%s:%s:%s", c.o.Region, c.o.Account, resource))})
	}
	for _, id := range in.ImageIds {
		if err := imageKind.Check(id); err != nil {
			return nil, err
		}
		for _, i := range c.instances.All() {
			if asked(types.ImageReferenceResourceTypeEc2Instance) && i.image.id == id && !i.over() {
				add(id, types.ImageReferenceResourceTypeEc2Instance, "instance/"+i.id)
			}
		}
		if !asked(types.ImageReferenceResourceTypeEc2LaunchTemplate) {
			continue
		}
		for _, template := range c.ImageUsers(id, newestVersions) {
			add(id, types.ImageReferenceResourceTypeEc2LaunchTemplate, "launch-template/"+template)
		}
	}
	page, next, err := shelf.Page(found, nil, 1, in.NextToken, in.MaxResults)
	return &ec2.DescribeImageReferencesOutput{ImageReferences: page, NextToken: next}, err
}
