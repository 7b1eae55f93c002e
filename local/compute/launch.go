package compute

import (
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/machine"
)

var (
	reservationKind = shelf.Kind{Prefix: "r"}
	interfaceKind   = shelf.Kind{
		Type: "network-interface", Prefix: "eni", Malformed: "InvalidNetworkInterfaceId.Malformed", NotFound: "InvalidNetworkInterfaceID.NotFound",
		One: "The networkInterface ID '%s' does not exist",
	}
)

// launch makes the instances of a request that was checked, and begins to boot
// them.
func (c *Cloud) launch(l *launch) reservation {
	r := reservation{id: reservationKind.NewID()}
	for n := range l.count {
		i := c.newInstance(l, r.id, n)
		c.instances.Put(i.id, i)
		r.instances = append(r.instances, i)
	}
	l.image.about.LastLaunchedTime = aws.String(stamp(now()))
	for _, i := range r.instances {
		c.enter(i, types.InstanceStateNamePending)
	}
	return r
}

func (c *Cloud) newInstance(l *launch, reservation string, number int) *instance {
	in := l.in
	i := &instance{
		id: instanceKind.NewID(), reservation: reservation, image: l.image, userData: l.userData,
		vcpus: l.kind.VCPUs, behavior: in.InstanceInitiatedShutdownBehavior, protected: aws.ToBool(in.DisableApiTermination),
	}
	if i.behavior == "" {
		i.behavior = types.ShutdownBehaviorStop
	}
	address := c.newAddress()
	i.about = types.Instance{
		InstanceId: &i.id, ImageId: &l.image.id, AmiLaunchIndex: aws.Int32(int32(number)), ClientToken: in.ClientToken,
		InstanceType: l.kind.Name, Architecture: l.image.about.Architecture, LaunchTime: aws.Time(now()),
		Placement:  &types.Placement{AvailabilityZone: l.subnet.AvailabilityZone, AvailabilityZoneId: l.subnet.AvailabilityZoneId, Tenancy: types.TenancyDefault, GroupName: aws.String("")},
		Monitoring: &types.Monitoring{State: types.MonitoringStateDisabled},
		SubnetId:   l.subnet.SubnetId, VpcId: l.subnet.VpcId, SecurityGroups: l.groups,
		PrivateIpAddress: &address,
		PrivateDnsName:   aws.String(c.hostname(address)), PublicDnsName: aws.String(""),
		RootDeviceName: l.image.about.RootDeviceName, RootDeviceType: types.DeviceTypeEbs,
		VirtualizationType: types.VirtualizationTypeHvm, Hypervisor: types.HypervisorTypeXen,
		EbsOptimized: aws.Bool(aws.ToBool(in.EbsOptimized)), EnaSupport: aws.Bool(true), SourceDestCheck: aws.Bool(true),
		MetadataOptions: &l.metadata, PlatformDetails: aws.String("Linux/UNIX"), UsageOperation: aws.String("RunInstances"),
		StateReason: &types.StateReason{Code: aws.String("pending"), Message: aws.String("pending")}, StateTransitionReason: aws.String(""),
	}
	if in.Monitoring != nil && aws.ToBool(in.Monitoring.Enabled) {
		i.about.Monitoring = &types.Monitoring{State: types.MonitoringStateEnabled}
	}
	if l.key != "" {
		i.key, i.about.KeyName = l.key, in.KeyName
	}
	if c.o.Slow != nil {
		i.slow = c.o.Slow()
	}
	c.addProfile(i, in.IamInstanceProfile)
	i.about.NetworkInterfaces = []types.InstanceNetworkInterface{c.newInterface(l, address)}
	associate(i, &address)
	i.about.BlockDeviceMappings = c.newVolumes(i, l)
	c.put(i.id, l.tags[types.ResourceTypeInstance])
	return i
}

// put sets tags that were checked when they were asked for.
func (c *Cloud) put(id string, tags []types.Tag) {
	if err := c.tags.Put(id, tags); err != nil {
		c.o.Log.Error("tags were not set", "id", id, "error", err)
	}
}

// addProfile keeps an instance profile, which gives no credentials here.
func (c *Cloud) addProfile(i *instance, p *types.IamInstanceProfileSpecification) {
	if p == nil || aws.ToString(p.Arn) == "" && aws.ToString(p.Name) == "" {
		return
	}
	arn := aws.ToString(p.Arn)
	if arn == "" {
		arn = fmt.Sprintf("arn:aws:iam::%s:instance-profile/%s", c.o.Account, *p.Name)
	}
	i.about.IamInstanceProfile = &types.IamInstanceProfile{Arn: &arn, Id: aws.String("AIPA" + strings.ToUpper(rand.Text())[:17])}
}

// newInterface makes the one network interface that an instance has.
func (c *Cloud) newInterface(l *launch, address string) types.InstanceNetworkInterface {
	id, description := interfaceKind.NewID(), aws.String("")
	if len(l.in.NetworkInterfaces) == 1 && l.in.NetworkInterfaces[0].Description != nil {
		description = l.in.NetworkInterfaces[0].Description
	}
	c.put(id, l.tags[types.ResourceTypeNetworkInterface])
	dns := c.hostname(address)
	return types.InstanceNetworkInterface{
		NetworkInterfaceId: &id, Description: description, OwnerId: &c.o.Account, Status: types.NetworkInterfaceStatusInUse,
		SubnetId: l.subnet.SubnetId, VpcId: l.subnet.VpcId, Groups: l.groups, InterfaceType: aws.String("interface"),
		MacAddress: aws.String(newMAC()), SourceDestCheck: aws.Bool(true),
		PrivateIpAddress: &address, PrivateDnsName: &dns,
		PrivateIpAddresses: []types.InstancePrivateIpAddress{{Primary: aws.Bool(true), PrivateIpAddress: &address, PrivateDnsName: &dns}},
		Attachment: &types.InstanceNetworkInterfaceAttachment{
			AttachmentId: aws.String(shelf.Kind{Prefix: "eni-attach"}.NewID()), DeviceIndex: aws.Int32(0),
			Status: types.AttachmentStatusAttached, AttachTime: aws.Time(now()), DeleteOnTermination: aws.Bool(true),
		},
	}
}

// spec is what an instance's machine is made of.
func (c *Cloud) spec(i *instance) machine.Spec {
	s := machine.Spec{
		ID: i.id, Address: address(i), Base: i.image.base,
		Zone: i.zone(), Region: c.o.Region, Type: string(i.about.InstanceType),
		Metadata: i.metadata, TokensRequired: i.tokensRequired,
	}
	if i.image.disk != nil {
		s.Image = i.image.disk.Dir
	}
	return s
}
