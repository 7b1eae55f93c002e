package compute

import (
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

var snapshotKind = shelf.Kind{
	Type: "snapshot", Prefix: "snap", Malformed: "InvalidSnapshotID.Malformed", NotFound: "InvalidSnapshot.NotFound",
	One: "The snapshot '%s' does not exist.", Many: "The snapshots '%s' do not exist.",
}

// snapshot is a copy of a volume at one time.
type snapshot struct {
	id    string
	about types.Snapshot // without tags
	disk  *disk          // what an image starts from; nil: holds nothing that can be started
	users []string       // accounts that may make volumes of it; "all" among them: everybody
}

func (c *Cloud) newSnapshot(volume, description string, size *int32, encrypted *bool, key *string) *snapshot {
	s := &snapshot{id: snapshotKind.NewID()}
	s.about = types.Snapshot{
		SnapshotId: &s.id, VolumeId: &volume, Description: &description, OwnerId: &c.o.Account,
		VolumeSize: size, Encrypted: aws.Bool(aws.ToBool(encrypted)), KmsKeyId: key, StartTime: aws.Time(now()),
		State: types.SnapshotStatePending, Progress: aws.String("0%"), StorageTier: types.StorageTierStandard,
	}
	c.snapshots.Put(s.id, s)
	return s
}

// snapshotsOf makes the snapshots that an image of an instance consists of, and
// names them in its block devices. The root's holds the disk.
func (c *Cloud) snapshotsOf(im *image, i *instance, tags []types.Tag) []*snapshot {
	var made []*snapshot
	for _, d := range im.about.BlockDeviceMappings {
		at := slices.IndexFunc(i.about.BlockDeviceMappings, func(o types.InstanceBlockDeviceMapping) bool { return *o.DeviceName == *d.DeviceName })
		s := c.newSnapshot(*i.about.BlockDeviceMappings[at].Ebs.VolumeId, "Created by CreateImage("+i.id+") for "+im.id,
			d.Ebs.VolumeSize, d.Ebs.Encrypted, d.Ebs.KmsKeyId)
		if *d.DeviceName == rootDevice {
			s.disk = im.disk
			c.hold(s.disk)
		}
		c.put(s.id, tags)
		d.Ebs.SnapshotId = &s.id
		made = append(made, s)
	}
	return made
}

func (c *Cloud) settleSnapshot(s *snapshot, err error) {
	if err != nil {
		s.about.State, s.about.StateMessage = types.SnapshotStateError, aws.String(err.Error())
		return
	}
	s.about.State, s.about.Progress = types.SnapshotStateCompleted, aws.String("100%")
	s.about.CompletionTime = aws.Time(now())
}

var snapshotFacts = shelf.Facts[*snapshot]{
	"snapshot-id":  func(s *snapshot) []string { return []string{s.id} },
	"volume-id":    func(s *snapshot) []string { return shelf.Text(s.about.VolumeId) },
	"volume-size":  func(s *snapshot) []string { return []string{strconv.Itoa(int(*s.about.VolumeSize))} },
	"description":  func(s *snapshot) []string { return shelf.Text(s.about.Description) },
	"encrypted":    func(s *snapshot) []string { return shelf.Flag(s.about.Encrypted) },
	"owner-id":     func(s *snapshot) []string { return shelf.Text(s.about.OwnerId) },
	"owner-alias":  func(s *snapshot) []string { return nil },
	"progress":     func(s *snapshot) []string { return shelf.Text(s.about.Progress) },
	"start-time":   func(s *snapshot) []string { return []string{stamp(*s.about.StartTime)} },
	"status":       func(s *snapshot) []string { return []string{string(s.about.State)} },
	"storage-tier": func(s *snapshot) []string { return []string{string(s.about.StorageTier)} },
}

func (c *Cloud) describeSnapshot(s *snapshot) types.Snapshot {
	about := s.about
	about.Tags = c.tags.Of(s.id)
	return about
}

// DescribeSnapshots finds snapshots.
func (c *Cloud) DescribeSnapshots(ctx context.Context, in *ec2.DescribeSnapshotsInput) (*ec2.DescribeSnapshotsOutput, error) {
	found, err := c.snapshots.Query(in.SnapshotIds, in.Filters)
	if err != nil {
		return nil, err
	}
	self := func(who string) bool { return who == "self" || who == c.o.Account }
	found = slices.DeleteFunc(found, func(s *snapshot) bool {
		return len(in.OwnerIds) > 0 && !slices.ContainsFunc(in.OwnerIds, self) ||
			len(in.RestorableByUserIds) > 0 && !slices.ContainsFunc(in.RestorableByUserIds, func(who string) bool {
				return self(who) || slices.Contains(s.users, who)
			})
	})
	page, next, err := shelf.Page(found, in.SnapshotIds, 5, in.NextToken, in.MaxResults)
	out := &ec2.DescribeSnapshotsOutput{NextToken: next}
	for _, s := range page {
		out.Snapshots = append(out.Snapshots, c.describeSnapshot(s))
	}
	return out, err
}

// imageWith gives an image that consists of a snapshot.
func (c *Cloud) imageWith(snapshot string) *image {
	for _, im := range c.images.All() {
		for _, d := range im.about.BlockDeviceMappings {
			if *d.Ebs.SnapshotId == snapshot {
				return im
			}
		}
	}
	return nil
}

// DeleteSnapshot deletes a snapshot that no image consists of.
func (c *Cloud) DeleteSnapshot(ctx context.Context, in *ec2.DeleteSnapshotInput) (*ec2.DeleteSnapshotOutput, error) {
	s, err := c.snapshots.Find(aws.ToString(in.SnapshotId))
	if err != nil {
		return nil, err
	}
	if im := c.imageWith(s.id); im != nil {
		return nil, wire.Errorf("InvalidSnapshot.InUse", "The snapshot %s is currently in use by %s", s.id, im.id)
	}
	c.removeSnapshot(s)
	return &ec2.DeleteSnapshotOutput{}, nil
}

func (c *Cloud) removeSnapshot(s *snapshot) {
	c.snapshots.Remove(s.id)
	c.release(s.disk)
}

// CreateSnapshot makes a snapshot of a volume. It keeps what the volume is, not
// what is on it: images alone hold disks that can be started.
func (c *Cloud) CreateSnapshot(ctx context.Context, in *ec2.CreateSnapshotInput) (*ec2.CreateSnapshotOutput, error) {
	v, err := c.volumes.Find(aws.ToString(in.VolumeId))
	if err != nil {
		return nil, err
	}
	tags, err := shelf.Specified(in.TagSpecifications, types.ResourceTypeSnapshot)
	if err == nil {
		err = shelf.CheckKeys(tags[types.ResourceTypeSnapshot])
	}
	if err != nil {
		return nil, err
	}
	s := c.newSnapshot(*v.VolumeId, aws.ToString(in.Description), v.Size, v.Encrypted, v.KmsKeyId)
	c.put(s.id, tags[types.ResourceTypeSnapshot])
	c.o.Loop.After(c.o.ImageTime, func() { c.settleSnapshot(s, nil) })
	a := c.describeSnapshot(s)
	return &ec2.CreateSnapshotOutput{
		SnapshotId: a.SnapshotId, VolumeId: a.VolumeId, Description: a.Description, OwnerId: a.OwnerId, VolumeSize: a.VolumeSize,
		Encrypted: a.Encrypted, KmsKeyId: a.KmsKeyId, StartTime: a.StartTime, State: a.State, Progress: a.Progress, Tags: a.Tags,
	}, nil
}
