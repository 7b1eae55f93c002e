package ebs

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

// Settle gives a volume as a request changes it: base is what the image says,
// or nothing.
func (s *Storage) Settle(base, asked types.EbsBlockDevice) (*types.EbsBlockDevice, error) {
	if id := aws.ToString(asked.SnapshotId); id != "" {
		from, err := s.snapshots.Find(id)
		if err != nil {
			return nil, err
		}
		base.SnapshotId, base.VolumeSize, base.Encrypted = &from.id, from.about.VolumeSize, from.about.Encrypted
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

func (s *Storage) newVolume(ebs types.EbsBlockDevice, zone, zoneID *string) *types.Volume {
	id := volumeKind.NewID()
	v := &types.Volume{
		VolumeId: &id, State: types.VolumeStateAvailable, CreateTime: aws.Time(now()), AvailabilityZone: zone, AvailabilityZoneId: zoneID,
		Size: ebs.VolumeSize, SnapshotId: aws.String(aws.ToString(ebs.SnapshotId)), Encrypted: aws.Bool(aws.ToBool(ebs.Encrypted)),
		VolumeType: ebs.VolumeType, Iops: ebs.Iops, Throughput: ebs.Throughput, MultiAttachEnabled: aws.Bool(false),
	}
	if v.VolumeType == "" {
		v.VolumeType = types.VolumeTypeGp2
	}
	speed(v)
	if *v.Encrypted {
		v.KmsKeyId = s.KMSKey(ebs.KmsKeyId)
	}
	s.volumes.Put(id, v)
	return v
}

// speed fills in what a volume does without being asked to
// (https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html).
func speed(v *types.Volume) {
	switch v.VolumeType {
	case types.VolumeTypeGp2:
		v.Iops = aws.Int32(min(max(100, 3*aws.ToInt32(v.Size)), 16_000))
	case types.VolumeTypeGp3:
		if v.Iops == nil {
			v.Iops = aws.Int32(3000)
		}
		if v.Throughput == nil {
			v.Throughput = aws.Int32(125)
		}
	}
}

// KMSKey is the KMS key that encrypts: the one named, or the account's own. It
// is kept and given back; nothing on this machine is encrypted by it.
func (s *Storage) KMSKey(named *string) *string {
	if aws.ToString(named) != "" {
		return named
	}
	return aws.String(fmt.Sprintf("arn:aws:kms:%s:%s:alias/aws/ebs", s.o.Region, s.o.Account))
}

// Attach makes a volume of an instance, in the instance's zone.
func (s *Storage) Attach(instance string, device *string, ebs types.EbsBlockDevice, zone, zoneID *string, tags []types.Tag) (types.InstanceBlockDeviceMapping, error) {
	v := s.newVolume(ebs, zone, zoneID)
	v.State = types.VolumeStateInUse
	v.Attachments = []types.VolumeAttachment{{
		InstanceId: &instance, VolumeId: v.VolumeId, Device: device, State: types.VolumeAttachmentStateAttached,
		AttachTime: aws.Time(now()), DeleteOnTermination: ebs.DeleteOnTermination,
	}}
	return types.InstanceBlockDeviceMapping{DeviceName: device, Ebs: &types.EbsInstanceBlockDevice{
		VolumeId: v.VolumeId, Status: types.AttachmentStatusAttached, AttachTime: aws.Time(now()), DeleteOnTermination: ebs.DeleteOnTermination,
	}}, s.o.Tags.Put(*v.VolumeId, tags)
}

// Detach ends the volumes of an instance that is terminated, or sets free those
// that were to be kept.
func (s *Storage) Detach(devices []types.InstanceBlockDeviceMapping) {
	for _, d := range devices {
		v, there := s.volumes.Look(*d.Ebs.VolumeId)
		switch {
		case !there:
		case aws.ToBool(d.Ebs.DeleteOnTermination):
			s.volumes.Remove(*v.VolumeId)
		default:
			v.State, v.Attachments = types.VolumeStateAvailable, nil
		}
	}
}

// Bind changes whether an attached volume ends with its instance.
func (s *Storage) Bind(id string, deleteOnTermination *bool) {
	if v, there := s.volumes.Look(id); there && len(v.Attachments) > 0 {
		attachment := v.Attachments[0]
		attachment.DeleteOnTermination = deleteOnTermination
		v.Attachments = []types.VolumeAttachment{attachment}
	}
}

// Frozen gives a volume as the block device of an image that is made of it.
func (s *Storage) Frozen(d types.InstanceBlockDeviceMapping) (types.BlockDeviceMapping, bool) {
	v, there := s.volumes.Look(*d.Ebs.VolumeId)
	if !there {
		return types.BlockDeviceMapping{}, false
	}
	m := types.BlockDeviceMapping{DeviceName: d.DeviceName, Ebs: &types.EbsBlockDevice{
		VolumeSize: v.Size, VolumeType: v.VolumeType, Encrypted: v.Encrypted, KmsKeyId: v.KmsKeyId, Iops: v.Iops, Throughput: v.Throughput,
		DeleteOnTermination: d.Ebs.DeleteOnTermination,
	}}
	if v.VolumeType == types.VolumeTypeGp2 { // whose speed is that of its size
		m.Ebs.Iops = nil
	}
	return m, true
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

func (s *Storage) describeVolume(v *types.Volume) types.Volume {
	about := *v
	about.Tags = s.o.Tags.Of(*v.VolumeId)
	return about
}

// DescribeVolumes finds volumes.
func (s *Storage) DescribeVolumes(ctx context.Context, in *ec2.DescribeVolumesInput) (*ec2.DescribeVolumesOutput, error) {
	asked := shelf.Asked{IDs: in.VolumeIds, Filters: in.Filters, NextToken: in.NextToken, MaxResults: in.MaxResults, Least: 5}
	page, next, err := s.volumes.Page(asked, shelf.All)
	out := &ec2.DescribeVolumesOutput{NextToken: next}
	for _, v := range page {
		out.Volumes = append(out.Volumes, s.describeVolume(v))
	}
	return out, err
}

// CreateVolume makes a volume that no instance has. It can be described,
// tagged, deleted and made a snapshot of; it cannot be attached here.
func (s *Storage) CreateVolume(ctx context.Context, in *ec2.CreateVolumeInput) (*ec2.CreateVolumeOutput, error) {
	made, err := s.once.Once("CreateVolume", in.ClientToken, in, func() (any, error) {
		zone := aws.ToString(in.AvailabilityZone)
		if s.o.ZoneID(zone) == "" {
			return nil, wire.Errorf("InvalidZone.NotFound", "The zone '%s' does not exist.", zone)
		}
		tags, err := shelf.Specified(in.TagSpecifications, types.ResourceTypeVolume)
		if err != nil {
			return nil, err
		}
		if err := shelf.CheckKeys(tags[types.ResourceTypeVolume]); err != nil {
			return nil, err
		}
		ebs, err := s.Settle(types.EbsBlockDevice{}, types.EbsBlockDevice{
			SnapshotId: in.SnapshotId, VolumeSize: in.Size, VolumeType: in.VolumeType, Encrypted: in.Encrypted,
			Iops: in.Iops, Throughput: in.Throughput, KmsKeyId: in.KmsKeyId,
		})
		if err != nil {
			return nil, err
		}
		v := s.newVolume(*ebs, &zone, aws.String(s.o.ZoneID(zone)))
		return v, s.o.Tags.Put(*v.VolumeId, tags[types.ResourceTypeVolume])
	})
	if err != nil {
		return nil, err
	}
	v := s.describeVolume(made.(*types.Volume))
	return &ec2.CreateVolumeOutput{
		VolumeId: v.VolumeId, State: v.State, CreateTime: v.CreateTime, AvailabilityZone: v.AvailabilityZone, AvailabilityZoneId: v.AvailabilityZoneId,
		Size: v.Size, SnapshotId: v.SnapshotId, Encrypted: v.Encrypted, KmsKeyId: v.KmsKeyId, VolumeType: v.VolumeType,
		Iops: v.Iops, Throughput: v.Throughput, MultiAttachEnabled: v.MultiAttachEnabled, Tags: v.Tags,
	}, nil
}

// DeleteVolume deletes a volume that no instance has.
func (s *Storage) DeleteVolume(ctx context.Context, in *ec2.DeleteVolumeInput) (*ec2.DeleteVolumeOutput, error) {
	v, err := s.volumes.Find(aws.ToString(in.VolumeId))
	if err != nil {
		return nil, err
	}
	if len(v.Attachments) > 0 {
		return nil, wire.Errorf("VolumeInUse", "Volume %s is currently attached to %s", *v.VolumeId, *v.Attachments[0].InstanceId)
	}
	s.volumes.Remove(*v.VolumeId)
	return &ec2.DeleteVolumeOutput{}, nil
}
