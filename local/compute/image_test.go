package compute_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// bake makes an image of a new instance and waits until it is settled.
func (w *world) bake(name string) types.Image {
	w.Helper()
	builder := w.run()
	made := ask(w, w.ec2.CreateImage, &ec2.CreateImageInput{InstanceId: &builder, Name: &name, NoReboot: aws.Bool(true)})
	w.pass(imageTime)
	return w.image(*made.ImageId)
}

func TestAnImageIsMadeOfAStoppedInstanceAndOfARunningOneWithoutReboot(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.run()
		ask(w, w.ec2.CreateImage, &ec2.CreateImageInput{InstanceId: &id, Name: aws.String("running"), NoReboot: aws.Bool(true)})
		w.pass(imageTime)
		ask(w, w.ec2.StopInstances, &ec2.StopInstancesInput{InstanceIds: []string{id}})
		w.pass(stopTime)
		ask(w, w.ec2.CreateImage, &ec2.CreateImageInput{InstanceId: &id, Name: aws.String("stopped")})
		w.pass(imageTime)
		images := ask(w, w.ec2.DescribeImages, &ec2.DescribeImagesInput{Owners: []string{"self"}, Filters: filter("state", "available")}).Images
		if len(images) != 2 || len(w.machines[id].boots) != 1 {
			t.Errorf("%d images after %d boots, want 2 after 1", len(images), len(w.machines[id].boots))
		}
		w.wantState(id, types.InstanceStateNameStopped)
	})
}

func TestAnImageOfWhichTheDiskCannotBeCopiedFails(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.run()
		w.machines[id].froze = errors.New("disk is full")
		made := ask(w, w.ec2.CreateImage, &ec2.CreateImageInput{InstanceId: &id, Name: aws.String("broken")})
		w.pass(time.Second)
		image := w.image(*made.ImageId)
		if image.State != types.ImageStateFailed || !strings.Contains(*image.StateReason.Message, "disk is full") {
			t.Errorf("image is %s, %v", image.State, image.StateReason)
		}
		s := ask(w, w.ec2.DescribeSnapshots, &ec2.DescribeSnapshotsInput{}).Snapshots[0]
		if s.State != types.SnapshotStateError {
			t.Errorf("snapshot is %s", s.State)
		}
		refused(w, "InvalidAMIID.Unavailable", "", w.ec2.RunInstances, &ec2.RunInstancesInput{ImageId: made.ImageId, MinCount: aws.Int32(1), MaxCount: aws.Int32(1)})
		w.wantState(id, types.InstanceStateNameRunning)
		ask(w, w.ec2.CreateImage, &ec2.CreateImageInput{InstanceId: &id, Name: aws.String("broken")})
	})
}

func TestNamesOfImagesKeepToAWSsRules(t *testing.T) {
	inWorld(t, func(w *world) {
		image := w.bake("hello-1")
		id := w.run()
		refused(w, "InvalidAMIName.Duplicate", "AMI name hello-1 is already in use by AMI "+*image.ImageId,
			w.ec2.CreateImage, &ec2.CreateImageInput{InstanceId: &id, Name: aws.String("hello-1")})
		for _, name := range []string{"ab", "hello:1", strings.Repeat("x", 129)} {
			refused(w, "InvalidAMIName.Malformed", "", w.ec2.CreateImage, &ec2.CreateImageInput{InstanceId: &id, Name: &name})
		}
		refused(w, "InvalidBlockDeviceMapping", "", w.ec2.CreateImage, &ec2.CreateImageInput{
			InstanceId: &id, Name: aws.String("hello-2"),
			BlockDeviceMappings: []types.BlockDeviceMapping{{DeviceName: aws.String("/dev/xvda"), Ebs: &types.EbsBlockDevice{VolumeSize: aws.Int32(40)}}},
		})
	})
}

// Packer's ami_block_device_mappings are such.
func TestAnImageMayAddAnEmptyDevice(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.run()
		made := ask(w, w.ec2.CreateImage, &ec2.CreateImageInput{
			InstanceId: &id, Name: aws.String("two-disks"),
			BlockDeviceMappings: []types.BlockDeviceMapping{{DeviceName: aws.String("/dev/xvdb"), Ebs: &types.EbsBlockDevice{VolumeSize: aws.Int32(3)}}},
		})
		w.pass(imageTime + stopTime)
		copied := ask(w, w.ec2.CopyImage, &ec2.CopyImageInput{SourceImageId: made.ImageId, SourceRegion: aws.String("eu-west-1"), Name: aws.String("copy"), Encrypted: aws.Bool(true)})
		w.pass(imageTime)
		for _, of := range []*string{made.ImageId, copied.ImageId} {
			image := ask(w, w.ec2.DescribeImages, &ec2.DescribeImagesInput{ImageIds: []string{*of}}).Images[0]
			if d := image.BlockDeviceMappings; len(d) != 2 || *d[1].Ebs.VolumeSize != 3 || d[1].Ebs.SnapshotId != nil || d[0].Ebs.SnapshotId == nil {
				t.Errorf("devices of %s: %+v", *image.Name, d)
			}
			run := ask(w, w.ec2.RunInstances, &ec2.RunInstancesInput{ImageId: of, MinCount: aws.Int32(1), MaxCount: aws.Int32(1), InstanceType: "t3.small"})
			if d := run.Instances[0].BlockDeviceMappings; len(d) != 2 {
				t.Errorf("%s runs with devices %+v", *image.Name, d)
			}
			gone := ask(w, w.ec2.DeregisterImage, &ec2.DeregisterImageInput{ImageId: of, DeleteAssociatedSnapshots: aws.Bool(true)})
			if len(gone.DeleteSnapshotResults) != 1 {
				t.Errorf("snapshots %+v", gone.DeleteSnapshotResults)
			}
		}
	})
}

func TestImagesAreFoundByOwnersUsersFiltersAndInPages(t *testing.T) {
	inWorld(t, func(w *world) {
		for _, name := range []string{"hello-1", "hello-2", "other-1"} {
			w.bake(name)
		}
		shared := ask(w, w.ec2.DescribeImages, &ec2.DescribeImagesInput{Filters: filter("name", "other-1")}).Images[0]
		ask(w, w.ec2.ModifyImageAttribute, &ec2.ModifyImageAttributeInput{ImageId: shared.ImageId, LaunchPermission: &types.LaunchPermissionModifications{
			Add: []types.LaunchPermission{{UserId: aws.String("210987654321")}},
		}, UserIds: []string{"210987654321"}, OperationType: types.OperationTypeAdd})
		for _, test := range []struct {
			why  string
			in   ec2.DescribeImagesInput
			want int
		}{
			{"all", ec2.DescribeImagesInput{}, 5},
			{"own", ec2.DescribeImagesInput{Owners: []string{"self"}}, 3},
			{"by account", ec2.DescribeImagesInput{Owners: []string{"123456789012"}}, 3},
			{"Amazon's", ec2.DescribeImagesInput{Owners: []string{"amazon"}, Filters: filter("name", "al2023-ami-*")}, 1},
			{"Debian's or own", ec2.DescribeImagesInput{Owners: []string{"self", "136693071363"}}, 4},
			{"public", ec2.DescribeImagesInput{ExecutableUsers: []string{"all"}}, 2},
			{"shared", ec2.DescribeImagesInput{ExecutableUsers: []string{"210987654321"}}, 1},
			{"by name", ec2.DescribeImagesInput{Filters: filter("name", "hello-*")}, 2},
			{"by alias", ec2.DescribeImagesInput{Filters: filter("owner-alias", "amazon")}, 1},
			{"by architecture", ec2.DescribeImagesInput{Filters: filter("architecture", "x86_64")}, 5},
			{"by device and type", ec2.DescribeImagesInput{Filters: slices.Concat(filter("root-device-type", "ebs"), filter("virtualization-type", "hvm"), filter("image-type", "machine"), filter("is-public", "false"))}, 3},
		} {
			if got := len(ask(w, w.ec2.DescribeImages, &test.in).Images); got != test.want {
				t.Errorf("%s: %d images, want %d", test.why, got, test.want)
			}
		}
		first := ask(w, w.ec2.DescribeImages, &ec2.DescribeImagesInput{Owners: []string{"self"}, MaxResults: aws.Int32(2)})
		rest := ask(w, w.ec2.DescribeImages, &ec2.DescribeImagesInput{Owners: []string{"self"}, MaxResults: aws.Int32(2), NextToken: first.NextToken})
		if len(first.Images) != 2 || len(rest.Images) != 1 || rest.NextToken != nil {
			t.Errorf("pages of %d and %d", len(first.Images), len(rest.Images))
		}
		refused(w, "AuthFailure", "", w.ec2.DeregisterImage, &ec2.DeregisterImageInput{ImageId: aws.String(w.debian())})
	})
}

func TestACopyOfAnImageOutlivesIt(t *testing.T) {
	inWorld(t, func(w *world) {
		image := w.bake("hello-1")
		ask(w, w.ec2.CreateTags, &ec2.CreateTagsInput{Resources: []string{*image.ImageId}, Tags: tags("app", "hello")})
		copied := ask(w, w.ec2.CopyImage, &ec2.CopyImageInput{
			Name: aws.String("hello-1-copy"), SourceImageId: image.ImageId, SourceRegion: aws.String("eu-west-1"), Encrypted: aws.Bool(true), CopyImageTags: aws.Bool(true),
		})
		w.pass(imageTime)
		ask(w, w.ec2.DeregisterImage, &ec2.DeregisterImageInput{ImageId: image.ImageId, DeleteAssociatedSnapshots: aws.Bool(true)})
		w.pass(time.Second)
		of := w.image(*copied.ImageId)
		if !*of.BlockDeviceMappings[0].Ebs.Encrypted || *of.Tags[0].Value != "hello" {
			t.Errorf("copied %+v", of)
		}
		id := w.run(func(in *ec2.RunInstancesInput) { in.ImageId = copied.ImageId })
		w.wantState(id, types.InstanceStateNameRunning)
		refs := ask(w, w.ec2.DescribeImageReferences, &ec2.DescribeImageReferencesInput{ImageIds: []string{*copied.ImageId}, IncludeAllResourceTypes: aws.Bool(true)})
		if len(refs.ImageReferences) != 1 || !strings.HasSuffix(*refs.ImageReferences[0].Arn, "instance/"+id) {
			t.Errorf("references %+v", refs.ImageReferences)
		}
	})
}

func TestAttributesOfImagesAndSnapshotsAreChangedAndTold(t *testing.T) {
	inWorld(t, func(w *world) {
		image := w.bake("hello-1")
		ask(w, w.ec2.ModifyImageAttribute, &ec2.ModifyImageAttributeInput{ImageId: image.ImageId, Description: &types.AttributeValue{Value: aws.String("better")}})
		ask(w, w.ec2.ModifyImageAttribute, &ec2.ModifyImageAttributeInput{ImageId: image.ImageId, LaunchPermission: &types.LaunchPermissionModifications{
			Add: []types.LaunchPermission{{Group: types.PermissionGroupAll}, {UserId: aws.String("210987654321")}},
		}})
		about := ask(w, w.ec2.DescribeImageAttribute, &ec2.DescribeImageAttributeInput{ImageId: image.ImageId, Attribute: types.ImageAttributeNameLaunchPermission})
		if changed := w.image(*image.ImageId); !*changed.Public || *changed.Description != "better" || len(about.LaunchPermissions) != 2 {
			t.Errorf("changed to %+v, permissions %+v", changed, about.LaunchPermissions)
		}
		snapshot := image.BlockDeviceMappings[0].Ebs.SnapshotId
		ask(w, w.ec2.ModifySnapshotAttribute, &ec2.ModifySnapshotAttributeInput{
			SnapshotId: snapshot, Attribute: types.SnapshotAttributeNameCreateVolumePermission, OperationType: types.OperationTypeAdd, UserIds: []string{"210987654321"},
		})
		shares := ask(w, w.ec2.DescribeSnapshotAttribute, &ec2.DescribeSnapshotAttributeInput{SnapshotId: snapshot, Attribute: types.SnapshotAttributeNameCreateVolumePermission})
		if len(shares.CreateVolumePermissions) != 1 || *shares.CreateVolumePermissions[0].UserId != "210987654321" {
			t.Errorf("shared with %+v", shares.CreateVolumePermissions)
		}
		refused(w, "InvalidAMIAttributeItemValue", "", w.ec2.ModifyImageAttribute, &ec2.ModifyImageAttributeInput{ImageId: image.ImageId, UserIds: []string{"me"}, OperationType: types.OperationTypeAdd})
	})
}

func TestVolumesAndTheirSnapshotsAreMadeAndDeleted(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.run()
		attached := w.instance(id).BlockDeviceMappings[0].Ebs.VolumeId
		refused(w, "VolumeInUse", "Volume "+*attached+" is currently attached to "+id, w.ec2.DeleteVolume, &ec2.DeleteVolumeInput{VolumeId: attached})
		snapshot := ask(w, w.ec2.CreateSnapshot, &ec2.CreateSnapshotInput{VolumeId: attached, TagSpecifications: tagged("snapshot", "a", "b")})
		w.pass(imageTime)
		volume := ask(w, w.ec2.CreateVolume, &ec2.CreateVolumeInput{SnapshotId: snapshot.SnapshotId, AvailabilityZone: aws.String("eu-west-1a")})
		ask(w, w.ec2.DeleteSnapshot, &ec2.DeleteSnapshotInput{SnapshotId: snapshot.SnapshotId})
		found := ask(w, w.ec2.DescribeVolumes, &ec2.DescribeVolumesInput{Filters: filter("volume-id", *volume.VolumeId)}).Volumes
		if len(found) != 1 || *found[0].Size != 8 || found[0].State != types.VolumeStateAvailable {
			t.Errorf("found %+v", found)
		}
		ask(w, w.ec2.DeleteVolume, &ec2.DeleteVolumeInput{VolumeId: volume.VolumeId})
		refused(w, "InvalidVolume.NotFound", "The volume '"+*volume.VolumeId+"' does not exist.", w.ec2.DeleteVolume, &ec2.DeleteVolumeInput{VolumeId: volume.VolumeId})
		refused(w, "InvalidSnapshot.NotFound", "The snapshot '"+*snapshot.SnapshotId+"' does not exist.", w.ec2.DeleteSnapshot, &ec2.DeleteSnapshotInput{SnapshotId: snapshot.SnapshotId})
	})
}
