package ebs

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

// Snapshot is a copy of a volume at one time.
type Snapshot struct {
	id    string
	about types.Snapshot // without tags
	disk  *Disk          // what an image starts from; nil: holds nothing that can be started
	users []string       // accounts that may make volumes of it; "all" among them: everybody
}

// ID is the snapshot's.
func (s *Snapshot) ID() string { return s.id }

// AddSnapshot begins a snapshot, pending until SettleSnapshot. It keeps what
// the volume is, and the disk if there is one.
func (s *Storage) AddSnapshot(volume, description string, of types.EbsBlockDevice, disk *Disk, tags []types.Tag) (*Snapshot, error) {
	made := &Snapshot{id: snapshotKind.NewID(), disk: disk}
	made.about = types.Snapshot{
		SnapshotId: &made.id, VolumeId: &volume, Description: &description, OwnerId: &s.o.Account,
		VolumeSize: of.VolumeSize, Encrypted: aws.Bool(aws.ToBool(of.Encrypted)), KmsKeyId: of.KmsKeyId, StartTime: aws.Time(now()),
		State: types.SnapshotStatePending, Progress: aws.String("0%"), StorageTier: types.StorageTierStandard,
	}
	s.Hold(disk)
	s.snapshots.Put(made.id, made)
	return made, s.o.Tags.Put(made.id, tags)
}

// SettleSnapshot ends the making of a snapshot, well or not.
func (s *Storage) SettleSnapshot(made *Snapshot, err error) {
	if err != nil {
		made.about.State, made.about.StateMessage = types.SnapshotStateError, aws.String(err.Error())
		return
	}
	made.about.State, made.about.Progress = types.SnapshotStateCompleted, aws.String("100%")
	made.about.CompletionTime = aws.Time(now())
}

// RemoveSnapshot deletes a snapshot, unless an image consists of it, and tells
// AWS's code for how that went.
func (s *Storage) RemoveSnapshot(id string) types.SnapshotReturnCodes {
	snapshot, there := s.snapshots.Look(id)
	if !there {
		return types.SnapshotReturnCodesErrorCodeClientError
	}
	if _, used := s.o.ImageOf(id); used {
		return types.SnapshotReturnCodesWarnSkipped
	}
	s.snapshots.Remove(id)
	s.Release(snapshot.disk)
	return types.SnapshotReturnCodesSuccess
}

var snapshotFacts = shelf.Facts[*Snapshot]{
	"snapshot-id":  func(s *Snapshot) []string { return []string{s.id} },
	"volume-id":    func(s *Snapshot) []string { return shelf.Text(s.about.VolumeId) },
	"volume-size":  func(s *Snapshot) []string { return []string{strconv.Itoa(int(*s.about.VolumeSize))} },
	"description":  func(s *Snapshot) []string { return shelf.Text(s.about.Description) },
	"encrypted":    func(s *Snapshot) []string { return shelf.Flag(s.about.Encrypted) },
	"owner-id":     func(s *Snapshot) []string { return shelf.Text(s.about.OwnerId) },
	"owner-alias":  func(s *Snapshot) []string { return nil },
	"progress":     func(s *Snapshot) []string { return shelf.Text(s.about.Progress) },
	"start-time":   func(s *Snapshot) []string { return []string{stamp(*s.about.StartTime)} },
	"status":       func(s *Snapshot) []string { return []string{string(s.about.State)} },
	"storage-tier": func(s *Snapshot) []string { return []string{string(s.about.StorageTier)} },
}

func (s *Storage) describeSnapshot(of *Snapshot) types.Snapshot {
	about := of.about
	about.Tags = s.o.Tags.Of(of.id)
	return about
}

// DescribeSnapshots finds snapshots.
func (s *Storage) DescribeSnapshots(ctx context.Context, in *ec2.DescribeSnapshotsInput) (*ec2.DescribeSnapshotsOutput, error) {
	self := func(who string) bool { return who == "self" || who == s.o.Account }
	asked := shelf.Asked{IDs: in.SnapshotIds, Filters: in.Filters, NextToken: in.NextToken, MaxResults: in.MaxResults, Least: 5}
	page, next, err := s.snapshots.Page(asked, func(f *Snapshot) bool {
		return (len(in.OwnerIds) == 0 || slices.ContainsFunc(in.OwnerIds, self)) &&
			(len(in.RestorableByUserIds) == 0 || slices.ContainsFunc(in.RestorableByUserIds, func(who string) bool {
				return self(who) || slices.Contains(f.users, who)
			}))
	})
	out := &ec2.DescribeSnapshotsOutput{NextToken: next}
	for _, f := range page {
		out.Snapshots = append(out.Snapshots, s.describeSnapshot(f))
	}
	return out, err
}

// DeleteSnapshot deletes a snapshot that no image consists of.
func (s *Storage) DeleteSnapshot(ctx context.Context, in *ec2.DeleteSnapshotInput) (*ec2.DeleteSnapshotOutput, error) {
	snapshot, err := s.snapshots.Find(aws.ToString(in.SnapshotId))
	if err != nil {
		return nil, err
	}
	if image, used := s.o.ImageOf(snapshot.id); used {
		return nil, wire.Errorf("InvalidSnapshot.InUse", "The snapshot %s is currently in use by %s", snapshot.id, image)
	}
	s.RemoveSnapshot(snapshot.id)
	return &ec2.DeleteSnapshotOutput{}, nil
}

// CreateSnapshot makes a snapshot of a volume. It keeps what the volume is, not
// what is on it: images alone hold disks that can be started.
func (s *Storage) CreateSnapshot(ctx context.Context, in *ec2.CreateSnapshotInput) (*ec2.CreateSnapshotOutput, error) {
	v, err := s.volumes.Find(aws.ToString(in.VolumeId))
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
	of := types.EbsBlockDevice{VolumeSize: v.Size, Encrypted: v.Encrypted, KmsKeyId: v.KmsKeyId}
	made, err := s.AddSnapshot(*v.VolumeId, aws.ToString(in.Description), of, nil, tags[types.ResourceTypeSnapshot])
	if err != nil {
		return nil, err
	}
	s.o.Loop.After(s.o.Time, func() { s.SettleSnapshot(made, nil) })
	a := s.describeSnapshot(made)
	return &ec2.CreateSnapshotOutput{
		SnapshotId: a.SnapshotId, VolumeId: a.VolumeId, Description: a.Description, OwnerId: a.OwnerId, VolumeSize: a.VolumeSize,
		Encrypted: a.Encrypted, KmsKeyId: a.KmsKeyId, StartTime: a.StartTime, State: a.State, Progress: a.Progress, Tags: a.Tags,
	}, nil
}
