package compute

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

var volumeKind = shelf.Kind{
	Type: "volume", Prefix: "vol", Malformed: "InvalidVolumeID.Malformed", NotFound: "InvalidVolume.NotFound",
	One: "The volume '%s' does not exist.",
}

// checkDevices finds the block devices of a launch: the image's, as the request
// changes them, and the request's own.
func (c *Cloud) checkDevices(l *launch) error {
	l.devices = slices.Clone(l.image.about.BlockDeviceMappings)
	for _, asked := range l.in.BlockDeviceMappings {
		name := aws.ToString(asked.DeviceName)
		if name == "" {
			return missing("DeviceName")
		}
		at := slices.IndexFunc(l.devices, func(d types.BlockDeviceMapping) bool { return *d.DeviceName == name })
		switch {
		case asked.NoDevice != nil && name == *l.image.about.RootDeviceName:
			return wire.Errorf("InvalidBlockDeviceMapping", "The root device %s cannot be suppressed", name)
		case asked.NoDevice != nil && at >= 0:
			l.devices = slices.Delete(l.devices, at, at+1)
			continue
		case asked.NoDevice != nil || asked.Ebs == nil:
			continue
		case at < 0:
			at = len(l.devices)
			l.devices = append(l.devices, types.BlockDeviceMapping{DeviceName: &name, Ebs: &types.EbsBlockDevice{DeleteOnTermination: aws.Bool(true)}})
		}
		ebs, err := c.settle(*l.devices[at].Ebs, *asked.Ebs)
		if err != nil {
			return err
		}
		l.devices[at].Ebs = ebs
	}
	return nil
}

// settle gives the volume of an image as a request changes it.
func (c *Cloud) settle(base, asked types.EbsBlockDevice) (*types.EbsBlockDevice, error) {
	if id := aws.ToString(asked.SnapshotId); id != "" {
		s, err := c.snapshots.Find(id)
		if err != nil {
			return nil, err
		}
		base.SnapshotId, base.VolumeSize, base.Encrypted = &s.id, s.about.VolumeSize, s.about.Encrypted
	}
	if asked.VolumeSize != nil {
		if base.VolumeSize != nil && *asked.VolumeSize < *base.VolumeSize {
			return nil, wire.Errorf("InvalidBlockDeviceMapping", "Volume of size %dGB is smaller than snapshot '%s', expect size >= %dGB",
				*asked.VolumeSize, aws.ToString(base.SnapshotId), *base.VolumeSize)
		}
		base.VolumeSize = asked.VolumeSize
	}
	if base.VolumeSize == nil {
		return nil, wire.Errorf("MissingParameter", "The request must contain the parameter size or snapshotId")
	}
	if asked.Encrypted != nil {
		if aws.ToBool(base.Encrypted) && !*asked.Encrypted {
			return nil, wire.Errorf("InvalidBlockDeviceMapping", "A volume of an encrypted snapshot cannot be unencrypted")
		}
		base.Encrypted = asked.Encrypted
	}
	if asked.DeleteOnTermination != nil {
		base.DeleteOnTermination = asked.DeleteOnTermination
	}
	if asked.VolumeType != "" {
		if !slices.Contains(asked.VolumeType.Values(), asked.VolumeType) {
			return nil, wire.Errorf("InvalidParameterValue", "Invalid value '%s' for VolumeType.", asked.VolumeType)
		}
		base.VolumeType = asked.VolumeType
	}
	for _, keep := range []struct{ to, from **int32 }{{&base.Iops, &asked.Iops}, {&base.Throughput, &asked.Throughput}} {
		if *keep.from != nil {
			*keep.to = *keep.from
		}
	}
	if asked.KmsKeyId != nil {
		base.KmsKeyId = asked.KmsKeyId
	}
	return &base, nil
}

// newVolumes makes the volumes of an instance.
func (c *Cloud) newVolumes(i *instance, l *launch) []types.InstanceBlockDeviceMapping {
	var mappings []types.InstanceBlockDeviceMapping
	for _, d := range l.devices {
		v := c.newVolume(*d.Ebs, l.subnet.AvailabilityZone, l.subnet.AvailabilityZoneId)
		v.State = types.VolumeStateInUse
		v.Attachments = []types.VolumeAttachment{{
			InstanceId: &i.id, VolumeId: v.VolumeId, Device: d.DeviceName, State: types.VolumeAttachmentStateAttached,
			AttachTime: aws.Time(now()), DeleteOnTermination: d.Ebs.DeleteOnTermination,
		}}
		c.put(*v.VolumeId, l.tags[types.ResourceTypeVolume])
		mappings = append(mappings, types.InstanceBlockDeviceMapping{DeviceName: d.DeviceName, Ebs: &types.EbsInstanceBlockDevice{
			VolumeId: v.VolumeId, Status: types.AttachmentStatusAttached, AttachTime: aws.Time(now()), DeleteOnTermination: d.Ebs.DeleteOnTermination,
		}})
	}
	return mappings
}

func (c *Cloud) newVolume(ebs types.EbsBlockDevice, zone, zoneID *string) *types.Volume {
	id := volumeKind.NewID()
	v := &types.Volume{
		VolumeId: &id, State: types.VolumeStateAvailable, CreateTime: aws.Time(now()), AvailabilityZone: zone, AvailabilityZoneId: zoneID,
		Size: ebs.VolumeSize, SnapshotId: aws.String(aws.ToString(ebs.SnapshotId)), Encrypted: aws.Bool(aws.ToBool(ebs.Encrypted)),
		VolumeType: ebs.VolumeType, Iops: ebs.Iops, Throughput: ebs.Throughput, MultiAttachEnabled: aws.Bool(false),
	}
	if v.VolumeType == "" {
		v.VolumeType = types.VolumeTypeGp2
	}
	if *v.Encrypted {
		v.KmsKeyId = c.keyOf(ebs.KmsKeyId)
	}
	c.volumes.Put(id, v)
	return v
}

// keyOf is the KMS key that encrypts: the one named, or the account's own. It
// is kept and given back; nothing on this machine is encrypted by it.
func (c *Cloud) keyOf(named *string) *string {
	if aws.ToString(named) != "" {
		return named
	}
	return aws.String(fmt.Sprintf("arn:aws:kms:%s:%s:alias/aws/ebs", c.o.Region, c.o.Account))
}

// detachAll ends the volumes of an instance that is terminated, or sets free
// those that were to be kept.
func (c *Cloud) detachAll(i *instance) {
	for _, d := range i.about.BlockDeviceMappings {
		v, there := c.volumes.Look(*d.Ebs.VolumeId)
		switch {
		case !there:
		case aws.ToBool(d.Ebs.DeleteOnTermination):
			c.volumes.Remove(*v.VolumeId)
		default:
			v.State, v.Attachments = types.VolumeStateAvailable, nil
		}
	}
}

var volumeFacts = shelf.Facts[*types.Volume]{
	"volume-id":         func(v *types.Volume) []string { return shelf.Text(v.VolumeId) },
	"volume-type":       func(v *types.Volume) []string { return []string{string(v.VolumeType)} },
	"status":            func(v *types.Volume) []string { return []string{string(v.State)} },
	"size":              func(v *types.Volume) []string { return []string{strconv.Itoa(int(*v.Size))} },
	"snapshot-id":       func(v *types.Volume) []string { return shelf.Text(v.SnapshotId) },
	"encrypted":         func(v *types.Volume) []string { return shelf.Flag(v.Encrypted) },
	"availability-zone": func(v *types.Volume) []string { return shelf.Text(v.AvailabilityZone) },
	"create-time":       func(v *types.Volume) []string { return []string{stamp(*v.CreateTime)} },
	"attachment.instance-id": func(v *types.Volume) []string {
		return attached(v, func(a types.VolumeAttachment) []string { return shelf.Text(a.InstanceId) })
	},
	"attachment.device": func(v *types.Volume) []string {
		return attached(v, func(a types.VolumeAttachment) []string { return shelf.Text(a.Device) })
	},
	"attachment.status": func(v *types.Volume) []string {
		return attached(v, func(a types.VolumeAttachment) []string { return []string{string(a.State)} })
	},
	"attachment.delete-on-termination": func(v *types.Volume) []string {
		return attached(v, func(a types.VolumeAttachment) []string { return shelf.Flag(a.DeleteOnTermination) })
	},
}

func attached(v *types.Volume, fact func(types.VolumeAttachment) []string) []string {
	if len(v.Attachments) == 0 {
		return nil
	}
	return fact(v.Attachments[0])
}

func (c *Cloud) describeVolume(v *types.Volume) types.Volume {
	about := *v
	about.Tags = c.tags.Of(*v.VolumeId)
	return about
}

// DescribeVolumes finds volumes.
func (c *Cloud) DescribeVolumes(ctx context.Context, in *ec2.DescribeVolumesInput) (*ec2.DescribeVolumesOutput, error) {
	found, err := c.volumes.Query(in.VolumeIds, in.Filters)
	if err != nil {
		return nil, err
	}
	page, next, err := shelf.Page(found, in.VolumeIds, 5, in.NextToken, in.MaxResults)
	out := &ec2.DescribeVolumesOutput{NextToken: next}
	for _, v := range page {
		out.Volumes = append(out.Volumes, c.describeVolume(v))
	}
	return out, err
}

// CreateVolume makes a volume that no instance has. It can be described,
// tagged, deleted and made a snapshot of; it cannot be attached here.
func (c *Cloud) CreateVolume(ctx context.Context, in *ec2.CreateVolumeInput) (*ec2.CreateVolumeOutput, error) {
	made, err := c.once.Once("CreateVolume", in.ClientToken, in, func() (any, error) {
		zone := aws.ToString(in.AvailabilityZone)
		if c.ZoneID(zone) == "" {
			return nil, wire.Errorf("InvalidZone.NotFound", "The zone '%s' does not exist.", zone)
		}
		tags, err := shelf.Specified(in.TagSpecifications, types.ResourceTypeVolume)
		if err != nil {
			return nil, err
		}
		if err := shelf.CheckKeys(tags[types.ResourceTypeVolume]); err != nil {
			return nil, err
		}
		ebs, err := c.settle(types.EbsBlockDevice{}, types.EbsBlockDevice{
			SnapshotId: in.SnapshotId, VolumeSize: in.Size, VolumeType: in.VolumeType, Encrypted: in.Encrypted,
			Iops: in.Iops, Throughput: in.Throughput, KmsKeyId: in.KmsKeyId,
		})
		if err != nil {
			return nil, err
		}
		v := c.newVolume(*ebs, &zone, aws.String(c.ZoneID(zone)))
		c.put(*v.VolumeId, tags[types.ResourceTypeVolume])
		return v, nil
	})
	if err != nil {
		return nil, err
	}
	v := c.describeVolume(made.(*types.Volume))
	return &ec2.CreateVolumeOutput{
		VolumeId: v.VolumeId, State: v.State, CreateTime: v.CreateTime, AvailabilityZone: v.AvailabilityZone, AvailabilityZoneId: v.AvailabilityZoneId,
		Size: v.Size, SnapshotId: v.SnapshotId, Encrypted: v.Encrypted, KmsKeyId: v.KmsKeyId, VolumeType: v.VolumeType,
		Iops: v.Iops, Throughput: v.Throughput, MultiAttachEnabled: v.MultiAttachEnabled, Tags: v.Tags,
	}, nil
}

// DeleteVolume deletes a volume that no instance has.
func (c *Cloud) DeleteVolume(ctx context.Context, in *ec2.DeleteVolumeInput) (*ec2.DeleteVolumeOutput, error) {
	v, err := c.volumes.Find(aws.ToString(in.VolumeId))
	if err != nil {
		return nil, err
	}
	if len(v.Attachments) > 0 {
		return nil, wire.Errorf("VolumeInUse", "Volume %s is currently attached to %s", *v.VolumeId, *v.Attachments[0].InstanceId)
	}
	c.volumes.Remove(*v.VolumeId)
	return &ec2.DeleteVolumeOutput{}, nil
}
