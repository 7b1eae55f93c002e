package compute

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/catalog"
	"gekko/local/wire"
)

// encoded is the text in which EC2 gives bytes.
func encoded(data []byte) *string { return aws.String(base64.StdEncoding.EncodeToString(data)) }

func fmtInt(n *int32) string { return strconv.Itoa(int(aws.ToInt32(n))) }

// DescribeInstanceAttribute tells one attribute of an instance.
func (c *Cloud) DescribeInstanceAttribute(ctx context.Context, in *ec2.DescribeInstanceAttributeInput) (*ec2.DescribeInstanceAttributeOutput, error) {
	i, err := c.instances.Find(aws.ToString(in.InstanceId))
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeInstanceAttributeOutput{InstanceId: &i.id}
	flag := func(b bool) *types.AttributeBooleanValue { return &types.AttributeBooleanValue{Value: &b} }
	text := func(s string) *types.AttributeValue { return &types.AttributeValue{Value: &s} }
	switch in.Attribute {
	case types.InstanceAttributeNameInstanceType:
		out.InstanceType = text(string(i.about.InstanceType))
	case types.InstanceAttributeNameUserData:
		out.UserData = &types.AttributeValue{}
		if len(i.userData) > 0 {
			out.UserData.Value = encoded(i.userData)
		}
	case types.InstanceAttributeNameDisableApiTermination:
		out.DisableApiTermination = flag(i.protected)
	case types.InstanceAttributeNameInstanceInitiatedShutdownBehavior:
		out.InstanceInitiatedShutdownBehavior = text(string(i.behavior))
	case types.InstanceAttributeNameRootDeviceName:
		out.RootDeviceName = text(*i.about.RootDeviceName)
	case types.InstanceAttributeNameBlockDeviceMapping:
		out.BlockDeviceMappings = i.about.BlockDeviceMappings
	case types.InstanceAttributeNameGroupSet:
		out.Groups = i.about.SecurityGroups
	case types.InstanceAttributeNameSourceDestCheck:
		out.SourceDestCheck = flag(*i.about.SourceDestCheck)
	case types.InstanceAttributeNameEbsOptimized:
		out.EbsOptimized = flag(*i.about.EbsOptimized)
	case types.InstanceAttributeNameEnaSupport:
		out.EnaSupport = flag(*i.about.EnaSupport)
	case types.InstanceAttributeNameKernel, types.InstanceAttributeNameRamdisk, types.InstanceAttributeNameProductCodes:
	case types.InstanceAttributeNameSriovNetSupport:
		out.SriovNetSupport = &types.AttributeValue{Value: i.about.SriovNetSupport}
	default:
		return nil, unknownAttribute(string(in.Attribute))
	}
	return out, nil
}

func unknownAttribute(name string) error {
	return wire.Errorf("InvalidParameterValue", "Value (%s) for parameter attribute is invalid. Unknown attribute.", name)
}

// ModifyInstanceAttribute changes one attribute of an instance.
func (c *Cloud) ModifyInstanceAttribute(ctx context.Context, in *ec2.ModifyInstanceAttributeInput) (*ec2.ModifyInstanceAttributeOutput, error) {
	i, err := c.instances.Find(aws.ToString(in.InstanceId))
	if err != nil {
		return nil, err
	}
	if in, err = named(in); err != nil {
		return nil, err
	}
	switch {
	case in.UserData != nil:
		err = c.setUserData(i, in.UserData.Value)
	case in.InstanceType != nil:
		err = c.setType(i, types.InstanceType(aws.ToString(in.InstanceType.Value)))
	case in.InstanceInitiatedShutdownBehavior != nil:
		behavior := types.ShutdownBehavior(aws.ToString(in.InstanceInitiatedShutdownBehavior.Value))
		if !slices.Contains(behavior.Values(), behavior) {
			return nil, wire.Errorf("InvalidParameterValue", "Invalid value '%s' for instanceInitiatedShutdownBehavior. Valid values are 'stop' and 'terminate'.", behavior)
		}
		i.behavior = behavior
	case in.DisableApiTermination != nil:
		i.protected = aws.ToBool(in.DisableApiTermination.Value)
	case in.SourceDestCheck != nil:
		i.about.SourceDestCheck = aws.Bool(aws.ToBool(in.SourceDestCheck.Value))
	case in.EnaSupport != nil, in.SriovNetSupport != nil, in.EbsOptimized != nil:
		err = setHardware(i, in)
	case len(in.Groups) > 0:
		err = c.setGroups(i, in.Groups)
	case len(in.BlockDeviceMappings) > 0:
		err = c.setDevices(i, in.BlockDeviceMappings)
	default:
		err = wire.Errorf("InvalidParameterCombination", "No attributes specified.")
	}
	if err != nil {
		return nil, err
	}
	c.refresh(i)
	return &ec2.ModifyInstanceAttributeOutput{}, nil
}

// named turns the form that gives an attribute's name and value into the one
// that has a field for each.
func named(in *ec2.ModifyInstanceAttributeInput) (*ec2.ModifyInstanceAttributeInput, error) {
	if in.Attribute == "" {
		return in, nil
	}
	set := &ec2.ModifyInstanceAttributeInput{Groups: in.Groups, BlockDeviceMappings: in.BlockDeviceMappings}
	value := aws.ToString(in.Value)
	flag := &types.AttributeBooleanValue{Value: aws.Bool(value == "true")}
	switch in.Attribute {
	case types.InstanceAttributeNameUserData:
		data, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			return nil, wire.Errorf("InvalidParameterValue", "Invalid BASE64 encoding of user data.")
		}
		set.UserData = &types.SecureBlobAttributeValue{Value: data}
	case types.InstanceAttributeNameInstanceType:
		set.InstanceType = &types.AttributeValue{Value: &value}
	case types.InstanceAttributeNameInstanceInitiatedShutdownBehavior:
		set.InstanceInitiatedShutdownBehavior = &types.AttributeValue{Value: &value}
	case types.InstanceAttributeNameDisableApiTermination:
		set.DisableApiTermination = flag
	case types.InstanceAttributeNameSourceDestCheck:
		set.SourceDestCheck = flag
	case types.InstanceAttributeNameEnaSupport:
		set.EnaSupport = flag
	case types.InstanceAttributeNameSriovNetSupport:
		set.SriovNetSupport = &types.AttributeValue{Value: &value}
	case types.InstanceAttributeNameEbsOptimized:
		set.EbsOptimized = flag
	case types.InstanceAttributeNameGroupSet, types.InstanceAttributeNameBlockDeviceMapping:
	default:
		return nil, unknownAttribute(string(in.Attribute))
	}
	return set, nil
}

func mustBeStopped(i *instance) error {
	if i.state() != types.InstanceStateNameStopped {
		return wire.Errorf("IncorrectInstanceState", "The instance '%s' is not in the 'stopped' state.", i.id)
	}
	return nil
}

// setHardware notes what the computer is said to have, for describe to tell: it
// has no effect here.
func setHardware(i *instance, in *ec2.ModifyInstanceAttributeInput) error {
	if err := mustBeStopped(i); err != nil {
		return err
	}
	switch {
	case in.EnaSupport != nil:
		i.about.EnaSupport = aws.Bool(aws.ToBool(in.EnaSupport.Value))
	case in.EbsOptimized != nil:
		i.about.EbsOptimized = aws.Bool(aws.ToBool(in.EbsOptimized.Value))
	default:
		// Once on it cannot be taken away, so "simple" is all that may be said.
		if value := aws.ToString(in.SriovNetSupport.Value); value != "simple" {
			return wire.Errorf("InvalidParameterValue", "Value (%s) for parameter sriovNetSupport is invalid. Must be 'simple'.", value)
		}
		i.about.SriovNetSupport = aws.String("simple")
	}
	return nil
}

func (c *Cloud) setUserData(i *instance, data []byte) error {
	if err := mustBeStopped(i); err != nil {
		return err
	}
	if len(data) > maxUserData {
		return wire.Errorf("InvalidParameterValue", "User data is limited to %d bytes", maxUserData)
	}
	i.userData = data
	return nil
}

func (c *Cloud) setType(i *instance, name types.InstanceType) error {
	kind, known := catalog.Find(name)
	if !known || kind.Architecture != i.about.Architecture {
		return wire.Errorf("InvalidInstanceAttributeValue", "The instance type '%s' is not a valid instance type for '%s'.", name, i.id)
	}
	if err := mustBeStopped(i); err != nil {
		return err
	}
	i.about.InstanceType, i.vcpus = name, kind.VCPUs
	return nil
}

func (c *Cloud) setGroups(i *instance, ids []string) error {
	groups, err := c.Groups(ids, nil)
	if err != nil {
		return err
	}
	i.about.SecurityGroups = groups
	interfaces := slices.Clone(i.about.NetworkInterfaces)
	for n := range interfaces {
		interfaces[n].Groups = groups
	}
	i.about.NetworkInterfaces = interfaces
	return nil
}

// setDevices changes whether volumes end with the instance.
func (c *Cloud) setDevices(i *instance, asked []types.InstanceBlockDeviceMappingSpecification) error {
	devices := slices.Clone(i.about.BlockDeviceMappings)
	for _, a := range asked {
		at := slices.IndexFunc(devices, func(d types.InstanceBlockDeviceMapping) bool { return *d.DeviceName == aws.ToString(a.DeviceName) })
		if at < 0 || a.Ebs == nil {
			return wire.Errorf("InvalidInstanceAttributeValue", "No device is currently mapped at %s", aws.ToString(a.DeviceName))
		}
		ebs := *devices[at].Ebs
		ebs.DeleteOnTermination = aws.Bool(aws.ToBool(a.Ebs.DeleteOnTermination))
		devices[at].Ebs = &ebs
		c.storage.Bind(*ebs.VolumeId, ebs.DeleteOnTermination)
	}
	i.about.BlockDeviceMappings = devices
	return nil
}

// ModifyInstanceMetadataOptions changes how an instance is given its metadata.
func (c *Cloud) ModifyInstanceMetadataOptions(ctx context.Context, in *ec2.ModifyInstanceMetadataOptionsInput) (*ec2.ModifyInstanceMetadataOptionsOutput, error) {
	i, err := c.instances.Find(aws.ToString(in.InstanceId))
	if err != nil {
		return nil, err
	}
	if i.over() || i.state() == types.InstanceStateNameShuttingDown {
		return nil, wire.Errorf("IncorrectInstanceState", "The instance '%s' is not in a valid state for this operation.", i.id)
	}
	o := *i.about.MetadataOptions
	if err := setMetadata(&o, in.HttpEndpoint, in.HttpTokens, in.HttpPutResponseHopLimit, in.InstanceMetadataTags); err != nil {
		return nil, err
	}
	i.about.MetadataOptions = &o
	c.refresh(i)
	return &ec2.ModifyInstanceMetadataOptionsOutput{InstanceId: &i.id, InstanceMetadataOptions: &o}, nil
}

// MonitorInstances turns detailed monitoring on. Instances are measured alike
// with and without it here.
func (c *Cloud) MonitorInstances(ctx context.Context, in *ec2.MonitorInstancesInput) (*ec2.MonitorInstancesOutput, error) {
	all, err := c.monitor(in.InstanceIds, types.MonitoringStateEnabled)
	return &ec2.MonitorInstancesOutput{InstanceMonitorings: all}, err
}

// UnmonitorInstances turns detailed monitoring off.
func (c *Cloud) UnmonitorInstances(ctx context.Context, in *ec2.UnmonitorInstancesInput) (*ec2.UnmonitorInstancesOutput, error) {
	all, err := c.monitor(in.InstanceIds, types.MonitoringStateDisabled)
	return &ec2.UnmonitorInstancesOutput{InstanceMonitorings: all}, err
}

func (c *Cloud) monitor(ids []string, s types.MonitoringState) ([]types.InstanceMonitoring, error) {
	found, err := c.instances.FindAll(ids)
	var all []types.InstanceMonitoring
	for _, i := range found {
		i.about.Monitoring = &types.Monitoring{State: s}
		all = append(all, types.InstanceMonitoring{InstanceId: &i.id, Monitoring: i.about.Monitoring})
	}
	return all, err
}
