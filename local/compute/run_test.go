package compute_test

import (
	"encoding/base64"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func TestALaunchGivesBackWhatItWasAskedFor(t *testing.T) {
	inWorld(t, func(w *world) {
		key := ask(w, w.ec2.CreateKeyPair, &ec2.CreateKeyPairInput{KeyName: aws.String("gekko"), KeyType: types.KeyTypeEd25519})
		group := ask(w, w.ec2.CreateSecurityGroup, &ec2.CreateSecurityGroupInput{GroupName: aws.String("web"), Description: aws.String("web")})
		subnet := ask(w, w.ec2.DescribeSubnets, &ec2.DescribeSubnetsInput{Filters: filter("availability-zone", "eu-west-1b")}).Subnets[0]
		id := w.run(func(in *ec2.RunInstancesInput) {
			in.KeyName, in.SubnetId, in.SecurityGroupIds = key.KeyName, subnet.SubnetId, []string{*group.GroupId}
			in.BlockDeviceMappings = []types.BlockDeviceMapping{{DeviceName: aws.String("/dev/xvda"), Ebs: &types.EbsBlockDevice{VolumeSize: aws.Int32(20), Encrypted: aws.Bool(true)}}}
			in.TagSpecifications = append(tagged("instance", "Name", "one"), tagged("volume", "Name", "disk")...)
			in.IamInstanceProfile = &types.IamInstanceProfileSpecification{Name: aws.String("builder")}
			in.Monitoring = &types.RunInstancesMonitoringEnabled{Enabled: aws.Bool(true)}
		})
		i := w.instance(id)
		if *i.KeyName != "gekko" || *i.SubnetId != *subnet.SubnetId || *i.Placement.AvailabilityZone != "eu-west-1b" ||
			*i.SecurityGroups[0].GroupName != "web" || *i.Tags[0].Value != "one" || i.Monitoring.State != types.MonitoringStateEnabled ||
			*i.IamInstanceProfile.Arn != "arn:aws:iam::123456789012:instance-profile/builder" {
			t.Errorf("described %+v", i)
		}
		if a := netip.MustParseAddr(*i.PrivateIpAddress); !a.IsLoopback() || a.As4()[1] == 0 || a != w.machines[id].spec.Address {
			t.Errorf("address %s", a)
		}
		if keys := w.machines[id].boots[0].AuthorizedKeys; len(keys) != 1 || !strings.HasPrefix(keys[0], "ssh-ed25519 ") {
			t.Errorf("authorized keys %q", keys)
		}
		volume := ask(w, w.ec2.DescribeVolumes, &ec2.DescribeVolumesInput{Filters: filter("attachment.instance-id", id)}).Volumes[0]
		if *volume.Size != 20 || !*volume.Encrypted || *volume.Tags[0].Value != "disk" || volume.State != types.VolumeStateInUse {
			t.Errorf("volume %+v", volume)
		}
		refused(w, "DependencyViolation", "resource "+*group.GroupId+" has a dependent object", w.ec2.DeleteSecurityGroup, &ec2.DeleteSecurityGroupInput{GroupId: group.GroupId})
		ask(w, w.ec2.TerminateInstances, &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
		w.pass(stopTime)
		ask(w, w.ec2.DeleteSecurityGroup, &ec2.DeleteSecurityGroupInput{GroupId: group.GroupId})
	})
}

func TestALaunchIsRefusedInAWSsWords(t *testing.T) {
	inWorld(t, func(w *world) {
		image := w.debian()
		good := func() *ec2.RunInstancesInput {
			return &ec2.RunInstancesInput{ImageId: &image, InstanceType: "t3.micro", MinCount: aws.Int32(1), MaxCount: aws.Int32(1)}
		}
		for _, test := range []struct {
			code, message string
			change        func(*ec2.RunInstancesInput)
		}{
			{"MissingParameter", "The request must contain the parameter ImageId", func(in *ec2.RunInstancesInput) { in.ImageId = nil }},
			{"InvalidAMIID.Malformed", `Invalid id: "bogus" (expecting "ami-...")`, func(in *ec2.RunInstancesInput) { in.ImageId = aws.String("bogus") }},
			{"InvalidAMIID.NotFound", "The image id '[ami-0123456789abcdef0]' does not exist", func(in *ec2.RunInstancesInput) { in.ImageId = aws.String("ami-0123456789abcdef0") }},
			{"InvalidParameterValue", "Invalid value 't9.nano' for InstanceType.", func(in *ec2.RunInstancesInput) { in.InstanceType = "t9.nano" }},
			{"InvalidParameterValue", "", func(in *ec2.RunInstancesInput) { in.InstanceType = "t4g.micro" }},
			{"InvalidKeyPair.NotFound", "The key pair 'nobody' does not exist", func(in *ec2.RunInstancesInput) { in.KeyName = aws.String("nobody") }},
			{"InvalidGroup.NotFound", "The security group 'sg-0123456789abcdef0' does not exist", func(in *ec2.RunInstancesInput) { in.SecurityGroupIds = []string{"sg-0123456789abcdef0"} }},
			{"InvalidGroup.NotFound", "", func(in *ec2.RunInstancesInput) { in.SecurityGroups = []string{"nobody"} }},
			{"InvalidSubnetID.NotFound", "The subnet ID 'subnet-0123456789abcdef0' does not exist", func(in *ec2.RunInstancesInput) { in.SubnetId = aws.String("subnet-0123456789abcdef0") }},
			{"InvalidParameterValue", "Invalid availability zone: [eu-west-1z]", func(in *ec2.RunInstancesInput) {
				in.Placement = &types.Placement{AvailabilityZone: aws.String("eu-west-1z")}
			}},
			{"InvalidParameterValue", "Invalid BASE64 encoding of user data.", func(in *ec2.RunInstancesInput) { in.UserData = aws.String("#!/bin/sh") }},
			{"InvalidParameterValue", "User data is limited to 16384 bytes", func(in *ec2.RunInstancesInput) {
				in.UserData = aws.String(base64.StdEncoding.EncodeToString(make([]byte, 16<<10+1)))
			}},
			{"InvalidParameterValue", "", func(in *ec2.RunInstancesInput) { in.MaxCount = aws.Int32(0) }},
			{"InvalidParameterValue", "", func(in *ec2.RunInstancesInput) { in.MinCount = aws.Int32(0) }},
			{"InvalidBlockDeviceMapping", "", func(in *ec2.RunInstancesInput) {
				in.BlockDeviceMappings = []types.BlockDeviceMapping{{DeviceName: aws.String("/dev/xvda"), Ebs: &types.EbsBlockDevice{VolumeSize: aws.Int32(4)}}}
			}},
			{"InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use", func(in *ec2.RunInstancesInput) {
				in.TagSpecifications = tagged("instance", "aws:mine", "1")
			}},
			{"InvalidParameterValue", "'image' is not a valid taggable resource type for this operation.", func(in *ec2.RunInstancesInput) {
				in.TagSpecifications = tagged("image", "a", "1")
			}},
			{"InvalidLaunchTemplateName.NotFoundException", "The specified launch template, with template name nobody, does not exist.", func(in *ec2.RunInstancesInput) {
				in.LaunchTemplate = &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("nobody")}
			}},
			{"UnsupportedOperation", "", func(in *ec2.RunInstancesInput) {
				in.InstanceMarketOptions = &types.InstanceMarketOptionsRequest{MarketType: types.MarketTypeSpot}
			}},
			{"DryRunOperation", "", func(in *ec2.RunInstancesInput) { in.DryRun = aws.Bool(true) }},
		} {
			in := good()
			test.change(in)
			refused(w, test.code, test.message, w.ec2.RunInstances, in)
		}
		w.capacity = errors.New("full")
		refused(w, "InsufficientInstanceCapacity", "", w.ec2.RunInstances, good())
		if r := ask(w, w.ec2.DescribeInstances, &ec2.DescribeInstancesInput{}).Reservations; len(r) != 0 {
			t.Errorf("a refused launch left %v", r)
		}
	})
}

func TestTheSameClientTokenLaunchesOnceAZone(t *testing.T) {
	inWorld(t, func(w *world) {
		subnets := ask(w, w.ec2.DescribeSubnets, &ec2.DescribeSubnetsInput{}).Subnets
		launch := func(subnet types.Subnet, kind types.InstanceType) *ec2.RunInstancesInput {
			return &ec2.RunInstancesInput{
				ImageId: aws.String(w.debian()), InstanceType: kind, MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
				SubnetId: subnet.SubnetId, ClientToken: aws.String("token"),
			}
		}
		first := ask(w, w.ec2.RunInstances, launch(subnets[0], "t3.micro"))
		w.pass(bootTime)
		again := ask(w, w.ec2.RunInstances, launch(subnets[0], "t3.micro"))
		if *again.Instances[0].InstanceId != *first.Instances[0].InstanceId || *again.ReservationId != *first.ReservationId ||
			again.Instances[0].State.Name != types.InstanceStateNameRunning {
			t.Error("the same request launched again, or tells an old state")
		}
		refused(w, "IdempotentParameterMismatch", "", w.ec2.RunInstances, launch(subnets[0], "t3.large"))
		elsewhere := ask(w, w.ec2.RunInstances, launch(subnets[1], "t3.micro"))
		if *elsewhere.Instances[0].InstanceId == *first.Instances[0].InstanceId {
			t.Error("the token reached over zones")
		}
		long := launch(subnets[0], "t3.micro")
		long.ClientToken = aws.String(strings.Repeat("x", 65))
		refused(w, "InvalidParameterValue", "", w.ec2.RunInstances, long)
	})
}

func TestInstancesAreFoundByFiltersAndInPages(t *testing.T) {
	inWorld(t, func(w *world) {
		image := w.debian()
		out := ask(w, w.ec2.RunInstances, &ec2.RunInstancesInput{
			ImageId: &image, InstanceType: "t3.micro", MinCount: aws.Int32(7), MaxCount: aws.Int32(7), TagSpecifications: tagged("instance", "app", "hello"),
		})
		w.pass(bootTime)
		other := w.run(func(in *ec2.RunInstancesInput) {
			in.Placement = &types.Placement{AvailabilityZone: aws.String("eu-west-1c")}
		})
		count := func(name string, values ...string) int {
			n := 0
			for _, r := range ask(w, w.ec2.DescribeInstances, &ec2.DescribeInstancesInput{Filters: filter(name, values...)}).Reservations {
				n += len(r.Instances)
			}
			return n
		}
		for _, test := range []struct {
			name, value string
			want        int
		}{
			{"instance-state-name", "running", 8},
			{"instance-state-name", "stopped", 0},
			{"tag:app", "hel*", 7},
			{"tag:app", "hell?", 7},
			{"tag:app", `hell\?`, 0},
			{"tag-key", "app", 7},
			{"image-id", image, 8},
			{"availability-zone", "eu-west-1c", 1},
			{"instance-id", other, 1},
			{"reservation-id", *out.ReservationId, 7},
			{"client-token", *out.Instances[0].ClientToken, 7},
			{"private-ip-address", *out.Instances[3].PrivateIpAddress, 1},
			{"ip-address", *out.Instances[3].PrivateIpAddress, 1},
			{"instance-type", "t3.*", 8},
			{"vpc-id", *out.Instances[0].VpcId, 8},
			{"subnet-id", *out.Instances[0].SubnetId, 7},
			{"instance.group-name", "default", 8},
			{"launch-time", "2000-01-01T*", 8},
		} {
			if got := count(test.name, test.value); got != test.want {
				t.Errorf("%s=%s finds %d, want %d", test.name, test.value, got, test.want)
			}
		}
		if got := count("instance-id", other, *out.Instances[0].InstanceId); got != 2 {
			t.Errorf("two values find %d", got)
		}
		refused(w, "InvalidParameterValue", "The filter 'colour' is invalid", w.ec2.DescribeInstances, &ec2.DescribeInstancesInput{Filters: filter("colour", "red")})
		refused(w, "InvalidParameterCombination", "", w.ec2.DescribeInstances, &ec2.DescribeInstancesInput{InstanceIds: []string{other}, MaxResults: aws.Int32(5)})
		refused(w, "InvalidInstanceID.Malformed", "", w.ec2.DescribeInstances, &ec2.DescribeInstancesInput{InstanceIds: []string{"bogus"}})
		refused(w, "InvalidInstanceID.NotFound", "The instance IDs 'i-0123456789abcdef0, i-0123456789abcdef1' do not exist",
			w.ec2.DescribeInstances, &ec2.DescribeInstancesInput{InstanceIds: []string{"i-0123456789abcdef0", other, "i-0123456789abcdef1"}})
		pages, seen := 0, map[string]bool{}
		for p := ec2.NewDescribeInstancesPaginator(w.ec2, &ec2.DescribeInstancesInput{MaxResults: aws.Int32(5)}); p.HasMorePages(); pages++ {
			page, err := p.NextPage(w.ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Reservations {
				for _, i := range r.Instances {
					seen[*i.InstanceId] = true
				}
			}
		}
		if pages != 2 || len(seen) != 8 {
			t.Errorf("%d instances on %d pages, want 8 on 2", len(seen), pages)
		}
		subnet := ask(w, w.ec2.DescribeSubnets, &ec2.DescribeSubnetsInput{SubnetIds: []string{*out.Instances[0].SubnetId}}).Subnets[0]
		if *subnet.AvailableIpAddressCount != 4091-7 {
			t.Errorf("%d addresses are free", *subnet.AvailableIpAddressCount)
		}
	})
}

func TestTemplatesAreMergedIntoALaunch(t *testing.T) {
	inWorld(t, func(w *world) {
		ask(w, w.ec2.CreateLaunchTemplate, &ec2.CreateLaunchTemplateInput{
			LaunchTemplateName: aws.String("hello"), LaunchTemplateData: &types.RequestLaunchTemplateData{
				ImageId: aws.String(w.debian()), InstanceType: "t3.large", UserData: aws.String("aGk="),
				MetadataOptions: &types.LaunchTemplateInstanceMetadataOptionsRequest{HttpTokens: "required"},
				BlockDeviceMappings: []types.LaunchTemplateBlockDeviceMappingRequest{
					{DeviceName: aws.String("/dev/xvda"), Ebs: &types.LaunchTemplateEbsBlockDeviceRequest{Encrypted: aws.Bool(true)}},
				},
				TagSpecifications: []types.LaunchTemplateTagSpecificationRequest{{ResourceType: "instance", Tags: tags("app", "hello", "from", "template")}},
			},
		})
		out := ask(w, w.ec2.RunInstances, &ec2.RunInstancesInput{
			LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("hello"), Version: aws.String("$Latest")},
			InstanceType:   "t3.small", MinCount: aws.Int32(1), MaxCount: aws.Int32(1), TagSpecifications: tagged("instance", "from", "launch"),
			BlockDeviceMappings: []types.BlockDeviceMapping{{DeviceName: aws.String("/dev/xvda"), Ebs: &types.EbsBlockDevice{VolumeSize: aws.Int32(30)}}},
		})
		w.pass(time.Second)
		i := w.instance(*out.Instances[0].InstanceId)
		got := map[string]string{}
		for _, tag := range i.Tags {
			got[*tag.Key] = *tag.Value
		}
		if i.InstanceType != "t3.small" || i.MetadataOptions.HttpTokens != "required" || got["app"] != "hello" || got["from"] != "launch" ||
			got["aws:ec2launchtemplate:version"] != "1" || string(w.machines[*i.InstanceId].boots[0].UserData) != "hi" {
			t.Errorf("launched %+v", i)
		}
		volume := ask(w, w.ec2.DescribeVolumes, &ec2.DescribeVolumesInput{}).Volumes[0]
		if *volume.Size != 30 || !*volume.Encrypted {
			t.Errorf("volume of %d GiB, encrypted: %t", *volume.Size, *volume.Encrypted)
		}
	})
}
