package compute_test

import (
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func TestAnInstanceIsFrozenIntoAnImageThatStartsWhatWasBaked(t *testing.T) {
	inWorld(t, func(w *world) {
		builder := w.run()
		made := ask(w, w.ec2.CreateImage, &ec2.CreateImageInput{
			InstanceId: &builder, Name: aws.String("hello-1"),
			TagSpecifications: append(tagged("image", "app", "hello"), tagged("snapshot", "app", "hello")...),
		})
		w.pass(time.Second)
		image := w.image(*made.ImageId)
		if image.State != types.ImageStatePending || len(w.machines[builder].boots) != 2 {
			t.Errorf("image %s after %d boots, want pending, and the machine booted again", image.State, len(w.machines[builder].boots))
		}
		w.pass(imageTime)
		image = w.image(*made.ImageId)
		if image.State != types.ImageStateAvailable {
			t.Fatalf("image is %s: %v", image.State, image.StateReason)
		}
		snapshots := ask(w, w.ec2.DescribeSnapshots, &ec2.DescribeSnapshotsInput{Filters: filter("tag:app", "hello")}).Snapshots
		if len(snapshots) != 1 || snapshots[0].State != types.SnapshotStateCompleted ||
			*snapshots[0].SnapshotId != *image.BlockDeviceMappings[0].Ebs.SnapshotId {
			t.Errorf("snapshots %+v, want the image's", snapshots)
		}
		launched := w.run(func(in *ec2.RunInstancesInput) { in.ImageId = image.ImageId })
		frozen := w.machines[launched].spec.Image
		if _, err := os.Stat(frozen); err != nil || w.machines[launched].boots[0].User != "admin" {
			t.Errorf("started from %q (%v), want the frozen disk", frozen, err)
		}

		refused(w, "InvalidSnapshot.InUse", "The snapshot "+*snapshots[0].SnapshotId+" is currently in use by "+*image.ImageId,
			w.ec2.DeleteSnapshot, &ec2.DeleteSnapshotInput{SnapshotId: snapshots[0].SnapshotId})
		gone := ask(w, w.ec2.DeregisterImage, &ec2.DeregisterImageInput{ImageId: image.ImageId, DeleteAssociatedSnapshots: aws.Bool(true)})
		if len(gone.DeleteSnapshotResults) != 1 || gone.DeleteSnapshotResults[0].ReturnCode != types.SnapshotReturnCodesSuccess {
			t.Errorf("deleted snapshots: %+v", gone.DeleteSnapshotResults)
		}
		w.pass(time.Second)
		if _, err := os.Stat(frozen); !os.IsNotExist(err) {
			t.Errorf("the frozen disk is still there: %v", err)
		}
		of := &ec2.DescribeImagesInput{ImageIds: []string{*image.ImageId}}
		if left := ask(w, w.ec2.DescribeImages, of); len(left.Images) != 0 {
			t.Errorf("a deregistered image is described: %+v", left.Images)
		}
		w.pass(10 * time.Minute)
		refused(w, "InvalidAMIID.NotFound", "The image id '["+*image.ImageId+"]' does not exist",
			w.ec2.DescribeImages, of)
		w.wantState(launched, types.InstanceStateNameRunning)
	})
}
