package compute

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/catalog"
	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

const (
	maxUserData = 16 << 10 // bytes, decoded
	maxLaunch   = 100      // instances of one request
)

// RunInstances launches instances, all in one zone.
func (c *Cloud) RunInstances(ctx context.Context, in *ec2.RunInstancesInput) (*ec2.RunInstancesOutput, error) {
	whole, marks, err := c.Templates.Launch(in)
	if err != nil {
		return nil, err
	}
	made, err := c.once.Once("RunInstances"+c.tokenScope(whole), in.ClientToken, in, func() (any, error) {
		l, err := c.planLaunch(whole)
		if err != nil {
			return nil, err
		}
		l.tags[types.ResourceTypeInstance] = append(slices.Clone(l.tags[types.ResourceTypeInstance]), marks...)
		return c.launch(l), nil
	})
	if err != nil {
		return nil, err
	}
	r := made.(reservation)
	out := &ec2.RunInstancesOutput{ReservationId: &r.id, OwnerId: &c.o.Account}
	for _, i := range r.instances {
		out.Instances = append(out.Instances, c.describe(i))
	}
	return out, nil
}

// tokenScope is the zone that a launch names: client tokens are zonal there
// (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html).
func (c *Cloud) tokenScope(in *ec2.RunInstancesInput) string {
	if zone, ok := c.SubnetZone(aws.ToString(launchSubnet(in))); ok {
		return " " + zone
	}
	if in.Placement != nil {
		return " " + aws.ToString(in.Placement.AvailabilityZone)
	}
	return ""
}

// launch is a request to run instances that was found to be good.
type launch struct {
	in       *ec2.RunInstancesInput
	count    int
	image    *image
	kind     catalog.Type
	key      string // line of authorized_keys; empty: none
	subnet   types.Subnet
	groups   []types.GroupIdentifier
	devices  []types.BlockDeviceMapping
	userData []byte
	metadata types.InstanceMetadataOptionsResponse
	tags     map[types.ResourceType][]types.Tag
}

type reservation struct {
	id        string
	instances []*instance
}

// planLaunch checks all that a launch asks for.
func (c *Cloud) planLaunch(in *ec2.RunInstancesInput) (*launch, error) {
	l := &launch{in: in}
	for _, check := range []func(*launch) error{
		checkCount, c.checkImage, c.checkType, c.checkKey, c.checkPlace, c.checkGroups,
		checkUserData, c.checkDevices, checkTags, checkBehavior, c.checkMetadata, c.checkCapacity,
	} {
		if err := check(l); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func missing(parameter string) error {
	return wire.Errorf("MissingParameter", "The request must contain the parameter %s", parameter)
}

func checkCount(l *launch) error {
	least, most := aws.ToInt32(l.in.MinCount), aws.ToInt32(l.in.MaxCount)
	switch {
	case l.in.MinCount == nil:
		return missing("MinCount")
	case l.in.MaxCount == nil:
		return missing("MaxCount")
	case least < 1:
		return wire.Errorf("InvalidParameterValue", "Value (%d) for parameter minCount is invalid. It must be at least 1.", least)
	case most < least:
		return wire.Errorf("InvalidParameterValue", "Value (%d) for parameter maxCount is invalid. It must not be below minCount (%d).", most, least)
	case least > maxLaunch:
		return wire.Errorf("InstanceLimitExceeded", "You have requested more instances (%d) than your current instance limit of %d allows for the specified instance type.", least, maxLaunch)
	}
	l.count = int(min(most, maxLaunch))
	return nil
}

func (c *Cloud) checkImage(l *launch) error {
	if aws.ToString(l.in.ImageId) == "" {
		return missing("ImageId")
	}
	im, err := c.images.Find(*l.in.ImageId)
	if err != nil {
		return err
	}
	if im.about.State != types.ImageStateAvailable {
		return wire.Errorf("InvalidAMIID.Unavailable", "The image ID '%s' is not available", im.id)
	}
	l.image = im
	return nil
}

func (c *Cloud) checkType(l *launch) error {
	name := l.in.InstanceType
	if name == "" {
		name = "m1.small" // EC2's default
	}
	kind, known := catalog.Find(name)
	if !known {
		return wire.Errorf("InvalidParameterValue", "Invalid value '%s' for InstanceType.", name)
	}
	if kind.Architecture != l.image.about.Architecture {
		return wire.Errorf("InvalidParameterValue", "The architecture '%s' of the specified instance type does not match the architecture '%s' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.", kind.Architecture, l.image.about.Architecture)
	}
	l.kind = kind
	return nil
}

func (c *Cloud) checkKey(l *launch) error {
	name := aws.ToString(l.in.KeyName)
	if name == "" {
		return nil
	}
	var err error
	l.key, err = c.PublicKey(name)
	return err
}

// launchSubnet is the subnet that a launch names, by itself or for its first
// network interface.
func launchSubnet(in *ec2.RunInstancesInput) *string {
	if len(in.NetworkInterfaces) > 0 {
		return in.NetworkInterfaces[0].SubnetId
	}
	return in.SubnetId
}

// checkPlace finds the subnet: the one that is named, or the default one of the
// zone that is named, or of the first zone with room.
func (c *Cloud) checkPlace(l *launch) error {
	in := l.in
	switch {
	case len(in.NetworkInterfaces) > 1:
		return wire.Errorf("UnsupportedOperation", "More than one network interface is not supported here")
	case len(in.NetworkInterfaces) == 1 && aws.ToString(in.SubnetId) != "":
		return wire.Errorf("InvalidParameterCombination", "Network interfaces and an instance-level subnet ID may not be specified on the same request")
	case len(in.NetworkInterfaces) == 1 && len(in.SecurityGroupIds)+len(in.SecurityGroups) > 0:
		return wire.Errorf("InvalidParameterCombination", "Network interfaces and an instance-level security groups may not be specified on the same request")
	}
	var zone string
	if in.Placement != nil {
		zone = aws.ToString(in.Placement.AvailabilityZone)
		if t := in.Placement.Tenancy; t != "" && t != types.TenancyDefault {
			return wire.Errorf("UnsupportedOperation", "Tenancy %s is not supported here", t)
		}
	}
	id := aws.ToString(launchSubnet(in))
	if id == "" {
		id = c.usualSubnet(zone, l.kind)
	}
	if id == "" {
		return wire.Errorf("InvalidParameterValue", "Invalid availability zone: [%s]", zone)
	}
	subnet, err := c.Subnet(id)
	if err != nil {
		return err
	}
	if zone != "" && zone != *subnet.AvailabilityZone {
		return wire.Errorf("InvalidParameterValue", "The availability zone '%s' of the request is not the one of subnet '%s', which is in '%s'", zone, id, *subnet.AvailabilityZone)
	}
	l.subnet = subnet
	return nil
}

func (c *Cloud) usualSubnet(zone string, kind catalog.Type) string {
	zones := c.o.Zones
	if zone != "" {
		zones = []string{zone}
	}
	var usual string
	for _, z := range zones {
		id, ok := c.DefaultSubnet(z)
		if ok && usual == "" {
			usual = id
		}
		if ok && (c.o.Capacity == nil || c.o.Capacity(z, string(kind.Name)) == nil) {
			return id
		}
	}
	return usual
}

func (c *Cloud) checkGroups(l *launch) error {
	ids, names := l.in.SecurityGroupIds, l.in.SecurityGroups
	if len(l.in.NetworkInterfaces) == 1 {
		ids = l.in.NetworkInterfaces[0].Groups
	}
	var err error
	l.groups, err = c.Groups(ids, names)
	return err
}

func checkUserData(l *launch) error {
	data, err := base64.StdEncoding.DecodeString(aws.ToString(l.in.UserData))
	if err != nil {
		return wire.Errorf("InvalidParameterValue", "Invalid BASE64 encoding of user data.")
	}
	if len(data) > maxUserData {
		return wire.Errorf("InvalidParameterValue", "User data is limited to %d bytes", maxUserData)
	}
	l.userData = data
	return nil
}

func checkTags(l *launch) error {
	var err error
	l.tags, err = shelf.Specified(l.in.TagSpecifications, types.ResourceTypeInstance, types.ResourceTypeVolume,
		types.ResourceTypeNetworkInterface, types.ResourceTypeSpotInstancesRequest)
	return err
}

func checkBehavior(l *launch) error {
	behavior := l.in.InstanceInitiatedShutdownBehavior
	if behavior != "" && !slices.Contains(behavior.Values(), behavior) {
		return wire.Errorf("InvalidParameterValue", "Invalid value '%s' for instanceInitiatedShutdownBehavior. Valid values are 'stop' and 'terminate'.", behavior)
	}
	return nil
}

func (c *Cloud) checkMetadata(l *launch) error {
	l.metadata = usualMetadata(l.image)
	if o := l.in.MetadataOptions; o != nil {
		return setMetadata(&l.metadata, o.HttpEndpoint, o.HttpTokens, o.HttpPutResponseHopLimit, o.InstanceMetadataTags)
	}
	return nil
}

func (c *Cloud) checkCapacity(l *launch) error {
	if c.o.Capacity == nil {
		return nil
	}
	zone := *l.subnet.AvailabilityZone
	err := c.o.Capacity(zone, string(l.kind.Name))
	if _, inWords := errors.AsType[*wire.Error](err); err == nil || inWords {
		return err
	}
	return &wire.Error{Code: "InsufficientInstanceCapacity", Status: 500, Message: fmt.Sprintf(
		"We currently do not have sufficient %s capacity in the Availability Zone you requested (%s). Our system will be working on provisioning additional capacity.", l.kind.Name, zone)}
}
