package cloudtest

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko"
)

// computeRefusals are those of EC2 that a bake and its clean-up meet.
func computeRefusals(t *testing.T, h *Harness) {
	ctx, raw := t.Context(), h.ec2()
	group, err := raw.CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{GroupName: aws.String(string(app)), Description: aws.String("conformance")})
	must(t, err)
	run, err := raw.RunInstances(ctx, &ec2.RunInstancesInput{
		ImageId: &h.Image, InstanceType: types.InstanceType(h.InstanceType), MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		SecurityGroupIds: []string{*group.GroupId},
	})
	must(t, err)
	id := *run.Instances[0].InstanceId
	one := &ec2.DescribeInstancesInput{InstanceIds: []string{id}}
	must(t, ec2.NewInstanceRunningWaiter(raw).Wait(ctx, one, h.Patience))

	_, err = raw.DeleteSecurityGroup(ctx, &ec2.DeleteSecurityGroupInput{GroupId: group.GroupId})
	refused(t, "deleting a security group in use", err, "DependencyViolation", "")
	_, err = raw.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{"bogus"}})
	refused(t, "a malformed instance id", err, "InvalidInstanceID.Malformed", "")
	_, err = raw.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{"i-0123456789abcdef0"}})
	refused(t, "an unknown instance", err, "InvalidInstanceID.NotFound", "")
	h.imageRefusals(t, id)

	_, err = raw.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
	must(t, err)
	must(t, ec2.NewInstanceTerminatedWaiter(raw).Wait(ctx, one, h.Patience))
	_, err = raw.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{id}})
	refused(t, "stopping a terminated instance", err, "IncorrectInstanceState", "")
	_, err = raw.DeleteSecurityGroup(ctx, &ec2.DeleteSecurityGroupInput{GroupId: group.GroupId})
	must(t, err)
}

func (h *Harness) imageRefusals(t *testing.T, instance string) {
	ctx, raw := t.Context(), h.ec2()
	name := string(gekko.NewSnapshotName(app, time.Now()))
	made, err := raw.CreateImage(ctx, &ec2.CreateImageInput{InstanceId: &instance, Name: &name})
	must(t, err)
	of := &ec2.DescribeImagesInput{ImageIds: []string{*made.ImageId}}
	_, err = raw.CreateImage(ctx, &ec2.CreateImageInput{InstanceId: &instance, Name: &name})
	refused(t, "an image's name in use", err, "InvalidAMIName.Duplicate", "AMI name "+name+" is already in use by AMI "+*made.ImageId)
	_, err = raw.CreateImage(ctx, &ec2.CreateImageInput{InstanceId: &instance, Name: aws.String("a?")})
	refused(t, "an image's name that is malformed", err, "InvalidAMIName.Malformed", "")
	must(t, ec2.NewImageAvailableWaiter(raw).Wait(ctx, of, h.Patience))

	images, err := raw.DescribeImages(ctx, of)
	must(t, err)
	var disks []string
	for _, m := range images.Images[0].BlockDeviceMappings {
		if m.Ebs != nil {
			disks = append(disks, aws.ToString(m.Ebs.SnapshotId))
		}
	}
	if len(disks) == 0 {
		t.Error("the image has no block-device snapshot")
	}
	for _, disk := range disks {
		_, err = raw.DeleteSnapshot(ctx, &ec2.DeleteSnapshotInput{SnapshotId: &disk})
		refused(t, "deleting the snapshot of a registered image", err, "InvalidSnapshot.InUse", "The snapshot "+disk+" is currently in use by "+*made.ImageId)
	}
	_, err = raw.DeregisterImage(ctx, &ec2.DeregisterImageInput{ImageId: made.ImageId})
	must(t, err)
	if _, err = raw.DescribeImages(ctx, of); err != nil {
		t.Errorf("an image that was deregistered a moment ago: %v, where AWS describes none", err)
	}
	for _, disk := range disks {
		_, err = raw.DeleteSnapshot(ctx, &ec2.DeleteSnapshotInput{SnapshotId: &disk})
		must(t, err)
	}
}
