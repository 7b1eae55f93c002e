package compute

import (
	"context"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/ebs"
	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

// imageName is AWS's rule for names of images.
var imageName = regexp.MustCompile(`^[a-zA-Z0-9()\[\] ./\-'@_]{3,128}$`)

// checkName refuses a name that no image may have, or that one of ours has.
func (c *Cloud) checkName(name string) error {
	if name == "" {
		return missing("Name")
	}
	if !imageName.MatchString(name) {
		return wire.Errorf("InvalidAMIName.Malformed", "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'")
	}
	for _, im := range c.images.All() {
		if c.own(im) && *im.about.Name == name && im.about.State != types.ImageStateFailed {
			return wire.Errorf("InvalidAMIName.Duplicate", "AMI name %s is already in use by AMI %s", name, im.id)
		}
	}
	return nil
}

// CreateImage freezes an instance into an image: turned off meanwhile and on
// again, unless it is stopped or NoReboot asks for a copy while it runs.
func (c *Cloud) CreateImage(ctx context.Context, in *ec2.CreateImageInput) (*ec2.CreateImageOutput, error) {
	i, err := c.instances.Find(aws.ToString(in.InstanceId))
	if err != nil {
		return nil, err
	}
	if err := c.checkName(aws.ToString(in.Name)); err != nil {
		return nil, err
	}
	if s := i.state(); s != types.InstanceStateNameRunning && s != types.InstanceStateNameStopped {
		return nil, wire.Errorf("IncorrectInstanceState", "The instance '%s' is not in the 'running' or 'stopped' state.", i.id)
	}
	tags, err := imageTags(in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	devices, err := c.imageDevices(i, in.BlockDeviceMappings)
	if err != nil {
		return nil, err
	}
	im := &image{id: imageKind.NewID(), base: i.image.base, user: i.image.user}
	im.about = c.newAbout(*in.Name, c.o.Account, aws.ToString(in.Description))
	im.about.ImageId, im.about.SourceInstanceId, im.about.SourceImageId = &im.id, &i.id, &i.image.id
	im.about.SourceImageRegion = &c.o.Region
	im.about.ImdsSupport = i.image.about.ImdsSupport
	im.about.BlockDeviceMappings = devices
	im.disk = &ebs.Disk{Dir: filepath.Join(c.o.Dir, im.id)}
	snapshots := c.snapshotsOf(im, i, tags[types.ResourceTypeSnapshot])
	c.addImage(im, tags[types.ResourceTypeImage])
	begun := time.Now()
	i.freezes = append(i.freezes, &freeze{dir: im.disk.Dir, cold: !aws.ToBool(in.NoReboot), done: func(err error) {
		c.settleImage(im, snapshots, begun, err)
	}})
	c.drive(i)
	return &ec2.CreateImageOutput{ImageId: &im.id}, nil
}

func imageTags(specs []types.TagSpecification) (map[types.ResourceType][]types.Tag, error) {
	tags, err := shelf.Specified(specs, types.ResourceTypeImage, types.ResourceTypeSnapshot)
	for _, some := range tags {
		if err == nil {
			err = shelf.CheckKeys(some)
		}
	}
	return tags, err
}

func (c *Cloud) addImage(im *image, tags []types.Tag) {
	c.storage.Hold(im.disk)
	c.images.Put(im.id, im)
	c.put(im.id, tags)
}

// imageDevices are the block devices of an image: the instance's volumes, less
// those that the request leaves out, and those that it adds.
func (c *Cloud) imageDevices(i *instance, asked []types.BlockDeviceMapping) ([]types.BlockDeviceMapping, error) {
	var devices []types.BlockDeviceMapping
	for _, d := range i.about.BlockDeviceMappings {
		if frozen, there := c.storage.Frozen(d); there {
			devices = append(devices, frozen)
		}
	}
	for _, a := range asked {
		at := slices.IndexFunc(devices, func(d types.BlockDeviceMapping) bool { return *d.DeviceName == aws.ToString(a.DeviceName) })
		switch {
		case at < 0:
			added, err := c.addedDevice(i, a)
			if err != nil {
				return nil, err
			}
			devices = append(devices, added)
		case a.NoDevice != nil && *devices[at].DeviceName == *i.about.RootDeviceName:
			return nil, wire.Errorf("InvalidBlockDeviceMapping", "The root device %s cannot be suppressed", *a.DeviceName)
		case a.NoDevice != nil:
			devices = slices.Delete(devices, at, at+1)
		case a.Ebs != nil:
			if err := changeDevice(devices[at], *a.Ebs); err != nil {
				return nil, err
			}
		}
	}
	return devices, nil
}

// addedDevice is one that the instance does not have: each launch from the image
// gets a volume for it, empty or of the snapshot that it names.
func (c *Cloud) addedDevice(i *instance, asked types.BlockDeviceMapping) (types.BlockDeviceMapping, error) {
	if asked.DeviceName == nil || asked.Ebs == nil {
		return types.BlockDeviceMapping{}, wire.Errorf("InvalidBlockDeviceMapping", "The instance '%s' has no device '%s'", i.id, aws.ToString(asked.DeviceName))
	}
	device, err := c.storage.Settle(types.EbsBlockDevice{DeleteOnTermination: aws.Bool(true)}, *asked.Ebs)
	return types.BlockDeviceMapping{DeviceName: asked.DeviceName, Ebs: device}, err
}

// changeDevice changes one that the instance has. Size and encryption are its
// volume's.
func changeDevice(d types.BlockDeviceMapping, asked types.EbsBlockDevice) error {
	switch {
	case asked.Encrypted != nil:
		return wire.Errorf("InvalidBlockDeviceMapping", "The parameter Encrypted cannot be specified for the block device mapping of an image from an instance.")
	case asked.VolumeSize != nil && *asked.VolumeSize != *d.Ebs.VolumeSize:
		return wire.Errorf("InvalidBlockDeviceMapping", "The size of device %s is %dGB and cannot be changed by making an image", *d.DeviceName, *d.Ebs.VolumeSize)
	}
	if asked.VolumeType != "" {
		d.Ebs.VolumeType = asked.VolumeType
	}
	if asked.DeleteOnTermination != nil {
		d.Ebs.DeleteOnTermination = asked.DeleteOnTermination
	}
	return nil
}

// snapshotsOf makes the snapshots that an image of an instance consists of, and
// names them in its block devices. The root's holds the disk.
func (c *Cloud) snapshotsOf(im *image, i *instance, tags []types.Tag) []*ebs.Snapshot {
	var made []*ebs.Snapshot
	for _, d := range im.about.BlockDeviceMappings {
		at := slices.IndexFunc(i.about.BlockDeviceMappings, func(o types.InstanceBlockDeviceMapping) bool { return *o.DeviceName == *d.DeviceName })
		if at < 0 {
			continue // added by the request: no volume stands behind it
		}
		s := c.addSnapshot(im, d, *i.about.BlockDeviceMappings[at].Ebs.VolumeId, "Created by CreateImage("+i.id+") for "+im.id, tags)
		made = append(made, s)
	}
	return made
}

func (c *Cloud) addSnapshot(im *image, d types.BlockDeviceMapping, volume, description string, tags []types.Tag) *ebs.Snapshot {
	var disk *ebs.Disk
	if *d.DeviceName == rootDevice {
		disk = im.disk
	}
	s, err := c.storage.AddSnapshot(volume, description, *d.Ebs, disk, tags)
	if err != nil {
		c.o.Log.Error("tags were not set", "id", s.ID(), "error", err)
	}
	d.Ebs.SnapshotId = aws.String(s.ID())
	return s
}

// settleImage ends the making of an image, at the earliest when the least time
// of that is over.
func (c *Cloud) settleImage(im *image, snapshots []*ebs.Snapshot, begun time.Time, err error) {
	if wait := time.Until(begun.Add(c.o.ImageTime)); wait > 0 && err == nil {
		c.o.Loop.After(wait, func() { c.settleImage(im, snapshots, begun, nil) })
		return
	}
	for _, s := range snapshots {
		c.storage.SettleSnapshot(s, err)
	}
	if err == nil {
		im.about.State = types.ImageStateAvailable
		return
	}
	c.o.Log.Error("image was not made", "image", im.id, "error", err)
	im.about.State = types.ImageStateFailed
	im.about.StateReason = &types.StateReason{
		Code: aws.String("Server.InternalError"), Message: aws.String("Server.InternalError: The image was not made: " + err.Error()),
	}
}
