// Package ebs is the embedded cloud's Amazon EBS: volumes, their snapshots, and
// the frozen disks that stand behind the snapshots of images.
//
// Volumes and snapshots are kept, checked and given back; what is really on a
// disk is a machine's affair. The package knows instances by their ids, and
// images only by what Options lets it ask.
package ebs

import (
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/loop"
	"gekko/local/wire"
)

// Options are what a Storage is made of. All but Time must be there.
type Options struct {
	Account, Region string
	Tags            *shelf.Tags
	Loop            *loop.Loop
	Time            time.Duration                                 // the least time that a snapshot is pending
	ZoneID          func(zone string) string                      // empty: there is no such zone
	ImageOf         func(snapshot string) (image string, ok bool) // that consists of it
	Log             *slog.Logger
}

// Storage is EBS of one account and region. Its operations are methods with the
// SDK's types, called inside the loop.
type Storage struct {
	o         Options
	once      *shelf.Once
	volumes   *shelf.Shelf[*types.Volume]
	snapshots *shelf.Shelf[*Snapshot]
}

// New makes an account without volumes and snapshots.
func New(o Options) *Storage {
	return &Storage{
		o: o, once: shelf.NewOnce(),
		volumes:   shelf.New(volumeKind, o.Tags, volumeFacts),
		snapshots: shelf.New(snapshotKind, o.Tags, snapshotFacts),
	}
}

// Kept gives the kinds of things that can be tagged here.
func (s *Storage) Kept() []shelf.Kept { return []shelf.Kept{s.volumes, s.snapshots} }

// Register lets m serve EBS.
func (s *Storage) Register(m *wire.Mux) {
	wire.Handle(m, wire.EC2, s.CreateVolume, wire.Fields{
		Reads: "AvailabilityZone Size SnapshotId VolumeType Encrypted KmsKeyId Iops Throughput ClientToken TagSpecifications",
	})
	wire.Handle(m, wire.EC2, s.DescribeVolumes, wire.Fields{Reads: "VolumeIds Filters MaxResults NextToken", Accepts: "IncludeManagedResources"})
	wire.Handle(m, wire.EC2, s.DeleteVolume, wire.Fields{Reads: "VolumeId"})
	wire.Handle(m, wire.EC2, s.CreateSnapshot, wire.Fields{Reads: "VolumeId Description TagSpecifications"})
	wire.Handle(m, wire.EC2, s.DescribeSnapshots, wire.Fields{Reads: "SnapshotIds OwnerIds RestorableByUserIds Filters MaxResults NextToken"})
	wire.Handle(m, wire.EC2, s.DeleteSnapshot, wire.Fields{Reads: "SnapshotId"})
	wire.Handle(m, wire.EC2, s.DescribeSnapshotAttribute, wire.Fields{Reads: "SnapshotId Attribute"})
	wire.Handle(m, wire.EC2, s.ModifySnapshotAttribute, wire.Fields{
		Reads: "SnapshotId OperationType UserIds GroupNames CreateVolumePermission", Accepts: "Attribute",
	})
}

// now is the time as EC2 shows it.
func now() time.Time { return time.Now().UTC().Truncate(time.Second) }

// stamp is a time as EC2 writes it where it gives text.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
